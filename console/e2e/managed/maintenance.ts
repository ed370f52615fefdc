// What keeps a directory going: more domain controllers, snapshots, who is
// told, and settings.

import { ask, complain } from "../browser.ts";
import { addresses, home, id, name, page, password, s, status } from "./stage.ts";

const controllers = () => page.getByRole("grid", { name: "Domain controllers" }).locator("tbody tr");

export async function scale() {
  await s.press("Domain controllers", "Edit");
  const field = s.dialog().getByLabel("Domain controllers");
  await field.fill("21");
  await page.getByText("A number from 2 to 20.").waitFor();
  await field.fill("3");
  await s.confirm("Modify");
  await controllers().nth(2).waitFor();
  await s.row("Domain controllers", "Creating").waitFor();
  await s.see("scale");
  await s.row("Domain controllers", "Creating").waitFor({ state: "hidden" });
  await s.row("Domain controllers", "Active").nth(2).waitFor();
  await page.getByText("2 required, 1 additional").waitFor();
  await s.press("Domain controllers", "Edit");
  await s.dialog().getByLabel("Domain controllers").fill("2");
  await page.getByText("The newest domain controller leaves").waitFor();
  await s.confirm("Modify");
  await controllers().nth(2).waitFor({ state: "hidden" });
  if ((await controllers().count()) !== 2) complain("there are not two domain controllers again");
}

export async function snapshot() {
  await s.press("Snapshots", "Create snapshot");
  await page.getByLabel("Name – optional").fill("before the change");
  await s.confirm("Create");
  await s.row("Snapshots", "before the change").getByText("Completed").waitFor();
  await s.choose("Snapshots", "before the change");
  const dns = (await addresses())[0] ?? "";
  const lost = await s.call(home, "ResetUserPassword", {
    DirectoryId: id,
    UserName: "Admin",
    NewPassword: "Lost-Horse-9",
  });
  if (lost) complain(lost);
  await s.menu("Snapshots", "Restore snapshot");
  const restore = s.dialog().getByRole("button", { name: "Restore", exact: true });
  if (await restore.isEnabled()) complain("a restore is not asked about");
  await s.typeToConfirm(name);
  await s.see("restore-snapshot", false);
  await s.confirm("Restore");
  await status("Restoring");
  await s.see("restoring");
  await page.getByText("Restoring", { exact: true }).first().waitFor({ state: "hidden" });
  await status("Active");
  await ask("logon", { id: dns, name: `Admin@${name}`, password });
  await s.choose("Snapshots", "before the change");
  await s.menu("Snapshots", "Delete snapshot");
  await s.confirm("Delete");
  await s.row("Snapshots", "before the change").waitFor({ state: "hidden" });
}

export async function notifications() {
  await s.menu("Notifications", "Create notification");
  await page.getByLabel("Topic name").fill("elsewhere");
  await s.refused("Create", /Topic elsewhere does not exist/);
  if ((await page.getByLabel("Topic name").inputValue()) !== "elsewhere") complain("a refused topic is forgotten");
  await page.getByLabel("Topic name").fill("stages");
  await s.confirm("Create");
  await s.row("Notifications", "stages").getByText("Registered").waitFor();
  await s.press("Log forwarding", "Enable");
  await page.getByLabel("Log group name").fill("nowhere");
  await s.refused("Enable", /Log group nowhere does not exist/);
  await page.getByLabel("Log group name").fill("security");
  await s.confirm("Enable");
  await page.getByText("security", { exact: true }).waitFor();
}

export async function setting() {
  await s.choose("Directory settings", "SSL_3_0");
  await s.press("Directory settings", "Edit");
  await s.pick("Value", "Enable");
  await s.refused("Save", /is not supported for the setting/);
  await s.see("setting-refused", false);
  await s.dialog().getByRole("button", { name: "Cancel" }).click();
  await s.choose("Directory settings", "TLS_1_0");
  await s.record("TLS_1_0");
  await s.press("Directory settings", "Edit");
  await s.pick("Value", "Disable");
  await s.confirm("Save");
  const row = s.row("Directory settings", "TLS_1_0");
  await row.getByText("Updated", { exact: true }).waitFor();
  await s.passed("TLS_1_0", /Requested|Updating/);
  if (/Enable/.test(await row.innerText())) complain("TLS_1_0 is Updated and not in force");
  await s.see("maintenance");
}

export async function stopTelling() {
  await s.choose("Notifications", "stages");
  await s.menu("Notifications", "Remove notification");
  await s.confirm("Remove");
  await page.getByText("No notifications").waitFor();
  await s.press("Log forwarding", "Disable");
  await s.confirm("Disable");
  await s.head("Log forwarding").getByText("Enable", { exact: true }).waitFor();
}

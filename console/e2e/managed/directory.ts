// The directory itself: it is set up, tagged, given another password and an
// address for its applications, and deleted.

import { ask, complain } from "../browser.ts";
import { addresses, id, name, page, password, remember, s } from "./stage.ts";

const firstPassword = "Correct-Horse-7";

export async function setUp() {
  await s.region("N. Virginia");
  await page.getByRole("link", { name: "Directories" }).first().click();
  await page.getByText("No directories in us-east-1").waitFor();
  await page.getByText("Set up directory", { exact: true }).first().click();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("Enterprise Edition").click();
  await page.getByLabel("Directory DNS name").fill(name);
  await page.getByLabel("Directory description").fill("Run by the directory team");
  await page.getByLabel("Admin password").fill(firstPassword);
  await page.getByLabel("Confirm password").fill(firstPassword);
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("button", { name: "Create directory" }).click();
  const link = page.getByRole("link", { name: /^d-[0-9a-f]{10}$/ });
  remember((await link.textContent()) ?? "");
  await s.row("Directories", id).getByText("Active", { exact: true }).waitFor();
  await link.click();
  await page.getByText("Run by the directory team").waitFor();
}

export async function tags() {
  await s.press("Tags", "Add tag");
  await page.getByLabel("Key", { exact: true }).fill("aws:owner");
  await page.getByText("Keys that begin with aws: are reserved.").waitFor();
  await page.getByLabel("Key", { exact: true }).fill("owner");
  await page.getByLabel("Value – optional").fill("directory team");
  await s.confirm("Add");
  await s.choose("Tags", "owner");
  await s.press("Tags", "Edit");
  await page.getByLabel("Value – optional").fill("platform team");
  await s.confirm("Save");
  await s.row("Tags", "platform team").waitFor();
  await s.see("tags");
  await s.press("Tags", "Remove");
  await s.confirm("Remove");
  await page.getByText("No tags").waitFor();
}

export async function resetPassword() {
  await s.actions("Reset user password");
  const field = page.getByLabel("New password", { exact: true });
  await page.getByLabel("User name").fill("nobody-here");
  await field.fill("short");
  await page.getByText("A password has 8 to 64 characters.").waitFor();
  await field.fill(password);
  await page.getByLabel("Confirm new password").fill(password);
  await s.refused("Reset password", /nobody-here/);
  if ((await field.inputValue()) !== password) complain("a refused password is forgotten");
  await s.see("reset-password", false);
  await page.getByLabel("User name").fill("Admin");
  await s.confirm("Reset password");
  await ask("logon", { id: (await addresses())[0] ?? "", name: `Admin@${name}`, password });
}

export async function application() {
  await page.getByText(`${id}.awsapps.com`).waitFor();
  await s.press("Application access URL", "Create");
  await page.getByLabel("Alias").fill("d-team");
  await page.getByText("does not begin with d-").waitFor();
  await page.getByLabel("Alias").fill("Team");
  await s.confirm("Create");
  await page.getByText("team.awsapps.com").waitFor();
  await s.see("application-management");
}

export async function goodbye() {
  await s.actions("Delete directory");
  await s.typeToConfirm(name);
  await s.see("delete-directory", false);
  await s.confirm("Delete");
  await s.row("Directories", id).getByText("Deleting").waitFor();
  await page.getByText("No directories in us-east-1").waitFor();
}

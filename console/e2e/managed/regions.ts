// A second Region: added, looked at from there, in the way of deleting the
// directory, and deleted.

import { complain, visit, watch } from "../browser.ts";
import { addresses, away, context, directory, home, id, page, s } from "./stage.ts";

export async function addRegion() {
  await s.press("Multi-Region replication", "Add Region");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("Choose a Region.", { exact: true }).waitFor();
  await s.pick("Region", /Ireland/);
  await s.pick("VPC", /dublin/);
  await page.getByText("10.61.128.0/17").waitFor(); // both subnets are chosen
  await s.see("add-region");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await s.record("Ireland");
  await s.row("Multi-Region replication", "Ireland").waitFor();
  await s.row("Multi-Region replication", "Ireland").getByText("Active").waitFor();
  await s.passed("Ireland", /Requested|Creating|Created/);
  await s.see("regions");
}

export async function inTheRegion() {
  const before = await addresses();
  await s.choose("Multi-Region replication", "Ireland");
  await page.waitForURL(`**${directory("networking", away)}`);
  await page
    .getByText(/^10\.61\./)
    .first()
    .waitFor();
  const here = await addresses();
  if (here.length !== 2 || here.some((a) => before.includes(a)))
    complain(`${away} shows the addresses ${here.join(", ")}`);
  await page.getByRole("button", { name: /^Region: Ireland/ }).waitFor();
  await page.getByText("Inherited from primary Region").first().waitFor();
  const actions = s.head("Trust relationships").getByRole("button", { name: "Actions" });
  await s.reason(actions, `This is done in the primary Region, ${home}.`);
  const told = await s.call(away, "CreateSnapshot", { DirectoryId: id });
  if (!/primary Region/.test(told)) complain(`a snapshot in ${away}: ${told || "was made"}`);
  await s.see("networking-of-a-region");
  await s.tab("Scale & share");
  for (const a of here) await s.row("Domain controllers", a).getByText("Active").waitFor();
  await s.tab("Maintenance");
  await s.reason(page.getByRole("button", { name: "Create snapshot" }), `This is done in the primary Region, ${home}.`);
  await s.see("maintenance-of-a-region");
  const other = await context.newPage(); // by the address alone
  watch(other);
  await visit(other, directory("scale", away));
  await other
    .getByText(here[0] ?? "")
    .first()
    .waitFor();
  await other.close();
}

export async function blocked() {
  await s.actions("Delete directory");
  await s.dialog().getByText(`It is replicated to ${away}`).waitFor();
  await s.see("delete-blocked", false);
  await s.dialog().getByRole("button", { name: "Close" }).last().click();
  const told = await s.call(home, "DeleteDirectory", { DirectoryId: id });
  if (!/replicated to additional Regions/.test(told))
    complain(`deleting a replicated directory: ${told || "was begun"}`);
}

export async function deleteRegion() {
  await s.press("Multi-Region replication", "Delete Region");
  await s.typeToConfirm(home);
  if (await s.dialog().getByRole("button", { name: "Delete", exact: true }).isEnabled())
    complain("any name deletes a Region");
  await s.typeToConfirm(away);
  await s.see("delete-region", false);
  await s.confirm("Delete");
  await page.waitForURL(`**/${home}/**`);
  await s.row("Multi-Region replication", "Ireland").getByText("Deleting").waitFor();
  await s.row("Multi-Region replication", "Ireland").waitFor({ state: "hidden" });
}

// What a directory is connected by: a VPC, forwarders, rules, routes and
// certificates.

import { ask, complain } from "../browser.ts";
import { world } from "../screen.ts";
import { addresses, directory, follow, page, s, status } from "./stage.ts";

export async function aVpc() {
  await s.region("Ireland");
  await page.getByRole("link", { name: "VPCs and subnets" }).click();
  await s.row("VPCs", "Yes").waitFor(); // the default one
  await s.press("VPCs", "Create VPC");
  await page.getByLabel("IPv4 CIDR").fill("10.61.0.0/8");
  await page.getByText("the range is 10.0.0.0/8").waitFor();
  await page.getByLabel("IPv4 CIDR").fill("10.61.0.0/16");
  await page.getByLabel("Name – optional").fill("dublin");
  await page.getByText("10.61.128.0/17").waitFor();
  await page.getByRole("button", { name: "Create VPC" }).click();
  await s.row("Subnets of dublin", "10.61.128.0/17").waitFor();
  await s.press("Subnets of dublin", "Create subnet");
  await s.dialog().getByLabel("IPv4 CIDR").fill("10.61.64.0/18");
  await s.refused("Create", /conflict/i);
  if ((await s.dialog().getByLabel("IPv4 CIDR").inputValue()) !== "10.61.64.0/18")
    complain("a refused range is forgotten");
  await s.see("subnet-refused", false);
  await s.dialog().getByRole("button", { name: "Cancel" }).click();
  await s.see("vpc-of-another-region");
}

export async function forwarders() {
  await s.menu("Conditional forwarders", "Add forwarder");
  await page.getByLabel("Remote domain").fill("onprem.example.net");
  await page.getByLabel("DNS server IP address").fill("10.1.2");
  await page.getByLabel("DNS server IP address").fill("10.1.2.3");
  await s.confirm("Add");
  await s.row("Conditional forwarders", "10.1.2.3").waitFor();
  await s.choose("Conditional forwarders", "onprem.example.net");
  await s.menu("Conditional forwarders", "Edit DNS servers");
  await page.getByRole("button", { name: "Add another IP address" }).click();
  await page.getByRole("textbox", { name: "DNS server IP address 2" }).fill("10.1.2.4");
  await s.confirm("Save");
  await s.row("Conditional forwarders", "10.1.2.3, 10.1.2.4").waitFor();
  await s.menu("Conditional forwarders", "Delete forwarder");
  await s.confirm("Delete");
  await page.getByText("No conditional forwarders").waitFor();
}

export async function rules() {
  const dc = (await addresses())[0] ?? "";
  await ask("kept out", { id: `${dc}:615` });
  await s.press("Inbound rules", "Edit inbound rules");
  await page.getByRole("button", { name: "Add rule" }).click();
  await s.pick("Type", "Custom TCP");
  await page.getByLabel("Port range").fill("620 - 610");
  await page.getByText("Enter a port or a range such as 1024 - 65535.").waitFor();
  await page.getByLabel("Port range").fill("610 - 620");
  await page.getByLabel("Source").fill("0.0.0.0/0");
  await page.getByLabel("Description – optional").fill("a tool of ours");
  await s.see("edit-inbound-rules");
  await page.getByRole("button", { name: "Save rules" }).click();
  await s.row("Inbound rules", "610 - 620").getByText("a tool of ours").waitFor();
  await ask("let in", { id: `${dc}:615` });
  await s.press("Inbound rules", "Edit inbound rules");
  const description = page.getByLabel("Description of rule Custom TCP 610 - 620");
  await description.fill("no longer <ours>");
  await page.getByText("Letters, digits, spaces and").waitFor();
  await description.fill("no longer ours");
  await page.getByRole("button", { name: "Save rules" }).click();
  await s.row("Inbound rules", "610 - 620").getByText("no longer ours").waitFor();
  await follow(directory("networking"));
  await s.menu("IP routing", "Add route");
  await page.getByText("was changed by hand").waitFor();
  await page.getByText("Cancel", { exact: true }).click();
  await s.press("Inbound rules", "Edit inbound rules");
  await page.getByRole("button", { name: /Delete rule Custom TCP 610 - 620/ }).click();
  await page.getByText("One rule will be deleted").waitFor();
  await page.getByRole("button", { name: "Save rules" }).click();
  await page.getByText("are in force").first().waitFor();
  await s.row("Inbound rules", "610 - 620").waitFor({ state: "hidden" });
  await ask("kept out", { id: `${dc}:615` });
}

export async function routes() {
  await s.menu("IP routing", "Add route");
  await page.getByLabel("CIDR").fill("203.0.113.0/24");
  await page.getByLabel("Description – optional").fill("the network of a partner");
  await page.getByRole("checkbox", { name: /Add routes to the security group/ }).check();
  await page.getByRole("button", { name: "Add routes" }).click();
  await s.row("IP routing", "203.0.113.0/24").getByText("Added", { exact: true }).waitFor();
  await s.row("Outbound rules", "0.0.0.0/0").waitFor(); // what the check box says
  await s.choose("IP routing", "203.0.113.0/24");
  await s.menu("IP routing", "Remove route");
  await s.confirm("Remove");
  await page.getByText("No routes").waitFor();
}

export async function ldaps() {
  await s.press("Client-side LDAPS", "Enable");
  await s.refused("Enable", /needs a registered certificate/);
  await s.dialog().getByRole("button", { name: "Cancel" }).click();
  await s.menu("CA certificates", "Register certificate");
  const field = page.getByLabel("CA certificate", { exact: true });
  await field.fill("not a certificate");
  await page.getByText("It begins with").waitFor();
  await field.fill(world.leaf);
  await s.refused("Register", /not that of a certificate authority/);
  if ((await field.inputValue()) !== world.leaf) complain("a refused certificate is forgotten");
  await s.see("register-certificate", false);
  await field.fill(world.authority);
  await s.confirm("Register");
  await s.row("CA certificates", "Directory team CA").getByText("Registered").waitFor();
  await s.press("Client-side LDAPS", "Enable");
  await s.confirm("Enable");
  await status("Enabled");
  await s.choose("CA certificates", "Directory team CA");
  await s.see("networking");
  await s.menu("CA certificates", "Deregister certificate");
  await s.refused("Deregister", /it is the last certificate/);
  await s.dialog().getByRole("button", { name: "Cancel" }).click();
  await s.press("Client-side LDAPS", "Disable");
  await s.confirm("Disable");
  await s.menu("CA certificates", "Deregister certificate");
  await s.confirm("Deregister");
  await page.getByText("No certificates").waitFor();
}

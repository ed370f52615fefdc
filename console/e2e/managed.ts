// What surrounds a directory, in a browser and against real domain
// controllers: VPCs, Regions, the number of domain controllers, passwords,
// tags, forwarders, rules, certificates, snapshots, settings, and its end. The
// page is loaded once: what changes, changes on the screen.

import { ask, complain, end, look, settings, signIn, start, tell, visit, watch } from "./browser.ts";
import { Screen, world } from "./screen.ts";

const name = "managed.entente.test";
const firstPassword = "Correct-Horse-7";
const password = "Another-Horse-8";
const home = "us-east-1";
const away = "eu-west-1";

const { browser, context, page } = await start();
const s = new Screen(page);
let id = "";

/** One part; what goes wrong in it does not keep the next from being told. */
async function part(title: string, path: string, tell_: () => Promise<void>): Promise<boolean> {
  try {
    if (await s.dialog().isVisible()) await page.keyboard.press("Escape");
    await follow(path);
    await tell_();
    tell(`${title}: done`);
    return true;
  } catch (e) {
    complain(`${title}: ${e instanceof Error ? e.message : String(e)}`);
    if (settings.shots) await page.screenshot({ path: `${settings.shots}/FAILED-${title.replaceAll(" ", "-")}.png` });
    return false;
  }
}

/** Goes where a link would, without loading the page anew. */
async function follow(path: string) {
  await page.evaluate((path) => {
    history.pushState(null, "", path);
    dispatchEvent(new PopStateEvent("popstate"));
  }, path);
}

const directory = (tab: string, region = home) => `/${region}/directories/${id}/${tab}`;
const status = (word: string) => page.getByText(word, { exact: true }).first().waitFor();

async function addresses(): Promise<string[]> {
  const value = page.locator("dt", { hasText: "DNS addresses" }).locator("xpath=following-sibling::dd[1]");
  return (await value.innerText()).match(/\d+\.\d+\.\d+\.\d+/g) ?? [];
}

async function aVpc() {
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

async function setUp() {
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
  id = (await link.textContent()) ?? "";
  await s.row("Directories", id).getByText("Active", { exact: true }).waitFor();
  await link.click();
  await page.getByText("Run by the directory team").waitFor();
}

async function tags() {
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

async function resetPassword() {
  await page.getByRole("button", { name: "Actions" }).first().click();
  await page.getByRole("menuitem", { name: "Reset user password" }).click();
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

async function forwarders() {
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

async function rules() {
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

async function routes() {
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

async function ldaps() {
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

async function application() {
  await page.getByText(`${id}.awsapps.com`).waitFor();
  await s.press("Application access URL", "Create");
  await page.getByLabel("Alias").fill("d-team");
  await page.getByText("does not begin with d-").waitFor();
  await page.getByLabel("Alias").fill("Team");
  await s.confirm("Create");
  await page.getByText("team.awsapps.com").waitFor();
  await s.see("application-management");
}

async function notifications() {
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

async function setting() {
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

async function stopTelling() {
  await s.choose("Notifications", "stages");
  await s.menu("Notifications", "Remove notification");
  await s.confirm("Remove");
  await page.getByText("No notifications").waitFor();
  await s.press("Log forwarding", "Disable");
  await s.confirm("Disable");
  await s.head("Log forwarding").getByText("Enable", { exact: true }).waitFor();
}

const controllers = () => page.getByRole("grid", { name: "Domain controllers" }).locator("tbody tr");

async function scale() {
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

async function snapshot() {
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
  await s
    .dialog()
    .getByLabel(/^To confirm/)
    .fill(name);
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

async function addRegion() {
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

async function inTheRegion() {
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

async function blocked() {
  await page.getByRole("button", { name: "Actions" }).first().click();
  await page.getByRole("menuitem", { name: "Delete directory" }).click();
  await s.dialog().getByText(`It is replicated to ${away}`).waitFor();
  await s.see("delete-blocked", false);
  await s.dialog().getByRole("button", { name: "Close" }).last().click();
  const told = await s.call(home, "DeleteDirectory", { DirectoryId: id });
  if (!/replicated to additional Regions/.test(told))
    complain(`deleting a replicated directory: ${told || "was begun"}`);
}

async function deleteRegion() {
  await s.press("Multi-Region replication", "Delete Region");
  await s
    .dialog()
    .getByLabel(/^To confirm/)
    .fill(home);
  if (await s.dialog().getByRole("button", { name: "Delete", exact: true }).isEnabled())
    complain("any name deletes a Region");
  await s
    .dialog()
    .getByLabel(/^To confirm/)
    .fill(away);
  await s.see("delete-region", false);
  await s.confirm("Delete");
  await page.waitForURL(`**/${home}/**`);
  await s.row("Multi-Region replication", "Ireland").getByText("Deleting").waitFor();
  await s.row("Multi-Region replication", "Ireland").waitFor({ state: "hidden" });
}

/** Somebody who may only look: sees all, and is told why nothing changes. */
async function whoOnlyLooks() {
  const theirs = await browser.newContext({ viewport: { width: 1280, height: 900 }, timezoneId: "Europe/Berlin" });
  theirs.setDefaultTimeout(settings.patience);
  const looking = await theirs.newPage();
  watch(looking);
  const { key, secret } = settings;
  Object.assign(settings, world.reader);
  await signIn(looking, directory("networking"));
  Object.assign(settings, { key, secret });
  const r = new Screen(looking);
  await r.row("Inbound rules", "Kerberos").first().waitFor();
  await r.see("read-only");
  await r.reason(looking.getByRole("button", { name: "Actions" }).first(), "Your access key is read-only.");
  for (const [path, label, text, button] of [
    [`${home}/vpcs/new`, "IPv4 CIDR", "10.62.0.0/16", "Create VPC"],
    [`${home}/directories/${id}/routes/new`, "CIDR", "203.0.113.0/24", "Add routes"],
  ] as const) {
    await visit(looking, `/${path}`);
    await looking.getByLabel(label).fill(text);
    await looking.getByRole("button", { name: button }).click();
    await looking.getByText(/because the access key is read-only/).waitFor();
    if ((await looking.getByLabel(label).inputValue()) !== text) complain(`${path} forgets what was typed`);
  }
  await look(looking, "read-only-refused");
  for (const [operation, input] of Object.entries(writes())) {
    const told = await r.call(home, operation, input);
    if (!/because the access key is read-only/.test(told))
      complain(`${operation} with a read-only key: ${told || "was done"}`);
  }
  await theirs.close();
}

const writes = (): Record<string, object> => ({
  AddIpRoutes: { DirectoryId: id, IpRoutes: [{ CidrIp: "203.0.113.0/24" }] },
  AddRegion: {
    DirectoryId: id,
    RegionName: away,
    VPCSettings: { VpcId: "vpc-00000000", SubnetIds: ["subnet-00000000"] },
  },
  AddTagsToResource: { ResourceId: id, Tags: [{ Key: "a", Value: "b" }] },
  CreateAlias: { DirectoryId: id, Alias: "other" },
  CreateConditionalForwarder: { DirectoryId: id, RemoteDomainName: "a.example", DnsIpAddrs: ["10.1.2.3"] },
  CreateLogSubscription: { DirectoryId: id, LogGroupName: "security" },
  CreateSnapshot: { DirectoryId: id },
  DeleteDirectory: { DirectoryId: id },
  EnableLDAPS: { DirectoryId: id, Type: "Client" },
  RegisterCertificate: { DirectoryId: id, CertificateData: world.authority },
  RegisterEventTopic: { DirectoryId: id, TopicName: "stages" },
  RemoveRegion: { DirectoryId: id },
  RemoveTagsFromResource: { ResourceId: id, TagKeys: ["owner"] },
  ResetUserPassword: { DirectoryId: id, UserName: "Admin", NewPassword: password },
  UpdateNumberOfDomainControllers: { DirectoryId: id, DesiredNumber: 3 },
  UpdateSettings: { DirectoryId: id, Settings: [{ Name: "TLS_1_1", Value: "Disable" }] },
});

async function goodbye() {
  await page.getByRole("button", { name: "Actions" }).first().click();
  await page.getByRole("menuitem", { name: "Delete directory" }).click();
  await s
    .dialog()
    .getByLabel(/^To confirm/)
    .fill(name);
  await s.see("delete-directory", false);
  await s.confirm("Delete");
  await s.row("Directories", id).getByText("Deleting").waitFor();
  await page.getByText("No directories in us-east-1").waitFor();
}

await signIn(page);
await page.evaluate(() => ((window as unknown as { mark: number }).mark = 7));
await part("a VPC", `/${home}/directories`, aVpc);
await part("setting up", `/${home}/directories`, setUp);
await part("tags", directory("tags"), tags);
await part("password", directory("networking"), resetPassword);
await part("scale", directory("scale"), scale);
await part("snapshot", directory("maintenance"), snapshot);
if (await part("adding a Region", directory("networking"), addRegion)) {
  await part("in the Region", directory("networking"), inTheRegion);
  await part("blocked", directory("networking"), blocked);
  await part("deleting a Region", directory("networking", away), deleteRegion);
}
await part("forwarders", directory("networking"), forwarders);
await part("rules", directory("networking"), rules);
await part("routes", directory("networking"), routes);
await part("LDAPS", directory("networking"), ldaps);
await part("applications", directory("applications"), application);
// Domain controllers start anew for these: last, so that nothing waits for it.
await part("notifications", directory("maintenance"), notifications);
await part("settings", directory("maintenance"), setting);
await part("no notifications", directory("maintenance"), stopTelling);
await part("read-only", directory("networking"), whoOnlyLooks);
await part("goodbye", directory("networking"), goodbye);
if ((await page.evaluate(() => (window as unknown as { mark?: number }).mark)) !== 7)
  complain("the page was loaded anew");
await end(browser);

// Somebody whose access key is read-only sees everything, and is told why
// nothing changes.

import { complain, settings, signIn, visit, watch } from "../browser.ts";
import { look } from "../look.ts";
import { Screen, world } from "../screen.ts";
import { away, browser, directory, home, id, password } from "./stage.ts";

export async function whoOnlyLooks() {
  const theirs = await browser.newContext({ viewport: { width: 1280, height: 900 }, timezoneId: "Europe/Berlin" });
  theirs.setDefaultTimeout(settings.patience);
  const looking = await theirs.newPage();
  watch(looking);
  await signIn(looking, directory("networking"), { ...settings, ...world.reader });
  const r = new Screen(looking);
  await r.row("Inbound rules", "Kerberos").first().waitFor();
  await r.see("read-only");
  for (const actions of [
    looking.getByRole("button", { name: "Actions" }).first(), // of the directory
    r.head("Trust relationships").getByRole("button", { name: "Actions" }),
  ])
    await r.reason(actions, "Your access key is read-only.");
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

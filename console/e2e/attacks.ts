// What gets nowhere: foreign pages, stolen pages, replayed and ended sessions,
// and script in every text that the API can answer with.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { complain, end, settings, signIn, start, tell, visit } from "./browser.ts";

const { browser, context, page } = await start();
const target = {
  method: "POST",
  type: "application/x-amz-json-1.1",
  call: "DirectoryService_20150416.DescribeDirectories",
};

/** Calls the API from inside a page, as its scripts could. */
const call = (p: Page, base: string, mark: boolean) =>
  p.evaluate(
    async ([url, t, withMark]) => {
      try {
        const answer = await fetch(url + "/", {
          method: t.method,
          credentials: "include",
          headers: {
            "Content-Type": t.type,
            "X-Amz-Target": t.call,
            ...(withMark ? { "X-Entente-Console": "1", "X-Entente-Region": "us-east-1" } : {}),
          },
          body: "{}",
        });
        return `${answer.status} ${await answer.text()}`;
      } catch (e) {
        return `refused: ${String(e)}`;
      }
    },
    [base, target, mark] as const,
  );

/** A page of another origin, whose browser is signed in here. */
async function foreignOrigin() {
  const server = createServer((_, answer) => {
    answer.setHeader("Content-Type", "text/html");
    answer.end(`<!doctype html><title>evil</title><iframe id="f" src="${settings.base}/"></iframe>
      <form id="p" method="post" enctype="text/plain" target="f" action="${settings.base}/"><input name='{"x":"' value='"}'></form>`);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const evil = await context.newPage(); // the same cookies: another port is the same site
  const statuses: number[] = [];
  evil.on("response", (r) => {
    if (r.url().startsWith(settings.base) && r.request().method() === "POST") statuses.push(r.status());
  });
  await evil.goto(`http://127.0.0.1:${port}/`);
  for (const mark of [true, false]) {
    const said = await call(evil, settings.base, mark);
    if (!said.startsWith("refused")) complain(`a foreign page is answered: ${said.slice(0, 100)}`);
  }
  const simple = await evil.evaluate(async (url) => {
    try {
      const r = await fetch(`${url}/console/session`, { credentials: "include" });
      return String(r.status);
    } catch {
      return "refused";
    }
  }, settings.base);
  if (simple !== "refused") complain(`a foreign page reads the session: ${simple}`);
  await evil.evaluate(() => (document.getElementById("p") as HTMLFormElement).submit());
  await evil.waitForTimeout(500);
  if (statuses.some((s) => s === 200)) complain("a foreign form is carried out");
  const frame = evil.frames().find((f) => f.url().startsWith(settings.base));
  if (
    frame &&
    (await frame
      .locator("#app")
      .count()
      .catch(() => 0)) > 0
  )
    complain("the console can be framed");
  await evil.close();
  server.close();
  tell("a foreign origin gets nowhere");
}

/** The page without its cookie, and the cookie without its page. */
async function stolen() {
  const other = await browser.newContext();
  const thief = await other.newPage();
  await thief.goto(settings.base + "/us-east-1/directories");
  await thief.getByLabel("Access key ID").waitFor();
  const said = await call(thief, settings.base, true);
  if (!said.startsWith("403")) complain(`a page without the cookie is answered: ${said.slice(0, 100)}`);
  await other.close();
  tell("a stolen page gets nowhere");
}

/** Signing out ends the session for whoever has copied the cookie too. */
async function replayed() {
  const copy = await context.storageState();
  await page.getByRole("button", { name: /: signed in/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByLabel("Access key ID").waitFor();
  const other = await browser.newContext({ storageState: copy });
  const thief = await other.newPage();
  await thief.goto(settings.base + "/");
  const said = await call(thief, settings.base, true);
  if (!said.startsWith("403")) complain(`a replayed session is answered: ${said.slice(0, 100)}`);
  await other.close();
  tell("a replayed session gets nowhere");
}

/** A session that ends under an open page: what was typed stays. */
async function expired() {
  await signIn(page);
  await visit(page, "/us-east-1/vpcs/new");
  await page.getByLabel("Name – optional").fill("kept");
  await page.getByLabel("IPv4 CIDR").fill("10.88.0.0/16");
  await context.clearCookies();
  await page.getByRole("button", { name: "Create VPC" }).click();
  await page.getByText("Your session has ended").waitFor();
  await page.getByLabel("Secret access key").fill(settings.secret);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Your session has ended").waitFor({ state: "hidden" });
  if ((await page.getByLabel("Name – optional").inputValue()) !== "kept")
    complain("what was typed is lost with the session");
  tell("a session that ends takes nothing with it that was typed");
}

const script = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>"'\u202e]]>`;

/** Puts script behind every text of an answer. */
function poison(v: unknown): unknown {
  if (typeof v === "string")
    return /^[a-z]+-[0-9a-f]+$|^(Active|Verified|Created|Two-Way|Forest|MicrosoftAD|Enterprise|us-.*)$/.test(v)
      ? v
      : v + script;
  if (Array.isArray(v)) return v.map(poison);
  if (v && typeof v === "object") return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, poison(x)]));
  return v;
}

const hostile: Record<string, unknown> = {
  DescribeDirectories: {
    DirectoryDescriptions: [
      {
        DirectoryId: "d-1234567890",
        Name: "a.example",
        ShortName: "A",
        Description: "d",
        Type: "MicrosoftAD",
        Edition: "Enterprise",
        Stage: "Active",
        StageReason: "because",
        DnsIpAddrs: ["10.0.0.1"],
        VpcSettings: {
          VpcId: "vpc-12345678",
          SubnetIds: ["subnet-12345678"],
          SecurityGroupId: "sg-12345678",
          AvailabilityZones: ["a"],
        },
        RegionsInfo: { PrimaryRegion: "us-east-1", AdditionalRegions: ["us-west-2"] },
      },
    ],
  },
  DescribeTrusts: {
    Trusts: [
      {
        DirectoryId: "d-1234567890",
        TrustId: "t-1234567890",
        RemoteDomainName: "b.example",
        TrustType: "Forest",
        TrustDirection: "Two-Way",
        TrustState: "VerifyFailed",
        TrustStateReason: "why",
      },
    ],
  },
  ExplainTrust: {
    TrustId: "t-1234567890",
    DirectoryId: "d-1234567890",
    DirectoryName: "a.example",
    DirectoryStage: "Active",
    RemoteDomainName: "b.example",
    TrustDirection: "Two-Way",
    TrustType: "Forest",
    TrustState: "VerifyFailed",
    TrustStateReason: "why",
    NextAction: "do",
    TrustStateCause: "SecurityGroup",
    Ahead: ["Verify"],
    Tries: 2,
    Conditions: [
      {
        Type: "PartnerFound",
        Holds: false,
        Cause: "NoAnswer",
        Message: "m",
        Hint: "h",
        Tries: 3,
        Since: 1,
        Missing: [
          {
            Kind: "SecurityGroupRule",
            SecurityGroupId: "sg-12345678",
            Inbound: false,
            IpProtocol: "udp",
            FromPort: 53,
            ToPort: 53,
            CidrIp: "10.0.0.2/32",
          },
        ],
        Commands: ["aws ec2"],
      },
    ],
    Partner: {
      DnsName: "b.example",
      NetBiosName: "B",
      Forest: "b",
      Sid: "S-1",
      DomainControllers: [
        { HostName: "dc", IpAddr: "10.0.0.2", PdcEmulator: true, Answered: false, Error: "e", ClockSkewMillis: 1 },
      ],
    },
    Verdicts: [
      { DomainControllerId: "dc-1234567890", HostName: "h", Verified: false, Error: "e", PartnerHostName: "p" },
    ],
    Steps: [{ At: 1, Step: "Verify", DomainControllerId: "dc-1234567890", HostName: "h", TookMillis: 1, Error: "e" }],
    ConditionalForwarder: {
      RemoteDomainName: "b.example",
      DnsIpAddrs: ["10.0.0.2"],
      NotAppliedReason: "n",
      Upstreams: [{ DomainControllerId: "dc-1", IpAddr: "10.0.0.2", Healthy: false, Error: "e" }],
    },
    LocalSideExists: true,
    PasswordKept: true,
    VerificationRequested: false,
    Applications: [{ Name: "Amazon FSx", NeedsTwoWay: false, Works: true, Why: "w" }],
  },
  ListTagsForResource: { Tags: [{ Key: "k", Value: "v" }] },
  ListIpRoutes: {
    IpRoutesInfo: [{ CidrIp: "10.0.0.0/8", IpRouteStatusMsg: "Added", IpRouteStatusReason: "r", Description: "d" }],
  },
  DescribeConditionalForwarders: {
    ConditionalForwarders: [{ RemoteDomainName: "b.example", DnsIpAddrs: ["10.0.0.2"] }],
  },
  DescribeDomainControllers: {
    DomainControllers: [
      { DomainControllerId: "dc-1234567890", DnsIpAddr: "10.0.0.1", Status: "Active", StatusReason: "r" },
    ],
  },
  DescribeRegions: { RegionsDescription: [{ RegionName: "us-east-1", RegionType: "Primary", Status: "Active" }] },
  DescribeSnapshots: { Snapshots: [{ SnapshotId: "s-1234567890", Name: "n", Type: "Manual", Status: "Completed" }] },
  DescribeSettings: {
    SettingEntries: [
      { Name: "TLS_1_0", AllowedValues: '["Enable"]', AppliedValue: "Enable", RequestStatusMessage: "m" },
    ],
  },
  ListCertificates: {
    CertificatesInfo: [{ CertificateId: "c-1234567890", CommonName: "c", State: "Registered", Type: "ClientLDAPS" }],
  },
  DescribeLDAPSSettings: { LDAPSSettingsInfo: [{ LDAPSStatus: "Enabled", LDAPSStatusReason: "r" }] },
  DescribeEventTopics: { EventTopics: [{ TopicName: "t", TopicArn: "arn:t", Status: "Registered" }] },
  ListLogSubscriptions: { LogSubscriptions: [{ LogGroupName: "l" }] },
  ListTrustedUsers: {
    Users: [{ UserName: "u", LogonName: "B\\u", DisplayName: "d", Sid: "S-1-2", DistinguishedName: "CN=u" }],
  },
};

const escaped = script
  .replaceAll("&", "&amp;")
  .replaceAll("<", "&lt;")
  .replaceAll(">", "&gt;")
  .replaceAll('"', "&quot;");
const group = `<securityGroupInfo><item><groupId>sg-12345678</groupId><groupName>n${escaped}</groupName><groupDescription>d${escaped}</groupDescription><vpcId>vpc-12345678</vpcId></item></securityGroupInfo>`;
const rule = `<securityGroupRuleSet><item><securityGroupRuleId>sgr-1${escaped}</securityGroupRuleId><groupId>sg-12345678</groupId><isEgress>true</isEgress><ipProtocol>-1</ipProtocol><cidrIpv4>10.0.0.0/8${escaped}</cidrIpv4><description>d${escaped}</description></item></securityGroupRuleSet>`;
const vpc = `<vpcSet><item><vpcId>vpc-12345678</vpcId><cidrBlock>10.0.0.0/8${escaped}</cidrBlock><state>available</state><tagSet><item><key>Name</key><value>n${escaped}</value></item></tagSet></item></vpcSet>`;

/** A server whose every text is hostile, as a partner or a colleague could make it. */
async function script_() {
  const prey = await context.newPage();
  prey.on("pageerror", (e) => complain(`a script failed: ${e.message}`));
  prey.on("dialog", (d) => complain(`a dialog opened: ${d.message()}`));
  await prey.route(settings.base + "/", async (route) => {
    const request = route.request();
    if (request.method() !== "POST") return route.continue();
    const operation = request.headers()["x-amz-target"]?.split(".")[1];
    if (operation && hostile[operation])
      return route.fulfill({ contentType: target.type, body: JSON.stringify(poison(hostile[operation])) });
    if (operation)
      return route.fulfill({
        status: 400,
        contentType: target.type,
        body: JSON.stringify({ __type: "ClientException", Message: "no" + script }),
      });
    return route.fulfill({ contentType: "text/xml", body: `<?xml version="1.0"?><R>${group}${rule}${vpc}</R>` });
  });
  const screens = [
    "directories",
    "directories/d-1234567890/networking",
    "directories/d-1234567890/scale",
    "directories/d-1234567890/applications",
    "directories/d-1234567890/maintenance",
    "directories/d-1234567890/tags",
    "trusts/t-1234567890",
    "trusts/t-1234567890?tab=partner",
    "trusts/t-1234567890?tab=commands",
    "trusts/t-1234567890?tab=applications",
    "trusts/t-1234567890?tab=people",
    "map",
    "vpcs",
    "security-groups",
    "security-groups/sg-12345678",
    "security-groups/sg-12345678/edit/outbound",
    "directories/d-1234567890/trusts/new",
    "directories/new",
    `directories/${encodeURIComponent(script)}`,
    `${encodeURIComponent(script)}`,
  ];
  for (const screen of screens) {
    await prey.goto(`${settings.base}/us-east-1/${screen}`);
    await prey.getByRole("main").first().waitFor();
    await prey.waitForTimeout(600);
    const found = await prey.evaluate(() => ({
      hacked: (window as unknown as { hacked?: number }).hacked,
      markup: document.querySelectorAll("img[src='x'], img[onerror]").length,
    }));
    if (found.hacked || found.markup) complain(`${screen}: script in a text gets into the page`);
    if (/something went wrong/i.test(await prey.locator("body").innerText())) complain(`${screen}: the page broke`);
  }
  const commands = await prey
    .goto(`${settings.base}/us-east-1/trusts/t-1234567890?tab=commands`)
    .then(() => prey.getByLabel(/^commands for/).textContent());
  if (/[<>]/.test(commands ?? "")) complain("the commands to copy hold what a hostile name brought");
  await prey.close();
  tell("script in every text gets nowhere");
}

try {
  await signIn(page);
  await foreignOrigin();
  await stolen();
  await replayed();
  await expired();
  await script_();
} catch (e) {
  complain(e instanceof Error ? (e.stack ?? e.message) : String(e));
  if (settings.shots) await page.screenshot({ path: `${settings.shots}/FAILED-attacks.png` }).catch(() => undefined);
}
await end(browser);

// Ready-made commands for the administrator of the other side: names filled in,
// passwords left to prompts.

import type { Direction, TrustType } from "../../api/types.ts";

export interface OtherSide {
  /** Our directory: full name and DNS addresses. */
  ours: string;
  dns: string[];
  theirs: string;
  direction: Direction; // as seen from our side
  type: TrustType;
}

/** Names and addresses come from people: nothing but what names are made of. */
const safe = (s: string) => s.replace(/[^A-Za-z0-9.:_-]/g, "");

const windowsDirection: Record<Direction, string> = {
  "Two-Way": "Bidirectional",
  "One-Way: Outgoing": "Inbound",
  "One-Way: Incoming": "Outbound",
};

const sambaDirection: Record<Direction, string> = {
  "Two-Way": "both",
  "One-Way: Outgoing": "incoming",
  "One-Way: Incoming": "outgoing",
};

export function powershell(s: OtherSide): string {
  const ours = safe(s.ours);
  const dns = s.dns.map(safe).join(",");
  const kind = s.type === "Forest" ? "Forest]::GetCurrentForest" : "Domain]::GetCurrentDomain";
  return [
    `# On a domain controller of ${safe(s.theirs)}, as a domain administrator`,
    `# 1. Names of ${ours} are asked of its domain controllers`,
    `Add-DnsServerConditionalForwarderZone -Name ${ours} \``,
    `  -MasterServers ${dns} -ReplicationScope Domain`,
    `# 2. This side of the trust; it asks for the trust password`,
    `$p = Read-Host 'Trust password' -AsSecureString`,
    `$t = [Net.NetworkCredential]::new('', $p).Password`,
    `$here = [DirectoryServices.ActiveDirectory.${kind}()`,
    `$here.CreateLocalSideOfTrustRelationship('${ours}', '${windowsDirection[s.direction]}', $t)`,
    `Remove-Variable p, t`,
    `# 3. Does it work?`,
    `nltest /dsgetdc:${ours} /force`,
    `nltest /sc_query:${ours}`,
  ].join("\n");
}

/** netdom makes one side of an external trust, and verifies both kinds. */
export function netdom(s: OtherSide): string {
  const ours = safe(s.ours);
  const theirs = safe(s.theirs);
  // From the other side's view: whoever lets the other's users in is trusting.
  const theyTrust = s.direction !== "One-Way: Outgoing";
  const [trusting, trusted] = theyTrust ? [theirs, ours] : [ours, theirs];
  const verify = `netdom trust ${trusting} /Domain:${trusted} /Verify /Kerberos`;
  if (s.type === "Forest")
    return [`rem netdom cannot make one side of a forest trust alone; it can verify it`, verify].join("\n");
  const side = theyTrust ? "trusting" : "trusted";
  const both = s.direction === "Two-Way" ? " /TwoWay" : "";
  return [
    `rem On a domain controller of ${theirs}; it asks for the trust password`,
    `netdom trust ${trusting} /Domain:${trusted} /Add /OneSide:${side}${both} /PasswordT:*`,
    verify,
  ].join("\n");
}

export function sambaTool(s: OtherSide): string {
  const ours = safe(s.ours);
  return [
    `# On a Samba domain controller of ${safe(s.theirs)}, as root`,
    `# 1. In smb.conf, so that names of ${ours} are found, and then: systemctl restart samba-ad-dc`,
    `#      dns forwarder = ${s.dns.map(safe).join(" ")}`,
    `# 2. This side of the trust; it asks for the trust password, ${s.direction === "Two-Way" ? "for each direction " : ""}twice,`,
    `#    and then for the password of Admin of ${ours}`,
    `samba-tool domain trust create ${ours} --type=${s.type === "Forest" ? "forest" : "external"} --direction=${sambaDirection[s.direction]} \\`,
    `  --create-location=local --skip-validation -U Admin@${ours.toUpperCase()}`,
    `# 3. Does it work?`,
    `samba-tool domain trust validate ${ours} --validate-location=local`,
  ].join("\n");
}

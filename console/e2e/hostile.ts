// Answers of a server whose every text is hostile, as a partner or a colleague
// could make it.

export const script = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>"'\u202e]]>`;

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

const plain: Record<string, unknown> = {
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

/** What each operation answers. */
export const hostile = poison(plain) as Record<string, unknown>;

const escaped = script
  .replaceAll("&", "&amp;")
  .replaceAll("<", "&lt;")
  .replaceAll(">", "&gt;")
  .replaceAll('"', "&quot;");
const group = `<securityGroupInfo><item><groupId>sg-12345678</groupId><groupName>n${escaped}</groupName><groupDescription>d${escaped}</groupDescription><vpcId>vpc-12345678</vpcId></item></securityGroupInfo>`;
const rule = `<securityGroupRuleSet><item><securityGroupRuleId>sgr-1${escaped}</securityGroupRuleId><groupId>sg-12345678</groupId><isEgress>true</isEgress><ipProtocol>-1</ipProtocol><cidrIpv4>10.0.0.0/8${escaped}</cidrIpv4><description>d${escaped}</description></item></securityGroupRuleSet>`;
const vpc = `<vpcSet><item><vpcId>vpc-12345678</vpcId><cidrBlock>10.0.0.0/8${escaped}</cidrBlock><state>available</state><tagSet><item><key>Name</key><value>n${escaped}</value></item></tagSet></item></vpcSet>`;

/** What every EC2 operation answers. */
export const hostileXml = `<?xml version="1.0"?><R>${group}${rule}${vpc}</R>`;

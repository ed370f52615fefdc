// The members of the API's answers that the console shows. Times are seconds
// since 1970.

export interface Directory {
  DirectoryId: string;
  Name: string;
  ShortName?: string;
  Description?: string;
  Type?: string;
  Edition?: string;
  Alias?: string;
  AccessUrl?: string;
  DnsIpAddrs?: string[];
  DnsIpv6Addrs?: string[];
  Stage: string;
  StageReason?: string;
  StageLastUpdatedDateTime?: number;
  LaunchTime?: number;
  DesiredNumberOfDomainControllers?: number;
  VpcSettings?: { VpcId?: string; SubnetIds?: string[]; SecurityGroupId?: string; AvailabilityZones?: string[] };
  RegionsInfo?: { PrimaryRegion?: string; AdditionalRegions?: string[] };
}

export interface DomainController {
  DomainControllerId: string;
  DnsIpAddr?: string;
  SubnetId?: string;
  AvailabilityZone?: string;
  Status: string;
  StatusReason?: string;
  LaunchTime?: number;
}

export type Direction = "Two-Way" | "One-Way: Outgoing" | "One-Way: Incoming";
export type TrustType = "Forest" | "External";

export interface Trust {
  DirectoryId: string;
  TrustId: string;
  RemoteDomainName: string;
  TrustType: TrustType;
  TrustDirection: Direction;
  TrustState: string;
  TrustStateReason?: string;
  CreatedDateTime?: number;
  StateLastUpdatedDateTime?: number;
  SelectiveAuth?: "Enabled" | "Disabled";
}

export interface Forwarder {
  RemoteDomainName: string;
  DnsIpAddrs?: string[];
  DnsIpv6Addrs?: string[];
}

export interface IpRoute {
  CidrIp?: string;
  CidrIpv6?: string;
  IpRouteStatusMsg: string;
  IpRouteStatusReason?: string;
  AddedDateTime?: number;
  Description?: string;
}

export interface Tag {
  Key: string;
  Value: string;
}

export interface RegionDescription {
  RegionName: string;
  RegionType: "Primary" | "Additional";
  Status: string;
  VpcSettings?: { VpcId?: string };
  DesiredNumberOfDomainControllers?: number;
  LaunchTime?: number;
}

export interface Snapshot {
  SnapshotId: string;
  Name?: string;
  Type?: string;
  Status: string;
  StartTime?: number;
}

export interface Setting {
  Name: string;
  Type?: string;
  AllowedValues?: string;
  AppliedValue?: string;
  RequestedValue?: string;
  RequestStatus?: string;
  RequestStatusMessage?: string;
}

export interface Certificate {
  CertificateId: string;
  CommonName?: string;
  State: string;
  ExpiryDateTime?: number;
}

export interface LdapsSetting {
  LDAPSStatus: string;
  LDAPSStatusReason?: string;
  LastUpdatedDateTime?: number;
}

export interface EventTopic {
  TopicName: string;
  Status: string;
  CreatedDateTime?: number;
}

export interface LogSubscription {
  LogGroupName: string;
  SubscriptionCreatedDateTime?: number;
}

export interface Explanation {
  TrustId: string;
  DirectoryId: string;
  DirectoryName: string;
  RemoteDomainName: string;
  TrustDirection: Direction;
  TrustType: TrustType;
  TrustState: string;
  TrustStateReason?: string;
  TrustStateCause?: string;
  StateSince?: number;
  NextLook?: number;
  Conditions: Condition[];
  Ahead: string[];
  Partner?: Partner | null;
  Verdicts: Verdict[];
  Steps: Step[];
  ConditionalForwarder?: ExplainedForwarder | null;
  PasswordKept: boolean;
  Applications?: Application[];
}

export interface Condition {
  Type: string;
  Holds: boolean;
  Cause: string;
  Message: string;
  Hint: string;
  Since?: number;
  Missing: Missing[];
  Commands: string[];
}

/** A rule of our own side that is to be added. */
export interface MissingRule {
  Kind: "SecurityGroupRule";
  SecurityGroupId: string;
  Inbound: boolean;
  IpProtocol: string;
  FromPort: number;
  ToPort: number;
  CidrIp: string;
}

export interface MissingRoute {
  Kind: "IpRoute";
  DirectoryId: string;
  CidrIp: string;
}

export type Missing = MissingRule | MissingRoute;

export interface Partner {
  DnsName: string;
  NetBiosName: string;
  Forest: string;
  Sid: string;
  FoundAt?: number;
  DomainControllers: {
    HostName: string;
    IpAddr: string;
    PdcEmulator: boolean;
    Answered: boolean;
    Error: string;
    ClockSkewMillis: number;
  }[];
}

export interface Verdict {
  DomainControllerId: string;
  HostName?: string;
  At?: number;
  Verified: boolean;
  Error: string;
  PartnerHostName: string;
}

export interface Step {
  At?: number;
  Step: string;
  HostName?: string;
  TookMillis: number;
  Error?: string;
}

export interface ExplainedForwarder {
  RemoteDomainName: string;
  DnsIpAddrs: string[];
  NotAppliedReason: string;
  Upstreams: { DomainControllerId: string; HostName?: string; IpAddr: string; Healthy: boolean; Error: string }[];
}

export interface Application {
  Name: string;
  Works: boolean;
  Why: string;
}

export interface Assessment {
  Status: string;
  StatusReason?: string;
}

export interface AssessmentReport {
  DomainControllerIp: string;
  Validations: {
    Category: string;
    Name: string;
    Status: string;
    StatusReason?: string;
  }[];
}

export interface Vpc {
  id: string;
  cidr: string;
  isDefault: boolean;
  state: string;
  name: string;
}

export interface Subnet {
  id: string;
  vpc: string;
  cidr: string;
  zone: string;
  free: number;
  name: string;
}

export interface SecurityGroup {
  id: string;
  name: string;
  description: string;
  vpc: string;
}

export interface Rule {
  id: string;
  group: string;
  egress: boolean;
  protocol: string; // "-1", "tcp", "udp", "icmp", a number
  from: number | null;
  to: number | null;
  peer: string; // a CIDR or a group id
  description: string;
}

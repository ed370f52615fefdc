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

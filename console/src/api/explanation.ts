// What the server tells of a trust: what holds, what does not and why, what was
// done, and what comes next. AWS has no such operation.

import type { Direction, TrustType } from "./types.ts";

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

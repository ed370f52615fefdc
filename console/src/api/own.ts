// Generated from own.schema.json by own-types.mjs. Times are seconds since 1970.

/**
 * Operations that AWS has no call for: what each is asked, and what it answers.
 */
export interface Operations {
  CreateAccessKey: {
    Input: CreateAccessKeyInput;
    Output: CreateAccessKeyOutput;
  };
  DeleteAccessKey: {
    Input: DeleteAccessKeyInput;
    Output: DeleteAccessKeyOutput;
  };
  DescribeTrustedUser: {
    Input: DescribeTrustedUserInput;
    Output: DescribeTrustedUserOutput;
  };
  ExplainTrust: {
    Input: ExplainTrustInput;
    Output: ExplainTrustOutput;
  };
  ListAccessKeys: {
    Input: ListAccessKeysInput;
    Output: ListAccessKeysOutput;
  };
  ListAuditEntries: {
    Input: ListAuditEntriesInput;
    Output: ListAuditEntriesOutput;
  };
  ListTrustApplications: {
    Input: ListTrustApplicationsInput;
    Output: ListTrustApplicationsOutput;
  };
  ListTrustedGroupMembers: {
    Input: ListTrustedGroupMembersInput;
    Output: ListTrustedGroupMembersOutput;
  };
  ListTrustedGroups: {
    Input: ListTrustedGroupsInput;
    Output: ListTrustedGroupsOutput;
  };
  ListTrustedUsers: {
    Input: ListTrustedUsersInput;
    Output: ListTrustedUsersOutput;
  };
  StartTrustAssessment: {
    Input: StartTrustAssessmentInput;
    Output: StartTrustAssessmentOutput;
  };
}
/**
 * CreateAccessKeyInput asks for a new access key of the caller's account.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "CreateAccessKeyInput".
 */
export interface CreateAccessKeyInput {
  /**
   * at most 128 characters
   */
  Description?: string;
  /**
   * may call what only reads
   */
  ReadOnly?: boolean;
}
/**
 * CreateAccessKeyOutput is a new access key. The secret is shown here and
 * never again.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "CreateAccessKeyOutput".
 */
export interface CreateAccessKeyOutput {
  AccessKey: AccessKey;
  SecretAccessKey: string;
}
/**
 * AccessKey is an access key without its secret.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "AccessKey".
 */
export interface AccessKey {
  AccessKeyId: string;
  Description?: string;
  ReadOnly: boolean;
  CreatedDateTime?: number;
}
/**
 * DeleteAccessKeyInput names the access key to delete.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "DeleteAccessKeyInput".
 */
export interface DeleteAccessKeyInput {
  AccessKeyId?: string;
}
/**
 * DeleteAccessKeyOutput is empty.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "DeleteAccessKeyOutput".
 */
export interface DeleteAccessKeyOutput {}
/**
 * DescribeTrustedUserInput names a user of the domain at the other end of a
 * trust.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "DescribeTrustedUserInput".
 */
export interface DescribeTrustedUserInput {
  TrustId?: string;
  /**
   * sAMAccountName or userPrincipalName
   */
  UserName?: string;
}
/**
 * DescribeTrustedUserOutput is a user with all groups that the user is in.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "DescribeTrustedUserOutput".
 */
export interface DescribeTrustedUserOutput {
  DomainName?: string;
  User: TrustedUser;
  /**
   * sorted by name
   */
  Groups: TrustedMembership[];
}
/**
 * TrustedUser is a user of a trusted domain.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "TrustedUser".
 */
export interface TrustedUser {
  /**
   * sAMAccountName
   */
  UserName: string;
  /**
   * DOMAIN\user, as Windows shows it
   */
  LogonName?: string;
  UserPrincipalName?: string;
  DisplayName?: string;
  Mail?: string;
  Sid: string;
  DistinguishedName?: string;
  Enabled: boolean;
}
/**
 * TrustedMembership is a group that a user is in.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "TrustedMembership".
 */
export interface TrustedMembership {
  /**
   * sAMAccountName
   */
  GroupName: string;
  Description?: string;
  /**
   * "DomainLocal", "Global" or "Universal"
   */
  GroupScope?: string;
  /**
   * "Security" or "Distribution"
   */
  GroupType?: string;
  Sid: string;
  DistinguishedName?: string;
  /**
   * else by way of another group
   */
  Direct: boolean;
  /**
   * the user's primary group
   */
  Primary: boolean;
}
/**
 * ExplainTrustInput names the trust to explain.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ExplainTrustInput".
 */
export interface ExplainTrustInput {
  TrustId?: string;
}
/**
 * ExplainTrustOutput is everything that is known of a trust: its state, every
 * condition in the order in which causes come before effects, the partner as
 * it was found, and what was done.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ExplainTrustOutput".
 */
export interface ExplainTrustOutput {
  TrustId: string;
  DirectoryId: string;
  DirectoryName: string;
  DirectoryStage?: string;
  RemoteDomainName: string;
  TrustDirection: "Two-Way" | "One-Way: Outgoing" | "One-Way: Incoming";
  TrustType: "Forest" | "External";
  TrustState: string;
  TrustStateReason?: string;
  /**
   * what the reason is about, one of the conditions' causes
   */
  TrustStateCause?: string;
  StateSince?: number;
  /**
   * what a person is to do; "" when nothing
   */
  NextAction?: string;
  NextLook?: number;
  /**
   * consecutive looks without change
   */
  Tries: number;
  Conditions: TrustCondition[];
  /**
   * types of the conditions that were not looked at yet, in their order
   */
  Ahead: string[];
  Partner?: TrustPartner;
  Verdicts: TrustVerdict[];
  Steps: TrustStep[];
  ConditionalForwarder?: TrustForwarder;
  LocalSideExists: boolean;
  /**
   * the sealed trust password is still needed
   */
  PasswordKept: boolean;
  LastPasswordRollOver?: number;
  /**
   * a VerifyTrust is not answered yet
   */
  VerificationRequested: boolean;
  Applications: TrustApplication[];
}
/**
 * TrustCondition is one fact about a trust.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "TrustCondition".
 */
export interface TrustCondition {
  Type: string;
  Holds: boolean;
  Cause: string;
  Message: string;
  Hint: string;
  Since?: number;
  Tries: number;
  /**
   * what the directory's own side lacks, where that is the cause
   */
  Missing: TrustMissing[];
  /**
   * each adds some of it; Hint tells them too
   */
  Commands: string[];
}
/**
 * TrustMissing is a rule of the directory's security group, or a route of the
 * directory, that would let through what is stopped now.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "TrustMissing".
 */
export interface TrustMissing {
  /**
   * SecurityGroupRule or IpRoute
   */
  Kind: "SecurityGroupRule" | "IpRoute";
  DirectoryId: string;
  /**
   * of a rule
   */
  SecurityGroupId: string;
  /**
   * the rule is for what comes in
   */
  Inbound: boolean;
  /**
   * of a rule: tcp, udp, or -1 for all
   */
  IpProtocol: string;
  /**
   * of a rule with ports
   */
  FromPort: number;
  ToPort: number;
  /**
   * of the partner's host
   */
  CidrIp: string;
}
/**
 * TrustPartner is the other domain as it was found.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "TrustPartner".
 */
export interface TrustPartner {
  DnsName: string;
  NetBiosName: string;
  Forest: string;
  Sid: string;
  FoundAt?: number;
  DomainControllers: TrustPartnerDC[];
}
/**
 * TrustPartnerDC is a domain controller of the partner.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "TrustPartnerDC".
 */
export interface TrustPartnerDC {
  HostName: string;
  IpAddr: string;
  PdcEmulator: boolean;
  Answered: boolean;
  Error: string;
  ClockSkewMillis: number;
}
/**
 * TrustVerdict is what one domain controller of ours says of the outgoing
 * direction. The status fields are Win32 error codes; 0 is success.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "TrustVerdict".
 */
export interface TrustVerdict {
  DomainControllerId: string;
  HostName?: string;
  At?: number;
  Verified: boolean;
  Error: string;
  PartnerHostName: string;
  CallStatus: number;
  PasswordStatus: number;
  ChannelStatus: number;
}
/**
 * TrustStep is one line of a trust's history.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "TrustStep".
 */
export interface TrustStep {
  At?: number;
  Step: string;
  /**
   * of the directory, that did it; "" where none did
   */
  DomainControllerId?: string;
  HostName?: string;
  TookMillis: number;
  Error?: string;
}
/**
 * TrustForwarder is the conditional forwarder that the trust is resolved by.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "TrustForwarder".
 */
export interface TrustForwarder {
  RemoteDomainName: string;
  DnsIpAddrs: string[];
  NotAppliedReason: string;
  Upstreams: TrustUpstream[];
}
/**
 * TrustUpstream is how one DNS server answers one of our domain controllers.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "TrustUpstream".
 */
export interface TrustUpstream {
  DomainControllerId: string;
  HostName?: string;
  IpAddr: string;
  Healthy: boolean;
  Error: string;
}
/**
 * TrustApplication is one application or service of AWS.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "TrustApplication".
 */
export interface TrustApplication {
  Name: string;
  NeedsTwoWay: boolean;
  /**
   * with the trust's direction, once the trust is Verified
   */
  Works: boolean;
  Why: string;
}
/**
 * ListAccessKeysInput asks for all access keys of the caller's account.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ListAccessKeysInput".
 */
export interface ListAccessKeysInput {}
/**
 * ListAccessKeysOutput lists access keys by id.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ListAccessKeysOutput".
 */
export interface ListAccessKeysOutput {
  AccessKeys: AccessKey[];
}
/**
 * ListAuditEntriesInput asks who changed what. Members that are absent set no
 * bound.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ListAuditEntriesInput".
 */
export interface ListAuditEntriesInput {
  /**
   * of this moment and later
   */
  StartTime?: number;
  /**
   * before this moment
   */
  EndTime?: number;
  AccessKeyId?: string;
  /**
   * "CreateTrust"
   */
  OperationName?: string;
  /**
   * "t-0123456789"
   */
  ObjectId?: string;
  SourceIpAddress?: string;
  /**
   * of the page, at most 1000; 0 means 100
   */
  Limit?: number;
  NextToken?: string;
}
/**
 * ListAuditEntriesOutput is one page of the audit log, the newest entry first.
 * It may be short, or empty, and have a NextToken all the same: then the server
 * has looked through many entries that were not asked for.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ListAuditEntriesOutput".
 */
export interface ListAuditEntriesOutput {
  AuditEntries: AuditEntry[];
  NextToken?: string;
}
/**
 * AuditEntry is one decision.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "AuditEntry".
 */
export interface AuditEntry {
  EventTime?: number;
  OperationName?: string;
  /**
   * what was decided on
   */
  ObjectId?: string;
  /**
   * of who decided; "entente" is the server itself
   */
  AccessKeyId?: string;
  SourceIpAddress?: string;
  Region?: string;
  /**
   * as in x-amzn-RequestId and the server's log
   */
  RequestId?: string;
  /**
   * members of the request that are worth keeping, none of them secret
   */
  Request?: {
    [k: string]: string;
  };
}
/**
 * ListTrustApplicationsInput names a trust.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ListTrustApplicationsInput".
 */
export interface ListTrustApplicationsInput {
  TrustId?: string;
}
/**
 * ListTrustApplicationsOutput says which AWS applications work for the users
 * of the trusted domain.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ListTrustApplicationsOutput".
 */
export interface ListTrustApplicationsOutput {
  TrustDirection?: string;
  Applications: TrustApplication[];
}
/**
 * ListTrustedGroupMembersInput asks who belongs to a group of the domain at
 * the other end of a trust.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ListTrustedGroupMembersInput".
 */
export interface ListTrustedGroupMembersInput {
  TrustId?: string;
  /**
   * sAMAccountName
   */
  GroupName?: string;
  /**
   * also members of groups in the group
   */
  Recursive?: boolean;
  /**
   * part of a member's account name, full name, mail or principal name; "" means all
   */
  Search?: string;
  /**
   * of the page, at most 1000; 0 means 100
   */
  Limit?: number;
  NextToken?: string;
}
/**
 * ListTrustedGroupMembersOutput is one page of members, sorted by account
 * name; those without one come last.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ListTrustedGroupMembersOutput".
 */
export interface ListTrustedGroupMembersOutput {
  DomainName?: string;
  Members: TrustedMember[];
  NextToken?: string;
}
/**
 * TrustedMember is a member of a group of a trusted domain.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "TrustedMember".
 */
export interface TrustedMember {
  /**
   * sAMAccountName; of a foreign principal its SID
   */
  MemberName: string;
  /**
   * "User", "Group", "Computer", "Foreign" or "Other"
   */
  MemberType: string;
  DisplayName?: string;
  Sid: string;
  DistinguishedName?: string;
  Enabled: boolean;
}
/**
 * ListTrustedGroupsInput asks for groups of the domain at the other end of a
 * trust.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ListTrustedGroupsInput".
 */
export interface ListTrustedGroupsInput {
  TrustId?: string;
  /**
   * part of the account name, name or description; "" means all
   */
  Search?: string;
  /**
   * of the page, at most 1000; 0 means 100
   */
  Limit?: number;
  NextToken?: string;
}
/**
 * ListTrustedGroupsOutput is one page of groups, sorted by account name.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ListTrustedGroupsOutput".
 */
export interface ListTrustedGroupsOutput {
  DomainName?: string;
  Groups: TrustedGroup[];
  NextToken?: string;
}
/**
 * TrustedGroup is a group of a trusted domain.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "TrustedGroup".
 */
export interface TrustedGroup {
  /**
   * sAMAccountName
   */
  GroupName: string;
  Description?: string;
  /**
   * "DomainLocal", "Global" or "Universal"
   */
  GroupScope?: string;
  /**
   * "Security" or "Distribution"
   */
  GroupType?: string;
  Sid: string;
  DistinguishedName?: string;
}
/**
 * ListTrustedUsersInput asks for users of the domain at the other end of a
 * trust.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ListTrustedUsersInput".
 */
export interface ListTrustedUsersInput {
  TrustId?: string;
  /**
   * part of the account name, full name, mail or principal name; "" means all
   */
  Search?: string;
  /**
   * of the page, at most 1000; 0 means 100
   */
  Limit?: number;
  NextToken?: string;
}
/**
 * ListTrustedUsersOutput is one page of users, sorted by account name.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "ListTrustedUsersOutput".
 */
export interface ListTrustedUsersOutput {
  DomainName?: string;
  Users: TrustedUser[];
  NextToken?: string;
}
/**
 * StartTrustAssessmentInput asks whether a directory and another domain are
 * ready for a trust. AWS's StartADAssessment has no place for both.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "StartTrustAssessmentInput".
 */
export interface StartTrustAssessmentInput {
  DirectoryId?: string;
  RemoteDomainName?: string;
  /**
   * of the domain's DNS servers; none: those of the conditional forwarder
   */
  DnsIpAddrs?: string[];
  /**
   * of the trust that is meant: Forest or External; "" means that of the trust there is, else Forest
   */
  TrustType?: string;
  /**
   * "" means that of the trust there is, else unknown
   */
  TrustDirection?: string;
  /**
   * an account of the other domain, to look at its accounts with; "" means none
   */
  UserName?: string;
  /**
   * of that account; kept sealed until the assessment ends
   */
  Password?: string;
}
/**
 * StartTrustAssessmentOutput names the assessment, for DescribeADAssessment.
 *
 * This interface was referenced by `Operations`'s JSON-Schema
 * via the `definition` "StartTrustAssessmentOutput".
 */
export interface StartTrustAssessmentOutput {
  AssessmentId: string;
}

// VPCs, subnets and security groups, by EC2's query API.

import { type Params, child, ec2, items, text } from "./ec2.ts";

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

const nameOf = (e: Element) =>
  items(e, "tagSet")
    .filter((t) => text(t, "key") === "Name")
    .map((t) => text(t, "value"))[0] ?? "";

/** Follows nextToken until there is none. */
async function all(region: string, action: string, set: string, params: Params = {}): Promise<Element[]> {
  const list: Element[] = [];
  let token = "";
  do {
    const root = await ec2(region, action, token ? { ...params, NextToken: token } : params);
    list.push(...items(root, set));
    token = text(root, "nextToken");
  } while (token);
  return list;
}

export async function listVpcs(region: string): Promise<Vpc[]> {
  return (await all(region, "DescribeVpcs", "vpcSet")).map((e) => ({
    id: text(e, "vpcId"),
    cidr: text(e, "cidrBlock"),
    isDefault: text(e, "isDefault") === "true",
    state: text(e, "state"),
    name: nameOf(e),
  }));
}

export async function listSubnets(region: string): Promise<Subnet[]> {
  return (await all(region, "DescribeSubnets", "subnetSet")).map((e) => ({
    id: text(e, "subnetId"),
    vpc: text(e, "vpcId"),
    cidr: text(e, "cidrBlock"),
    zone: text(e, "availabilityZone"),
    free: Number(text(e, "availableIpAddressCount")),
    name: nameOf(e),
  }));
}

export async function listZones(region: string): Promise<string[]> {
  return (await all(region, "DescribeAvailabilityZones", "availabilityZoneInfo")).map((e) => text(e, "zoneName"));
}

export async function listGroups(region: string): Promise<SecurityGroup[]> {
  return (await all(region, "DescribeSecurityGroups", "securityGroupInfo")).map((e) => ({
    id: text(e, "groupId"),
    name: text(e, "groupName"),
    description: text(e, "groupDescription"),
    vpc: text(e, "vpcId"),
  }));
}

export async function listRules(region: string, group: string): Promise<Rule[]> {
  const params = { "Filter.1.Name": "group-id", "Filter.1.Value.1": group };
  return (await all(region, "DescribeSecurityGroupRules", "securityGroupRuleSet", params)).map((e) => ({
    id: text(e, "securityGroupRuleId"),
    group: text(e, "groupId"),
    egress: text(e, "isEgress") === "true",
    protocol: text(e, "ipProtocol"),
    from: child(e, "fromPort") ? Number(text(e, "fromPort")) : null,
    to: child(e, "toPort") ? Number(text(e, "toPort")) : null,
    peer: text(e, "cidrIpv4") || text(e, "cidrIpv6") || text(e, "referencedGroupInfo>groupId"),
    description: text(e, "description"),
  }));
}

/** What a rule allows, without its id. */
export type RuleBody = Omit<Rule, "id" | "group">;

/** The parameters of one IpPermissions entry. */
function permission(r: RuleBody): Params {
  const p: Params = { "IpPermissions.1.IpProtocol": r.protocol };
  if (r.protocol !== "-1") {
    p["IpPermissions.1.FromPort"] = r.from ?? -1;
    p["IpPermissions.1.ToPort"] = r.to ?? -1;
  }
  const kind = r.peer.startsWith("sg-")
    ? ["Groups", "GroupId"]
    : r.peer.includes(":")
      ? ["Ipv6Ranges", "CidrIpv6"]
      : ["IpRanges", "CidrIp"];
  p[`IpPermissions.1.${kind[0]}.1.${kind[1]}`] = r.peer;
  if (r.description) p[`IpPermissions.1.${kind[0]}.1.Description`] = r.description;
  return p;
}

export async function addRule(region: string, group: string, r: RuleBody): Promise<void> {
  const action = r.egress ? "AuthorizeSecurityGroupEgress" : "AuthorizeSecurityGroupIngress";
  await ec2(region, action, { GroupId: group, ...permission(r) });
}

export async function removeRule(region: string, r: Rule): Promise<void> {
  const action = r.egress ? "RevokeSecurityGroupEgress" : "RevokeSecurityGroupIngress";
  await ec2(region, action, { GroupId: r.group, "SecurityGroupRuleId.1": r.id });
}

export async function describeRule(region: string, r: Rule, description: string): Promise<void> {
  const action = `UpdateSecurityGroupRuleDescriptions${r.egress ? "Egress" : "Ingress"}`;
  await ec2(region, action, {
    GroupId: r.group,
    "SecurityGroupRuleDescription.1.SecurityGroupRuleId": r.id,
    "SecurityGroupRuleDescription.1.Description": description,
  });
}

export async function createVpc(region: string, cidr: string, name: string): Promise<string> {
  const root = await ec2(region, "CreateVpc", { CidrBlock: cidr, ...named("vpc", name) });
  return text(root, "vpc>vpcId");
}

export async function createSubnet(
  region: string,
  vpc: string,
  cidr: string,
  zone: string,
  name: string,
): Promise<string> {
  const root = await ec2(region, "CreateSubnet", {
    VpcId: vpc,
    CidrBlock: cidr,
    AvailabilityZone: zone,
    ...named("subnet", name),
  });
  return text(root, "subnet>subnetId");
}

function named(kind: string, name: string): Params {
  if (!name) return {};
  return {
    "TagSpecification.1.ResourceType": kind,
    "TagSpecification.1.Tag.1.Key": "Name",
    "TagSpecification.1.Tag.1.Value": name,
  };
}

export const deleteVpc = (region: string, id: string) => ec2(region, "DeleteVpc", { VpcId: id });
export const deleteSubnet = (region: string, id: string) => ec2(region, "DeleteSubnet", { SubnetId: id });

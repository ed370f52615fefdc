// One hook per answer that screens share.

import { type AuditFilter, listAudit } from "./audit.ts";
import { ds, dsAll, own } from "./call.ts";
import { listGroups, listRules, listSubnets, listVpcs, listZones } from "./networks.ts";
import { useQuery } from "./query.ts";
import type {
  Assessment,
  AssessmentReport,
  Certificate,
  Directory,
  DomainController,
  EventTopic,
  Forwarder,
  IpRoute,
  LdapsSetting,
  LogSubscription,
  RegionDescription,
  Setting,
  Snapshot,
  Tag,
  Trust,
} from "./types.ts";

const named = (...parts: string[]) => parts.join(" ");

export const useDirectories = (region: string) =>
  useQuery(
    named("directories", region),
    () => dsAll<Directory>(region, "DescribeDirectories", {}, "DirectoryDescriptions"),
    ["directories"],
  );

export const useDirectory = (region: string, id: string | null) =>
  useQuery(
    id === null ? null : named("directory", region, id),
    async () =>
      (await dsAll<Directory>(region, "DescribeDirectories", { DirectoryIds: [id] }, "DirectoryDescriptions"))[0],
    ["directories"],
  );

/** An id of null asks for nothing. */
export const useDomainControllers = (region: string, id: string | null) =>
  useQuery(
    id === null ? null : named("dcs", region, id),
    () => dsAll<DomainController>(region, "DescribeDomainControllers", { DirectoryId: id }, "DomainControllers"),
    ["directories"],
  );

export const useTrusts = (region: string, directory?: string) =>
  useQuery(
    named("trusts", region, directory ?? "all"),
    () => dsAll<Trust>(region, "DescribeTrusts", directory ? { DirectoryId: directory } : {}, "Trusts"),
    ["trusts", "directories"],
  );

export const useExplanation = (region: string, trust: string | null) =>
  useQuery(
    trust === null ? null : named("explain", region, trust),
    () => own(region, "ExplainTrust", trust === null ? {} : { TrustId: trust }),
    ["trusts", "forwarders"],
  );

export const useForwarders = (region: string, directory: string) =>
  useQuery(
    named("forwarders", region, directory),
    async () =>
      (
        await ds<{ ConditionalForwarders: Forwarder[] }>(region, "DescribeConditionalForwarders", {
          DirectoryId: directory,
        })
      ).ConditionalForwarders,
    ["forwarders"],
  );

export const useRoutes = (region: string, directory: string) =>
  useQuery(
    named("routes", region, directory),
    () => dsAll<IpRoute>(region, "ListIpRoutes", { DirectoryId: directory }, "IpRoutesInfo"),
    ["routes"],
  );

export const useTags = (region: string, directory: string) =>
  useQuery(
    named("tags", region, directory),
    () => dsAll<Tag>(region, "ListTagsForResource", { ResourceId: directory }, "Tags"),
    ["directories"],
  );

export const useRegions = (region: string, directory: string | null) =>
  useQuery(
    directory === null ? null : named("regions", region, directory),
    () => dsAll<RegionDescription>(region, "DescribeRegions", { DirectoryId: directory }, "RegionsDescription"),
    ["directories"],
  );

export const useSnapshots = (region: string, directory: string) =>
  useQuery(
    named("snapshots", region, directory),
    () => dsAll<Snapshot>(region, "DescribeSnapshots", { DirectoryId: directory }, "Snapshots"),
    ["snapshots", "directories"],
  );

export const useSettings = (region: string, directory: string) =>
  useQuery(
    named("settings", region, directory),
    () => dsAll<Setting>(region, "DescribeSettings", { DirectoryId: directory }, "SettingEntries"),
    ["settings", "directories"],
  );

export const useCertificates = (region: string, directory: string) =>
  useQuery(
    named("certificates", region, directory),
    () => dsAll<Certificate>(region, "ListCertificates", { DirectoryId: directory }, "CertificatesInfo"),
    ["certificates"],
  );

export const useLdaps = (region: string, directory: string) =>
  useQuery(
    named("ldaps", region, directory),
    async () =>
      (await dsAll<LdapsSetting>(region, "DescribeLDAPSSettings", { DirectoryId: directory }, "LDAPSSettingsInfo"))[0],
    ["ldaps", "certificates"],
  );

export const useTopics = (region: string, directory: string) =>
  useQuery(
    named("topics", region, directory),
    async () =>
      (await ds<{ EventTopics: EventTopic[] }>(region, "DescribeEventTopics", { DirectoryId: directory })).EventTopics,
    ["topics"],
  );

/** One at most in each Region. */
export const useLogSubscriptions = (region: string, directory: string) =>
  useQuery(
    named("logs", region, directory),
    () => dsAll<LogSubscription>(region, "ListLogSubscriptions", { DirectoryId: directory }, "LogSubscriptions"),
    ["logs"],
  );

export const useAssessment = (region: string, id: string | null) =>
  useQuery(
    id === null ? null : named("assessment", region, id),
    () =>
      ds<{ Assessment: Assessment; AssessmentReports?: AssessmentReport[] }>(region, "DescribeADAssessment", {
        AssessmentId: id,
      }),
    ["assessments"],
  );

/** What decisions change, but for those on access keys, of which no page is told. */
const decided = [
  "directories",
  "trusts",
  "forwarders",
  "routes",
  "snapshots",
  "settings",
  "certificates",
  "ldaps",
  "topics",
  "logs",
  "assessments",
  "vpcs",
  "groups",
];

export const useAuditEntries = (region: string, filter: AuditFilter) =>
  useQuery(named("audit", region, JSON.stringify(filter)), () => listAudit(region, filter), decided);

export const useVpcs = (region: string) => useQuery(named("vpcs", region), () => listVpcs(region), ["vpcs"]);
export const useSubnets = (region: string) =>
  useQuery(named("subnets", region), () => listSubnets(region), ["vpcs", "directories"]);
export const useZones = (region: string) => useQuery(named("zones", region), () => listZones(region), []);
export const useGroups = (region: string) =>
  useQuery(named("groups", region), () => listGroups(region), ["groups", "directories"]);
export const useRules = (region: string, group: string | undefined) =>
  useQuery(group ? named("rules", region, group) : null, () => listRules(region, group ?? ""), ["groups"]);

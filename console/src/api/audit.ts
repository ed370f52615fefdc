// Which entries of the audit log are asked for, from what stands in the address.

import { own } from "./call.ts";
import type { AuditEntry, ListAuditEntriesInput } from "./own.ts";

export interface AuditFilter {
  operation: string;
  object: string;
  accessKey: string;
  source: string;
  /** One of spans, "" for all that is kept. */
  span: string;
  /** Only entries before this moment, in seconds since 1970; "" for the newest. */
  before: string;
}

const hour = 3600;

/** How far back, in seconds. */
export const spans: readonly { value: string; label: string; seconds: number }[] = [
  { value: "hour", label: "Last hour", seconds: hour },
  { value: "day", label: "Last day", seconds: 24 * hour },
  { value: "week", label: "Last 7 days", seconds: 7 * 24 * hour },
  { value: "month", label: "Last 30 days", seconds: 30 * 24 * hour },
];

/** As many as one look shows. */
export const most = 500;

/** What the API is asked; now is in seconds since 1970. */
export function question(f: AuditFilter, now: number): ListAuditEntriesInput {
  const span = spans.find((s) => s.value === f.span);
  const before = Number(f.before);
  return {
    ...(f.operation ? { OperationName: f.operation } : {}),
    ...(f.object ? { ObjectId: f.object } : {}),
    ...(f.accessKey ? { AccessKeyId: f.accessKey } : {}),
    ...(f.source ? { SourceIpAddress: f.source } : {}),
    ...(span ? { StartTime: now - span.seconds } : {}),
    ...(before > 0 ? { EndTime: before } : {}),
  };
}

export interface AuditPage {
  entries: AuditEntry[];
  /** There are older ones. */
  more: boolean;
}

/** The newest entries that the filter lets through. A page of the API may be short although more follow. */
export async function listAudit(region: string, f: AuditFilter): Promise<AuditPage> {
  const asked = question(f, Date.now() / 1000);
  const entries: AuditEntry[] = [];
  let NextToken: string | undefined;
  do {
    const Limit = most - entries.length;
    const page = await own(region, "ListAuditEntries", { ...asked, Limit, ...(NextToken ? { NextToken } : {}) });
    entries.push(...page.AuditEntries);
    NextToken = page.NextToken;
  } while (NextToken && entries.length < most);
  return { entries, more: NextToken !== undefined && NextToken !== "" };
}

/** The moment before which older entries are. Those of the same millisecond are shown again rather than left out. */
export const olderThan = (page: AuditPage): string => {
  const last = page.entries.at(-1)?.EventTime;
  return last === undefined ? "" : String(last + 0.001);
};

/** "DirectoryId=d-…, TrustType=Forest". */
export const requestText = (e: AuditEntry): string =>
  Object.entries(e.Request ?? {})
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(", ");

// What our own side lacks, as deep links that fill it in, and as text.

import type { Condition, Missing } from "../../api/types.ts";
import { ruleText } from "../networks/filled.ts";

export interface Remedy {
  title: string;
  href: string;
}

interface Paths {
  groupEdit: (id: string, direction: "inbound" | "outbound") => string;
  newRoutes: (id: string) => string;
}

const direction = (m: Missing) => (m.Inbound ? "inbound" : "outbound");

/** Where in the console all that a condition lacks can be added. */
export function remedies(c: Condition, trust: string, to: Paths): Remedy[] {
  const byPage = new Map<string, Remedy & { query: URLSearchParams }>();
  for (const m of c.Missing) {
    const rule = m.Kind === "SecurityGroupRule";
    const page = rule ? to.groupEdit(m.SecurityGroupId, direction(m)) : to.newRoutes(m.DirectoryId);
    const title = rule ? `Add ${direction(m)} rules` : "Add routes";
    const entry = byPage.get(page) ?? { title, href: page, query: new URLSearchParams({ trust }) };
    entry.query.append(rule ? "rule" : "cidr", rule ? ruleText(m) : m.CidrIp);
    byPage.set(page, entry);
  }
  return [...byPage.values()].map(({ title, href, query }) => ({ title, href: `${href}?${query}` }));
}

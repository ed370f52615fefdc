// What our own side lacks, as deep links that fill it in, and as text.

import type { Condition, Missing } from "../../api/explanation.ts";
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
  const add = (title: string, page: string, name: string, value: string) => {
    const entry = byPage.get(page) ?? { title, href: page, query: new URLSearchParams({ trust }) };
    entry.query.append(name, value);
    byPage.set(page, entry);
  };
  for (const m of c.Missing)
    if (m.Kind === "SecurityGroupRule")
      add(`Add ${direction(m)} rules`, to.groupEdit(m.SecurityGroupId, direction(m)), "rule", ruleText(m));
    else add("Add routes", to.newRoutes(m.DirectoryId), "cidr", m.CidrIp);
  return [...byPage.values()].map(({ title, href, query }) => ({ title, href: `${href}?${query}` }));
}

// Security group rules as the VPC console shows them: Type, Protocol, Port
// range, and who is at the other end.

import type { Rule, RuleBody } from "../../api/networks.ts";
import { checkCidr } from "../addresses.ts";

export interface RuleType {
  title: string;
  protocol: string;
  from: number | null;
  to: number | null;
}

const tcp = (title: string, from: number, to = from): RuleType => ({ title, protocol: "tcp", from, to });
const udp = (title: string, from: number, to = from): RuleType => ({ title, protocol: "udp", from, to });

/** What the editor offers as Type, "All traffic" first as the page's step has it. */
export const ruleTypes: RuleType[] = [
  { title: "All traffic", protocol: "-1", from: null, to: null },
  { title: "All TCP", protocol: "tcp", from: 0, to: 65535 },
  { title: "All UDP", protocol: "udp", from: 0, to: 65535 },
  { title: "All ICMP - IPv4", protocol: "icmp", from: -1, to: -1 },
  { title: "Custom TCP", protocol: "tcp", from: null, to: null },
  { title: "Custom UDP", protocol: "udp", from: null, to: null },
  tcp("DNS (TCP)", 53),
  udp("DNS (UDP)", 53),
  tcp("Kerberos (TCP)", 88),
  udp("Kerberos (UDP)", 88),
  udp("NTP", 123),
  tcp("RPC endpoint mapper", 135),
  tcp("LDAP", 389),
  udp("CLDAP", 389),
  tcp("SMB", 445),
  tcp("Kerberos password (TCP)", 464),
  udp("Kerberos password (UDP)", 464),
  tcp("LDAPS", 636),
  tcp("Global catalog", 3268, 3269),
  tcp("RPC dynamic ports", 49152, 65535),
];

export const isCustom = (t: RuleType) => t.title.startsWith("Custom");

export function typeOf(r: Pick<Rule, "protocol" | "from" | "to">): RuleType | undefined {
  return ruleTypes.find(
    (t) => !isCustom(t) && t.protocol === r.protocol && (t.protocol === "-1" || (t.from === r.from && t.to === r.to)),
  );
}

export function typeTitle(r: Pick<Rule, "protocol" | "from" | "to">): string {
  const known = typeOf(r);
  if (known) return known.title;
  return r.protocol === "tcp" ? "Custom TCP" : r.protocol === "udp" ? "Custom UDP" : `Protocol ${r.protocol}`;
}

export const protocolTitle = (p: string) => (p === "-1" ? "All" : /^\d+$/.test(p) ? p : p.toUpperCase());

export function portsTitle(r: Pick<Rule, "protocol" | "from" | "to">): string {
  if (r.protocol === "-1" || r.from === null || r.from === -1) return "All";
  if (r.from === 0 && r.to === 65535) return "All";
  return r.from === r.to ? String(r.from) : `${r.from} - ${r.to}`;
}

/** A peer as typed: a range, one address, or a security group. */
export function parsePeer(text: string): { peer: string; fault: string } {
  const t = text.trim();
  if (!t) return { peer: "", fault: "Enter a range, an address or a security group." };
  if (/^sg-([0-9a-f]{8}|[0-9a-f]{17})$/.test(t)) return { peer: t, fault: "" };
  if (t.startsWith("sg-")) return { peer: t, fault: "A security group id is sg- and 17 digits or letters a to f." };
  const range = t.includes("/") ? t : t.includes(":") ? `${t}/128` : `${t}/32`;
  return { peer: range, fault: checkCidr(range) };
}

/** Ports as typed: "53", "1024 - 65535". */
export function parsePorts(text: string): { from: number; to: number; fault: string } {
  const m = /^\s*(\d{1,5})\s*(?:-\s*(\d{1,5}))?\s*$/.exec(text);
  const bad = { from: 0, to: 0, fault: "Enter a port or a range such as 1024 - 65535." };
  if (!m) return bad;
  const from = Number(m[1]);
  const to = Number(m[2] ?? m[1]);
  return from <= to && to <= 65535 ? { from, to, fault: "" } : bad;
}

/** What EC2 takes as the description of a rule. */
export function checkRuleDescription(text: string): string {
  if (text.length > 255) return "A description has at most 255 characters.";
  return /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]*$/.test(text)
    ? ""
    : "Letters, digits, spaces and . _ - : / ( ) # , @ [ ] + = & ; { } ! $ * only.";
}

const same = (r: RuleBody, p: string, from: number | null, to: number | null) =>
  r.protocol === p && (p === "-1" || (r.from === from && r.to === to));

/** Whether a directory's group is as it was made: then routes may rewrite it. */
export function isCustomized(rules: Rule[], group: string): boolean {
  const others = rules.filter((r) => r.peer !== group);
  const out = others.filter((r) => r.egress);
  const come = others.filter((r) => !r.egress);
  const from = new Set(come.map((r) => r.peer));
  const served = [53, 88, 389, 445, 464];
  const wanted: [string, number, number][] = [
    ["icmp", -1, -1],
    ...served.flatMap((p): [string, number, number][] => [
      ["tcp", p, p],
      ["udp", p, p],
    ]),
    ["udp", 123, 123],
    ["udp", 138, 138],
    ["tcp", 135, 135],
    ["tcp", 636, 636],
    ["tcp", 1024, 65535],
    ["tcp", 3268, 3269],
  ];
  const complete =
    come.length === wanted.length && from.size === 1 && wanted.every(([p, a, b]) => come.some((r) => same(r, p, a, b)));
  const anywhere = out.length === 1 && out.every((r) => r.protocol === "-1" && /^(0\.0\.0\.0|::)\/0$/.test(r.peer));
  return !(complete && (out.length === 0 || anywhere));
}

// What the fields of a trust may hold: the server's own rules, said while
// typing. Each check gives what is wrong, "" when nothing is.

import type { Direction, Trust, TrustType } from "../../api/types.ts";
import { checkAddress, holds, isPublic } from "../addresses.ts";
import { checkRepeat } from "../directories/rules.ts";

export interface TrustDraft {
  type: TrustType;
  remote: string;
  password: string;
  again: string;
  direction: Direction | "";
  selective: boolean;
  /** Whether DNS servers are given, or the forwarder that exists serves. */
  forwarder: "addresses" | "existing";
  addresses: string[];
}

export const emptyDraft: TrustDraft = {
  type: "Forest",
  remote: "",
  password: "",
  again: "",
  direction: "",
  selective: false,
  forwarder: "addresses",
  addresses: [""],
};

export const maxAddresses = 4;

/** A domain name as names are compared: lower case, no dot at the end. */
export const plainDomain = (name: string) => name.trim().toLowerCase().replace(/\.$/, "");

const below = (a: string, b: string) => a === b || a.endsWith("." + b);

export function checkRemoteDomain(name: string, own = "", trusts: Pick<Trust, "RemoteDomainName">[] = []): string {
  const plain = plainDomain(name);
  if (!plain) return "Enter the fully qualified name of the domain to trust.";
  if (plain.length > 255) return "A domain name has at most 255 characters.";
  const labels = plain.split(".");
  if (labels.some((l) => l === "")) return "A label between the dots is empty.";
  if (labels.some((l) => l.length > 63)) return "A label has at most 63 characters.";
  if (!labels.every((l) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(l)))
    return "Labels hold letters, digits and hyphens, and begin and end with a letter or digit.";
  if (labels.some((l) => l.includes("--"))) return "Two hyphens in a row are not allowed.";
  if (labels.length < 2) return "Single-label domains cannot be trusted. Use the full name, such as corp.example.com.";
  const us = plainDomain(own);
  if (us && plain === us) return "A directory cannot trust itself.";
  if (us && (below(plain, us) || below(us, plain))) return `The name overlaps ${us}: one lies in the other.`;
  if (trusts.some((t) => plainDomain(t.RemoteDomainName) === plain))
    return "There is a trust with this domain already. One trust is allowed for a pair of domains.";
  return "";
}

const maxTrustPassword = 128;

export function checkTrustPassword(password: string): string {
  if (!password) return "Enter the trust password. The same one is entered on the other side.";
  if (password.length > maxTrustPassword) return `A trust password has at most ${maxTrustPassword} characters.`;
  if (!/^[\p{L}\p{Nd}!-/:-@[-`{-~ ]+$/u.test(password)) return "Letters, digits, punctuation and spaces only.";
  if (password.trim() === "") return "A trust password of spaces alone is not accepted by the other side.";
  return "";
}

interface Strength {
  level: "weak" | "fair" | "strong";
  words: string;
}

/** A hint, not a rule: how long guessing would take. */
export function strengthOf(password: string): Strength {
  const kinds: [RegExp, number][] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/[0-9]/, 10],
    [/[^a-zA-Z0-9]/, 33],
  ];
  const alphabet = kinds.reduce((n, [r, size]) => n + (r.test(password) ? size : 0), 0);
  // Repetition adds little.
  const length = Math.min(password.length, new Set(password).size * 2);
  const bits = alphabet ? length * Math.log2(alphabet) : 0;
  if (bits < 60)
    return { level: "weak", words: "Weak: tickets of the trust could be cracked. Use a longer, random one." };
  if (bits < 130) return { level: "fair", words: "Fair. 20 random characters or more would be better." };
  return { level: "strong", words: "Strong." };
}

/** A password that nobody has to remember: 32 characters, over 180 bits. */
export function randomPassword(): string {
  const from = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789-_.+";
  const out: string[] = [];
  const limit = 256 - (256 % from.length);
  while (out.length < 32) {
    for (const b of crypto.getRandomValues(new Uint8Array(64)))
      if (b < limit && out.length < 32) out.push(from[b % from.length] ?? "");
  }
  return out.join("");
}

/** The addresses that are public and that no route reaches. */
export function unrouted(addresses: string[], routes: { CidrIp?: string; IpRouteStatusMsg: string }[]): string[] {
  const usable = routes.filter((r) => ["Added", "Adding"].includes(r.IpRouteStatusMsg));
  return addresses.filter((a) => isPublic(a) && !usable.some((r) => r.CidrIp && holds(r.CidrIp, a.trim())));
}

/** Puts addresses into the members for IPv4 and IPv6, those that are used. */
export function splitAddresses(addresses: string[], v4: string, v6: string): Record<string, string[]> {
  const given = addresses.map((a) => a.trim()).filter(Boolean);
  const out: Record<string, string[]> = {};
  const four = given.filter((a) => !a.includes(":"));
  const six = given.filter((a) => a.includes(":"));
  if (four.length) out[v4] = four;
  if (six.length) out[v6] = six;
  return out;
}

/** What is wrong with the forwarder part: with each address, and as a whole. */
export function checkForwarder(d: TrustDraft, existing: { RemoteDomainName: string }[]): string {
  const known = existing.some((f) => plainDomain(f.RemoteDomainName) === plainDomain(d.remote));
  if (d.forwarder === "existing")
    return known
      ? ""
      : `There is no conditional forwarder for ${plainDomain(d.remote) || "this domain"}: give the addresses of its DNS servers.`;
  const given = d.addresses.filter((a) => a.trim() !== "");
  if (given.length === 0) return "Enter the address of a DNS server of the domain.";
  if (given.length > maxAddresses) return `At most ${maxAddresses} addresses.`;
  if (new Set(given.map((a) => a.trim())).size < given.length) return "An address is there twice.";
  return given.map(checkAddress).find((f) => f !== "") ?? "";
}

export const hasOutgoing = (d: Direction | "") => d === "Two-Way" || d === "One-Way: Outgoing";
export const hasIncoming = (d: Direction | "") => d === "Two-Way" || d === "One-Way: Incoming";

/** The first thing that keeps a trust from being added, "" when nothing does. */
export function checkTrust(
  d: TrustDraft,
  own: string,
  trusts: Pick<Trust, "RemoteDomainName">[],
  forwarders: { RemoteDomainName: string }[],
): string {
  return (
    checkRemoteDomain(d.remote, own, trusts) ||
    checkTrustPassword(d.password) ||
    checkRepeat(d.password, d.again) ||
    (d.direction ? "" : "Choose a direction.") ||
    checkForwarder(d, forwarders)
  );
}

/** The request that a draft makes. */
export function toCreateTrust(directory: string, d: TrustDraft): Record<string, unknown> {
  return {
    DirectoryId: directory,
    RemoteDomainName: d.remote.trim(),
    TrustPassword: d.password,
    TrustDirection: d.direction,
    TrustType: d.type,
    ...(d.forwarder === "addresses"
      ? splitAddresses(d.addresses, "ConditionalForwarderIpAddrs", "ConditionalForwarderIpv6Addrs")
      : {}),
    // It says who of the partner may come in, so without an outgoing direction it means nothing.
    ...(hasOutgoing(d.direction) ? { SelectiveAuth: d.selective ? "Enabled" : "Disabled" } : {}),
  };
}

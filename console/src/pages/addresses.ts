// IP addresses and ranges: as they are typed, and as the numbers that they are.

type Octets = [number, number, number, number];

function octets(address: string): Octets | null {
  const m = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address.trim());
  if (!m) return null;
  const n = m.slice(1).map(Number) as Octets;
  return n.every((o) => o <= 255) ? n : null;
}

const numberOf = (o: Octets) => ((o[0] * 256 + o[1]) * 256 + o[2]) * 256 + o[3];
const dotted = (n: number) => [24, 16, 8, 0].map((s) => Math.floor(n / 2 ** s) % 256).join(".");

const isIPv6 = (a: string) =>
  /^[0-9a-fA-F:]{2,39}$/.test(a) && a.includes(":") && (a.match(/::/g) ?? []).length < 2 && !a.includes(":::");

/** What is wrong with an address as typed, "" when nothing is. */
export function checkAddress(address: string): string {
  const a = address.trim();
  if (!a) return "Enter an IP address.";
  if (isIPv6(a)) return "";
  const o = octets(a);
  if (!o) return "Enter an IP address such as 203.0.113.10, not a name.";
  if (o[0] === 0 || o[0] === 127 || o[0] >= 224) return "A domain controller cannot reach this address.";
  return "";
}

/** What is wrong with a range in CIDR notation, "" when nothing is. */
export function checkCidr(text: string): string {
  if (!text) return "Enter a range such as 203.0.113.0/24.";
  if (text.includes(":"))
    return /^[0-9a-fA-F:]+\/(\d|[1-9]\d|1[01]\d|12[0-8])$/.test(text) ? "" : "Not an IPv6 range such as 2001:db8::/32.";
  const m = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(text);
  if (!m) return "Enter an address, a slash and a length, such as 203.0.113.0/24.";
  const [, base = "", bits = ""] = m;
  const o = octets(base);
  if (!o) return "A number of the address is above 255.";
  if (Number(bits) > 32) return "The length is at most 32.";
  const behind = numberOf(o) % 2 ** (32 - Number(bits));
  if (behind === 0) return "";
  return `There are bits set behind the length: the range is ${dotted(numberOf(o) - behind)}/${bits}.`;
}

/** Two halves of a range, for two availability zones. */
export function halves(cidr: string): [string, string] | null {
  const [base = "", bits = ""] = cidr.split("/");
  const o = octets(base);
  const n = Number(bits);
  if (checkCidr(cidr) || !o || n < 16 || n > 27) return null; // a subnet is /16 to /28
  return [`${dotted(numberOf(o))}/${n + 1}`, `${dotted(numberOf(o) + 2 ** (31 - n))}/${n + 1}`];
}

/** Whether an IPv4 range holds an address. */
export function holds(cidr: string, address: string): boolean {
  const [base = "", bits = ""] = cidr.split("/");
  const b = octets(base);
  const a = octets(address);
  if (!a || !b || !/^\d+$/.test(bits)) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(numberOf(a) / size) === Math.floor(numberOf(b) / size);
}

/** Whether a domain controller needs an IP route to get there: anything but RFC 1918 space. */
export function isPublic(address: string): boolean {
  const o = octets(address);
  if (!o) return false;
  const [a, b] = o;
  return !(a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168) || a === 127 || a === 0);
}

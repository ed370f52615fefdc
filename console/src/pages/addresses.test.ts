import { describe, expect, it } from "vitest";
import { checkAddress, checkCidr, halves, holds, isPublic } from "./addresses.ts";

describe("addresses", () => {
  it.each(["203.0.113.10", "10.0.0.1", "2001:db8::53"])("%s is taken", (a) => expect(checkAddress(a)).toBe(""));
  it.each(["", "dns.example.com", "1.2.3", "1.2.3.256", "127.0.0.1", "224.0.0.1", "0.1.2.3", "1::2::3"])(
    "%j is refused",
    (a) => expect(checkAddress(a)).not.toBe(""),
  );
  it("are public outside of RFC 1918", () => {
    expect(["10.255.255.255", "172.16.0.1", "172.31.9.9", "192.168.0.1"].some(isPublic)).toBe(false);
    expect(["203.0.113.1", "172.15.0.1", "172.32.0.1", "192.169.0.1", "11.0.0.1"].every(isPublic)).toBe(true);
  });
  it("lie in ranges", () => {
    expect(holds("203.0.113.0/24", "203.0.113.255")).toBe(true);
    expect(holds("203.0.113.0/25", "203.0.113.128")).toBe(false);
    expect(holds("203.0.113.7/32", "203.0.113.7")).toBe(true);
    expect(holds("nonsense", "203.0.113.7")).toBe(false);
  });
});

describe("ranges", () => {
  it.each(["203.0.113.0/24", "0.0.0.0/0", "10.1.2.3/32", "2001:db8::/32"])("%s is taken", (r) =>
    expect(checkCidr(r)).toBe(""),
  );
  it.each([
    ["", "Enter a range"],
    ["10.0.0.1", "a slash"],
    ["10.0.0.256/24", "above 255"],
    ["10.0.0.0/33", "at most 32"],
    ["10.61.0.0/8", "the range is 10.0.0.0/8"],
    ["192.0.2.255/25", "the range is 192.0.2.128/25"],
    ["2001:db8::/129", "IPv6"],
  ])("%j is refused: %s", (range, why) => expect(checkCidr(range)).toContain(why));
  it("are halved where both halves can be subnets", () => {
    expect(halves("10.77.0.0/16")).toEqual(["10.77.0.0/17", "10.77.128.0/17"]);
    expect(halves("192.0.2.32/27")).toEqual(["192.0.2.32/28", "192.0.2.48/28"]);
    expect(["10.0.0.0/8", "10.0.0.0/28", "10.77.1.0/16", "2001:db8::/20"].map(halves)).toEqual(Array(4).fill(null));
  });
});

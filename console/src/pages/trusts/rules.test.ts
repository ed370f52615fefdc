import { describe, expect, it } from "vitest";
import {
  type TrustDraft,
  checkForwarder,
  checkRemoteDomain,
  checkTrust,
  checkTrustPassword,
  emptyDraft,
  randomPassword,
  splitAddresses,
  strengthOf,
  toCreateTrust,
  unrouted,
} from "./rules.ts";

const draft: TrustDraft = {
  ...emptyDraft,
  remote: "corp.example.com",
  password: "Trust-Password-42",
  again: "Trust-Password-42",
  direction: "Two-Way",
  addresses: ["203.0.113.10"],
};

describe("the trusted domain", () => {
  it.each(["corp.example.com", "CORP.example.COM.", "a1.b-2.example"])("%s is taken", (name) =>
    expect(checkRemoteDomain(name, "managed.example.org")).toBe(""),
  );
  it.each([
    ["", "Enter"],
    ["corp", "Single-label"],
    ["my-corp", "Single-label"],
    ["corp..com", "empty"],
    ["-corp.com", "begin and end"],
    ["corp_x.com", "letters, digits"],
    ["a--b.com", "Two hyphens"],
    [`${"a".repeat(64)}.com`, "63"],
    ["managed.example.org", "itself"],
    ["sub.managed.example.org", "overlaps"],
    ["example.org", "overlaps"],
  ])("%s is refused: %s", (name, why) => expect(checkRemoteDomain(name, "managed.example.org")).toContain(why));
  it("is refused when there is a trust with it, however it is spelt", () =>
    expect(checkRemoteDomain("Corp.Example.com", "", [{ RemoteDomainName: "corp.example.com." }])).toContain(
      "already",
    ));
});

describe("the trust password", () => {
  it.each(["x", "with space", "ümläut-9", "$+<=>^~", "p".repeat(128)])("%s is taken", (p) =>
    expect(checkTrustPassword(p)).toBe(""),
  );
  it.each(["", " ", "p".repeat(129), "tab\there", "🙂"])("%j is refused", (p) =>
    expect(checkTrustPassword(p)).not.toBe(""),
  );
  it("is rated by what guessing costs", () => {
    expect(strengthOf("password").level).toBe("weak");
    expect(strengthOf("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").level).toBe("weak");
    expect(strengthOf("Trust-Password-42").level).toBe("fair");
    expect(strengthOf(randomPassword()).level).toBe("strong");
  });
  it("is random when it is generated", () => {
    const made = new Set(Array.from({ length: 50 }, randomPassword));
    expect(made.size).toBe(50);
    for (const p of made) expect(checkTrustPassword(p)).toBe("");
  });
});

describe("addresses", () => {
  it("need a route when they are public and none holds them", () => {
    const routes = [
      { CidrIp: "203.0.113.0/24", IpRouteStatusMsg: "Added" },
      { CidrIp: "198.51.100.0/24", IpRouteStatusMsg: "AddFailed" },
    ];
    expect(unrouted(["203.0.113.9", "198.51.100.9", "10.1.1.1", ""], routes)).toEqual(["198.51.100.9"]);
  });
  it("go by family into the request", () =>
    expect(splitAddresses(["10.0.0.1", " ", "2001:db8::1"], "Four", "Six")).toEqual({
      Four: ["10.0.0.1"],
      Six: ["2001:db8::1"],
    }));
});

describe("the forwarder", () => {
  it("takes up to four different addresses", () => {
    expect(checkForwarder(draft, [])).toBe("");
    expect(checkForwarder({ ...draft, addresses: ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"] }, [])).toBe("");
    expect(checkForwarder({ ...draft, addresses: ["1", "2", "3", "4", "5"].map((n) => `10.0.0.${n}`) }, [])).toContain(
      "4",
    );
    expect(checkForwarder({ ...draft, addresses: ["10.0.0.1", "10.0.0.1"] }, [])).toContain("twice");
    expect(checkForwarder({ ...draft, addresses: [""] }, [])).toContain("Enter");
  });
  it("can be the one that exists, if it does", () => {
    const existing: TrustDraft = { ...draft, forwarder: "existing" };
    expect(checkForwarder(existing, [{ RemoteDomainName: "corp.example.com" }])).toBe("");
    expect(checkForwarder(existing, [{ RemoteDomainName: "other.example.com" }])).toContain(
      "There is no conditional forwarder",
    );
  });
});

describe("the whole trust", () => {
  it("can be added when everything is there", () => expect(checkTrust(draft, "managed.example.org", [], [])).toBe(""));
  it("needs a direction and the same password twice", () => {
    expect(checkTrust({ ...draft, direction: "" }, "", [], [])).toContain("direction");
    expect(checkTrust({ ...draft, again: "other" }, "", [], [])).toContain("not the same");
  });
  it("becomes the request of AWS's API", () =>
    expect(toCreateTrust("d-1234567890", { ...draft, selective: true })).toEqual({
      DirectoryId: "d-1234567890",
      RemoteDomainName: "corp.example.com",
      TrustPassword: "Trust-Password-42",
      TrustDirection: "Two-Way",
      TrustType: "Forest",
      ConditionalForwarderIpAddrs: ["203.0.113.10"],
      SelectiveAuth: "Enabled",
    }));
  it("names no addresses when the existing forwarder serves", () =>
    expect(toCreateTrust("d-1", { ...draft, forwarder: "existing" })).not.toHaveProperty(
      "ConditionalForwarderIpAddrs",
    ));
  it("says nothing of selective authentication without an outgoing direction", () =>
    expect(toCreateTrust("d-1", { ...draft, direction: "One-Way: Incoming", selective: true })).not.toHaveProperty(
      "SelectiveAuth",
    ));
});

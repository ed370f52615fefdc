import { describe, expect, it } from "vitest";
import { type OtherSide, netdom, powershell, sambaTool } from "./commands.ts";

const side: OtherSide = {
  ours: "managed.example.org",
  dns: ["10.128.0.4", "10.128.16.4"],
  theirs: "corp.example.com",
  direction: "One-Way: Outgoing",
  type: "Forest",
};

describe("commands for the other side", () => {
  it("turn the direction round", () => {
    expect(powershell(side)).toContain("'Inbound'");
    expect(sambaTool(side)).toContain("--direction=incoming");
    expect(powershell({ ...side, direction: "One-Way: Incoming" })).toContain("'Outbound'");
    expect(sambaTool({ ...side, direction: "Two-Way" })).toContain("--direction=both");
  });
  it("name our DNS servers", () => {
    expect(powershell(side)).toContain("-MasterServers 10.128.0.4,10.128.16.4");
    expect(sambaTool(side)).toContain("dns forwarder = 10.128.0.4 10.128.16.4");
  });
  it("follow the type", () => {
    expect(powershell({ ...side, type: "External" })).toContain("Domain]::GetCurrentDomain()");
    expect(sambaTool({ ...side, type: "External" })).toContain("--type=external");
    expect(netdom({ ...side, type: "External" })).toContain("/Add /OneSide:trusted /PasswordT:*");
  });
  it("cannot be made to do something else by a name", () => {
    const evil = { ...side, ours: "a'; rm -rf /; '.example", theirs: "$(reboot)\n.example" };
    for (const text of [powershell(evil), netdom(evil), sambaTool(evil)]) {
      expect(text).not.toContain("rm -rf /");
      expect(text).not.toContain("$(");
      expect(text).not.toContain("\n.example");
    }
  });
});

import { describe, expect, it } from "vitest";
import type { Condition, Missing, Step } from "../../api/explanation.ts";
import { filledRules, sentBy } from "../networks/filled.ts";
import { folded } from "./fold.ts";
import { remedies } from "./missing.ts";
import { stepTitle } from "./words.ts";

const step = (at: number, name: string, host: string, error = ""): Step => ({
  At: at,
  Step: name,
  HostName: host,
  TookMillis: 5,
  Error: error,
});

describe("steps", () => {
  it("that say the same of one domain controller are one line", () => {
    const list = folded([
      step(1, "CreateLocalSide", "a"),
      step(2, "Verify", "a", "refused"),
      step(3, "Verify", "b", "refused"),
      step(4, "Verify", "a", "refused"),
      step(5, "Verify", "a"),
    ]);
    expect(list.map((s) => [s.Step, s.HostName, s.Error, s.times, s.first, s.At])).toEqual([
      ["CreateLocalSide", "a", "", 1, 1, 1],
      ["Verify", "b", "refused", 1, 3, 3],
      ["Verify", "a", "refused", 2, 2, 4],
      ["Verify", "a", "", 1, 5, 5],
    ]);
  });
  it("have words, known or not", () => {
    expect(stepTitle("Verify", false)).toBe("Verified the secure channel");
    expect(stepTitle("Verify", true)).toBe("Verifying the secure channel failed");
    expect(stepTitle("PolishBrass", true)).toBe("Polish brass failed");
  });
});

const missing = (part: Partial<Missing>): Missing => ({
  Kind: "SecurityGroupRule",
  DirectoryId: "d-1",
  SecurityGroupId: "sg-1",
  Inbound: false,
  IpProtocol: "udp",
  FromPort: 53,
  ToPort: 53,
  CidrIp: "192.0.2.66/32",
  ...part,
});

const lacking = (...list: Missing[]): Condition => ({
  Type: "NameResolution",
  Holds: false,
  Cause: "SecurityGroup",
  Message: "",
  Hint: "",
  Tries: 0,
  Missing: list,
  Commands: [],
});

const to = {
  groupEdit: (id: string, d: string) => `/groups/${id}/${d}`,
  newRoutes: (id: string) => `/directories/${id}/routes`,
};

describe("what is missing", () => {
  it("is filled in where the link leads, each direction and the routes on their own pages", () => {
    const ways = remedies(
      lacking(
        missing({}),
        missing({ IpProtocol: "tcp", FromPort: 49152, ToPort: 65535 }),
        missing({ IpProtocol: "tcp", FromPort: 1024, ToPort: 2048 }),
        missing({ IpProtocol: "-1", FromPort: 0, ToPort: 0, Inbound: true }),
        missing({ Kind: "IpRoute", SecurityGroupId: "", IpProtocol: "" }),
      ),
      "t-0123456789",
      to,
    );
    expect(ways.map((w) => w.title)).toEqual(["Add outbound rules", "Add inbound rules", "Add routes"]);
    const none = new URLSearchParams();
    const [out = none, come = none, route = none] = ways.map((w) => new URL(w.href, "http://console").searchParams);
    expect(filledRules(out).map((r) => [r.type, r.ports, r.peer])).toEqual([
      ["DNS (UDP)", "", "192.0.2.66/32"],
      ["RPC dynamic ports", "", "192.0.2.66/32"],
      ["Custom TCP", "1024 - 2048", "192.0.2.66/32"],
    ]);
    expect(filledRules(come).map((r) => r.type)).toEqual(["All traffic"]);
    expect(route.getAll("cidr")).toEqual(["192.0.2.66/32"]);
    expect(sentBy(route)).toBe("t-0123456789");
  });
  it("is not taken from a link that says something else", () => {
    const q = new URLSearchParams("rule=udp&rule=gre 1-1 10.0.0.0/8&rule=tcp 1-2 <b>&trust=../../evil");
    expect(filledRules(q)).toEqual([]);
    expect(sentBy(q)).toBe("");
  });
});

import { afterEach, describe, expect, it, vi } from "vitest";
import { type AuditFilter, listAudit, most, olderThan, question, requestText } from "./audit.ts";

const none: AuditFilter = { operation: "", object: "", accessKey: "", source: "", span: "", before: "" };

describe("what the API is asked", () => {
  const now = 1_800_000_000;
  it.each<[string, Partial<AuditFilter>, object]>([
    ["nothing", {}, {}],
    [
      "exact values",
      { operation: "CreateTrust", object: "t-1", accessKey: "AKIA", source: "192.0.2.7" },
      { OperationName: "CreateTrust", ObjectId: "t-1", AccessKeyId: "AKIA", SourceIpAddress: "192.0.2.7" },
    ],
    ["the last day", { span: "day" }, { StartTime: now - 86_400 }],
    ["a span that is none", { span: "x" }, {}],
    ["older ones", { before: "1700000000.5" }, { EndTime: 1_700_000_000.5 }],
    ["a moment that is none", { before: "x" }, {}],
  ])("%s", (_, filter, want) => {
    expect(question({ ...none, ...filter }, now)).toEqual(want);
  });
});

describe("a page of entries", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("follows short pages until it is full or the log ends", async () => {
    const asked: { Limit: number; NextToken?: string }[] = [];
    const answers = [
      { AuditEntries: [{ ObjectId: "t-2", EventTime: 20 }], NextToken: "a" },
      { AuditEntries: [], NextToken: "b" },
      { AuditEntries: [{ ObjectId: "t-1", EventTime: 10 }] },
    ];
    vi.stubGlobal("fetch", (_: string, init: { body: string }) => {
      asked.push(JSON.parse(init.body) as { Limit: number });
      return Promise.resolve(new Response(JSON.stringify(answers[asked.length - 1])));
    });
    const page = await listAudit("us-east-1", none);
    expect(page.entries.map((e) => e.ObjectId)).toEqual(["t-2", "t-1"]);
    expect(page.more).toBe(false);
    expect(asked).toEqual([{ Limit: most }, { Limit: most - 1, NextToken: "a" }, { Limit: most - 1, NextToken: "b" }]);
    expect(olderThan(page)).toBe("10.001");
  });

  it("says that there is more", async () => {
    const full = { AuditEntries: Array.from({ length: most }, (_, i) => ({ EventTime: i })), NextToken: "a" };
    vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify(full))));
    expect((await listAudit("us-east-1", none)).more).toBe(true);
  });
});

it("puts a request in one line", () => {
  expect(requestText({ Request: { B: "2", A: "1", C: "" } })).toBe("A=1, B=2");
  expect(requestText({})).toBe("");
});

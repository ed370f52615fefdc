import { describe, expect, it } from "vitest";
import type { Directory, Trust } from "../../api/types.ts";
import { heads, layOut } from "./layout.ts";

const directory = (n: number): Directory => ({ DirectoryId: `d-${n}`, Name: `m${n}.example.org`, Stage: "Active" });
const trust = (n: number, d: number, remote: string): Trust => ({
  DirectoryId: `d-${d}`,
  TrustId: `t-${n}`,
  RemoteDomainName: remote,
  TrustType: "Forest",
  TrustDirection: "Two-Way",
  TrustState: "Verified",
});

describe("the map", () => {
  it.each([1, 2, 10, 50])("keeps %i trusts apart", (n) => {
    const map = layOut(
      [directory(1)],
      Array.from({ length: n }, (_, i) => trust(i, 1, `p${i}.example.com`)),
    );
    expect(map.nodes).toHaveLength(n + 1);
    expect(map.edges).toHaveLength(n);
    const boxes = map.nodes.filter((b) => !b.managed).toSorted((a, b) => a.y - b.y);
    for (const [i, b] of boxes.entries()) {
      const next = boxes[i + 1];
      if (next) expect(next.y).toBeGreaterThanOrEqual(b.y + b.height);
      expect(b.y + b.height).toBeLessThanOrEqual(map.height);
    }
  });
  it("keeps directories apart and draws a shared partner once", () => {
    const map = layOut([directory(1), directory(2)], [trust(1, 1, "p.example.com"), trust(2, 2, "P.example.com.")]);
    expect(map.nodes).toHaveLength(3);
    expect(map.edges).toHaveLength(2);
  });
  it("joins two directories of ours", () => {
    const map = layOut([directory(1), directory(2)], [trust(1, 1, "m2.example.org"), trust(2, 2, "m1.example.org")]);
    expect(map.nodes).toHaveLength(2);
    expect(map.edges.every((e) => e.to.managed)).toBe(true);
  });
  it("turns the arrows round between trust and access", () => {
    const t = { ...trust(1, 1, "p.example.com"), TrustDirection: "One-Way: Outgoing" as const };
    expect(heads(t, "trust")).toEqual({ start: false, end: true });
    expect(heads(t, "access")).toEqual({ start: true, end: false });
  });
});

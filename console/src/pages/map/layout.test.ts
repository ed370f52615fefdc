import { describe, expect, it } from "vitest";
import type { Directory, Direction, Trust } from "../../api/types.ts";
import { type Node, only } from "./gather.ts";
import { inLanes } from "./lanes.ts";
import { type Line, heads, layOut } from "./layout.ts";

const directory = (n: number): Directory => ({ DirectoryId: `d-${n}`, Name: `m${n}.example.org`, Stage: "Active" });
const trust = (n: number, d: number, remote: string, direction: Direction = "Two-Way"): Trust => ({
  DirectoryId: `d-${d}`,
  TrustId: `t-${n}`,
  RemoteDomainName: remote,
  TrustType: "Forest",
  TrustDirection: direction,
  TrustState: "Verified",
});

const overlap = (a: Node, b: Node) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

// Trusts with domains of one's own, with one that all share, and in a ring.
function world(directories: number, trusts: number): [Directory[], Trust[]] {
  const ours = Array.from({ length: directories }, (_, d) => directory(d));
  const list = ours.flatMap((_, d) =>
    Array.from({ length: trusts }, (_, n) => {
      const next = `m${(d + 1) % directories}.example.org`;
      const remote = n === 0 ? "shared.example.com" : n === 1 && directories > 1 ? next : `p${d}-${n}.example.com`;
      return trust(d * 100 + n, d, remote);
    }),
  );
  return [ours, list];
}

// As many lines as the name has labels; names are as wide as a font makes them.
const fold = (name: string, _room: number, most: number) => name.split(".").slice(0, most);

describe.each([320, 920])("the map in %i pixels", (room) => {
  it.each([
    [1, 1],
    [1, 5],
    [1, 50],
    [2, 3],
    [12, 4],
    [50, 4],
  ])("keeps %i directories with %i trusts each apart", (d, n) => {
    const [directories, trusts] = world(d, n);
    const map = layOut(directories, trusts, room, fold);
    const nodes = map.blocks.flatMap((b) => [b.node, ...b.fresh]);
    for (const [i, a] of nodes.entries()) {
      for (const b of nodes.slice(i + 1)) expect(overlap(a, b), `${a.title} and ${b.title}`).toBe(false);
      expect(a.x + a.width).toBeLessThanOrEqual(map.width);
      expect(a.y + a.height).toBeLessThanOrEqual(map.height);
    }
    const ends = map.lines.flatMap((l) => l.ends);
    expect(new Set(ends.map((e) => e.trust.TrustId)).size).toBe(trusts.length);
    for (const [i, a] of ends.entries())
      for (const b of ends.slice(i + 1)) expect(Math.abs(a.x - b.x) >= 112 || Math.abs(a.y - b.y) >= 30).toBe(true);
  });
});

describe("the map", () => {
  it("draws a shared partner once", () => {
    const map = layOut(
      [directory(1), directory(2)],
      [trust(1, 1, "p.example.com"), trust(2, 2, "P.example.com.")],
      920,
      fold,
    );
    expect(map.blocks.flatMap((b) => b.fresh)).toHaveLength(1);
    expect(map.lines).toHaveLength(2);
  });
  it("joins two directories of ours with one line", () => {
    const map = layOut(
      [directory(1), directory(2)],
      [trust(1, 1, "m2.example.org"), trust(2, 2, "m1.example.org")],
      920,
      fold,
    );
    expect(map.blocks.flatMap((b) => b.fresh)).toHaveLength(0);
    expect(map.lines).toHaveLength(1);
    expect(map.lines[0]?.ends).toHaveLength(2);
  });
  it("turns the arrows round between trust and access", () => {
    const [line] = layOut([directory(1)], [trust(1, 1, "p.example.com", "One-Way: Outgoing")], 920, fold).lines;
    expect(heads(line as Line, "trust")).toEqual({ start: false, end: true });
    expect(heads(line as Line, "access")).toEqual({ start: true, end: false });
  });
  it("knows the direction of a line from either side", () => {
    for (const trusts of [
      [trust(1, 1, "m2.example.org", "One-Way: Outgoing")],
      [trust(2, 2, "m1.example.org", "One-Way: Incoming")],
    ]) {
      const [line] = layOut([directory(1), directory(2)], trusts, 920, fold).lines;
      const { start } = heads(line as Line, "trust");
      expect(start ? line?.from.id : line?.to.id).toBe("d-2"); // the head is at the one that is trusted
    }
  });
  it("keeps of one directory what has to do with it", () => {
    const [directories, trusts] = world(5, 3);
    const [near, kept] = only("d-1", directories, trusts);
    expect(near.map((d) => d.DirectoryId)).toEqual(["d-0", "d-1", "d-2"]);
    expect(kept).toHaveLength(4); // its own three, and the one that d-0 has with it
  });
});

it("lets lines share a lane where they do not meet", () => {
  const { of, count } = inLanes([
    { top: 0, bottom: 10 },
    { top: 20, bottom: 30 },
    { top: 5, bottom: 25 },
  ]);
  expect(count).toBe(2);
  expect(of[0]).toBe(of[1]);
});

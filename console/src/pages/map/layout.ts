// Where things are on the map. In wide windows managed directories are on the
// left and the domains outside on the right, each beside the directory that
// trusts it; in narrow ones they are below it, with a trust's words in their
// boxes. Every trust has a row of its own, for its line and its words.
// Directories of ours are joined on the left.

import type { Directory, Trust } from "../../api/types.ts";
import { hasIncoming, hasOutgoing } from "../trusts/rules.ts";
import { type Block, type Gathered, type Node, gather } from "./gather.ts";
import { nameLines } from "./fit.ts";
import { along, inLanes } from "./lanes.ts";

/** One trust's words; a line between two directories of ours may have two. */
export interface End {
  trust: Trust;
  x: number;
  y: number;
  /** How wide they may be where they stand in a box, not on the line. */
  boxed?: number;
}

export interface Line {
  id: string;
  from: Node; // a directory of ours, which holds the first end's trust
  to: Node;
  ends: End[];
  path: string;
}

export interface Layout {
  blocks: Block[];
  lines: Line[];
  /** From a directory down to the rows below it, in narrow windows. */
  stems: { id: string; path: string }[];
  narrow: boolean;
  width: number;
  height: number;
}

/** Heights inside a box, and the room beside what is in it. */
export const inside = { head: 54, line: 17, region: 29, end: 5, pad: 12 };

const words = 112; // room for a trust's words
const row = 44; // of a trust
const spare = 8; // between boxes in neighbouring rows
const innerRow = 30; // of a trust whose words are in the box
const stub = 34; // of a line that leads to such a box
const most = 4; // lines of a name in such a box
const gap = 24; // between directories
const edge = 8;
const step = 9; // between lanes
const touch = 2; // between a line's end and a box

/** The Regions of a directory, the primary one first. */
export function regionsOf(d: Directory, here = ""): string[] {
  return [d.RegionsInfo?.PrimaryRegion ?? here, ...(d.RegionsInfo?.AdditionalRegions ?? [])];
}

/** Where a directory's Regions begin in its box. */
export const headOf = (n: Node) => inside.head + (n.lines.length - 1) * inside.line;

const own = (n: Node) => headOf(n) + (n.managed ? regionsOf(n.managed).length : 0) * inside.region + inside.end;

/** Puts everything in its place, in a room so many pixels wide; fold breaks names into lines. */
export function layOut(directories: Directory[], trusts: Trust[], room = 920, fold = nameLines): Layout {
  const what = gather(directories, trusts);
  return room < 700 ? below(what, room, fold) : beside(what, room, fold);
}

function beside({ blocks, pairs }: Gathered, room: number, fold: typeof nameLines): Layout {
  const slots = new Map<string, number>(); // of trusts, at the domain outside
  const ports = new Map<string, number>(); // of trusts, at the directory
  const inner = new Map<string, number>(); // of pairs, at each directory
  let y = edge;
  for (const b of blocks) {
    const rows = b.away.length + b.fresh.reduce((n, f) => n + f.trusts.length, 0);
    const height = Math.max(own(b.node), rows * row - spare, b.inner.length * row);
    Object.assign(b.node, { y, height });
    let at = y + (height - rows * row) / 2;
    for (const t of b.away) {
      ports.set(t.TrustId, at + row / 2);
      at += row;
    }
    for (const f of b.fresh) at = slotsOf(f, at, slots);
    const first = y + (height - b.inner.length * row) / 2 + row / 2;
    b.inner.forEach((id, i) => inner.set(`${id} ${b.node.id}`, first + i * row));
    y += height + gap;
  }
  const crossing = blocks.flatMap((b) => b.away);
  const lanes = inLanes(crossing.map((t) => reach(ports.get(t.TrustId), slots.get(t.TrustId))));
  const joined = joins(pairs, inner);

  const left = edge + (pairs.size > 0 ? joined.count * step + 20 + words : 0);
  const between = 28 + lanes.count * step + words + 12;
  const width = Math.min(340, Math.max(210, Math.floor((room - left - between - edge) / 2)));
  const right = left + width + between;
  const within = width - 2 * inside.pad;
  for (const b of blocks) {
    Object.assign(b.node, { x: left, width, lines: fold(b.node.title, within, 1) });
    for (const f of b.fresh) Object.assign(f, { x: right, width, lines: fold(f.title, within, 2) });
  }
  const laneOf = new Map(crossing.map((t, i) => [t.TrustId, left + width + 16 + (lanes.of[i] ?? 0) * step]));
  const lines = trustLines(blocks, (from, to, t) => {
    const slot = slots.get(t.TrustId) ?? 0;
    const lane = laneOf.get(t.TrustId) ?? 0;
    return {
      id: t.TrustId,
      from,
      to,
      ends: [{ trust: t, x: right - 12 - words / 2, y: slot }],
      path: along(left + width + touch, ports.get(t.TrustId) ?? slot, lane, right - touch, slot),
    };
  });
  lines.push(...joined.lines(blocks, left, left - words - 20));
  return finish(blocks, lines, [], false, right + width + edge, y);
}

function below({ blocks, pairs }: Gathered, room: number, fold: typeof nameLines): Layout {
  const stemmed = blocks.filter((b) => b.fresh.length + b.away.length > 0);
  // How many lines a name takes hangs on how many lanes there are, and these on
  // the lines: more lanes leave less room, until they suffice.
  let lanes = 0;
  for (;;) {
    const start = edge + lanes * step + 12; // of a directory's box
    const left = start + stub;
    const width = Math.max(150, room - left - edge);
    for (const b of blocks) {
      const whole = left + width - start;
      Object.assign(b.node, { x: start, width: whole, lines: fold(b.node.title, whole - 2 * inside.pad, most) });
      for (const f of b.fresh) Object.assign(f, { x: left, width, lines: fold(f.title, width - 2 * inside.pad, most) });
    }
    const { slots, inner, height } = stack(blocks);
    // A directory's trusts leave it by one stem, each in its own row.
    const port = (b: Block) => b.node.y + 20;
    const rows = (b: Block) =>
      [...b.away, ...b.fresh.flatMap((f) => f.trusts.slice(0, 1))].map((t) => slots.get(t.TrustId) ?? 0);
    const stemLanes = inLanes(
      stemmed.map((b) => ({ top: Math.min(port(b), ...rows(b)), bottom: Math.max(port(b), ...rows(b)) })),
    );
    const joined = joins(pairs, inner);
    if (stemLanes.count + joined.count > lanes) {
      lanes = stemLanes.count + joined.count;
      continue;
    }
    const first = start - 12;
    const laneOf = new Map(stemmed.map((b, i) => [b.node.id, first - (stemLanes.of[i] ?? 0) * step]));
    const stems = stemmed.flatMap((b) => {
      const lane = laneOf.get(b.node.id) ?? 0;
      const ends = [Math.min(...rows(b)), Math.max(...rows(b))].filter((e, i) => (i === 0 ? e < port(b) : e > port(b)));
      return ends.map((e, i) => ({ id: `${b.node.id} ${i}`, path: along(start - touch, port(b), lane, lane, e) }));
    });
    const lines = trustLines(blocks, (from, to, t) => {
      const y = slots.get(t.TrustId) ?? 0;
      const path = `M${(laneOf.get(from.id) ?? 0) + touch} ${y}H${left - touch}`;
      const end = { trust: t, x: left + inside.pad, y, boxed: width - 2 * inside.pad };
      return { id: t.TrustId, from, to, ends: [end], path };
    });
    lines.push(...joined.lines(blocks, start, first - stemLanes.count * step, left + width - start));
    return finish(blocks, lines, stems, true, left + width + edge, height);
  }
}

/** Puts boxes one below the other, each as high as its lines and rows make it. */
function stack(blocks: Block[]) {
  const slots = new Map<string, number>();
  const inner = new Map<string, number>();
  let y = edge;
  for (const b of blocks) {
    const first = y + own(b.node);
    const height = own(b.node) + b.inner.length * innerRow;
    Object.assign(b.node, { y, height });
    b.inner.forEach((id, i) => inner.set(`${id} ${b.node.id}`, first + (i + 0.5) * innerRow));
    y += height + spare;
    for (const f of b.fresh) {
      const head = f.lines.length * inside.line + 6;
      Object.assign(f, { y, height: head + f.trusts.length * innerRow });
      f.trusts.forEach((t, i) => slots.set(t.TrustId, y + head + (i + 0.5) * innerRow - 2));
      y += f.height + spare;
    }
    y += gap - spare;
  }
  return { slots, inner, height: y };
}

/** Places a domain outside: a row for each trust with it. Gives the next row. */
function slotsOf(f: Node, at: number, slots: Map<string, number>): number {
  Object.assign(f, { y: at + spare / 2, height: f.trusts.length * row - spare });
  f.trusts.forEach((t, i) => slots.set(t.TrustId, at + (i + 0.5) * row));
  return at + f.trusts.length * row;
}

function trustLines(blocks: Block[], line: (from: Node, to: Node, t: Trust) => Line): Line[] {
  const nodes = new Map(blocks.map((b) => [b.node.id, b.node]));
  return blocks.flatMap((b) =>
    b.fresh.flatMap((f) =>
      f.trusts.flatMap((t) => {
        const from = nodes.get(t.DirectoryId);
        return from ? [line(from, f, t)] : [];
      }),
    ),
  );
}

/** The lines between directories of ours. */
function joins(pairs: Map<string, Trust[]>, inner: Map<string, number>) {
  const list = [...pairs].map(([id, trusts]) => {
    const [one = "", two = one] = id.split(" ");
    return { id, one, two, trusts, y1: inner.get(`${id} ${one}`) ?? 0, y2: inner.get(`${id} ${two}`) ?? 0 };
  });
  const lanes = inLanes(list.map((p) => reach(p.y1, p.y2)));
  const lines = (blocks: Block[], left: number, first: number, boxed?: number): Line[] => {
    const nodes = new Map(blocks.map((b) => [b.node.id, b.node]));
    return list.flatMap((p, i) => {
      const holder = p.trusts[0]?.DirectoryId;
      const turned = holder === p.two;
      const [from, to] = [nodes.get(turned ? p.two : p.one), nodes.get(turned ? p.one : p.two)];
      if (!from || !to) return [];
      const lane = first - (lanes.of[i] ?? 0) * step;
      const [y1, y2] = turned ? [p.y2, p.y1] : [p.y1, p.y2];
      const ends = p.trusts.map((t) => ({
        trust: t,
        x: boxed ? left + 12 : left - 12 - words / 2,
        y: t.DirectoryId === from.id ? y1 : y2,
        ...(boxed ? { boxed: boxed - 24 } : {}),
      }));
      return [{ id: p.id, from, to, ends, path: along(left - touch, y1, lane, left - touch, y2) }];
    });
  };
  return { count: lanes.count, lines };
}

const reach = (a = 0, b = 0) => ({ top: Math.min(a, b), bottom: Math.max(a, b) });

function finish(
  blocks: Block[],
  lines: Line[],
  stems: Layout["stems"],
  narrow: boolean,
  width: number,
  y: number,
): Layout {
  return { blocks, lines, stems, narrow, width, height: Math.max(y - gap + edge, 80) };
}

/** What arrows point at: whoever is trusted, or whatever can be reached. */
export type View = "trust" | "access";

/** Which ends of a line have a head. */
export function heads(line: Line, view: View): { start: boolean; end: boolean } {
  let [into, out] = [false, false]; // from's domain is trusted; it trusts
  for (const { trust } of line.ends) {
    const [incoming, outgoing] = [hasIncoming(trust.TrustDirection), hasOutgoing(trust.TrustDirection)];
    const ours = trust.DirectoryId === line.from.id;
    into ||= ours ? incoming : outgoing;
    out ||= ours ? outgoing : incoming;
  }
  return view === "trust" ? { start: into, end: out } : { start: out, end: into };
}

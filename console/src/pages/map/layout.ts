// Where things are on the map: managed directories on the left, the domains
// they have trusts with on the right, one row for each, so that a map of fifty
// trusts is long and still readable.

import type { Directory, Trust } from "../../api/types.ts";
import { plainDomain } from "../trusts/rules.ts";

export interface Node {
  id: string;
  title: string;
  managed: Directory | null;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Edge {
  trust: Trust;
  from: Node; // the directory that holds this side
  to: Node;
  path: string;
  /** Where its words go. */
  label: { x: number; y: number };
}

export interface Layout {
  nodes: Node[];
  edges: Edge[];
  width: number;
  height: number;
}

const row = 58;
const gap = 26;
const column = { left: 56, width: 224, right: 610 };
const box = 44; // of a self-managed domain

/** Puts directories and trusts in their places. */
export function layOut(directories: Directory[], trusts: Trust[]): Layout {
  const managed = new Map<string, Directory>();
  for (const d of directories) managed.set(plainDomain(d.Name), d);
  const nodes = new Map<string, Node>();
  const own = new Map<string, Trust[]>();
  for (const t of trusts) own.set(t.DirectoryId, [...(own.get(t.DirectoryId) ?? []), t]);
  let y = 20;
  const outside = (t: Trust) => !managed.has(plainDomain(t.RemoteDomainName));
  for (const d of directories.toSorted((a, b) => a.Name.localeCompare(b.Name))) {
    const mine = (own.get(d.DirectoryId) ?? []).toSorted((a, b) =>
      a.RemoteDomainName.localeCompare(b.RemoteDomainName),
    );
    const fresh = mine.filter((t) => outside(t) && !nodes.has(plainDomain(t.RemoteDomainName)));
    const lines = 4 + (d.RegionsInfo?.AdditionalRegions?.length ?? 0);
    const height = Math.max(28 + lines * 19, fresh.length * row - (row - box));
    nodes.set(d.DirectoryId, {
      id: d.DirectoryId,
      title: d.Name,
      managed: d,
      x: column.left,
      y,
      width: column.width,
      height,
    });
    const first = y + (height - (fresh.length * row - (row - box))) / 2;
    fresh.forEach((t, i) => {
      const id = plainDomain(t.RemoteDomainName);
      nodes.set(id, {
        id,
        title: id,
        managed: null,
        x: column.right,
        y: first + i * row,
        width: column.width,
        height: box,
      });
    });
    y += height + gap;
  }
  const edges: Edge[] = [];
  let inner = 0;
  for (const t of trusts) {
    const from = nodes.get(t.DirectoryId);
    const other = managed.get(plainDomain(t.RemoteDomainName));
    const to = nodes.get(other ? other.DirectoryId : plainDomain(t.RemoteDomainName));
    if (!from || !to) continue; // of a directory that is just gone
    edges.push(other ? arc(t, from, to, inner++) : line(t, from, to));
  }
  return { nodes: [...nodes.values()], edges, width: column.right + column.width + 20, height: Math.max(y, 120) };
}

/** To a domain outside: level if it can be, else a gentle curve. */
function line(t: Trust, from: Node, to: Node): Edge {
  const ty = to.y + to.height / 2;
  const fy = Math.min(Math.max(ty, from.y + 16), from.y + from.height - 16);
  const x1 = from.x + from.width + 3;
  const x2 = to.x - 3;
  const path = fy === ty ? `M${x1} ${fy}H${x2}` : `M${x1} ${fy}C${x1 + 120} ${fy} ${x2 - 180} ${ty} ${x2} ${ty}`;
  return { trust: t, from, to, path, label: { x: x2 - 130, y: ty } };
}

/** Between two directories of ours: around the left side. */
function arc(t: Trust, from: Node, to: Node, n: number): Edge {
  // Each side of such a trust has an edge of its own, a little apart.
  const upper = from.y < to.y;
  const off = upper ? 0 : 14;
  const y1 = from.y + from.height / 2 + off;
  const y2 = to.y + to.height / 2 + off;
  const x = column.left - 3;
  const out = 14 + ((n * 9) % 48) + off / 2;
  return {
    trust: t,
    from,
    to,
    path: `M${x} ${y1}C${x - out} ${y1} ${x - out} ${y2} ${x} ${y2}`,
    label: { x: x + 8, y: y1 - 6 },
  };
}

/** Which ends of an edge have a head, from the directory's point of view. */
export function heads(t: Trust, view: "trust" | "access"): { start: boolean; end: boolean } {
  const out = t.TrustDirection !== "One-Way: Incoming"; // we trust them
  const into = t.TrustDirection !== "One-Way: Outgoing"; // they trust us
  // Trust points at who is trusted; access points at what is reached.
  return view === "trust" ? { start: into, end: out } : { start: out, end: into };
}

// What is to be drawn: directories with the trusts that each has, every domain
// outside once, every pair of directories of ours once.

import type { Directory, Trust } from "../../api/types.ts";
import { plainDomain } from "../trusts/rules.ts";

export interface Node {
  id: string;
  title: string;
  /** The title as it is drawn. */
  lines: string[];
  managed: Directory | null;
  /** The trusts that end here, for a domain outside. */
  trusts: Trust[];
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Block {
  node: Node;
  /** Its trusts with directories of ours, by the name of the pair. */
  inner: string[];
  /** Domains outside that are drawn here: it is the first to trust them. */
  fresh: Node[];
  /** Its trusts with domains that are drawn at an earlier directory. */
  away: Trust[];
}

export interface Gathered {
  blocks: Block[];
  pairs: Map<string, Trust[]>;
}

const node = (id: string, title: string, managed: Directory | null): Node => ({
  id,
  title,
  lines: [title],
  managed,
  trusts: [],
  x: 0,
  y: 0,
  width: 0,
  height: 0,
});

export function gather(directories: Directory[], trusts: Trust[]): Gathered {
  const blocks = directories
    .toSorted((a, b) => a.Name.localeCompare(b.Name, undefined, { numeric: true }))
    .map((d): Block => ({ node: node(d.DirectoryId, d.Name, d), inner: [], fresh: [], away: [] }));
  const ours = new Map(blocks.map((b) => [plainDomain(b.node.title), b]));
  const held = grouped(trusts, (t) => t.DirectoryId);
  const outside = new Map<string, Node>();
  const pairs = new Map<string, Trust[]>();
  for (const block of blocks) {
    const own = held.get(block.node.id) ?? [];
    for (const t of own.toSorted((a, b) => a.RemoteDomainName.localeCompare(b.RemoteDomainName))) {
      const name = plainDomain(t.RemoteDomainName);
      const peer = ours.get(name);
      if (peer) {
        const id = [t.DirectoryId, peer.node.id].toSorted().join(" ");
        const pair = pairs.get(id);
        if (!pair) for (const end of new Set([block, peer])) end.inner.push(id);
        pairs.set(id, [...(pair ?? []), t]);
        continue;
      }
      let other = outside.get(name);
      if (other) {
        block.away.push(t);
      } else {
        other = node(name, name, null);
        outside.set(name, other);
        block.fresh.push(other);
      }
      other.trusts.push(t);
    }
  }
  return { blocks, pairs };
}

/** What is left when one directory is chosen: it, and those it has trusts with. */
export function only(id: string, directories: Directory[], trusts: Trust[]): [Directory[], Trust[]] {
  const chosen = directories.find((d) => d.DirectoryId === id);
  if (!chosen) return [directories, trusts];
  const name = plainDomain(chosen.Name);
  const kept = trusts.filter((t) => t.DirectoryId === id || plainDomain(t.RemoteDomainName) === name);
  const names = new Set(kept.map((t) => plainDomain(t.RemoteDomainName)));
  const near = new Set(kept.map((t) => t.DirectoryId));
  return [directories.filter((d) => d === chosen || near.has(d.DirectoryId) || names.has(plainDomain(d.Name))), kept];
}

/** A list's members by a name that each has. */
export function grouped<T>(list: readonly T[], name: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) {
    const group = groups.get(name(item));
    if (group) group.push(item);
    else groups.set(name(item), [item]);
  }
  return groups;
}

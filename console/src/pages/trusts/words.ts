// The words for directions, states and steps.

import type { Direction } from "../../api/types.ts";

export const directionTitle: Record<Direction, string> = {
  "Two-Way": "Two-way",
  "One-Way: Outgoing": "One-way: outgoing",
  "One-Way: Incoming": "One-way: incoming",
};

/** Who gets access to what. */
export function directionSentence(d: Direction, ours: string, theirs: string): string {
  switch (d) {
    case "Two-Way":
      return `Users of each domain can be given access to resources of the other.`;
    case "One-Way: Outgoing":
      return `Users of ${theirs} can be given access to resources of ${ours}, and not the other way round.`;
    case "One-Way: Incoming":
      return `Users of ${ours} can be given access to resources of ${theirs}, and not the other way round.`;
  }
}

/** "CreateLocalSide" reads "Create local side". */
export function wordsOf(name: string): string {
  const spaced = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2");
  return spaced.replace(/ [A-Z](?=[a-z])/g, (m) => m.toLowerCase());
}

// A rule as it is typed into the editor, and what EC2 is asked for by it.

import type { Rule, RuleBody } from "../../api/networks.ts";
import { checkRuleDescription, isCustom, parsePeer, parsePorts, ruleTypes } from "./rules.ts";

export interface Row {
  type: string;
  ports: string;
  peer: string;
  description: string;
}

export const fresh: Row = { type: "All traffic", ports: "", peer: "", description: "" };
export const typeOfRow = (r: Row) => ruleTypes.find((t) => t.title === r.type) ?? ruleTypes[0];

export function bodyOf(r: Row, egress: boolean): { body: RuleBody; fault: string } {
  const t = typeOfRow(r);
  const { peer, fault } = parsePeer(r.peer);
  const custom = t && isCustom(t) ? parsePorts(r.ports) : null;
  return {
    body: {
      egress,
      protocol: t?.protocol ?? "-1",
      from: custom ? custom.from : (t?.from ?? null),
      to: custom ? custom.to : (t?.to ?? null),
      peer,
      description: r.description,
    },
    fault: fault || (custom?.fault ?? "") || checkRuleDescription(r.description),
  };
}

/** Whether a rule is there already: then there is nothing to add. */
export function isThere(row: Row, egress: boolean, rules: Rule[]): boolean {
  const { body } = bodyOf(row, egress);
  return rules.some(
    (r) => r.protocol === body.protocol && r.from === body.from && r.to === body.to && r.peer === body.peer,
  );
}

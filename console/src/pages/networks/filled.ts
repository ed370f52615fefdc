// Rules that a link fills in: "?rule=udp 53-53 192.0.2.1/32", once for each.

import type { Missing } from "../../api/explanation.ts";
import { ruleTypes, typeOf } from "./rules.ts";
import type { Row } from "./typed.ts";

type Text = Pick<Missing, "IpProtocol" | "FromPort" | "ToPort" | "CidrIp">;

export const ruleText = (m: Text) => `${m.IpProtocol} ${m.FromPort}-${m.ToPort} ${m.CidrIp}`;

/** Reads the rules of a link; what is no rule is left out. */
export function filledRules(query: URLSearchParams): Row[] {
  return query.getAll("rule").flatMap((text) => {
    const m = /^(-1|tcp|udp) (\d{1,5})-(\d{1,5}) ([0-9a-fA-F.:]{2,39}\/\d{1,3})$/.exec(text);
    if (!m) return [];
    const [, protocol = "", from = "", to = "", peer = ""] = m;
    const known = typeOf({ protocol, from: Number(from), to: Number(to) });
    const type = known ?? ruleTypes.find((t) => t.title === `Custom ${protocol.toUpperCase()}`);
    if (!type) return [];
    return [{ type: type.title, ports: known ? "" : `${from} - ${to}`, peer, description: "" }];
  });
}

/** The trust that sent somebody here, and that is gone back to; "" for none. */
export function sentBy(query: URLSearchParams): string {
  const trust = query.get("trust") ?? "";
  return /^t-[0-9a-f]{10}$/.test(trust) ? trust : "";
}

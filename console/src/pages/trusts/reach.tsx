// A small drawing of who will reach what.

import type { Direction } from "../../api/types.ts";
import { hasIncoming, hasOutgoing } from "./rules.ts";
import { directionSentence } from "./words.ts";

interface Props {
  direction: Direction | "";
  ours: string;
  theirs: string;
  selective: boolean;
}

const short = (name: string, n = 24) => (name.length > n ? name.slice(0, n - 1) + "…" : name);

export function Reach({ direction, ours, theirs, selective }: Props) {
  if (!direction) return null;
  const other = theirs || "the other domain";
  const into = hasOutgoing(direction); // their users come in
  const out = hasIncoming(direction);
  return (
    <figure className="reach">
      <svg
        className="picture"
        viewBox="0 0 640 150"
        width="640"
        height="150"
        role="img"
        aria-label={directionSentence(direction, ours, other)}
      >
        <defs>
          <marker
            id="reach-head"
            viewBox="0 0 10 10"
            refX="9"
            refY="5"
            markerWidth="8"
            markerHeight="8"
            orient="auto-start-reverse"
          >
            <path d="M0 0 10 5 0 10z" fill="currentColor" />
          </marker>
        </defs>
        <Domain x={4} title={short(ours)} kind="managed directory" fill="var(--ours)" />
        <Domain x={436} title={short(other)} kind="other domain" fill="var(--theirs)" />
        {into && (
          <g>
            <path
              d="M430 55H212"
              stroke="currentColor"
              strokeWidth="2"
              markerEnd="url(#reach-head)"
              strokeDasharray={selective ? "7 4" : undefined}
            />
            <text x="320" y="44" textAnchor="middle">
              {selective ? "chosen users get access" : "users get access"}
            </text>
          </g>
        )}
        {out && (
          <g>
            <path d="M210 100H428" stroke="currentColor" strokeWidth="2" markerEnd="url(#reach-head)" />
            <text x="320" y="122" textAnchor="middle">
              users get access
            </text>
          </g>
        )}
      </svg>
      <figcaption>{directionSentence(direction, ours, other)}</figcaption>
    </figure>
  );
}

function Domain({ x, title, kind, fill }: { x: number; title: string; kind: string; fill: string }) {
  return (
    <g>
      <rect x={x} y="20" width="200" height="110" rx="10" fill={fill} stroke="var(--line)" />
      <text x={x + 100} y="52" textAnchor="middle" className="strong">
        {title}
      </text>
      <text x={x + 100} y="72" textAnchor="middle" className="quiet">
        {kind}
      </text>
      <text x={x + 100} y="108" textAnchor="middle">
        users · resources
      </text>
    </g>
  );
}

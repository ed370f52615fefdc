// A small drawing of who will reach what.

import type { Direction } from "../../api/types.ts";
import { useNarrow } from "../../ui/narrow.ts";
import { nameLines } from "../map/fit.ts";
import { hasIncoming, hasOutgoing } from "./rules.ts";
import { directionSentence } from "./words.ts";

interface Props {
  direction: Direction | "";
  ours: string;
  theirs: string;
  selective: boolean;
}

// Beside one another, or one above the other where there is no room for that.
const wide = {
  view: [640, 150],
  width: 200,
  ours: { x: 4, y: 20 },
  theirs: { x: 436, y: 20 },
  into: { path: "M430 55H212", x: 320, y: 44 },
  out: { path: "M210 100H428", x: 320, y: 122 },
  anchor: "middle",
} as const;
const upright = {
  view: [330, 298],
  width: 326,
  ours: { x: 2, y: 2 },
  theirs: { x: 2, y: 186 },
  into: { path: "M26 182V118", x: 36, y: 153 },
  out: { path: "M206 114V180", x: 216, y: 153 },
  anchor: "start",
} as const;

export function Reach({ direction, ours, theirs, selective }: Props) {
  const narrow = useNarrow();
  if (!direction) return null;
  const other = theirs || "the other domain";
  const at = narrow ? upright : wide;
  const [width, height] = at.view;
  const arrow = (way: { path: string; x: number; y: number }, words: string, dashed: boolean) => (
    <g>
      <path
        d={way.path}
        stroke="currentColor"
        strokeWidth="2"
        markerEnd="url(#reach-head)"
        strokeDasharray={dashed ? "7 4" : undefined}
      />
      <text x={way.x} y={way.y} textAnchor={at.anchor}>
        {words}
      </text>
    </g>
  );
  return (
    <figure className="reach">
      <svg
        className="picture"
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
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
        <Domain {...at.ours} width={at.width} title={ours} kind="managed directory" fill="var(--ours)" />
        <Domain {...at.theirs} width={at.width} title={other} kind="other domain" fill="var(--theirs)" />
        {/* Their users come in where we trust them, and ours go out where they trust us. */}
        {hasOutgoing(direction) && arrow(at.into, `${selective ? "chosen users" : "users"} get access`, selective)}
        {hasIncoming(direction) && arrow(at.out, "users get access", false)}
      </svg>
      <figcaption>{directionSentence(direction, ours, other)}</figcaption>
    </figure>
  );
}

interface DomainProps {
  x: number;
  y: number;
  width: number;
  title: string;
  kind: string;
  fill: string;
}

function Domain({ x, y, width, title, kind, fill }: DomainProps) {
  const lines = nameLines(title, width - 16, 3);
  const more = lines.length - 1;
  const middle = x + width / 2;
  return (
    <g>
      <rect x={x} y={y} width={width} height="110" rx="10" fill={fill} stroke="var(--line)" />
      {lines.map((line, i) => (
        <text key={i} x={middle} y={y + 32 - more * 9 + i * 17} textAnchor="middle" className="strong">
          {line}
        </text>
      ))}
      <text x={middle} y={y + 52 + more * 7} textAnchor="middle" className="quiet">
        {kind}
      </text>
      <text x={middle} y={y + 88 + more * 4} textAnchor="middle">
        users · resources
      </text>
    </g>
  );
}

// The drawing: lines of trusts between boxes of domains.

import type { ReactNode } from "react";
import { usePaths } from "../../context.ts";
import { directionTitle } from "../trusts/words.ts";
import { fit } from "./fit.ts";
import { grouped } from "./gather.ts";
import { Managed, Outside } from "./boxes.tsx";
import { type End, type Layout, type Line, type View, heads } from "./layout.ts";
import { linkTo } from "./link.ts";
import { colourOf, gravest, shortWord, signOf } from "./marks.tsx";

export function Picture({ layout, view }: { layout: Layout; view: View }) {
  const held = grouped(
    layout.lines.flatMap((line) => line.ends.map((end, i) => ({ line, end, first: i === 0 }))),
    (t) => t.end.trust.DirectoryId,
  );
  return (
    <svg
      className="picture"
      viewBox={`0 0 ${layout.width} ${layout.height}`}
      width={layout.width}
      height={layout.height}
      role="group"
      aria-label="Directories and the domains they have trusts with"
    >
      <defs>
        {["--good", "--bad", "--warn", "--busy", "--soft"].map((c) => (
          <marker
            key={c}
            id={`head${c}`}
            viewBox="0 0 10 10"
            refX="9"
            refY="5"
            markerWidth="10"
            markerHeight="10"
            markerUnits="userSpaceOnUse"
            orient="auto-start-reverse"
          >
            <path d="M0 0 10 5 0 10z" fill={`var(${c})`} />
          </marker>
        ))}
      </defs>
      {layout.stems.map((s) => (
        <path key={s.id} d={s.path} className="stem" />
      ))}
      {/* A directory, then its trusts: the order in which the keyboard goes. */}
      {layout.blocks.map(({ node, fresh }) => (
        <g key={node.id}>
          {node.managed && <Managed node={node} d={node.managed} />}
          {fresh.map((f) => (
            <Outside key={f.id} node={f} narrow={layout.narrow} />
          ))}
          {held.get(node.id)?.map(({ line, end, first }) => (
            <Link key={end.trust.TrustId} line={line} end={end}>
              {first && <Drawn line={line} view={view} />}
            </Link>
          ))}
        </g>
      ))}
    </svg>
  );
}

/** A line: the first of its trusts draws it. */
function Drawn({ line, view }: { line: Line; view: View }) {
  const c = colourOf(gravest(line.ends.map((e) => e.trust.TrustState)));
  const { start, end } = heads(line, view);
  const selective = line.ends.some((e) => e.trust.SelectiveAuth === "Enabled");
  return (
    <>
      <path d={line.path} fill="none" stroke="transparent" strokeWidth="16" />
      <path
        className="line"
        d={line.path}
        fill="none"
        stroke={`var(${c})`}
        strokeWidth="2"
        strokeDasharray={selective ? "7 4" : undefined}
        markerStart={start ? `url(#head${c})` : undefined}
        markerEnd={end ? `url(#head${c})` : undefined}
      />
    </>
  );
}

function Link({ line, end, children }: { line: Line; end: End; children: ReactNode }) {
  const to = usePaths();
  const t = end.trust;
  const ours = t.DirectoryId === line.from.id;
  const [near, far] = ours ? [line.from, line.to] : [line.to, line.from];
  const selective = t.SelectiveAuth === "Enabled";
  const state = `${signOf(t.TrustState)} ${shortWord(t.TrustState)}`;
  const said = `${directionTitle[t.TrustDirection]}: ${shortWord(t.TrustState)}${selective ? " selective authentication" : ""}`;
  const colour = { fill: `var(${colourOf(t.TrustState)})` };
  return (
    <a
      {...linkTo(to.trust(t.TrustId))}
      className="edge"
      aria-label={`Trust of ${near.title} with ${far.title}, ${said}`}
    >
      <title>{`${near.title} – ${far.title}, ${said}${t.TrustStateReason ? `. ${t.TrustStateReason}` : ""}`}</title>
      {children}
      {end.boxed ? (
        <text x={end.x} y={end.y + 4} className="state" style={colour}>
          {fit(`${state}${selective ? " selective" : ""}`, end.boxed, 13, true)}
        </text>
      ) : (
        <text x={end.x} y={end.y - 7} textAnchor="middle" className="state" style={colour}>
          {state}
        </text>
      )}
      {/* Between two texts there is a space for those who hear them. */}{" "}
      {selective && !end.boxed && (
        <text x={end.x} y={end.y + 15} textAnchor="middle" className="small">
          selective
        </text>
      )}
    </a>
  );
}

import type { MouseEvent } from "react";
import { useDomainControllers } from "../../api/hooks.ts";
import type { Directory } from "../../api/types.ts";
import { usePaths, useWhere } from "../../context.ts";
import { go } from "../../router.ts";
import { lookOf, wordOf } from "../../ui/state.tsx";
import { directionTitle } from "../trusts/words.ts";
import { type Edge, type Layout, type Node, heads } from "./layout.ts";

const colours: Record<string, string> = {
  success: "var(--good)",
  error: "var(--bad)",
  warning: "var(--warn)",
  "in-progress": "var(--busy)",
};
const marks: Record<string, string> = { success: "✓", error: "✕", warning: "!", "in-progress": "…" };

const colour = (state: string) => colours[lookOf(state)] ?? "var(--soft)";
const mark = (state: string) => marks[lookOf(state)] ?? "–";
const short = (s: string, n: number) => (s.length > n ? s.slice(0, n - 1) + "…" : s);

export function Picture({ layout, view }: { layout: Layout; view: "trust" | "access" }) {
  // A call for each directory: worth it for a dozen of them.
  const few = layout.nodes.filter((n) => n.managed).length <= 12;
  return (
    <div className="map" tabIndex={0} role="region" aria-label="Map of directories and trusts">
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
              markerWidth="9"
              markerHeight="9"
              markerUnits="userSpaceOnUse"
              orient="auto-start-reverse"
            >
              <path d="M0 0 10 5 0 10z" fill={`var(${c})`} />
            </marker>
          ))}
        </defs>
        {layout.edges.map((e) => (
          <Arrow key={e.trust.TrustId} edge={e} view={view} />
        ))}
        {layout.nodes.map((n) =>
          n.managed ? <Managed key={n.id} node={n} d={n.managed} ask={few} /> : <Outside key={n.id} node={n} />,
        )}
      </svg>
    </div>
  );
}

/** A link inside the drawing. */
function useLink(href: string) {
  return {
    href,
    onClick: (e: MouseEvent) => {
      if (e.metaKey || e.ctrlKey || e.shiftKey || e.button !== 0) return;
      e.preventDefault();
      go(href);
    },
  };
}

function Arrow({ edge, view }: { edge: Edge; view: "trust" | "access" }) {
  const to = usePaths();
  const t = edge.trust;
  const link = useLink(to.trust(t.TrustId));
  const c = colour(t.TrustState);
  const head = `url(#head${c.slice(4, -1)})`;
  const { start, end } = heads(t, view);
  const selective = t.SelectiveAuth === "Enabled";
  const inner = edge.to.managed !== null;
  const words = `${mark(t.TrustState)} ${wordOf(t.TrustState)}${selective ? ", selective" : ""}`;
  return (
    <a
      {...link}
      className="edge"
      aria-label={`Trust of ${edge.from.title} with ${edge.to.title}: ${directionTitle[t.TrustDirection]}, ${wordOf(t.TrustState)}${selective ? ", selective authentication" : ""}`}
    >
      <title>{t.TrustStateReason || `${directionTitle[t.TrustDirection]}, ${t.TrustType}`}</title>
      <path d={edge.path} fill="none" stroke="transparent" strokeWidth="16" />
      <path
        d={edge.path}
        fill="none"
        stroke={c}
        strokeWidth="2"
        strokeDasharray={selective ? "7 4" : undefined}
        markerStart={start ? head : undefined}
        markerEnd={end ? head : undefined}
      />
      {!inner && (
        <text x={edge.label.x} y={edge.label.y - 7} textAnchor="middle" fill={c} className="state">
          {words}
        </text>
      )}
      {inner && <circle cx={edge.label.x - 8} cy={edge.label.y + 6} r="4" fill={c} />}
    </a>
  );
}

function Outside({ node }: { node: Node }) {
  return (
    <g>
      <rect
        x={node.x}
        y={node.y}
        width={node.width}
        height={node.height}
        rx="8"
        fill="var(--theirs)"
        stroke="var(--line)"
      />
      <text x={node.x + 14} y={node.y + 19} className="strong">
        <title>{node.title}</title>
        {short(node.title, 26)}
      </text>
      <text x={node.x + 14} y={node.y + 36} className="quiet">
        self-managed
      </text>
    </g>
  );
}

function Managed({ node, d, ask }: { node: Node; d: Directory; ask: boolean }) {
  const { region } = useWhere();
  const to = usePaths();
  const link = useLink(to.directory(d.DirectoryId));
  const dcs = useDomainControllers(region, ask ? d.DirectoryId : null);
  const more = d.RegionsInfo?.AdditionalRegions ?? [];
  const up = dcs.data?.filter((c) => c.Status === "Active").length ?? 0;
  const lines = [
    { text: d.DirectoryId, quiet: true },
    { text: `${mark(d.Stage)} ${d.Stage}`, colour: colour(d.Stage) },
    {
      text: `${region}: ${dcs.data ? `${up} of ${dcs.data.length} DCs active` : `${d.DesiredNumberOfDomainControllers ?? 2} DCs`}`,
    },
    ...more.map((r) => ({ text: r === region ? r : `${r}: replicated` })),
  ];
  return (
    <a {...link}>
      <rect
        x={node.x}
        y={node.y}
        width={node.width}
        height={node.height}
        rx="8"
        fill="var(--ours)"
        stroke="var(--line)"
      />
      <text x={node.x + 14} y={node.y + 24} className="strong">
        <title>{d.Name}</title>
        {short(d.Name, 26)}
      </text>
      {lines.map((l, i) => (
        <text
          key={i}
          x={node.x + 14}
          y={node.y + 45 + i * 19}
          className={"quiet" in l ? "quiet" : undefined}
          style={"colour" in l ? { fill: l.colour } : undefined}
        >
          {l.text}
        </text>
      ))}
    </a>
  );
}

// The boxes of the map: a directory with its Regions and their domain
// controllers, and a domain outside with its name.

import { type Ref, useEffect, useRef, useState } from "react";
import { useDomainControllers, useRegions } from "../../api/hooks.ts";
import type { Directory, DomainController, RegionDescription } from "../../api/types.ts";
import { usePaths, useWhere } from "../../context.ts";
import { go } from "../../router.ts";
import { wordOf } from "../../ui/state.tsx";
import { fit, widthOf } from "./fit.ts";
import type { Node } from "./gather.ts";
import { headOf, inside, regionsOf } from "./layout.ts";
import { Glyph, colourOf, signOf } from "./marks.tsx";
import { linkTo } from "./link.ts";

const { pad } = inside;

/** The lines of a box's name, from the baseline of the first. */
function Name({ node, y }: { node: Node; y: number }) {
  return node.lines.map((line, i) => (
    <text key={i} x={node.x + pad} y={y + i * inside.line} className="strong">
      {line}
    </text>
  ));
}

/** Whether an element is, or was, where it can be seen. */
function useSeen<E extends Element>() {
  const place = useRef<E>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const e = place.current;
    if (!e || seen) return;
    const watch = new IntersectionObserver((found) => {
      if (found.some((f) => f.isIntersecting)) setSeen(true);
    });
    watch.observe(e);
    return () => watch.disconnect();
  }, [seen]);
  return [place, seen] as const;
}

function Frame({ place, node, fill }: { place?: Ref<SVGRectElement>; node: Node; fill: string }) {
  const { x, y, width, height } = node;
  return (
    <rect
      ref={place}
      className="box"
      x={x}
      y={y}
      width={width}
      height={height}
      rx="8"
      fill={fill}
      stroke="var(--line)"
    />
  );
}

export function Managed({ node, d }: { node: Node; d: Directory }) {
  const { region } = useWhere();
  const to = usePaths();
  // Regions and domain controllers cost a call each: they are asked for when
  // the box comes into sight, so that a long map is there at once.
  const [place, seen] = useSeen<SVGRectElement>();
  const names = regionsOf(d, region);
  const described = useRegions(region, seen && names.length > 1 ? d.DirectoryId : null);
  const room = node.width - 2 * pad;
  const again: number[] = []; // the name is repeated in a box that is longer than a window
  for (let y = 480; y < node.height - 60; y += 440) again.push(y);
  return (
    <g>
      <a
        {...linkTo(to.directory(d.DirectoryId))}
        aria-label={`${d.Name} ${wordOf(d.Stage)} ${d.DirectoryId}: managed directory in ${names.join(" and ")}`}
      >
        <title>{`${d.Name} (${d.DirectoryId}): ${wordOf(d.Stage)}${d.StageReason ? `. ${d.StageReason}` : ""}`}</title>
        <Frame place={place} node={node} fill="var(--ours)" />
        <Name node={node} y={node.y + 23} />{" "}
        <text
          x={node.x + pad}
          y={node.y + headOf(node) - 12}
          className="small"
          style={{ fill: `var(${colourOf(d.Stage)})` }}
        >
          {signOf(d.Stage)} {wordOf(d.Stage)}
          <tspan className="quiet">{room > 190 ? `  ${d.DirectoryId}` : ""}</tspan>
        </text>
      </a>
      {again.map((y) => (
        <text key={y} x={node.x + pad} y={node.y + y} className="quiet">
          {fit(d.Name, room)}
        </text>
      ))}
      {names.map((name, i) => (
        <Region
          key={name}
          name={name}
          d={d}
          ask={seen}
          about={described.data?.find((r) => r.RegionName === name)}
          x={node.x + pad - 4}
          y={node.y + headOf(node) + i * inside.region}
          width={room + 8}
        />
      ))}
    </g>
  );
}

interface RegionProps {
  name: string;
  d: Directory;
  ask: boolean;
  about: RegionDescription | undefined;
  x: number;
  y: number;
  width: number;
}

const cell = 18; // of a domain controller

function Region({ name, d, ask, about, x, y, width }: RegionProps) {
  const { region } = useWhere();
  const dcs = useDomainControllers(name, ask ? d.DirectoryId : null);
  const stage = about?.Status ?? (name === region ? d.Stage : "");
  const well = stage === "" || stage === "Active" || regionsOf(d).length === 1;
  const title = well ? name : `${signOf(stage)} ${name}`;
  const list: (DomainController | null)[] = dcs.data ?? [null, null]; // there are two at least
  const room = Math.floor((width - widthOf(title, 12) - 24) / cell);
  const shown = list.length <= room ? list : list.slice(0, Math.max(0, room - 2));
  const start = x + width - 6 - cell / 2;
  const said = regionTitle(name, stage, dcs.data);
  return (
    <g role="img" aria-label={said}>
      <title>{said}</title>
      <rect
        x={x}
        y={y}
        width={width}
        height={inside.region - 5}
        rx="5"
        fill="var(--paper)"
        stroke={well ? "var(--line)" : `var(${colourOf(stage)})`}
        strokeDasharray={well ? undefined : "4 3"}
      />
      <text x={x + 8} y={y + 16} className="small" style={well ? undefined : { fill: `var(${colourOf(stage)})` }}>
        {title}
      </text>
      {dcs.error && !dcs.data ? (
        <text x={x + width - 8} y={y + 16} textAnchor="end" className="small">
          not known
        </text>
      ) : (
        shown.map((c, i) => (
          <Glyph
            key={c?.DomainControllerId ?? i}
            x={start - (shown.length - 1 - i + (shown.length < list.length ? 1.5 : 0)) * cell}
            y={y + 12}
            state={c?.Status}
            title={c ? controllerTitle(c) : "Not known yet"}
          />
        ))
      )}
      {shown.length < list.length && (
        <text x={x + width - 8} y={y + 16} textAnchor="end" className="small">
          +{list.length - shown.length}
        </text>
      )}
    </g>
  );
}

function regionTitle(name: string, stage: string, dcs: DomainController[] | undefined): string {
  const state = stage ? `${name}: ${wordOf(stage)}` : name;
  if (!dcs) return state;
  return `${state}, ${dcs.filter((c) => c.Status === "Active").length} of ${dcs.length} domain controllers active`;
}

const controllerTitle = (c: DomainController) =>
  [`${c.DomainControllerId}: ${wordOf(c.Status)}`, c.StatusReason, c.DnsIpAddr, c.AvailabilityZone]
    .filter(Boolean)
    .join(", ");

/** In narrow windows the words of its trusts are in the box, below the name. */
export function Outside({ node, narrow }: { node: Node; narrow: boolean }) {
  const to = usePaths();
  const single = node.trusts.length === 1 ? node.trusts[0] : undefined;
  const middle = node.y + node.height / 2;
  // The line's link is what the keyboard finds; the box is only a larger mark.
  return (
    <g {...(single ? { className: "target", onClick: () => go(to.trust(single.TrustId)) } : {})}>
      <title>{node.title}</title>
      <Frame node={node} fill="var(--theirs)" />
      <Name node={node} y={narrow ? node.y + 20 : middle - 3} />
      {!narrow && node.lines.length === 1 && (
        <text x={node.x + pad} y={middle + 12} className="small">
          {single ? "self-managed" : `self-managed, ${node.trusts.length} trusts`}
        </text>
      )}
    </g>
  );
}

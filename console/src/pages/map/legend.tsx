import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Glyph } from "./marks.tsx";

const entries = [
  ["Active", "well"],
  ["Creating", "under way"],
  ["Impaired", "impaired"],
  ["Failed", "failed"],
] as const;

/** What shapes, lines and boxes of the map mean. */
export function Legend() {
  return (
    <Box color="text-body-secondary" fontSize="body-s">
      <SpaceBetween size="xxs">
        <SpaceBetween direction="horizontal" size="s">
          <Swatch fill="var(--ours)">managed directory</Swatch>
          <Swatch fill="var(--theirs)">self-managed domain</Swatch>
          <span className="legend">
            <svg width="34" height="16" aria-hidden="true">
              <path d="M2 8H32" stroke="currentColor" strokeWidth="2" strokeDasharray="7 4" />
            </svg>
            selective authentication
          </span>
        </SpaceBetween>
        <SpaceBetween direction="horizontal" size="s">
          <span>Domain controllers:</span>
          {entries.map(([state, word]) => (
            <span className="legend" key={state}>
              <svg width="18" height="18" aria-hidden="true">
                <Glyph x={9} y={9} state={state} title="" />
              </svg>
              {word}
            </span>
          ))}
        </SpaceBetween>
      </SpaceBetween>
    </Box>
  );
}

function Swatch({ fill, children }: { fill: string; children: string }) {
  return (
    <span className="legend">
      <svg width="22" height="16" aria-hidden="true">
        <rect x="1" y="1" width="20" height="14" rx="4" fill={fill} stroke="var(--line)" />
      </svg>
      {children}
    </span>
  );
}

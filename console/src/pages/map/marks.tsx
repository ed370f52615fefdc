// States as the map shows them: a shape, a sign and a word, never colour alone.

import { lookOf, wordOf } from "../../ui/state.tsx";

const colours: Record<string, string> = {
  success: "--good",
  error: "--bad",
  warning: "--warn",
  "in-progress": "--busy",
};
const signs: Record<string, string> = { success: "✓", error: "✕", warning: "!", "in-progress": "…" };
const graver = ["success", "stopped", "pending", "in-progress", "warning", "error"];

/** The name of a colour of style.css. */
export const colourOf = (state: string) => colours[lookOf(state)] ?? "--soft";
export const signOf = (state: string) => signs[lookOf(state)] ?? "–";
export const shortWord = (state: string) => (state === "VerifyFailed" ? "Verify failed" : wordOf(state));

/** The gravest of some states. */
export function gravest(states: string[]): string {
  const rank = (s: string) => graver.indexOf(lookOf(s));
  return states.reduce((a, b) => (rank(b) > rank(a) ? b : a));
}

const outline: Record<string, string> = {
  success: "M0-7a7 7 0 1 1 0 14a7 7 0 1 1 0-14z",
  error: "M-6-6H6V6H-6z",
  warning: "M0-7.5 8 6.5H-8z",
};
const inner: Record<string, string> = {
  success: "M-3.2 0.2-0.8 2.6 3.4-2.4",
  error: "M-2.8-2.8 2.8 2.8M2.8-2.8-2.8 2.8",
  warning: "M0-3V2M0 3.6V4.6",
};

/** A circle when all is well, a square when not, a triangle between; what is under way is an open circle with dots. */
export function Glyph({ x, y, state, title }: { x: number; y: number; state: string | undefined; title: string }) {
  const look = state ? lookOf(state) : "";
  const paint = state ? `var(${colourOf(state)})` : "var(--line)";
  const shape = outline[look];
  return (
    <g transform={`translate(${x} ${y})`} className="glyph">
      <title>{title}</title>
      {shape ? (
        <>
          <path d={shape} fill={paint} />
          <path d={inner[look]} fill="none" stroke="var(--paper)" strokeWidth="1.8" strokeLinecap="round" />
        </>
      ) : (
        <>
          <circle
            r="6"
            fill="var(--paper)"
            stroke={paint}
            strokeWidth="1.6"
            strokeDasharray={state ? "3 2" : undefined}
          />
          {state && <path d="M-3 0h.1M0 0h.1M3 0h.1" stroke={paint} strokeWidth="2" strokeLinecap="round" />}
        </>
      )}
    </g>
  );
}

import type { ReactNode } from "react";

/** A table's row in a narrow window: its first cell, and below it what the others say. */
export function Stacked({ head, lines }: { head: ReactNode; lines: { name: string; cell: ReactNode }[] }) {
  return (
    <>
      {head}
      <dl className="stacked">
        {lines.map((l) => (
          <div key={l.name}>
            <dt>{l.name}</dt>
            <dd>{l.cell}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

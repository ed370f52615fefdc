// Columns that many tables have.

import type { ReactNode } from "react";
import { Quiet } from "./bits.tsx";
import type { Column } from "./grid.tsx";
import { State } from "./state.tsx";
import { Time } from "./time.tsx";

/** A state, and below it why it is so, where that is to be said. */
export function stateColumn<T>(
  state: (item: T) => string | undefined,
  reason: (item: T) => ReactNode = () => undefined,
): Column<T> {
  return {
    id: "state",
    header: "Status",
    value: (item) => state(item) ?? "",
    cell: (item) => (
      <>
        <State of={state(item)} />
        {reason(item) && <Quiet>{reason(item)}</Quiet>}
      </>
    ),
  };
}

export function timeColumn<T>(id: string, header: string, at: (item: T) => number | undefined): Column<T> {
  return {
    id,
    header,
    value: (item) => at(item) ?? 0,
    cell: (item) => <Time at={at(item)} />,
    whole: true,
  };
}

import type { Step } from "../../api/explanation.ts";

export interface FoldedStep extends Step {
  key: string;
  times: number;
  first: number | undefined; // when it was done for the first time
}

/**
 * Steps that say the same of the same domain controller are one, at the time
 * of the last: a trust that waits for its other side looks again and again.
 */
export function folded(steps: readonly Step[]): FoldedStep[] {
  const byKey = new Map<string, FoldedStep>();
  for (const s of steps) {
    const key = JSON.stringify([s.Step, s.HostName, s.Error]);
    const old = byKey.get(key);
    byKey.delete(key); // to the end
    byKey.set(key, { ...s, key, times: (old?.times ?? 0) + 1, first: old?.first ?? s.At });
  }
  return [...byKey.values()];
}

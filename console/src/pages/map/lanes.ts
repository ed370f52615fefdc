// Lines that go up or down do so in lanes of their own, so that none lies on
// another; those that go the least far take the lanes next to the boxes.

export interface Reach {
  top: number;
  bottom: number;
}

const apart = 6; // between two lines that follow one another in a lane

/** Gives each reach a lane, counted from 0, and how many lanes that takes. */
export function inLanes(list: Reach[]): { of: number[]; count: number } {
  const lanes: Reach[][] = [];
  const of = list.map(() => 0);
  const order = list.map((_, i) => i).toSorted((a, b) => length(list[a]) - length(list[b]) || a - b);
  for (const i of order) {
    const reach = list[i];
    if (!reach) continue;
    const free = lanes.findIndex((l) => l.every((o) => o.bottom + apart <= reach.top || reach.bottom + apart <= o.top));
    const lane = free < 0 ? lanes.push([]) - 1 : free;
    lanes[lane]?.push(reach);
    of[i] = lane;
  }
  return { of, count: lanes.length };
}

const length = (r: Reach | undefined) => (r ? r.bottom - r.top : 0);

/** From one point along a lane to another, with round corners. */
export function along(x1: number, y1: number, lane: number, x2: number, y2: number): string {
  if (y1 === y2) return `M${x1} ${y1}H${x2}`;
  const r = Math.min(8, Math.abs(y2 - y1) / 2, Math.abs(lane - x1), Math.abs(x2 - lane));
  const [out, down, on] = [Math.sign(lane - x1), Math.sign(y2 - y1), Math.sign(x2 - lane)];
  return [
    `M${x1} ${y1}H${lane - out * r}`,
    `Q${lane} ${y1} ${lane} ${y1 + down * r}V${y2 - down * r}`,
    `Q${lane} ${y2} ${lane + on * r} ${y2}H${x2}`,
  ].join("");
}

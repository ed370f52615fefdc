// Moments, in the user's time zone, with UTC when the pointer rests on them.

type Moment = number | string | Date | undefined | null;

/** Times of AWS's answers are seconds since 1970. */
function dateOf(at: Moment): Date | null {
  if (at === undefined || at === null || at === "" || at === 0) return null;
  const d = at instanceof Date ? at : typeof at === "number" ? new Date(at * 1000) : new Date(at);
  return Number.isNaN(d.getTime()) || d.getTime() <= 0 ? null : d;
}

const local = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const precise = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

const utcText = (d: Date) =>
  d
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, " UTC");

export function Time({ at, seconds }: { at: Moment; seconds?: boolean }) {
  const d = dateOf(at);
  if (!d) return <>–</>;
  const parts = (seconds ? precise : local).formatToParts(d);
  const hour = parts.findIndex((p) => p.type === "hour");
  const text = (list: typeof parts) => list.map((p) => p.value).join("");
  // A line may end between day and time, and nowhere else.
  return (
    <time dateTime={d.toISOString()} title={utcText(d)}>
      <span className="whole">{text(parts.slice(0, hour))}</span>
      <wbr />
      <span className="whole">{text(parts.slice(hour))}</span>
    </time>
  );
}

/** "0.4 s", "3 min 20 s". */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

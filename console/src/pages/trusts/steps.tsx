import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { Explanation } from "../../api/types.ts";
import { lookOf } from "../../ui/state.tsx";
import { Time, duration } from "../../ui/time.tsx";
import { wordsOf } from "./words.ts";

/** What was done, the latest first, and what is being done. */
export function Steps({ x }: { x: Explanation }) {
  const list = x.Steps.toReversed();
  const busy = lookOf(x.TrustState) === "in-progress";
  return (
    <Container header={<Header variant="h2">Steps</Header>}>
      <ol className="steps" aria-label="Steps, the latest first" aria-live="polite">
        {busy && (
          <li>
            <StatusIndicator type="in-progress">{""}</StatusIndicator>
            <b>{x.TrustState}</b>
          </li>
        )}
        {list.map((s, i) => (
          <li key={`${s.At}-${s.Step}-${i}`}>
            <StatusIndicator type={s.Error ? "error" : "success"} iconAriaLabel={s.Error ? "failed" : "done"}>
              {""}
            </StatusIndicator>
            <span>
              <b>{wordsOf(s.Step)}</b> <span className="soft">{duration(s.TookMillis)}</span>
            </span>
            <Time at={s.At} seconds />
            {s.Error && <span className="why wrap">{s.Error}</span>}
          </li>
        ))}
      </ol>
      {list.length === 0 && !busy && <Box color="text-body-secondary">Nothing has been done yet.</Box>}
    </Container>
  );
}

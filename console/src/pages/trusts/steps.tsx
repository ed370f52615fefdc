import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { Explanation } from "../../api/explanation.ts";
import { Time, duration } from "../../ui/time.tsx";
import { folded } from "./fold.ts";
import { shortHost, stepTitle } from "./words.ts";

/** What was done on which domain controller, the latest first. */
export function Steps({ x }: { x: Explanation }) {
  const list = folded(x.Steps).toReversed();
  return (
    <Container
      header={
        <Header variant="h2" description="What was done, the latest first. Looks that said the same are one line.">
          Steps
        </Header>
      }
    >
      <ol className="steps" aria-label="Steps, the latest first">
        {list.map((s) => (
          <li key={s.key}>
            <StatusIndicator type={s.Error ? "error" : "success"} iconAriaLabel={s.Error ? "failed" : "done"}>
              {""}
            </StatusIndicator>
            <span>
              <b>{stepTitle(s.Step, Boolean(s.Error))}</b>
              {s.HostName && (
                <>
                  {" "}
                  on <span title={s.HostName}>{shortHost(s.HostName)}</span>
                </>
              )}{" "}
              {s.TookMillis > 0 && <span className="soft">in {duration(s.TookMillis)}</span>}
            </span>
            <span className="at">
              <Time at={s.At} seconds />
              {s.times > 1 && (
                <span>
                  , {s.times} times since <Time at={s.first} seconds />
                </span>
              )}
            </span>
            {s.Error && <span className="why wrap">{s.Error}</span>}
          </li>
        ))}
      </ol>
      {list.length === 0 && (
        <Box color="text-body-secondary">Nothing has been changed yet. What was looked at is told above.</Box>
      )}
    </Container>
  );
}

import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { Condition, Explanation } from "../../api/explanation.ts";
import { lookOf } from "../../ui/state.tsx";
import { Time } from "../../ui/time.tsx";
import { reasonOf } from "./trouble.tsx";
import { causeTitle, factTitle } from "./words.ts";

/**
 * What holds, causes before effects, and what is still to come: while a trust
 * is made, this is how far it has got.
 */
export function Conditions({ x }: { x: Explanation }) {
  const making = lookOf(x.TrustState) === "in-progress" && x.TrustState !== "Deleting";
  const stuck = x.Conditions.some((c) => !c.Holds);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={
            making && stuck ? (
              <>
                Waiting. It is looked at again at <Time at={x.NextLook} seconds />.
              </>
            ) : undefined
          }
        >
          What holds
        </Header>
      }
    >
      <ol className="steps" aria-label="Conditions, causes before effects">
        {x.Conditions.map((c) => (
          <Fact key={c.Type} c={c} waiting={making} told={c === reasonOf(x)} />
        ))}
        {x.Ahead.map((type, i) => (
          <li key={type}>
            <Icon
              type={i === 0 && !stuck ? "in-progress" : "pending"}
              means={i === 0 && !stuck ? "being done" : "to come"}
            />
            <span className={i === 0 && !stuck ? "" : "soft"}>{factTitle(type)}</span>
          </li>
        ))}
      </ol>
      {x.Conditions.length + x.Ahead.length === 0 && <span className="soft">Nothing has been looked at yet.</span>}
    </Container>
  );
}

/** told: the page says why already, above. */
function Fact({ c, waiting, told }: { c: Condition; waiting: boolean; told: boolean }) {
  return (
    <li>
      {c.Holds ? (
        <Icon type="success" means="holds" />
      ) : (
        <Icon type={waiting ? "in-progress" : "error"} means={waiting ? "waited for" : "does not hold"} />
      )}
      <b>
        {factTitle(c.Type)}
        {c.Holds ? "" : `: ${causeTitle(c.Cause)}`}
      </b>
      <span className="at">
        since <Time at={c.Since} seconds />
      </span>
      {c.Message && !told && (
        <span className="why wrap">
          {c.Message} {!c.Holds && c.Missing.length === 0 && c.Hint}
        </span>
      )}
    </li>
  );
}

function Icon({ type, means }: { type: StatusIndicatorProps.Type; means: string }) {
  return (
    <StatusIndicator type={type} iconAriaLabel={means}>
      {""}
    </StatusIndicator>
  );
}

// Why a trust does not work, across the page, with the way out of it.

import Alert, { type AlertProps } from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Condition, Explanation, Missing } from "../../api/explanation.ts";
import { usePaths } from "../../context.ts";
import { follow } from "../../router.ts";
import { Code } from "../../ui/bits.tsx";
import { barred, useObstacle } from "../../ui/obstacle.ts";
import { lookOf } from "../../ui/state.tsx";
import { protocolTitle, typeTitle } from "../networks/rules.ts";
import { remedies } from "./missing.ts";
import { causeTitle } from "./words.ts";

/** What the state is about; else the first thing that is not as it should be. */
export const reasonOf = (x: Explanation): Condition | undefined =>
  x.Conditions.find((c) => !c.Holds && c.Cause === x.TrustStateCause) ?? x.Conditions.find((c) => !c.Holds);

export function Trouble({ x, showCommands }: { x: Explanation; showCommands: () => void }) {
  const c = reasonOf(x);
  if (x.TrustState === "Deleting" || (!c && !x.TrustStateReason)) return null;
  const look = lookOf(x.TrustState);
  const type: AlertProps.Type = look === "error" ? "error" : look === "success" ? "warning" : "info";
  const title = c ? causeTitle(c.Cause) : x.TrustState;
  return (
    <Alert
      type={type}
      header={type === "warning" ? `The trust works, but: ${title.charAt(0).toLowerCase()}${title.slice(1)}` : title}
      action={c && <WaysOut x={x} c={c} showCommands={showCommands} />}
      data-testid="trouble"
    >
      {c ? <Explained c={c} /> : x.TrustStateReason}
    </Alert>
  );
}

/** What is the matter and what to do, in the server's words. */
function Explained({ c }: { c: Condition }) {
  return (
    <SpaceBetween size="xs">
      <div className="wrap">{c.Message}</div>
      {c.Missing.length > 0 ? (
        <div>
          Add what is missing:
          <ul className="lacks">
            {c.Missing.map((m, i) => (
              <li key={i}>
                <Lack m={m} />
              </li>
            ))}
          </ul>
        </div>
      ) : (
        c.Hint && <div className="wrap">{c.Hint}</div>
      )}
      {c.Commands.length > 0 && <div>Or by the command line:</div>}
      {c.Commands.map((command) => (
        <Code key={command} text={command} what="command that adds what is missing" line />
      ))}
    </SpaceBetween>
  );
}

function Lack({ m }: { m: Missing }) {
  if (m.Kind === "IpRoute")
    return (
      <>
        a route to <span className="whole">{m.CidrIp}</span>
      </>
    );
  const rule = { protocol: m.IpProtocol, from: m.FromPort, to: m.ToPort };
  const ports = m.IpProtocol === "-1" ? "" : `, ${protocolTitle(m.IpProtocol)} ${portsOf(m)}`;
  return (
    <>
      an {m.Inbound ? "inbound" : "outbound"} rule of <span className="whole">{m.SecurityGroupId}</span>:{" "}
      {typeTitle(rule)}
      {ports} {m.Inbound ? "from" : "to"} <span className="whole">{m.CidrIp}</span>
    </>
  );
}

const portsOf = (m: Missing) => (m.FromPort === m.ToPort ? String(m.FromPort) : `${m.FromPort}-${m.ToPort}`);

/** The screens on which the cause can be put right, if there are any. */
function WaysOut({ x, c, showCommands }: { x: Explanation; c: Condition; showCommands: () => void }) {
  const obstacle = useObstacle();
  const to = usePaths();
  const ways = remedies(c, x.TrustId, to);
  if (ways.length > 0)
    return (
      <SpaceBetween direction="horizontal" size="xs">
        {ways.map((w) => (
          <Button key={w.href} href={w.href} onFollow={follow} {...barred(obstacle)}>
            {w.title}
          </Button>
        ))}
      </SpaceBetween>
    );
  if (c.Cause === "PartnerSideMissing") return <Button onClick={showCommands}>Show commands for the other side</Button>;
  return null;
}

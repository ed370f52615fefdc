import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { Condition, Explanation } from "../../api/types.ts";
import { usePaths, useWhere } from "../../context.ts";
import { useDirectory } from "../../api/hooks.ts";
import { follow } from "../../router.ts";
import { Time } from "../../ui/time.tsx";
import { wordsOf } from "./words.ts";

/** What holds and what does not, causes before effects, in the server's words. */
export function Conditions({ x }: { x: Explanation }) {
  return (
    <Container header={<Header variant="h2">What holds</Header>}>
      {x.NextAction && x.TrustState !== "Verified" && (
        <Box margin={{ bottom: "m" }}>
          <Alert type="warning" header="What to do next" action={<Remedy x={x} />}>
            <span className="wrap">{x.NextAction}</span>
          </Alert>
        </Box>
      )}
      {x.Conditions.length === 0 ? (
        <Box color="text-body-secondary">Nothing has been looked at yet.</Box>
      ) : (
        <ul className="lines" aria-label="Conditions">
          {x.Conditions.map((c) => (
            <li key={c.Type}>
              <StatusIndicator type={c.Holds ? "success" : "error"} wrapText>
                <b>{wordsOf(c.Type)}</b> {c.Holds ? "" : c.Cause && `(${wordsOf(c.Cause).toLowerCase()})`}
              </StatusIndicator>
              {c.Message && <div className="wrap">{c.Message}</div>}
              {!c.Holds && c.Hint && c.Hint !== x.NextAction && <div className="wrap">{c.Hint}</div>}
              <div className="soft">
                since <Time at={c.Since} seconds />
                {!c.Holds && c.Tries > 1 ? `, looked at ${c.Tries} times` : ""}
              </div>
            </li>
          ))}
        </ul>
      )}
    </Container>
  );
}

const causeOf = (list: Condition[]) => list.find((c) => !c.Holds);

/** Where in the console the cause can be put right, if it can. */
function Remedy({ x }: { x: Explanation }) {
  const { region } = useWhere();
  const to = usePaths();
  const directory = useDirectory(region, x.DirectoryId);
  const c = causeOf(x.Conditions);
  const group = directory.data?.VpcSettings?.SecurityGroupId;
  const said = `${c?.Cause ?? ""} ${c?.Message ?? ""} ${c?.Hint ?? ""}`;
  if (group && (/SecurityGroup/i.test(c?.Cause ?? "") || /security group/i.test(said)))
    return (
      <Button
        href={to.groupEdit(group, /inbound/i.test(said) && !/outbound/i.test(said) ? "inbound" : "outbound")}
        onFollow={follow}
      >
        Edit rules
      </Button>
    );
  if (/NoRoute/i.test(c?.Cause ?? "") || /no route|IP route/i.test(said))
    return (
      <Button href={to.newRoutes(x.DirectoryId)} onFollow={follow}>
        Add routes
      </Button>
    );
  if (/Partner.*Missing|PartnerSideMissing/i.test(c?.Cause ?? ""))
    return (
      <Button href={`${to.trust(x.TrustId)}?tab=commands`} onFollow={follow}>
        Show commands
      </Button>
    );
  return null;
}

import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useGroups, useRules } from "../../api/hooks.ts";
import type { Rule } from "../../api/networks.ts";
import { usePaths, useWhere } from "../../context.ts";
import { follow } from "../../router.ts";
import { To, Whole } from "../../ui/bits.tsx";
import { Grid } from "../../ui/grid.tsx";
import { barred, useObstacle } from "../../ui/obstacle.ts";
import { portsTitle, protocolTitle, typeTitle } from "./rules.ts";

export function RulesTables({ group }: { group: string }) {
  return (
    <SpaceBetween size="l">
      <RulesTable group={group} direction="outbound" />
      <RulesTable group={group} direction="inbound" />
    </SpaceBetween>
  );
}

function RulesTable({ group, direction }: { group: string; direction: "inbound" | "outbound" }) {
  const { region } = useWhere();
  const to = usePaths();
  const rules = useRules(region, group);
  const groups = useGroups(region);
  const obstacle = useObstacle();
  const egress = direction === "outbound";
  const peerName = (id: string) => groups.data?.find((g) => g.id === id)?.name;
  return (
    <Grid<Rule>
      name={egress ? "Outbound rules" : "Inbound rules"}
      items={rules.data?.filter((r) => r.egress === egress)}
      id={(r) => r.id}
      answer={rules}
      failed="The rules could not be listed"
      empty={{ title: egress ? "No rule: nothing gets out" : "No rule: nothing gets in" }}
      sortBy="type"
      columns={[
        { id: "type", header: "Type", value: typeTitle },
        { id: "protocol", header: "Protocol", value: (r) => protocolTitle(r.protocol) },
        { id: "ports", header: "Port range", value: portsTitle, whole: true },
        {
          id: "peer",
          header: egress ? "Destination" : "Source",
          value: (r) => r.peer,
          cell: (r) =>
            r.peer.startsWith("sg-") ? (
              <>
                <To href={to.group(r.peer)}>
                  <Whole>{r.peer}</Whole>
                </To>{" "}
                {r.peer === group ? "(this group)" : peerName(r.peer)}
              </>
            ) : (
              <Whole>{r.peer}</Whole>
            ),
        },
        { id: "description", header: "Description", value: (r) => r.description, minor: true },
      ]}
      actions={
        <Button href={to.groupEdit(group, direction)} onFollow={follow} {...barred(obstacle)}>
          Edit {direction} rules
        </Button>
      }
    />
  );
}

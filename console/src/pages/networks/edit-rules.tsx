// The page's "Edit" of outbound (and inbound) rules: one row per rule, with
// Type, Protocol, Port range and Destination.

import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { useGroups, useRules } from "../../api/hooks.ts";
import { type Rule, type SecurityGroup, addRule, describeRule, removeRule } from "../../api/networks.ts";
import { usePaths, useWhere } from "../../context.ts";
import { go } from "../../router.ts";
import { Failure } from "../../ui/failure.tsx";
import { FormPage } from "../../ui/form-page.tsx";
import { notify } from "../../ui/notices.tsx";
import { filledRules, sentBy } from "./filled.ts";
import { NewRule, OldRule } from "./rule-rows.tsx";
import { checkRuleDescription, portsTitle, typeTitle } from "./rules.ts";
import { type Row, bodyOf, fresh, isThere } from "./typed.ts";

export default function EditRules({ id, direction }: { id: string; direction: string }) {
  const { region } = useWhere();
  const rules = useRules(region, id);
  const groups = useGroups(region);
  if (!rules.data)
    return rules.error ? (
      <Failure error={rules.error} what="The rules could not be listed" retry={rules.reload} />
    ) : (
      <Spinner size="large" />
    );
  const egress = direction !== "inbound";
  return (
    <Editor
      group={id}
      egress={egress}
      rules={rules.data.filter((r) => r.egress === egress)}
      groups={groups.data ?? []}
    />
  );
}

function Editor({
  group,
  egress,
  rules,
  groups,
}: {
  group: string;
  egress: boolean;
  rules: Rule[];
  groups: SecurityGroup[];
}) {
  const { region } = useWhere();
  const to = usePaths();
  const [described, setDescribed] = useState<Readonly<Record<string, string>>>({});
  const [removed, setRemoved] = useState<ReadonlySet<string>>(new Set());
  // A page that knows what is missing sends people here with it filled in.
  const [query] = useState(() => new URLSearchParams(location.search));
  const sender = sentBy(query);
  const back = sender ? to.trust(sender) : to.group(group);
  const wished = filledRules(query);
  const [filled] = useState<Row[]>(() => wished.filter((r) => !isThere(r, egress, rules)));
  const [added, setAdded] = useState<Row[]>(filled);
  const [tried, setTried] = useState(false);
  const name = groups.find((g) => g.id === group)?.name ?? group;
  const kept = rules
    .filter((r) => !removed.has(r.id))
    .sort((a, b) => typeTitle(a).localeCompare(typeTitle(b)) || (a.from ?? 0) - (b.from ?? 0));
  const gone = rules.filter((r) => removed.has(r.id));
  const renamed = kept.filter((r) => described[r.id] !== undefined && described[r.id] !== r.description);
  const wrong =
    added.some((r) => bodyOf(r, egress).fault !== "") ||
    renamed.some((r) => checkRuleDescription(described[r.id] ?? "") !== "");
  const change = (i: number, part: Partial<Row>) => setAdded(added.map((r, j) => (i === j ? { ...r, ...part } : r)));
  const save = async () => {
    // What is done is not done again if a later one fails.
    for (const row of added) {
      await addRule(region, group, bodyOf(row, egress).body);
      setAdded((list) => list.filter((r) => r !== row));
    }
    for (const r of renamed) await describeRule(region, r, described[r.id] ?? "");
    for (const r of gone) {
      await removeRule(region, r);
      setRemoved((s) => new Set([...s].filter((x) => x !== r.id)));
    }
    notify({ type: "success", header: `The ${egress ? "outbound" : "inbound"} rules of ${name} are in force` });
    go(back);
  };
  const peer = egress ? "Destination" : "Source";
  return (
    <FormPage
      title={`Edit ${egress ? "outbound" : "inbound"} rules`}
      description={`${name}. Rules take effect at once, on every domain controller; connections of a removed rule end.`}
      verb="Save rules"
      back={back}
      ready={!wrong}
      onTry={() => setTried(true)}
      disabled={added.length + gone.length + renamed.length === 0}
      act={save}
      failed="Not all rules were saved"
    >
      {wished.length > 0 && filled.length === 0 && (
        <Alert type="success" header="What was missing is there already">
          The trust is looked at again by itself.
        </Alert>
      )}
      {filled.length > 0 && (
        <Alert type="info" header={filled.length === 1 ? "One rule is filled in" : "Rules are filled in"}>
          Look at what they allow. They are in force when you save them.
        </Alert>
      )}
      {egress && kept.length === 0 && added.length === 0 && (
        <Alert type="warning">
          Without an outbound rule the domain controllers reach nobody outside the directory.
        </Alert>
      )}
      <Container>
        <SpaceBetween size="m">
          {kept.length > 0 && (
            <div className="rule rule-names" aria-hidden="true">
              {["Type", "Protocol", "Port range", peer, "Description"].map((name) => (
                <Box key={name} fontWeight="bold">
                  {name}
                </Box>
              ))}
            </div>
          )}
          {kept.map((r) => (
            <OldRule
              key={r.id}
              rule={r}
              description={described[r.id] ?? r.description}
              describe={(text) => setDescribed({ ...described, [r.id]: text })}
              drop={() => setRemoved(new Set([...removed, r.id]))}
            />
          ))}
          {added.map((r, i) => (
            <NewRule
              key={i}
              row={r}
              peer={peer}
              tried={tried}
              groups={groups}
              egress={egress}
              change={(part) => change(i, part)}
              drop={() => setAdded(added.filter((_, j) => j !== i))}
            />
          ))}
          <Button formAction="none" iconName="add-plus" onClick={() => setAdded([...added, fresh])}>
            Add rule
          </Button>
        </SpaceBetween>
      </Container>
      {gone.length > 0 && (
        <Alert
          type="info"
          header={gone.length === 1 ? "One rule will be deleted" : `${gone.length} rules will be deleted`}
          action={
            <Button formAction="none" onClick={() => setRemoved(new Set())}>
              Keep
            </Button>
          }
        >
          {gone.map((r) => `${typeTitle(r)} ${portsTitle(r)} ${egress ? "to" : "from"} ${r.peer}`).join(", ")}
        </Alert>
      )}
    </FormPage>
  );
}

// The page's "Edit" of outbound (and inbound) rules: one row per rule, with
// Type, Protocol, Port range and Destination.

import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { useGroups, useRules } from "../../api/hooks.ts";
import { type RuleBody, addRule, removeRule } from "../../api/networks.ts";
import type { Rule, SecurityGroup } from "../../api/types.ts";
import { usePaths, useWhere } from "../../context.ts";
import { follow, go } from "../../router.ts";
import { useAction } from "../../ui/action.ts";
import { Failure } from "../../ui/failure.tsx";
import { notify } from "../../ui/notices.tsx";
import { filledRules, sentBy } from "./filled.ts";
import {
  checkRuleDescription,
  isCustom,
  parsePeer,
  parsePorts,
  portsTitle,
  protocolTitle,
  ruleTypes,
  typeOf,
  typeTitle,
} from "./rules.ts";

interface Row {
  old?: Rule; // that the row shows; unchanged until it is removed
  type: string;
  ports: string;
  peer: string;
  description: string;
}

const fresh: Row = { type: "All traffic", ports: "", peer: "", description: "" };
const typed = (r: Row) => ruleTypes.find((t) => t.id === r.type) ?? ruleTypes[0];

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

function bodyOf(r: Row, egress: boolean): { body: RuleBody; fault: string } {
  const t = typed(r);
  const { peer, fault } = parsePeer(r.peer);
  const custom = t && isCustom(t) ? parsePorts(r.ports) : null;
  return {
    body: {
      egress,
      protocol: t?.protocol ?? "-1",
      from: custom ? custom.from : (t?.from ?? null),
      to: custom ? custom.to : (t?.to ?? null),
      peer,
      description: r.description,
    },
    fault: fault || (custom?.fault ?? "") || checkRuleDescription(r.description),
  };
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
  const [removed, setRemoved] = useState<ReadonlySet<string>>(new Set());
  // A page that knows what is missing sends people here with it filled in.
  const [query] = useState(() => new URLSearchParams(location.search));
  const sender = sentBy(query);
  const wished = filledRules(query);
  const [filled] = useState<Row[]>(() => wished.filter((r) => !isThere(r, egress, rules)));
  const [added, setAdded] = useState<Row[]>(filled);
  const [tried, setTried] = useState(false);
  const action = useAction();
  const name = groups.find((g) => g.id === group)?.name ?? group;
  const kept = rules.filter((r) => !removed.has(r.id));
  const gone = rules.filter((r) => removed.has(r.id));
  const wrong = added.some((r) => bodyOf(r, egress).fault !== "");
  const change = (i: number, part: Partial<Row>) => setAdded(added.map((r, j) => (i === j ? { ...r, ...part } : r)));
  const save = () => {
    setTried(true);
    if (wrong) return;
    void action.run(async () => {
      // What is done is not done again if a later one fails.
      for (const row of added) {
        await addRule(region, group, bodyOf(row, egress).body);
        setAdded((list) => list.filter((r) => r !== row));
      }
      for (const r of gone) {
        await removeRule(region, r);
        setRemoved((s) => new Set([...s].filter((x) => x !== r.id)));
      }
      notify({ type: "success", header: `The ${egress ? "outbound" : "inbound"} rules of ${name} are in force` });
      go(sender ? to.trust(sender) : to.group(group));
    });
  };
  const peer = egress ? "Destination" : "Source";
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        save();
      }}
    >
      <Form
        header={
          <Header
            variant="h1"
            description={`${name}. Rules take effect at once, on every domain controller; connections of a removed rule end.`}
          >
            Edit {egress ? "outbound" : "inbound"} rules
          </Header>
        }
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              variant="link"
              formAction="none"
              href={sender ? to.trust(sender) : to.group(group)}
              onFollow={follow}
            >
              Cancel
            </Button>
            <Button variant="primary" loading={action.busy} disabled={added.length === 0 && gone.length === 0}>
              Save rules
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">
          <Failure error={action.error} what="Not all rules were saved" />
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
              {kept.map((r) => (
                <div className="rule" key={r.id}>
                  <Box fontWeight="bold">{typeTitle(r)}</Box>
                  <Box>{protocolTitle(r.protocol)}</Box>
                  <Box>{portsTitle(r)}</Box>
                  <span className="wrap">
                    {r.peer}
                    {r.peer === group ? " (this group)" : ""}{" "}
                    {r.description && <span className="soft">{r.description}</span>}
                  </span>
                  <Button
                    formAction="none"
                    ariaLabel={`Delete rule ${typeTitle(r)} ${r.peer}`}
                    onClick={() => setRemoved(new Set([...removed, r.id]))}
                  >
                    Delete
                  </Button>
                </div>
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
              {gone.map((r) => `${typeOf(r)?.title ?? typeTitle(r)} ${egress ? "to" : "from"} ${r.peer}`).join(", ")}
            </Alert>
          )}
        </SpaceBetween>
      </Form>
    </form>
  );
}

/** Whether a rule is there already: then there is nothing to add. */
function isThere(row: Row, egress: boolean, rules: Rule[]): boolean {
  const { body } = bodyOf(row, egress);
  return rules.some(
    (r) => r.protocol === body.protocol && r.from === body.from && r.to === body.to && r.peer === body.peer,
  );
}

interface NewRuleProps {
  row: Row;
  peer: string;
  tried: boolean;
  egress: boolean;
  groups: SecurityGroup[];
  change: (part: Partial<Row>) => void;
  drop: () => void;
}

function NewRule({ row, peer, tried, egress, groups, change, drop }: NewRuleProps) {
  const t = typed(row);
  const custom = t !== undefined && isCustom(t);
  const { body } = bodyOf(row, egress);
  const group = groups.find((g) => g.id === row.peer.trim());
  const half = { default: 12, s: 6, m: 3 };
  return (
    <Grid
      gridDefinition={[
        half,
        { default: 6, s: 3, m: 1 },
        { default: 6, s: 3, m: 2 },
        half,
        { default: 12, s: 6, m: 3 },
      ].map((colspan) => ({ colspan }))}
    >
      <FormField label="Type">
        <Select
          selectedOption={{ value: row.type, label: row.type }}
          options={ruleTypes.map((x) => ({ value: x.id, label: x.title }))}
          onChange={(e) => change({ type: e.detail.selectedOption.value ?? "" })}
          filteringType="auto"
        />
      </FormField>
      <FormField label="Protocol">
        <Box padding={{ top: "xxs" }}>{protocolTitle(t?.protocol ?? "-1")}</Box>
      </FormField>
      <FormField label="Port range" errorText={custom && (row.ports || tried) && parsePorts(row.ports).fault}>
        {custom ? (
          <Input value={row.ports} onChange={(e) => change({ ports: e.detail.value })} placeholder="1024 - 65535" />
        ) : (
          <Box padding={{ top: "xxs" }}>{portsTitle(body)}</Box>
        )}
      </FormField>
      <FormField
        label={peer}
        constraintText={group ? group.name : "Range, address or security group"}
        errorText={(row.peer || tried) && parsePeer(row.peer).fault}
      >
        <Input
          value={row.peer}
          onChange={(e) => change({ peer: e.detail.value })}
          placeholder="203.0.113.0/24"
          spellcheck={false}
          autoFocus
        />
      </FormField>
      <FormField
        label="Description – optional"
        errorText={checkRuleDescription(row.description)}
        secondaryControl={
          <Button formAction="none" ariaLabel="Remove this new rule" onClick={drop}>
            Remove
          </Button>
        }
      >
        <Input value={row.description} onChange={(e) => change({ description: e.detail.value })} />
      </FormField>
    </Grid>
  );
}

// One rule in the editor: one that is there, of which the description may be
// changed, or one that is to be added.

import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import type { Rule, SecurityGroup } from "../../api/networks.ts";
import {
  checkRuleDescription,
  isCustom,
  parsePeer,
  parsePorts,
  portsTitle,
  protocolTitle,
  ruleTypes,
  typeTitle,
} from "./rules.ts";
import { type Row, bodyOf, typeOfRow } from "./typed.ts";

interface OldRuleProps {
  rule: Rule;
  description: string;
  describe: (text: string) => void;
  drop: () => void;
}

export function OldRule({ rule, description, describe, drop }: OldRuleProps) {
  const title = `${typeTitle(rule)} ${portsTitle(rule)} ${rule.peer}`;
  return (
    <div className="rule">
      <Box>{typeTitle(rule)}</Box>
      <Box>{protocolTitle(rule.protocol)}</Box>
      <Box>{portsTitle(rule)}</Box>
      <span className="wrap">
        {rule.peer}
        {rule.peer === rule.group ? " (this group)" : ""}
      </span>
      <FormField errorText={checkRuleDescription(description)}>
        <Input
          value={description}
          onChange={(e) => describe(e.detail.value)}
          ariaLabel={`Description of rule ${title}`}
        />
      </FormField>
      <Button formAction="none" ariaLabel={`Delete rule ${title}`} onClick={drop}>
        Delete
      </Button>
    </div>
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

export function NewRule({ row, peer, tried, egress, groups, change, drop }: NewRuleProps) {
  const t = typeOfRow(row);
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
          options={ruleTypes.map((x) => ({ value: x.title, label: x.title }))}
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

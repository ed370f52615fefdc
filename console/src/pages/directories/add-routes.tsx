import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ds } from "../../api/call.ts";
import { useDirectory, useRules } from "../../api/hooks.ts";
import { usePaths, useWhere } from "../../context.ts";
import { go } from "../../router.ts";
import { To } from "../../ui/bits.tsx";
import { FormPage } from "../../ui/form-page.tsx";
import { notify } from "../../ui/notices.tsx";
import { sentBy } from "../networks/filled.ts";
import { isCustomized } from "../networks/rules.ts";
import { routesAdded } from "./outcomes.ts";
import { checkCidr } from "../addresses.ts";
import { checkDescription } from "./rules.ts";

interface Row {
  cidr: string;
  description: string;
}

export default function AddRoutes({ id }: { id: string }) {
  const { region } = useWhere();
  const to = usePaths();
  const directory = useDirectory(region, id);
  const group = directory.data?.VpcSettings?.SecurityGroupId;
  const rules = useRules(region, group);
  const customized = rules.data && group ? isCustomized(rules.data, group) : false;
  const [query] = useState(() => new URLSearchParams(location.search));
  const sender = sentBy(query);
  const [rows, setRows] = useState<Row[]>(() => {
    const wished = query.getAll("cidr");
    return (wished.length > 0 ? wished : [""]).map((cidr) => ({ cidr, description: "" }));
  });
  const [open, setOpen] = useState(false);
  const [tried, setTried] = useState(false);
  const back = sender ? to.trust(sender) : to.directory(id, "networking");
  const change = (i: number, part: Partial<Row>) => setRows(rows.map((r, j) => (i === j ? { ...r, ...part } : r)));
  const wrong = rows.some((r) => checkCidr(r.cidr) || checkDescription(r.description));
  const add = async () => {
    await ds(region, "AddIpRoutes", {
      DirectoryId: id,
      IpRoutes: rows.map((r) => ({
        ...(r.cidr.includes(":") ? { CidrIpv6: r.cidr } : { CidrIp: r.cidr }),
        ...(r.description ? { Description: r.description } : {}),
      })),
      ...(open && !customized ? { UpdateSecurityGroupForDirectoryControllers: true } : {}),
    });
    const cidrs = rows.map((r) => r.cidr);
    notify({
      type: "in-progress",
      header: `Routes are being added: ${cidrs.join(", ")}`,
      useOutcome: routesAdded(region, id, cidrs),
    });
    go(back);
  };
  return (
    <FormPage
      title="Add routes"
      description={`Domain controllers of ${directory.data?.Name ?? id} get a way to these public addresses.`}
      verb="Add routes"
      back={back}
      ready={!wrong}
      onTry={() => setTried(true)}
      act={add}
      failed="The routes were not added"
    >
      <Container header={<Header variant="h2">Routes</Header>}>
        <SpaceBetween size="m">
          {rows.map((r, i) => (
            <Grid
              key={i}
              gridDefinition={[
                { colspan: { default: 12, xs: 4 } },
                { colspan: { default: 12, xs: 6 } },
                { colspan: { default: 12, xs: 2 } },
              ]}
            >
              <FormField
                label="CIDR"
                constraintText="One host ends in /32. AWS's own ranges are refused."
                errorText={(tried || r.cidr !== "") && checkCidr(r.cidr)}
              >
                <Input
                  value={r.cidr}
                  onChange={(e) => change(i, { cidr: e.detail.value.trim() })}
                  placeholder="203.0.113.0/24"
                  autoFocus={i === 0}
                  spellcheck={false}
                />
              </FormField>
              <FormField label="Description – optional" errorText={checkDescription(r.description)}>
                <Input value={r.description} onChange={(e) => change(i, { description: e.detail.value })} />
              </FormField>
              {rows.length > 1 && (
                <FormField label="&#8203;">
                  <Button
                    formAction="none"
                    ariaLabel={`Remove ${r.cidr || "this row"}`}
                    onClick={() => setRows(rows.filter((_, j) => j !== i))}
                  >
                    Remove
                  </Button>
                </FormField>
              )}
            </Grid>
          ))}
          <Button
            formAction="none"
            iconName="add-plus"
            onClick={() => setRows([...rows, { cidr: "", description: "" }])}
          >
            Add another route
          </Button>
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">Security group</Header>}>
        {customized && group ? (
          <Alert type="info" header="The security group was changed by hand">
            Its rules stay as they are. See that <To href={to.group(group)}>{group}</To> lets the domain controllers
            reach these addresses.
          </Alert>
        ) : (
          <Checkbox
            checked={open}
            onChange={(e) => setOpen(e.detail.checked)}
            description="Replaces the group's rules: what a directory serves comes in from the VPC, and everything goes out to anywhere."
          >
            Add routes to the security group for this directory&apos;s VPC
          </Checkbox>
        )}
      </Container>
    </FormPage>
  );
}

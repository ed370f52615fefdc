import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useGroups } from "../../api/hooks.ts";
import { usePaths, useWhere } from "../../context.ts";
import { Copy, To } from "../../ui/bits.tsx";
import { Failure } from "../../ui/failure.tsx";
import { Filling } from "../../ui/filling.tsx";
import { RulesTables } from "./rules-tables.tsx";

export default function Group({ id }: { id: string }) {
  const { region } = useWhere();
  const to = usePaths();
  const groups = useGroups(region);
  const group = groups.data?.find((g) => g.id === id);
  const directory = /^AWS created security group for (d-[0-9a-f]{10}) directory controllers$/.exec(
    group?.description ?? "",
  )?.[1];
  return (
    <SpaceBetween size="l">
      <Header variant="h1">{group?.name ?? id}</Header>
      <Failure error={groups.error} what="The security group could not be described" retry={groups.reload} />
      <Container header={<Header variant="h2">Details</Header>}>
        <Filling until={groups} />
        <KeyValuePairs
          columns={2}
          minColumnWidth={200}
          items={[
            { label: "Security group ID", value: <Copy text={id} what="security group ID" /> },
            { label: "VPC", value: group?.vpc ?? "–" },
            { label: "Description", value: group?.description ?? "–" },
            {
              label: "Directory",
              value: directory ? <To href={to.directory(directory, "networking")}>{directory}</To> : "–",
            },
          ]}
        />
      </Container>
      <RulesTables group={id} />
    </SpaceBetween>
  );
}

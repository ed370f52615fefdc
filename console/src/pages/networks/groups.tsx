import { useGroups } from "../../api/hooks.ts";
import type { SecurityGroup } from "../../api/networks.ts";
import { usePaths, useWhere } from "../../context.ts";
import { To } from "../../ui/bits.tsx";
import { Grid } from "../../ui/grid.tsx";

export default function Groups() {
  const { region } = useWhere();
  const to = usePaths();
  const groups = useGroups(region);
  return (
    <Grid<SecurityGroup>
      name="Security groups"
      variant="full-page"
      description="Search for a directory ID to find the group of its domain controllers."
      items={groups.data}
      id={(g) => g.id}
      answer={groups}
      failed="The security groups could not be listed"
      empty={{ title: `No security groups in ${region}` }}
      columns={[
        {
          id: "id",
          header: "Security group ID",
          value: (g) => g.id,
          cell: (g) => <To href={to.group(g.id)}>{g.id}</To>,
          whole: true,
        },
        { id: "name", header: "Name", value: (g) => g.name },
        { id: "vpc", header: "VPC", value: (g) => g.vpc, whole: true, minor: true },
        { id: "description", header: "Description", value: (g) => g.description },
      ]}
      sortBy="name"
    />
  );
}

import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useDirectories } from "../../api/hooks.ts";
import type { Directory } from "../../api/types.ts";
import { usePaths, useWhere } from "../../context.ts";
import { follow } from "../../router.ts";
import { DnsName, To } from "../../ui/bits.tsx";
import { stateColumn, timeColumn } from "../../ui/columns.tsx";
import { Grid } from "../../ui/grid.tsx";
import { barred, useObstacle } from "../../ui/obstacle.ts";
import { DeleteDirectory, ResetPassword, directoryActions } from "./dialogs.tsx";

export const typeName = (d: Directory) => (d.Type === "MicrosoftAD" ? "AWS Managed Microsoft AD" : (d.Type ?? ""));
const shortType = (d: Directory) => (d.Type === "MicrosoftAD" ? "Microsoft AD" : (d.Type ?? ""));

function regionsOf(d: Directory): string {
  const more = d.RegionsInfo?.AdditionalRegions?.length ?? 0;
  return more === 0 ? "No" : `Yes, ${more + 1} Regions`;
}

export default function DirectoryList() {
  const { region } = useWhere();
  const obstacle = useObstacle();
  const to = usePaths();
  const directories = useDirectories(region);
  const [selected, select] = useState<Directory | null>(null);
  const [dialog, open] = useState<"delete" | "reset" | null>(null);
  const chosen = directories.data?.find((d) => d.DirectoryId === selected?.DirectoryId);
  const setUp = (
    <Button variant="primary" href={to.newDirectory} onFollow={follow} {...barred(obstacle)}>
      Set up directory
    </Button>
  );
  return (
    <>
      <Grid<Directory>
        name="Directories"
        variant="full-page"
        items={directories.data}
        id={(d) => d.DirectoryId}
        label={(d) => d.Name}
        selected={chosen}
        select={select}
        answer={directories}
        failed="The directories could not be listed"
        empty={{
          title: `No directories in ${region}`,
          text: "A directory is an Active Directory domain of two domain controllers, ready for trusts with your own.",
          action: setUp,
        }}
        columns={[
          {
            id: "id",
            header: "Directory ID",
            value: (d) => d.DirectoryId,
            cell: (d) => <To href={to.directory(d.DirectoryId)}>{d.DirectoryId}</To>,
            whole: true,
          },
          {
            id: "name",
            header: "Directory name",
            value: (d) => d.Name,
            cell: (d) => <DnsName name={d.Name} />,
            width: 165,
          },
          { id: "type", header: "Type", value: shortType, minor: true },
          { id: "edition", header: "Edition", value: (d) => d.Edition ?? "", minor: true },
          { id: "regions", header: "Multi-Region", value: regionsOf, minor: true },
          {
            ...stateColumn(
              (d) => d.Stage,
              (d) => d.Stage !== "Active" && d.StageReason,
            ),
            width: 110,
          },
          { ...timeColumn("launched", "Launch date", (d) => d.LaunchTime), whole: false, minor: true },
        ]}
        sortBy="name"
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <ButtonDropdown
              {...barred(obstacle || (chosen ? "" : "Choose a directory first."))}
              items={directoryActions(chosen)}
              onItemClick={(e) => open(e.detail.id as "delete" | "reset")}
            >
              Actions
            </ButtonDropdown>
            {setUp}
          </SpaceBetween>
        }
      />
      {dialog === "delete" && chosen && <DeleteDirectory directory={chosen} close={() => open(null)} />}
      {dialog === "reset" && chosen && <ResetPassword directory={chosen} close={() => open(null)} />}
    </>
  );
}

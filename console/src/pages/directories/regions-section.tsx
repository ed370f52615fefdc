import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ds } from "../../api/call.ts";
import { useRegions } from "../../api/hooks.ts";
import type { Directory, RegionDescription } from "../../api/types.ts";
import { paths, useWhere } from "../../context.ts";
import { regionName, regionTitle } from "../../regions.ts";
import { follow, go } from "../../router.ts";
import { To, Whole } from "../../ui/bits.tsx";
import { stateColumn, timeColumn } from "../../ui/columns.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Grid } from "../../ui/grid.tsx";
import { notify } from "../../ui/notices.tsx";
import { barred, useObstacle } from "../../ui/obstacle.ts";
import { regionRemoved } from "./outcomes.ts";

/** The directory's Regions, the primary one first; choosing one switches all tabs to it. */
export function RegionsSection({ directory, tab }: { directory: Directory; tab: string }) {
  const { region } = useWhere();
  const id = directory.DirectoryId;
  const primary = directory.RegionsInfo?.PrimaryRegion ?? region;
  const regions = useRegions(primary, id);
  const [removing, remove] = useState(false);
  const obstacle = useObstacle();
  const here = regions.data?.find((r) => r.RegionName === region);
  const adding = useObstacle(directory, { primary: true });
  const order = (r: RegionDescription) => `${r.RegionType === "Primary" ? "0" : "1"} ${r.RegionName}`;
  return (
    <>
      <Grid<RegionDescription>
        name="Multi-Region replication"
        description="The tabs below show the Region that is selected here."
        items={regions.data}
        id={(r) => r.RegionName}
        selected={here}
        select={(r) => {
          if (r) go(paths(r.RegionName).directory(id, tab));
        }}
        sortBy="region"
        answer={regions}
        failed="The Regions could not be listed"
        empty={{ title: "In its own Region only" }}
        columns={[
          {
            id: "region",
            header: "Region",
            value: order,
            cell: (r) => (
              <To href={paths(r.RegionName).directory(id, tab)}>
                {regionName(r.RegionName)} <Whole>({r.RegionName})</Whole>
                {r.RegionType === "Primary" && <Whole> - Primary</Whole>}
              </To>
            ),
          },
          stateColumn((r) => r.Status),
          {
            id: "vpc",
            header: "VPC",
            value: (r) => r.VpcSettings?.VpcId ?? "",
            whole: true,
            minor: true,
          },
          {
            id: "dcs",
            header: "Domain controllers",
            value: (r) => r.DesiredNumberOfDomainControllers ?? 0,
            minor: true,
          },
          { ...timeColumn("launched", "Launch time", (r) => r.LaunchTime), minor: true },
        ]}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              onClick={() => remove(true)}
              {...barred(
                obstacle ||
                  (here?.RegionType === "Additional"
                    ? here.Status === "Deleting"
                      ? "This Region is being deleted."
                      : ""
                    : "Choose an additional Region first."),
              )}
            >
              Delete Region
            </Button>
            <Button href={paths(primary).newRegion(id)} onFollow={follow} {...barred(adding)}>
              Add Region
            </Button>
          </SpaceBetween>
        }
      />
      {removing && here && (
        <Confirm
          title="Delete Region"
          verb="Delete"
          typed={region}
          close={() => remove(false)}
          act={async () => {
            await ds(region, "RemoveRegion", { DirectoryId: id });
            notify({
              type: "in-progress",
              header: `${directory.Name} is leaving ${region}`,
              useOutcome: regionRemoved(primary, id, directory.Name, region),
            });
            go(paths(primary).directory(id, tab));
          }}
        >
          <Box>
            The domain controllers of <b>{directory.Name}</b> in {regionTitle(region)} leave the domain. Those of other
            Regions stay.
          </Box>
          <Alert type="warning">
            Computers in {region} lose the DNS servers and domain controllers nearest to them.
          </Alert>
        </Confirm>
      )}
    </>
  );
}

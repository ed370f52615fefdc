import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useState } from "react";
import { ds } from "../../api/call.ts";
import { useRoutes } from "../../api/hooks.ts";
import type { Directory, IpRoute } from "../../api/types.ts";
import { usePaths, useWhere } from "../../context.ts";
import { follow, go } from "../../router.ts";
import { stateColumn, timeColumn } from "../../ui/columns.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { isUnsupported } from "../../ui/failure.tsx";
import { Grid } from "../../ui/grid.tsx";
import { notify } from "../../ui/notices.tsx";
import { barred, useObstacle } from "../../ui/obstacle.ts";

const cidrOf = (r: IpRoute) => r.CidrIp ?? r.CidrIpv6 ?? "";

export function RoutesSection({ directory }: { directory: Directory }) {
  const { region } = useWhere();
  const to = usePaths();
  const routes = useRoutes(region, directory.DirectoryId);
  const [chosen, choose] = useState<IpRoute[]>([]);
  const [removing, remove] = useState(false);
  const add = to.newRoutes(directory.DirectoryId);
  const obstacle = useObstacle(directory);
  if (isUnsupported(routes.error)) return null;
  return (
    <>
      <Grid<IpRoute>
        name="IP routing"
        description="Ways to public addresses. Private ranges (10/8, 172.16/12, 192.168/16) need none."
        items={routes.data}
        id={cidrOf}
        multi={{ chosen, choose }}
        answer={routes}
        failed="The routes could not be listed"
        empty={{
          title: "No routes",
          text: "Add one if the DNS servers or the network of a domain to be trusted have public addresses.",
          action: (
            <Button href={add} onFollow={follow} {...barred(obstacle)}>
              Add route
            </Button>
          ),
        }}
        columns={[
          { id: "cidr", header: "IP block", value: cidrOf },
          stateColumn(
            (r) => r.IpRouteStatusMsg,
            (r) => r.IpRouteStatusReason,
          ),
          { id: "description", header: "Description", value: (r) => r.Description ?? "" },
          { ...timeColumn("added", "Date added", (r) => r.AddedDateTime), minor: true },
        ]}
        actions={
          <ButtonDropdown
            {...barred(obstacle)}
            items={[
              { id: "add", text: "Add route" },
              { id: "remove", text: "Remove route", disabled: chosen.length === 0 },
            ]}
            onItemClick={(e) => (e.detail.id === "add" ? go(add) : remove(true))}
          >
            Actions
          </ButtonDropdown>
        }
      />
      {removing && (
        <Confirm
          title={chosen.length === 1 ? "Remove route" : `Remove ${chosen.length} routes`}
          verb="Remove"
          close={() => remove(false)}
          act={async () => {
            const v4 = chosen.flatMap((r) => r.CidrIp ?? []);
            const v6 = chosen.flatMap((r) => r.CidrIpv6 ?? []);
            await ds(region, "RemoveIpRoutes", {
              DirectoryId: directory.DirectoryId,
              ...(v4.length ? { CidrIps: v4 } : {}),
              ...(v6.length ? { CidrIpv6s: v6 } : {}),
            });
            choose([]);
            notify({ type: "success", header: `Routes are being removed: ${[...v4, ...v6].join(", ")}` });
          }}
        >
          <Box>
            The domain controllers will not reach <b>{chosen.map(cidrOf).join(", ")}</b> any more, if these addresses
            are public. A trust that needs them fails then.
          </Box>
        </Confirm>
      )}
    </>
  );
}

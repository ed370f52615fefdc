import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useSubnets, useVpcs } from "../../api/hooks.ts";
import { type Subnet, type Vpc, deleteSubnet, deleteVpc } from "../../api/networks.ts";
import { usePaths, useWhere } from "../../context.ts";
import { follow, useParameter } from "../../router.ts";
import { stateColumn } from "../../ui/columns.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Quiet, Whole } from "../../ui/bits.tsx";
import { Grid } from "../../ui/grid.tsx";
import { notify } from "../../ui/notices.tsx";
import { barred, useObstacle } from "../../ui/obstacle.ts";
import { AddSubnet } from "./add-subnet.tsx";

export default function Vpcs() {
  const { region } = useWhere();
  const to = usePaths();
  const vpcs = useVpcs(region);
  const subnets = useSubnets(region);
  const [id, setId] = useParameter("vpc");
  const vpc = vpcs.data?.find((v) => v.id === id);
  const [subnetId, setSubnet] = useState("");
  const subnet = subnets.data?.find((s) => s.id === subnetId);
  const [dialog, open] = useState<"vpc" | "subnet" | "add" | null>(null);
  const obstacle = useObstacle();
  const close = () => open(null);
  return (
    <SpaceBetween size="l">
      <Grid<Vpc>
        name="VPCs"
        items={vpcs.data}
        id={(v) => v.id}
        selected={vpc}
        select={(v) => setId(v?.id ?? "")}
        answer={vpcs}
        failed="The VPCs could not be listed"
        empty={{ title: `No VPCs in ${region}` }}
        columns={[
          { id: "id", header: "VPC ID", value: (v) => v.id, whole: true },
          { id: "name", header: "Name", value: (v) => v.name },
          { id: "cidr", header: "IPv4 CIDR", value: (v) => v.cidr, whole: true },
          { id: "default", header: "Default", value: (v) => (v.isDefault ? "Yes" : "No"), minor: true },
          { ...stateColumn((v) => v.state), header: "State" },
        ]}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button {...barred(obstacle || (vpc ? "" : "Choose a VPC first."))} onClick={() => open("vpc")}>
              Delete
            </Button>
            <Button href={to.newVpc} onFollow={follow} {...barred(obstacle)}>
              Create VPC
            </Button>
          </SpaceBetween>
        }
      />
      <Grid<Subnet>
        name={vpc ? `Subnets of ${vpc.name || vpc.id}` : "Subnets"}
        description={vpc ? undefined : "Of all VPCs. Choose a VPC above to see its own."}
        items={subnets.data?.filter((s) => !vpc || s.vpc === vpc.id)}
        id={(s) => s.id}
        selected={subnet}
        select={(s) => setSubnet(s?.id ?? "")}
        answer={subnets}
        failed="The subnets could not be listed"
        empty={{ title: "No subnets", text: "A directory needs two, in different availability zones." }}
        columns={[
          {
            id: "id",
            header: "Subnet ID",
            value: (s) => `${s.id} ${s.name}`,
            cell: (s) => (
              <>
                <Whole>{s.id}</Whole>
                {s.name && <Quiet>{s.name}</Quiet>}
              </>
            ),
          },
          ...(vpc
            ? []
            : [
                {
                  id: "vpc",
                  header: "VPC",
                  value: (s: Subnet) => s.vpc,
                  whole: true,
                  minor: true,
                },
              ]),
          { id: "cidr", header: "IPv4 CIDR", value: (s) => s.cidr, whole: true },
          { id: "zone", header: "Zone", value: (s) => s.zone },
          { id: "free", header: "Free addresses", value: (s) => s.free },
        ]}
        sortBy="cidr"
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button {...barred(obstacle || (subnet ? "" : "Choose a subnet first."))} onClick={() => open("subnet")}>
              Delete
            </Button>
            <Button {...barred(obstacle || (vpc ? "" : "Choose a VPC first."))} onClick={() => open("add")}>
              Create subnet
            </Button>
          </SpaceBetween>
        }
      />
      {dialog === "add" && vpc && (
        <AddSubnet vpc={vpc} taken={(subnets.data ?? []).filter((s) => s.vpc === vpc.id)} close={close} />
      )}
      {dialog === "vpc" && vpc && (
        <Confirm
          title="Delete VPC"
          verb="Delete"
          close={close}
          act={async () => {
            await deleteVpc(region, vpc.id);
            setId("");
            notify({ type: "success", header: `VPC ${vpc.id} was deleted` });
          }}
        >
          <Box>
            Delete <b>{vpc.name || vpc.id}</b> ({vpc.cidr})? It must hold no subnet.
          </Box>
        </Confirm>
      )}
      {dialog === "subnet" && subnet && (
        <Confirm
          title="Delete subnet"
          verb="Delete"
          close={close}
          act={async () => {
            await deleteSubnet(region, subnet.id);
            notify({ type: "success", header: `Subnet ${subnet.id} was deleted` });
          }}
        >
          <Box>
            Delete <b>{subnet.name || subnet.id}</b> ({subnet.cidr})? It must hold no domain controller.
          </Box>
        </Confirm>
      )}
    </SpaceBetween>
  );
}

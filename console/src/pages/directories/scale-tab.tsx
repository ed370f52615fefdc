import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { ds } from "../../api/call.ts";
import { useDomainControllers } from "../../api/hooks.ts";
import type { Directory, DomainController } from "../../api/types.ts";
import { useWhere } from "../../context.ts";
import { Copy, Quiet, Whole } from "../../ui/bits.tsx";
import { stateColumn, timeColumn } from "../../ui/columns.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Grid } from "../../ui/grid.tsx";
import { notify } from "../../ui/notices.tsx";
import { barred, useObstacle } from "../../ui/obstacle.ts";
import { scaled } from "./outcomes.ts";

const required = 2; // no directory has fewer
const most = 20;

export function ScaleTab({ directory }: { directory: Directory }) {
  const { region } = useWhere();
  const dcs = useDomainControllers(region, directory.DirectoryId);
  const [editing, edit] = useState(false);
  const wanted = directory.DesiredNumberOfDomainControllers ?? required;
  const obstacle = useObstacle(directory);
  return (
    <>
      <Grid<DomainController>
        name="Domain controllers"
        description={`${required} required, ${Math.max(0, wanted - required)} additional, in ${region}.`}
        items={dcs.data}
        id={(d) => d.DomainControllerId}
        answer={dcs}
        failed="The domain controllers could not be listed"
        empty={{ title: "No domain controllers yet", text: "They appear here as they are made." }}
        columns={[
          {
            id: "id",
            header: "Domain controller ID",
            value: (d) => d.DomainControllerId,
            whole: true,
          },
          {
            id: "ip",
            header: "IP address",
            value: (d) => d.DnsIpAddr ?? "",
            cell: (d) => <Copy text={d.DnsIpAddr} what={`IP address ${d.DnsIpAddr}`} />,
            whole: true,
          },
          {
            id: "zone",
            header: "Availability zone, subnet",
            value: (d) => `${d.AvailabilityZone ?? ""} ${d.SubnetId ?? ""}`,
            cell: (d) => (
              <>
                {d.AvailabilityZone}
                <Quiet>
                  <Whole>{d.SubnetId}</Whole>
                </Quiet>
              </>
            ),
          },
          stateColumn(
            (d) => d.Status,
            (d) => d.StatusReason,
          ),
          { ...timeColumn("launched", "Launch time", (d) => d.LaunchTime), minor: true },
        ]}
        actions={
          <Button onClick={() => edit(true)} {...barred(obstacle)}>
            Edit
          </Button>
        }
      />
      {editing && <EditNumber directory={directory} wanted={wanted} close={() => edit(false)} />}
    </>
  );
}

function EditNumber({ directory, wanted, close }: { directory: Directory; wanted: number; close: () => void }) {
  const { region } = useWhere();
  const [text, setText] = useState(String(wanted));
  const n = Number(text);
  const fault = !/^\d+$/.test(text) || n < required || n > most ? `A number from ${required} to ${most}.` : "";
  return (
    <Confirm
      title="Edit the number of domain controllers"
      verb="Modify"
      disabled={fault !== "" || n === wanted}
      close={close}
      act={async () => {
        await ds(region, "UpdateNumberOfDomainControllers", { DirectoryId: directory.DirectoryId, DesiredNumber: n });
        notify({
          type: "in-progress",
          header: `${directory.Name} goes from ${wanted} to ${n} domain controllers in ${region}`,
          useOutcome: scaled(region, directory.DirectoryId, directory.Name, n),
        });
      }}
    >
      <FormField
        label="Domain controllers"
        constraintText={`${required} are required; at most ${most} in a Region.`}
        errorText={fault}
      >
        <Input type="number" inputMode="numeric" value={text} onChange={(e) => setText(e.detail.value)} />
      </FormField>
      {!fault && n < wanted && (
        <Alert type="warning">
          {wanted - n === 1
            ? "The newest domain controller leaves"
            : `The ${wanted - n} newest domain controllers leave`}{" "}
          the domain. Clients that use its address as DNS server must be told another.
        </Alert>
      )}
    </Confirm>
  );
}

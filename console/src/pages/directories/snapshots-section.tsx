import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ds } from "../../api/call.ts";
import { useSnapshots } from "../../api/hooks.ts";
import type { Directory, Snapshot } from "../../api/types.ts";
import { useWhere } from "../../context.ts";
import { Whole } from "../../ui/bits.tsx";
import { stateColumn, timeColumn } from "../../ui/columns.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { isUnsupported } from "../../ui/failure.tsx";
import { Grid } from "../../ui/grid.tsx";
import { notify } from "../../ui/notices.tsx";
import { barred, useObstacle } from "../../ui/obstacle.ts";
import { Time } from "../../ui/time.tsx";
import { restored, snapshotMade } from "./outcomes.ts";
import { checkDescription } from "./rules.ts";

const titleOf = (s: Pick<Snapshot, "SnapshotId" | "Name">) => (s.Name ? `“${s.Name}”` : s.SnapshotId);

export function SnapshotsSection({ directory }: { directory: Directory }) {
  const { region } = useWhere();
  const snapshots = useSnapshots(region, directory.DirectoryId);
  const [selected, select] = useState<Snapshot | null>(null);
  const [dialog, open] = useState<"create" | "restore" | "delete" | null>(null);
  const chosen = snapshots.data?.find((s) => s.SnapshotId === selected?.SnapshotId);
  const obstacle = useObstacle(directory, { primary: true });
  const close = () => open(null);
  if (isUnsupported(snapshots.error)) return null;
  return (
    <>
      <Grid<Snapshot>
        name="Snapshots"
        items={snapshots.data}
        id={(s) => s.SnapshotId}
        label={(s) => s.Name || s.SnapshotId}
        selected={chosen}
        select={select}
        answer={snapshots}
        failed="The snapshots could not be listed"
        empty={{ title: "No snapshots", text: "A snapshot holds users, groups, computers and trusts as they are." }}
        columns={[
          { id: "id", header: "Snapshot ID", value: (s) => s.SnapshotId, whole: true },
          { id: "name", header: "Name", value: (s) => s.Name ?? "" },
          { id: "type", header: "Type", value: (s) => s.Type ?? "", minor: true },
          stateColumn((s) => s.Status),
          timeColumn("start", "Start time", (s) => s.StartTime),
        ]}
        sortBy="start"
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <ButtonDropdown
              {...barred(obstacle || (chosen ? "" : "Choose a snapshot first."))}
              items={[
                { id: "restore", text: "Restore snapshot", disabled: chosen?.Status !== "Completed" },
                {
                  id: "delete",
                  text: "Delete snapshot",
                  disabled: chosen?.Type === "Auto",
                  disabledReason: "Automatic snapshots go by themselves.",
                },
              ]}
              onItemClick={(e) => open(e.detail.id as "restore" | "delete")}
            >
              Actions
            </ButtonDropdown>
            <Button onClick={() => open("create")} {...barred(obstacle)}>
              Create snapshot
            </Button>
          </SpaceBetween>
        }
      />
      {dialog === "create" && <CreateSnapshot directory={directory.DirectoryId} close={close} />}
      {dialog === "delete" && chosen && (
        <Confirm
          title="Delete snapshot"
          verb="Delete"
          close={close}
          act={async () => {
            await ds(region, "DeleteSnapshot", { SnapshotId: chosen.SnapshotId });
            notify({ type: "success", header: `Snapshot ${titleOf(chosen)} was deleted` });
          }}
        >
          <Box>
            Delete snapshot <b>{chosen.Name || chosen.SnapshotId}</b>?
          </Box>
        </Confirm>
      )}
      {dialog === "restore" && chosen && (
        <Confirm
          title="Restore snapshot"
          verb="Restore"
          typed={directory.Name}
          close={close}
          act={async () => {
            await ds(region, "RestoreFromSnapshot", { SnapshotId: chosen.SnapshotId });
            notify({
              type: "in-progress",
              header: `${directory.Name} is being restored from ${titleOf(chosen)}`,
              useOutcome: restored(region, directory.DirectoryId),
            });
          }}
        >
          <Alert type="warning">
            All domain controllers stop meanwhile. What was changed since{" "}
            <Whole>
              <Time at={chosen.StartTime} />
            </Whole>{" "}
            is lost: users, groups, computers, passwords, trusts.
          </Alert>
        </Confirm>
      )}
    </>
  );
}

function CreateSnapshot({ directory, close }: { directory: string; close: () => void }) {
  const { region } = useWhere();
  const [name, setName] = useState("");
  return (
    <Confirm
      title="Create snapshot"
      verb="Create"
      disabled={checkDescription(name) !== ""}
      close={close}
      act={async () => {
        const { SnapshotId } = await ds<{ SnapshotId: string }>(region, "CreateSnapshot", {
          DirectoryId: directory,
          ...(name ? { Name: name } : {}),
        });
        notify({
          type: "in-progress",
          header: "A snapshot is being made",
          content: "The directory goes on working.",
          useOutcome: snapshotMade(region, directory, SnapshotId, titleOf({ SnapshotId, Name: name })),
        });
      }}
    >
      <FormField label="Name – optional" errorText={checkDescription(name)}>
        <Input value={name} onChange={(e) => setName(e.detail.value)} autoFocus />
      </FormField>
    </Confirm>
  );
}

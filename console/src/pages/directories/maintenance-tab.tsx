import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ds } from "../../api/call.ts";
import { useSettings, useSnapshots } from "../../api/hooks.ts";
import type { Directory, Setting, Snapshot } from "../../api/types.ts";
import { useWhere } from "../../context.ts";
import { Quiet } from "../../ui/bits.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Failure } from "../../ui/failure.tsx";
import { Grid } from "../../ui/grid.tsx";
import { notify } from "../../ui/notices.tsx";
import { State } from "../../ui/state.tsx";
import { Time } from "../../ui/time.tsx";
import { checkDescription } from "./rules.ts";

export function MaintenanceTab({ directory, inPrimary }: { directory: Directory; inPrimary: boolean }) {
  return (
    <SpaceBetween size="l">
      {!inPrimary && <Alert type="info">Snapshots and settings belong to the primary Region: choose it above.</Alert>}
      <Snapshots directory={directory} inPrimary={inPrimary} />
      <Settings directory={directory} inPrimary={inPrimary} />
    </SpaceBetween>
  );
}

function Snapshots({ directory, inPrimary }: { directory: Directory; inPrimary: boolean }) {
  const { region, session } = useWhere();
  const snapshots = useSnapshots(region, directory.DirectoryId);
  const [selected, select] = useState<Snapshot | null>(null);
  const [dialog, open] = useState<"create" | "restore" | "delete" | null>(null);
  const chosen = snapshots.data?.find((s) => s.SnapshotId === selected?.SnapshotId);
  const close = () => open(null);
  return (
    <>
      <Grid<Snapshot>
        name="Snapshots"
        items={snapshots.data}
        id={(s) => s.SnapshotId}
        selected={chosen}
        select={select}
        failure={
          snapshots.data ? undefined : (
            <Failure error={snapshots.error} what="The snapshots could not be listed" retry={snapshots.reload} />
          )
        }
        empty={{ title: "No snapshots", text: "A snapshot holds users, groups, computers and trusts as they are." }}
        columns={[
          { id: "id", header: "Snapshot ID", value: (s) => s.SnapshotId },
          { id: "name", header: "Name", value: (s) => s.Name ?? "" },
          { id: "type", header: "Type", value: (s) => s.Type ?? "" },
          { id: "state", header: "Status", value: (s) => s.Status, cell: (s) => <State of={s.Status} /> },
          { id: "start", header: "Start time", value: (s) => s.StartTime ?? 0, cell: (s) => <Time at={s.StartTime} /> },
        ]}
        sortBy="start"
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <ButtonDropdown
              disabled={!chosen || session.ReadOnly || !inPrimary}
              items={[
                { id: "restore", text: "Restore snapshot", disabled: chosen?.Status !== "Completed" },
                { id: "delete", text: "Delete snapshot", disabled: chosen?.Type === "Auto" },
              ]}
              onItemClick={(e) => open(e.detail.id as "restore" | "delete")}
            >
              Actions
            </ButtonDropdown>
            <Button
              onClick={() => open("create")}
              disabled={session.ReadOnly || !inPrimary || directory.Stage !== "Active"}
            >
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
            notify({ type: "success", header: `Snapshot ${chosen.SnapshotId} was deleted` });
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
            notify({ type: "info", header: `${directory.Name} is being restored from ${chosen.SnapshotId}` });
          }}
        >
          <Alert type="warning">
            All domain controllers stop meanwhile. Everything that was changed since <Time at={chosen.StartTime} /> is
            lost: users, groups, computers, passwords, trusts.
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
        await ds(region, "CreateSnapshot", { DirectoryId: directory, ...(name ? { Name: name } : {}) });
        notify({
          type: "info",
          header: "A snapshot is being made",
          content: "The directory goes on working meanwhile.",
        });
      }}
    >
      <FormField label="Name – optional" errorText={checkDescription(name)}>
        <Input value={name} onChange={(e) => setName(e.detail.value)} autoFocus />
      </FormField>
    </Confirm>
  );
}

/** AllowedValues is JSON in a string; what is not a list of words is shown as it is. */
export function allowedValues(text: string | undefined): string[] {
  try {
    const v: unknown = JSON.parse(text ?? "");
    return Array.isArray(v) ? v.map(String) : [];
  } catch {
    return [];
  }
}

function Settings({ directory, inPrimary }: { directory: Directory; inPrimary: boolean }) {
  const { region, session } = useWhere();
  const settings = useSettings(region, directory.DirectoryId);
  const [selected, select] = useState<Setting | null>(null);
  const [editing, edit] = useState(false);
  const chosen = settings.data?.find((s) => s.Name === selected?.Name);
  return (
    <>
      <Grid<Setting>
        name="Directory settings"
        items={settings.data}
        id={(s) => s.Name}
        selected={chosen}
        select={select}
        failure={
          settings.data ? undefined : (
            <Failure error={settings.error} what="The settings could not be listed" retry={settings.reload} />
          )
        }
        empty={{ title: "No settings" }}
        columns={[
          { id: "name", header: "Setting", value: (s) => s.Name },
          { id: "type", header: "Type", value: (s) => s.Type ?? "" },
          { id: "value", header: "Value in force", value: (s) => s.AppliedValue ?? "" },
          {
            id: "wanted",
            header: "Requested",
            value: (s) => (s.RequestedValue === s.AppliedValue ? "" : (s.RequestedValue ?? "")),
          },
          {
            id: "state",
            header: "Status",
            value: (s) => s.RequestStatus ?? "",
            cell: (s) => (
              <>
                {s.RequestStatus === "Default" ? "Default" : <State of={s.RequestStatus} />}
                {s.RequestStatusMessage && <Quiet>{s.RequestStatusMessage}</Quiet>}
              </>
            ),
          },
        ]}
        actions={
          <Button onClick={() => edit(true)} disabled={!chosen || session.ReadOnly || !inPrimary}>
            Edit
          </Button>
        }
      />
      {editing && chosen && (
        <EditSetting directory={directory.DirectoryId} setting={chosen} close={() => edit(false)} />
      )}
    </>
  );
}

function EditSetting({ directory, setting, close }: { directory: string; setting: Setting; close: () => void }) {
  const { region } = useWhere();
  const [value, setValue] = useState(setting.RequestedValue ?? setting.AppliedValue ?? "");
  const allowed = allowedValues(setting.AllowedValues);
  return (
    <Confirm
      title={`Edit ${setting.Name}`}
      verb="Save"
      disabled={value === "" || value === setting.AppliedValue}
      close={close}
      act={async () => {
        await ds(region, "UpdateSettings", {
          DirectoryId: directory,
          Settings: [{ Name: setting.Name, Value: value }],
        });
        notify({ type: "info", header: `${setting.Name} is being set to ${value}` });
      }}
    >
      <FormField label="Value" constraintText={allowed.length === 0 ? setting.AllowedValues : ""}>
        {allowed.length > 0 ? (
          <Select
            selectedOption={{ value, label: value }}
            options={allowed.map((v) => ({ value: v, label: v }))}
            onChange={(e) => setValue(e.detail.selectedOption.value ?? "")}
          />
        ) : (
          <Input value={value} onChange={(e) => setValue(e.detail.value)} />
        )}
      </FormField>
    </Confirm>
  );
}

import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { ds } from "../../api/call.ts";
import { useSettings } from "../../api/hooks.ts";
import type { Directory, Setting } from "../../api/types.ts";
import { useWhere } from "../../context.ts";
import { Quiet } from "../../ui/bits.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { isUnsupported } from "../../ui/failure.tsx";
import { Grid } from "../../ui/grid.tsx";
import { notify } from "../../ui/notices.tsx";
import { barred, useObstacle } from "../../ui/obstacle.ts";
import { State } from "../../ui/state.tsx";
import { settingChanged } from "./outcomes.ts";
import { allowedValues } from "./rules.ts";

export function SettingsSection({ directory }: { directory: Directory }) {
  const { region } = useWhere();
  const settings = useSettings(region, directory.DirectoryId);
  const [selected, select] = useState<Setting | null>(null);
  const [editing, edit] = useState(false);
  const chosen = settings.data?.find((s) => s.Name === selected?.Name);
  const obstacle = useObstacle(directory, { primary: true });
  if (isUnsupported(settings.error)) return null;
  return (
    <>
      <Grid<Setting>
        name="Directory settings"
        description="What the domain controllers offer for encrypted connections."
        items={settings.data}
        id={(s) => s.Name}
        selected={chosen}
        select={select}
        answer={settings}
        failed="The settings could not be listed"
        empty={{ title: "No settings" }}
        columns={[
          { id: "name", header: "Setting", value: (s) => s.Name, whole: true },
          { id: "type", header: "Type", value: (s) => s.Type ?? "", minor: true },
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
          <Button onClick={() => edit(true)} {...barred(obstacle || (chosen ? "" : "Choose a setting first."))}>
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
      disabled={value === "" || value === (setting.RequestedValue ?? setting.AppliedValue)}
      close={close}
      act={async () => {
        await ds(region, "UpdateSettings", {
          DirectoryId: directory,
          Settings: [{ Name: setting.Name, Value: value }],
        });
        notify({
          type: "in-progress",
          header: `${setting.Name} is being set to ${value}`,
          useOutcome: settingChanged(region, directory, setting.Name, value),
        });
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

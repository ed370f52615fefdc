import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Directory } from "../../api/types.ts";
import { Inherited } from "../inherited.tsx";
import { LogSection, TopicsSection } from "./notifications-section.tsx";
import { SettingsSection } from "./settings-section.tsx";
import { SnapshotsSection } from "./snapshots-section.tsx";

export function MaintenanceTab({ directory, inPrimary }: { directory: Directory; inPrimary: boolean }) {
  return (
    <SpaceBetween size="l">
      {!inPrimary && <Inherited directory={directory} what="Snapshots and settings" tab="maintenance" />}
      <SnapshotsSection directory={directory} />
      <TopicsSection directory={directory} />
      <LogSection directory={directory} />
      <SettingsSection directory={directory} />
    </SpaceBetween>
  );
}

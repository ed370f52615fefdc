// States as people see them: a word, a shape and a colour, never colour alone.

import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";

type Look = StatusIndicatorProps.Type;

const looks: Record<string, Look> = {
  Active: "success",
  Added: "success",
  Completed: "success",
  Created: "success",
  Enabled: "success",
  Registered: "success",
  SUCCESS: "success",
  Updated: "success",
  Verified: "success",
  available: "success",
  Failed: "error",
  FAILED: "error",
  AddFailed: "error",
  DeregisterFailed: "error",
  EnableFailed: "error",
  RegisterFailed: "error",
  "Topic not found": "error",
  Inoperable: "error",
  RemoveFailed: "error",
  RestoreFailed: "error",
  UpdateFailed: "error",
  VerifyFailed: "error",
  Impaired: "warning",
  Deleted: "stopped",
  Deregistered: "stopped",
  Disabled: "stopped",
  Removed: "stopped",
  Requested: "pending",
  PENDING: "pending",
};

const words: Record<string, string> = {
  VerifyFailed: "Verification failed",
  AddFailed: "Adding failed",
  EnableFailed: "Enabling failed",
  RegisterFailed: "Registering failed",
  DeregisterFailed: "Deregistering failed",
  RemoveFailed: "Removing failed",
  RestoreFailed: "Restoring failed",
  UpdateFailed: "Update failed",
  SUCCESS: "Passed",
  FAILED: "Failed",
  PENDING: "Waiting",
  IN_PROGRESS: "Running",
  available: "Available",
};

/** Anything that is not known to be over goes on. */
export const lookOf = (state: string): Look => looks[state] ?? "in-progress";
export const wordOf = (state: string): string => words[state] ?? state;

export function State({ of: state, children }: { of: string | undefined; children?: ReactNode }) {
  if (!state) return <>–</>;
  // One word stays whole, however narrow its column.
  const wrap = children !== undefined || wordOf(state).includes(" ");
  return (
    <StatusIndicator type={lookOf(state)} wrapText={wrap}>
      {children ?? wordOf(state)}
    </StatusIndicator>
  );
}

import type { Directory } from "../api/types.ts";
import { useWhere } from "../context.ts";

interface Needs {
  /** Whether it is done in the primary Region alone. */
  primary?: boolean;
  /** Whether it is done whatever the directory's stage is. */
  anyStage?: boolean;
}

/** Why the user may not change a directory, or anything; "" when nothing is in the way. */
export function useObstacle(directory?: Directory, needs: Needs = {}): string {
  const { region, session } = useWhere();
  const primary = directory?.RegionsInfo?.PrimaryRegion ?? region;
  if (session.ReadOnly) return "Your access key is read-only.";
  if (needs.primary && region !== primary) return `This is done in the primary Region, ${primary}.`;
  if (directory && !needs.anyStage && !/^(Active|Impaired|RestoreFailed)$/.test(directory.Stage))
    return `The directory is ${directory.Stage}.`;
  return "";
}

/** For a button: it stays in reach of the keyboard, and says why it is disabled. */
export const barred = (why: string) => (why ? { disabled: true, disabledReason: why } : {});

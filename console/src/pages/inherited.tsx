import Alert from "@cloudscape-design/components/alert";
import type { Directory } from "../api/types.ts";
import { paths } from "../context.ts";
import { To } from "../ui/bits.tsx";

/** What an additional Region shows and only the primary one changes, in AWS's words. */
export function Inherited({ directory, what, tab }: { directory: Directory; what: string; tab: string }) {
  const primary = directory.RegionsInfo?.PrimaryRegion ?? "";
  return (
    <Alert type="info" header="Inherited from primary Region">
      {what} are changed in <To href={paths(primary).directory(directory.DirectoryId, tab)}>{primary}</To>.
    </Alert>
  );
}

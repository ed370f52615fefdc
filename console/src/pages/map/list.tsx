import type { Directory, Trust } from "../../api/types.ts";
import { usePaths } from "../../context.ts";
import { To } from "../../ui/bits.tsx";
import { stateColumn } from "../../ui/columns.tsx";
import { Grid } from "../../ui/grid.tsx";
import { directionTitle } from "../trusts/words.ts";

/** What the map shows, as a table. */
export function TrustList({
  trusts,
  directories,
}: {
  trusts: Trust[] | undefined;
  directories: Directory[] | undefined;
}) {
  const to = usePaths();
  const names = new Map(directories?.map((d) => [d.DirectoryId, d.Name]));
  const name = (t: Trust) => names.get(t.DirectoryId) ?? t.DirectoryId;
  return (
    <Grid<Trust>
      name="Trust relationships"
      items={trusts}
      id={(t) => t.TrustId}
      empty={{ title: "No trust relationships" }}
      columns={[
        {
          id: "ours",
          header: "Directory",
          value: name,
          cell: (t) => <To href={to.directory(t.DirectoryId, "networking")}>{name(t)}</To>,
        },
        { id: "direction", header: "Direction", value: (t) => directionTitle[t.TrustDirection] },
        {
          id: "theirs",
          header: "Trusted domain",
          value: (t) => t.RemoteDomainName,
          cell: (t) => <To href={to.trust(t.TrustId)}>{t.RemoteDomainName}</To>,
        },
        { ...stateColumn((t) => t.TrustState), width: 190 },
        { id: "selective", header: "Selective authentication", value: (t) => t.SelectiveAuth ?? "", minor: true },
      ]}
    />
  );
}

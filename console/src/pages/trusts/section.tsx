import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useState } from "react";
import { useTrusts } from "../../api/hooks.ts";
import type { Directory, Trust } from "../../api/types.ts";
import { usePaths, useWhere } from "../../context.ts";
import { follow, go } from "../../router.ts";
import { To } from "../../ui/bits.tsx";
import { stateColumn, timeColumn } from "../../ui/columns.tsx";
import { Grid } from "../../ui/grid.tsx";
import { barred, useObstacle } from "../../ui/obstacle.ts";
import { Inherited } from "../inherited.tsx";
import { type TrustDialog, TrustDialogs, trustActions } from "./dialogs.tsx";
import { directionTitle } from "./words.ts";

export function TrustsSection({ directory, inPrimary }: { directory: Directory; inPrimary: boolean }) {
  const { region } = useWhere();
  const to = usePaths();
  const trusts = useTrusts(region, directory.DirectoryId);
  const [selected, select] = useState<Trust | null>(null);
  const [dialog, open] = useState<TrustDialog | null>(null);
  const chosen = trusts.data?.find((t) => t.TrustId === selected?.TrustId);
  const add = to.newTrust(directory.DirectoryId);
  const obstacle = useObstacle(directory, { primary: true, anyStage: true });
  const adding = useObstacle(directory, { primary: true });
  const multi = (directory.RegionsInfo?.AdditionalRegions?.length ?? 0) > 0;
  return (
    <>
      {!inPrimary && <Inherited directory={directory} what="Trust relationships" tab="networking" />}
      <Grid<Trust>
        name="Trust relationships"
        description={multi && inPrimary ? "Applied to all replicated Regions." : undefined}
        items={trusts.data}
        id={(t) => t.TrustId}
        label={(t) => t.RemoteDomainName}
        selected={chosen}
        select={select}
        answer={trusts}
        failed="The trusts could not be listed"
        empty={{
          title: "No trust relationships",
          text: "A trust lets users of your own domain use this directory's resources, or the other way round.",
          action: (
            <Button href={add} onFollow={follow} {...barred(adding)}>
              Add trust relationship
            </Button>
          ),
        }}
        columns={[
          {
            id: "domain",
            header: "Trusted domain",
            value: (t) => t.RemoteDomainName,
            cell: (t) => <To href={to.trust(t.TrustId)}>{t.RemoteDomainName}</To>,
          },
          {
            ...stateColumn(
              (t) => t.TrustState,
              (t) =>
                t.TrustStateReason && (
                  <span className="short" title={t.TrustStateReason}>
                    {t.TrustStateReason}
                  </span>
                ),
            ),
            width: 180,
          },
          { id: "type", header: "Type", value: (t) => t.TrustType, minor: true },
          { id: "direction", header: "Direction", value: (t) => directionTitle[t.TrustDirection] },
          { id: "selective", header: "Selective auth.", value: (t) => t.SelectiveAuth ?? "", minor: true },
          { ...timeColumn("changed", "Last updated", (t) => t.StateLastUpdatedDateTime), whole: false, minor: true },
        ]}
        actions={
          <ButtonDropdown
            {...barred(obstacle)}
            items={[{ id: "add", text: "Add trust relationship", ...barred(adding) }, ...trustActions(chosen)]}
            onItemClick={(e) => (e.detail.id === "add" ? go(add) : open(e.detail.id as TrustDialog))}
          >
            Actions
          </ButtonDropdown>
        }
      />
      {dialog && chosen && <TrustDialogs trust={chosen} dialog={dialog} close={() => open(null)} />}
    </>
  );
}

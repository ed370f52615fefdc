import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useMemo } from "react";
import { useDirectories, useTrusts } from "../../api/hooks.ts";
import type { Trust } from "../../api/types.ts";
import { usePaths, useWhere } from "../../context.ts";
import { follow, useParameter } from "../../router.ts";
import { To } from "../../ui/bits.tsx";
import { Failure } from "../../ui/failure.tsx";
import { Grid } from "../../ui/grid.tsx";
import { State } from "../../ui/state.tsx";
import { directionTitle } from "../trusts/words.ts";
import { layOut } from "./layout.ts";
import { Picture } from "./picture.tsx";

export default function TrustMap() {
  const { region } = useWhere();
  const to = usePaths();
  const directories = useDirectories(region);
  const trusts = useTrusts(region);
  const [shown, show] = useParameter("arrows");
  const view = shown === "access" ? "access" : "trust";
  const layout = useMemo(() => layOut(directories.data ?? [], trusts.data ?? []), [directories.data, trusts.data]);
  const name = (t: Trust) => directories.data?.find((d) => d.DirectoryId === t.DirectoryId)?.Name ?? t.DirectoryId;
  const error = directories.error ?? trusts.error;
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h1"
            description={
              view === "trust"
                ? "Arrows point from the domain that trusts to the one it trusts."
                : "Arrows point from users to the resources that they can be given access to."
            }
            actions={
              <SegmentedControl
                label="What the arrows show"
                selectedId={view}
                options={[
                  { id: "trust", text: "Trust" },
                  { id: "access", text: "Access" },
                ]}
                onChange={(e) => show(e.detail.selectedId === "access" ? "access" : "")}
              />
            }
          >
            Trust map
          </Header>
        }
      >
        <SpaceBetween size="m">
          <Failure error={error} what="The map is not complete" retry={trusts.reload} />
          {directories.data?.length === 0 ? (
            <Box textAlign="center" padding="l">
              <SpaceBetween size="s">
                <b>No directories in {region}</b>
                <Button href={to.newDirectory} onFollow={follow}>
                  Set up directory
                </Button>
              </SpaceBetween>
            </Box>
          ) : (
            <Picture layout={layout} view={view} />
          )}
          <SpaceBetween direction="horizontal" size="m">
            <StatusIndicator type="success">verified, or created if incoming only</StatusIndicator>
            <StatusIndicator type="error">failed</StatusIndicator>
            <StatusIndicator type="in-progress">under way</StatusIndicator>
            <Box color="text-body-secondary">dashed: selective authentication</Box>
          </SpaceBetween>
        </SpaceBetween>
      </Container>
      <Grid<Trust>
        name="Trust relationships"
        items={trusts.data}
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
          {
            id: "state",
            header: "Status",
            value: (t) => t.TrustState,
            cell: (t) => <State of={t.TrustState} />,
            width: 190,
          },
          { id: "selective", header: "Selective authentication", value: (t) => t.SelectiveAuth ?? "", minor: true },
        ]}
      />
    </SpaceBetween>
  );
}

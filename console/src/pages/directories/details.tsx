import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { useDirectory } from "../../api/hooks.ts";
import type { Directory } from "../../api/types.ts";
import { usePaths, useWhere } from "../../context.ts";
import { go } from "../../router.ts";
import { Copy, CopyList, Quiet, To } from "../../ui/bits.tsx";
import { Failure, isGone } from "../../ui/failure.tsx";
import { barred, useObstacle } from "../../ui/obstacle.ts";
import { State } from "../../ui/state.tsx";
import { Time } from "../../ui/time.tsx";
import { ApplicationTab } from "./application-tab.tsx";
import { DeleteDirectory, ResetPassword, directoryActions } from "./dialogs.tsx";
import { typeName } from "./list.tsx";
import { MaintenanceTab } from "./maintenance-tab.tsx";
import { NetworkingTab } from "./networking-tab.tsx";
import { RegionsSection } from "./regions-section.tsx";
import { ScaleTab } from "./scale-tab.tsx";
import { TagsTab } from "./tags-tab.tsx";

const tabs = ["networking", "scale", "applications", "maintenance", "tags"];

export default function DirectoryDetails({ id, tab }: { id: string; tab: string }) {
  const { region } = useWhere();
  const obstacle = useObstacle();
  const to = usePaths();
  const directory = useDirectory(region, id);
  const [dialog, open] = useState<"delete" | "reset" | null>(null);
  const d = directory.data;
  if (!d || isGone(directory.error))
    return directory.error ? (
      <Failure
        error={directory.error}
        what={
          isGone(directory.error) ? `There is no directory ${id} in ${region}` : "The directory could not be described"
        }
        {...(isGone(directory.error) ? {} : { retry: directory.reload })}
      />
    ) : (
      <Spinner size="large" />
    );
  const active = tabs.includes(tab) ? tab : "networking";
  const inPrimary = (d.RegionsInfo?.PrimaryRegion ?? region) === region;
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description={d.Description}
        actions={
          <ButtonDropdown
            {...barred(obstacle)}
            items={directoryActions(d)}
            onItemClick={(e) => open(e.detail.id as "delete" | "reset")}
          >
            Actions
          </ButtonDropdown>
        }
      >
        {d.Name}
      </Header>
      {directory.error && <Failure error={directory.error} what="This may be out of date" retry={directory.reload} />}
      <Summary d={d} />
      {d.Edition === "Enterprise" && <RegionsSection directory={d} tab={active} />}
      <Tabs
        activeTabId={active}
        onChange={(e) => {
          go(to.directory(id, e.detail.activeTabId), "replace");
        }}
        tabs={[
          {
            id: "networking",
            label: "Networking & security",
            content: <NetworkingTab directory={d} inPrimary={inPrimary} />,
          },
          { id: "scale", label: "Scale & share", content: <ScaleTab directory={d} /> },
          { id: "applications", label: "Application management", content: <ApplicationTab directory={d} /> },
          { id: "maintenance", label: "Maintenance", content: <MaintenanceTab directory={d} inPrimary={inPrimary} /> },
          { id: "tags", label: "Tags", content: <TagsTab directory={d} /> },
        ].map((t) => ({ ...t, content: t.id === active ? t.content : null }))}
      />
      {dialog === "delete" && <DeleteDirectory directory={d} close={() => open(null)} />}
      {dialog === "reset" && <ResetPassword directory={d} close={() => open(null)} />}
    </SpaceBetween>
  );
}

function Summary({ d }: { d: Directory }) {
  const to = usePaths();
  return (
    <Container header={<Header variant="h2">Directory details</Header>}>
      <KeyValuePairs
        columns={3}
        minColumnWidth={200}
        items={[
          { label: "Directory ID", value: <Copy text={d.DirectoryId} what="directory ID" /> },
          { label: "Directory DNS name", value: <Copy text={d.Name} what="directory DNS name" /> },
          {
            label: "Status",
            value: (
              <>
                <State of={d.Stage} />
                {d.StageReason && d.Stage !== "Active" && <Quiet>{d.StageReason}</Quiet>}
              </>
            ),
          },
          { label: "Directory type", value: typeName(d) },
          { label: "NetBIOS name", value: <Copy text={d.ShortName} what="NetBIOS name" /> },
          { label: "Last updated", value: <Time at={d.StageLastUpdatedDateTime} /> },
          { label: "Edition", value: d.Edition },
          {
            label: "DNS addresses",
            value: <CopyList list={[...(d.DnsIpAddrs ?? []), ...(d.DnsIpv6Addrs ?? [])]} what="DNS address" />,
          },
          { label: "Launch time", value: <Time at={d.LaunchTime} /> },
          {
            label: "VPC",
            value: d.VpcSettings?.VpcId ? (
              <To href={`${to.vpcs}?vpc=${d.VpcSettings.VpcId}`}>{d.VpcSettings.VpcId}</To>
            ) : (
              "–"
            ),
          },
          { label: "Subnets", value: <CopyList list={d.VpcSettings?.SubnetIds} what="subnet" /> },
          { label: "Availability zones", value: d.VpcSettings?.AvailabilityZones?.join(", ") || "–" },
        ]}
      />
    </Container>
  );
}

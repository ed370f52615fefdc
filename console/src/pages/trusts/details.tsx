import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Tabs from "@cloudscape-design/components/tabs";
import LiveRegion from "@cloudscape-design/components/live-region";
import { useEffect, useRef, useState } from "react";
import { useDirectory, useExplanation, useTrusts } from "../../api/hooks.ts";
import type { Explanation } from "../../api/explanation.ts";
import type { Trust } from "../../api/types.ts";
import { usePaths, useWhere } from "../../context.ts";
import { go, useParameter } from "../../router.ts";
import { Copy, Quiet, To } from "../../ui/bits.tsx";
import { Failure, isGone } from "../../ui/failure.tsx";
import { barred, useObstacle } from "../../ui/obstacle.ts";
import { notify, useIsNoticed } from "../../ui/notices.tsx";
import { State, wordOf } from "../../ui/state.tsx";
import { Time } from "../../ui/time.tsx";
import { Applications } from "./applications.tsx";
import { Conditions } from "./conditions.tsx";
import { type TrustDialog, TrustDialogs, trustActions } from "./dialogs.tsx";
import { OtherSideCommands } from "./other-side.tsx";
import { Partner, Verdicts } from "./partner.tsx";
import { People } from "./people.tsx";
import { Reach } from "./reach.tsx";
import { Steps } from "./steps.tsx";
import { trustNotice } from "./outcome.ts";
import { Trouble, reasonOf } from "./trouble.tsx";
import { causeTitle, directionTitle } from "./words.ts";

const tabs = ["progress", "partner", "commands", "applications", "people"];

export default function TrustDetails({ id }: { id: string }) {
  const { region } = useWhere();
  const to = usePaths();
  const explained = useExplanation(region, id);
  const x = explained.data;
  const trusts = useTrusts(region, x?.DirectoryId);
  const trust = trusts.data?.find((t) => t.TrustId === id);
  const directory = useDirectory(region, x?.DirectoryId ?? null);
  const obstacle = useObstacle(directory.data, { primary: true, anyStage: true });
  const [dialog, open] = useState<TrustDialog | null>(null);
  const [tab, setTab] = useParameter("tab");
  const tabList = useRef<HTMLDivElement>(null);
  const deleted = isGone(explained.error) && x?.TrustState === "Deleting";
  const home = x && to.directory(x.DirectoryId, "networking");
  useEffect(() => {
    if (!deleted || !home) return;
    notify({
      id: trustNotice(id),
      type: "success",
      header: `The trust with ${x.RemoteDomainName} was deleted`,
      content: "Delete its other side there too.",
    });
    go(home);
  }, [deleted, home, id, x?.RemoteDomainName]);
  if (!x || isGone(explained.error)) {
    if (!explained.error || deleted) return <Spinner size="large" />;
    return (
      <SpaceBetween size="m">
        <Failure
          error={explained.error}
          what={isGone(explained.error) ? `There is no trust ${id} any more` : "The trust could not be described"}
          {...(isGone(explained.error) ? {} : { retry: () => void explained.reload() })}
        />
        {x && home && <Button onClick={() => go(home)}>Back to {x.DirectoryName}</Button>}
      </SpaceBetween>
    );
  }
  return (
    <SpaceBetween size="l">
      <div>
        <Header
          variant="h1"
          actions={
            <ButtonDropdown
              disabled={!trust}
              {...barred(obstacle)}
              items={trustActions(trust)}
              onItemClick={(e) => open(e.detail.id as TrustDialog)}
            >
              Actions
            </ButtonDropdown>
          }
        >
          Trust with {x.RemoteDomainName}
        </Header>
        <Spoken x={x} />
      </div>
      <Trouble
        x={x}
        showCommands={() => {
          setTab("commands");
          // To the tab, where the keyboard goes on from.
          tabList.current?.querySelector<HTMLElement>('[data-testid="commands"]')?.focus();
        }}
      />
      <Summary x={x} trust={trust} />
      <div ref={tabList}>
        <Tabs
          activeTabId={tabs.includes(tab) ? tab : "progress"}
          onChange={(e) => setTab(e.detail.activeTabId)}
          tabs={[
            {
              id: "progress",
              label: "Progress",
              content: (
                <SpaceBetween size="l">
                  <Conditions x={x} />
                  <Steps x={x} />
                </SpaceBetween>
              ),
            },
            {
              id: "partner",
              label: "Domain controllers",
              content: (
                <SpaceBetween size="l">
                  <Verdicts x={x} />
                  <Partner x={x} />
                </SpaceBetween>
              ),
            },
            {
              id: "commands",
              label: "Commands",
              content: <Commands x={x} />,
            },
            { id: "applications", label: "Applications", content: <Applications list={x.Applications ?? []} /> },
            { id: "people", label: "Users and groups", content: <People trust={id} domain={x.RemoteDomainName} /> },
          ]}
        />
      </div>
      {dialog && trust && <TrustDialogs trust={trust} dialog={dialog} close={() => open(null)} />}
    </SpaceBetween>
  );
}

function Commands({ x }: { x: Explanation }) {
  const { region } = useWhere();
  const directory = useDirectory(region, x.DirectoryId);
  return <OtherSideCommands x={x} dns={directory.data?.DnsIpAddrs ?? []} />;
}

/** Says the state once to those who listen, unless a notice does. */
function Spoken({ x }: { x: Explanation }) {
  const noticed = useIsNoticed(trustNotice(x.TrustId));
  const c = reasonOf(x);
  const why = c && x.TrustStateReason ? `: ${causeTitle(c.Cause)}` : "";
  return (
    <LiveRegion hidden>{noticed ? "" : `Trust with ${x.RemoteDomainName}: ${wordOf(x.TrustState)}${why}`}</LiveRegion>
  );
}

function Summary({ x, trust }: { x: Explanation; trust: Trust | undefined }) {
  const to = usePaths();
  const c = reasonOf(x);
  const short = c ? causeTitle(c.Cause) : "";
  return (
    <Container header={<Header variant="h2">Details</Header>}>
      <SpaceBetween size="l">
        <KeyValuePairs
          columns={3}
          minColumnWidth={200}
          items={[
            {
              label: "Status",
              value: (
                <div data-testid="trust-state">
                  <State of={x.TrustState} />
                  {x.TrustStateReason && <Quiet>{short}</Quiet>}
                </div>
              ),
            },
            {
              label: "Directory",
              value: <To href={to.directory(x.DirectoryId, "networking")}>{x.DirectoryName || x.DirectoryId}</To>,
            },
            { label: "Trust ID", value: <Copy text={x.TrustId} what="trust ID" /> },
            { label: "Trust type", value: x.TrustType },
            { label: "Direction", value: directionTitle[x.TrustDirection] },
            { label: "Selective authentication", value: trust?.SelectiveAuth ?? "–" },
            { label: "Since", value: <Time at={x.StateSince} /> },
            { label: "Next look", value: <Time at={x.NextLook} /> },
            { label: "Created", value: <Time at={trust?.CreatedDateTime} /> },
          ]}
        />
        <Reach
          direction={x.TrustDirection}
          ours={x.DirectoryName}
          theirs={x.RemoteDomainName}
          selective={trust?.SelectiveAuth === "Enabled"}
        />
      </SpaceBetween>
    </Container>
  );
}

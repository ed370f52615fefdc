// Users and groups of the trusted domain, asked through the trust.

import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useEffect, useRef, useState } from "react";
import { own } from "../../api/call.ts";
import type { ListTrustedGroupsInput, ListTrustedUsersInput, TrustedGroup, TrustedUser } from "../../api/own.ts";
import { useWhere } from "../../context.ts";
import { Failure } from "../../ui/failure.tsx";
import { useNarrow } from "../../ui/narrow.ts";
import { Stacked } from "../../ui/stacked.tsx";

type Entry = Partial<TrustedUser & TrustedGroup>;

type Kind = "Users" | "Groups";

async function ask(region: string, kind: Kind, question: ListTrustedUsersInput & ListTrustedGroupsInput) {
  if (kind === "Users") {
    const { Users, NextToken = "" } = await own(region, "ListTrustedUsers", question);
    return { entries: Users, next: NextToken };
  }
  const { Groups, NextToken = "" } = await own(region, "ListTrustedGroups", question);
  return { entries: Groups, next: NextToken };
}

const nameOf = (e: Entry) => e.UserName ?? e.GroupName ?? "–";
const others = [
  { name: "Logon name", cell: (e: Entry) => e.LogonName || "–" },
  { name: "Description", cell: (e: Entry) => e.DisplayName || e.Description || "–" },
  { name: "SID", cell: (e: Entry) => <span className="wrap">{e.Sid}</span> },
];
const columns = [
  { id: "Name", header: "Name", cell: nameOf, isRowHeader: true },
  ...others.map(({ name, cell }) => ({ id: name, header: name, cell })),
];
const inOne = {
  id: "Name",
  header: "Name",
  cell: (e: Entry) => <Stacked head={nameOf(e)} lines={others.map(({ name, cell }) => ({ name, cell: cell(e) }))} />,
};

export function People({ trust, domain }: { trust: string; domain: string }) {
  const { region } = useWhere();
  const [kind, setKind] = useState<Kind>("Users");
  const [search, setSearch] = useState("");
  const [asked, setAsked] = useState("");
  const [list, setList] = useState<Entry[]>([]);
  const [next, setNext] = useState("");
  const [busy, setBusy] = useState(true);
  const [error, setError] = useState<Error>();
  const turn = useRef(0);
  const narrow = useNarrow();

  const load = async (token: string) => {
    const mine = ++turn.current;
    setBusy(true);
    setError(undefined);
    try {
      const question = { TrustId: trust, Search: asked, Limit: 50, ...(token ? { NextToken: token } : {}) };
      const page = await ask(region, kind, question);
      if (mine !== turn.current) return;
      setList((old) => [...(token ? old : []), ...page.entries]);
      setNext(page.next);
    } catch (e) {
      if (mine === turn.current) setError(e as Error);
    }
    if (mine === turn.current) setBusy(false);
  };
  useEffect(() => {
    const timer = setTimeout(() => setAsked(search.trim()), 300);
    return () => clearTimeout(timer);
  }, [search]);
  useEffect(() => {
    // eslint-disable-next-line react-hooks/set-state-in-effect -- what is shown goes stale the moment another list is asked for
    void load("");
    // load is made anew at every drawing; these are what it depends on.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [kind, asked, trust]);

  return (
    <Container
      header={
        <Header variant="h2" description={`Asked of a domain controller of ${domain}, through the trust.`}>
          Users and groups of {domain}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <SpaceBetween direction="horizontal" size="s">
          <SegmentedControl
            label="What to list"
            selectedId={kind}
            options={[
              { id: "Users", text: "Users" },
              { id: "Groups", text: "Groups" },
            ]}
            onChange={(e) => {
              setList([]);
              setKind(e.detail.selectedId as Kind);
            }}
          />
          <Input
            type="search"
            value={search}
            onChange={(e) => setSearch(e.detail.value)}
            placeholder={`Find ${kind.toLowerCase()}`}
            ariaLabel={`Find ${kind.toLowerCase()}`}
            clearAriaLabel="Clear search"
          />
        </SpaceBetween>
        <Failure error={error} what={`The ${kind.toLowerCase()} could not be listed`} retry={() => void load("")} />
        {!error && (
          <Table<Entry>
            variant="embedded"
            items={list}
            loading={busy && list.length === 0}
            loadingText={`Asking for ${kind.toLowerCase()}`}
            trackBy="Sid"
            wrapLines
            ariaLabels={{ tableLabel: kind }}
            empty={<Box textAlign="center">{asked ? "Nothing matches the search" : `No ${kind.toLowerCase()}`}</Box>}
            columnDefinitions={narrow ? [inOne] : columns}
          />
        )}
        {next && (
          <Button loading={busy} onClick={() => void load(next)}>
            More
          </Button>
        )}
      </SpaceBetween>
    </Container>
  );
}

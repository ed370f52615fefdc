import type { Explanation, Verdict } from "../../api/explanation.ts";
import { Copy, DnsName, Quiet, Whole } from "../../ui/bits.tsx";
import { Grid } from "../../ui/grid.tsx";
import { State } from "../../ui/state.tsx";
import { Time } from "../../ui/time.tsx";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";

/** What each of our domain controllers says of the outgoing direction. */
export function Verdicts({ x }: { x: Explanation }) {
  return (
    <Grid<Verdict>
      name="Our domain controllers"
      description="Each one verifies the outgoing direction for itself."
      items={x.Verdicts}
      id={(v) => v.DomainControllerId}
      empty={{ title: "No verdict yet", text: "An incoming-only trust is verified on the other side." }}
      columns={[
        {
          id: "dc",
          header: "Domain controller",
          value: (v) => `${v.HostName ?? ""} ${v.DomainControllerId}`,
          cell: (v) => <Controller host={v.HostName} id={v.DomainControllerId} />,
        },
        {
          id: "verdict",
          header: "Verdict",
          value: (v) => (v.Verified ? "Verified" : "VerifyFailed"),
          cell: (v) => (
            <>
              <State of={v.Verified ? "Verified" : "VerifyFailed"} />
              {v.Error && <Quiet>{v.Error}</Quiet>}
            </>
          ),
        },
        { id: "partner", header: "Secure channel to", value: (v) => v.PartnerHostName },
        { id: "at", header: "When", value: (v) => v.At ?? 0, cell: (v) => <Time at={v.At} /> },
      ]}
    />
  );
}

/** A domain controller of ours, by its name and its id. */
function Controller({ host, id }: { host: string | undefined; id: string }) {
  return (
    <>
      {host && (
        <div>
          <DnsName name={host} />
        </div>
      )}
      <Quiet>
        <Whole>{id}</Whole>
      </Quiet>
    </>
  );
}

/** The other domain as it was found. */
export function Partner({ x }: { x: Explanation }) {
  const p = x.Partner;
  const f = x.ConditionalForwarder;
  return (
    <SpaceBetween size="l">
      {p && (
        <Container header={<Header variant="h2">{x.RemoteDomainName} as it was found</Header>}>
          <KeyValuePairs
            columns={2}
            minColumnWidth={200}
            items={[
              { label: "DNS name", value: p.DnsName || "–" },
              { label: "NetBIOS name", value: p.NetBiosName || "–" },
              { label: "Forest", value: p.Forest || "–" },
              { label: "SID", value: <Copy text={p.Sid} what="SID" /> },
              { label: "Found", value: <Time at={p.FoundAt} /> },
            ]}
          />
        </Container>
      )}
      <Grid
        name="Its domain controllers"
        items={p?.DomainControllers ?? []}
        id={(d) => d.HostName + d.IpAddr}
        empty={{ title: "None found", text: "Progress says why." }}
        columns={[
          { id: "host", header: "Host", value: (d) => d.HostName },
          { id: "ip", header: "IP address", value: (d) => d.IpAddr, whole: true },
          { id: "pdc", header: "PDC emulator", value: (d) => (d.PdcEmulator ? "Yes" : "No"), minor: true },
          {
            id: "answers",
            header: "Answers",
            value: (d) => (d.Answered ? "Yes" : "No"),
            cell: (d) => (
              <>
                <StatusIndicator type={d.Answered ? "success" : "error"}>{d.Answered ? "Yes" : "No"}</StatusIndicator>
                {d.Error && <Quiet>{d.Error}</Quiet>}
              </>
            ),
          },
          {
            id: "clock",
            header: "Clock differs by",
            value: (d) => d.ClockSkewMillis,
            cell: (d) => `${(d.ClockSkewMillis / 1000).toFixed(1)} s`,
          },
        ]}
      />
      {f && (
        <Grid
          name="DNS servers"
          description={f.NotAppliedReason || `Names of ${f.RemoteDomainName} are asked of them.`}
          items={f.Upstreams}
          id={(u) => u.DomainControllerId + u.IpAddr}
          empty={{ title: f.DnsIpAddrs.join(", ") || "None", text: "Not asked yet." }}
          columns={[
            { id: "ip", header: "DNS server", value: (u) => u.IpAddr, whole: true },
            {
              id: "dc",
              header: "Asked by",
              value: (u) => `${u.HostName ?? ""} ${u.DomainControllerId}`,
              cell: (u) => <Controller host={u.HostName} id={u.DomainControllerId} />,
            },
            {
              id: "healthy",
              header: "Answers",
              value: (u) => (u.Healthy ? "Yes" : "No"),
              cell: (u) => (
                <>
                  <StatusIndicator type={u.Healthy ? "success" : "error"}>{u.Healthy ? "Yes" : "No"}</StatusIndicator>
                  {u.Error && <Quiet>{u.Error}</Quiet>}
                </>
              ),
            },
          ]}
        />
      )}
    </SpaceBetween>
  );
}

// The readiness check before a trust is added: an assessment by the server,
// line by line, with what to do.

import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ds, own } from "../../api/call.ts";
import { useAssessment } from "../../api/hooks.ts";
import type { AssessmentReport } from "../../api/types.ts";
import { useWhere } from "../../context.ts";
import { useAction } from "../../ui/action.ts";
import { Failure } from "../../ui/failure.tsx";
import { State } from "../../ui/state.tsx";
import { type Account, AccountFields, checkAccount } from "./account.tsx";
import { type TrustDraft, plainDomain } from "./rules.ts";

interface Props {
  directory: string;
  draft: TrustDraft;
  /** Whether domain and DNS servers are filled in. */
  ready: boolean;
}

type Validation = AssessmentReport["Validations"][number];

export function Readiness({ directory, draft, ready }: Props) {
  const { region } = useWhere();
  const [id, setId] = useState<string | null>(null);
  const [checked, setChecked] = useState(""); // what was wanted when it was started
  const [account, setAccount] = useState<Account>({ user: "", password: "" });
  const fault = checkAccount(account);
  const action = useAction();
  const found = useAssessment(region, id);
  const domain = plainDomain(draft.remote);
  const wanted = JSON.stringify([domain, draft.forwarder, draft.addresses, draft.type, draft.direction, account]);
  const [withAccount, setWithAccount] = useState(false);
  const start = () =>
    action.run(async () => {
      if (id) await ds(region, "DeleteADAssessment", { AssessmentId: id }).catch(() => undefined);
      const addresses = draft.addresses.map((a) => a.trim()).filter(Boolean);
      const { AssessmentId } = await own(region, "StartTrustAssessment", {
        DirectoryId: directory,
        RemoteDomainName: domain,
        ...(draft.forwarder === "addresses" ? { DnsIpAddrs: addresses } : {}),
        TrustType: draft.type,
        ...(draft.direction ? { TrustDirection: draft.direction } : {}),
        ...(account.user ? { UserName: account.user, Password: account.password } : {}),
      });
      setWithAccount(account.user !== "");
      setId(AssessmentId);
      setChecked(wanted);
    });
  const status = found.data?.Assessment.Status;
  const running = id !== null && status !== "SUCCESS" && status !== "FAILED";
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Tries names, ports, clocks and more from each domain controller. You may add the trust whatever it finds."
          actions={
            <Button
              formAction="none"
              disabled={!ready || fault !== ""}
              loading={action.busy || (running && checked === wanted)}
              onClick={() => void start()}
            >
              {id ? "Check again" : "Check readiness"}
            </Button>
          }
        >
          Readiness
        </Header>
      }
    >
      <SpaceBetween size="m">
        {!id && !action.error && (
          <Box color="text-body-secondary">
            {ready ? "Not checked yet." : "Fill in the domain and its DNS servers, and it can be checked."}
          </Box>
        )}
        <Failure error={action.error ?? found.error} what="The check could not be made" />
        {id && checked !== wanted && <Alert type="info">You have changed something since: check again.</Alert>}
        {id && found.data && (
          <AssessmentLines
            reports={found.data.AssessmentReports ?? []}
            running={running}
            // With an account the server's own words say how looking with it went.
            reason={withAccount ? (found.data.Assessment.StatusReason ?? "") : ""}
          />
        )}
        <AccountFields domain={domain} account={account} change={setAccount} fault={fault} />
      </SpaceBetween>
    </Container>
  );
}

function AssessmentLines({
  reports,
  running,
  reason,
}: {
  reports: AssessmentReport[];
  running: boolean;
  reason: string;
}) {
  const lines = reports.flatMap((r) => r.Validations.map((v) => ({ at: r.DomainControllerIp, v })));
  const over = lines.filter(({ v }) => v.Status === "SUCCESS" || v.Status === "FAILED");
  const failed = lines.filter(({ v }) => v.Status === "FAILED");
  const passed = lines.filter(({ v }) => v.Status === "SUCCESS");
  const of = `${failed.length} of ${lines.length} checks failed.`;
  const unseen = lines.some(({ v }) => v.Category === "Accounts")
    ? ""
    : "Accounts of the other domain were not looked at: that needs an account there.";
  return (
    <SpaceBetween size="m">
      {running ? (
        <ProgressBar
          label="Checking"
          value={lines.length === 0 ? 0 : Math.round((100 * over.length) / lines.length)}
          additionalInfo={`${over.length} of ${lines.length} lines`}
        />
      ) : failed.length === 0 ? (
        <Alert type="success" header="Ready">
          {reason || `All ${passed.length} checks passed. ${unseen}`}
        </Alert>
      ) : (
        <Alert type="warning" header={failed.length === 1 ? "One check failed" : `${failed.length} checks failed`}>
          {reason || `${of} Each line below says what to do. ${unseen}`}
        </Alert>
      )}
      {failed.length > 0 && <Lines lines={failed} label="Failed checks" />}
      {passed.length > 0 && (
        <ExpandableSection headerText={`${passed.length} passed`}>
          <Lines lines={passed} label="Passed checks" />
        </ExpandableSection>
      )}
    </SpaceBetween>
  );
}

function Lines({ lines, label }: { lines: { at: string; v: Validation }[]; label: string }) {
  return (
    <ul className="lines" aria-label={label}>
      {lines.map(({ at, v }, i) => (
        <li key={i}>
          <State of={v.Status}>
            {v.Category}: {v.Name}
          </State>
          <div className="wrap">
            {v.StatusReason} <span className="soft">({at})</span>
          </div>
        </li>
      ))}
    </ul>
  );
}

// "Add a trust relationship", with everything that AWS's page asks for, and
// what its readers wish it said.

import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ds } from "../../api/call.ts";
import { useDirectory, useForwarders, useRoutes, useTrusts } from "../../api/hooks.ts";
import { usePaths, useWhere } from "../../context.ts";
import { go } from "../../router.ts";
import { FormPage } from "../../ui/form-page.tsx";
import { notify } from "../../ui/notices.tsx";
import { DirectionFields, DomainFields, PasswordFields } from "./fields.tsx";
import { ForwarderFields } from "./forwarder-fields.tsx";
import { Readiness } from "./readiness.tsx";
import { trustNotice, trustOutcome } from "./outcome.ts";
import {
  type TrustDraft,
  checkForwarder,
  checkRemoteDomain,
  checkTrust,
  emptyDraft,
  plainDomain,
  toCreateTrust,
} from "./rules.ts";

export default function AddTrust({ id }: { id: string }) {
  const { region } = useWhere();
  const to = usePaths();
  const directory = useDirectory(region, id);
  const trusts = useTrusts(region, id);
  const forwarders = useForwarders(region, id);
  const routes = useRoutes(region, id);
  const [draft, setDraft] = useState<TrustDraft>(emptyDraft);
  const [tried, setTried] = useState(false);
  const change = (part: Partial<TrustDraft>) => setDraft((d) => ({ ...d, ...part }));
  const own = directory.data?.Name ?? "";
  const known = trusts.data ?? [];
  const fault = checkTrust(draft, own, known, forwarders.data ?? []);
  const add = async () => {
    const { TrustId } = await ds<{ TrustId: string }>(region, "CreateTrust", toCreateTrust(id, draft));
    change({ password: "", again: "" });
    notify({
      id: trustNotice(TrustId),
      type: "in-progress",
      header: `The trust with ${plainDomain(draft.remote)} is being created`,
      useOutcome: trustOutcome(region, { DirectoryId: id, TrustId, RemoteDomainName: plainDomain(draft.remote) }),
    });
    go(to.trust(TrustId));
  };
  const props = { draft, change, tried };
  return (
    <FormPage
      title="Add a trust relationship"
      description={`Between ${own || id} and a domain of your own. One trust is allowed for each pair of domains.`}
      verb="Add"
      back={to.directory(id, "networking")}
      ready={fault === ""}
      onTry={() => setTried(true)}
      fault={tried ? fault : ""}
      act={add}
      failed="The trust was not added"
    >
      {directory.data && directory.data.Stage !== "Active" && (
        <Alert type="info">
          {own} is {directory.data.Stage}. A trust can be added when it is Active.
        </Alert>
      )}
      <Container header={<Header variant="h2">Trusted domain</Header>}>
        <SpaceBetween size="l">
          <DomainFields {...props} fault={checkRemoteDomain(draft.remote, own, known)} />
          <PasswordFields {...props} />
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">Trust direction</Header>}>
        <DirectionFields {...props} own={own} />
      </Container>
      <Container
        header={
          <Header variant="h2" description="How the directory finds the domain controllers of the trusted domain.">
            Conditional forwarder
          </Header>
        }
      >
        <ForwarderFields
          {...props}
          directory={id}
          forwarders={forwarders.data ?? []}
          routes={routes.data}
          fault={checkForwarder(draft, forwarders.data ?? [])}
        />
      </Container>
      <Readiness
        directory={id}
        draft={draft}
        ready={
          checkRemoteDomain(draft.remote, own, known) === "" && checkForwarder(draft, forwarders.data ?? []) === ""
        }
      />
    </FormPage>
  );
}

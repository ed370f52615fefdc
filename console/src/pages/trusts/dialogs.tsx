import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import type { ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import Checkbox from "@cloudscape-design/components/checkbox";
import { useState } from "react";
import { ds } from "../../api/call.ts";
import { useForwarders } from "../../api/hooks.ts";
import type { Trust } from "../../api/types.ts";
import { useWhere } from "../../context.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { notify } from "../../ui/notices.tsx";
import { trustNotice, trustOutcome } from "./outcome.ts";
import { hasOutgoing, plainDomain } from "./rules.ts";

export type TrustDialog = "verify" | "selective" | "delete";

/** What can be done with a trust; with none chosen, nothing. */
export function trustActions(t: Trust | undefined): ButtonDropdownProps.Item[] {
  const none = t === undefined || t.TrustState === "Deleting";
  const oneWay = t !== undefined && !hasOutgoing(t.TrustDirection);
  const why = oneWay
    ? { disabledReason: "Only the outgoing direction can be verified. Verify on the other side." }
    : {};
  const how = oneWay ? { disabledReason: "Selective authentication is about an outgoing direction." } : {};
  return [
    { id: "verify", text: "Verify trust relationship", disabled: none || oneWay, ...why },
    { id: "selective", text: "Update selective authentication", disabled: none || oneWay, ...how },
    { id: "delete", text: "Delete trust relationship", disabled: none },
  ];
}

export function TrustDialogs({ trust, dialog, close }: { trust: Trust; dialog: TrustDialog; close: () => void }) {
  switch (dialog) {
    case "verify":
      return <Verify trust={trust} close={close} />;
    case "selective":
      return <Selective trust={trust} close={close} />;
    case "delete":
      return <Delete trust={trust} close={close} />;
  }
}

interface Props {
  trust: Trust;
  close: () => void;
}

function Verify({ trust, close }: Props) {
  const { region } = useWhere();
  return (
    <Confirm
      title="Verify trust relationship"
      verb="Verify"
      close={close}
      act={async () => {
        await ds(region, "VerifyTrust", { TrustId: trust.TrustId });
        notify({
          id: trustNotice(trust.TrustId),
          type: "in-progress",
          useOutcome: trustOutcome(region, trust),
          header: `The trust with ${trust.RemoteDomainName} is being verified`,
        });
      }}
    >
      <Box>
        Every domain controller of this directory opens a secure channel to <b>{trust.RemoteDomainName}</b>. Only the
        outgoing direction is verified.
      </Box>
    </Confirm>
  );
}

function Selective({ trust, close }: Props) {
  const { region } = useWhere();
  const [on, set] = useState(trust.SelectiveAuth === "Enabled");
  return (
    <Confirm
      title="Update selective authentication"
      verb="Save"
      disabled={on === (trust.SelectiveAuth === "Enabled")}
      close={close}
      act={async () => {
        await ds(region, "UpdateTrust", { TrustId: trust.TrustId, SelectiveAuth: on ? "Enabled" : "Disabled" });
        notify({
          id: trustNotice(trust.TrustId),
          type: "in-progress",
          useOutcome: trustOutcome(region, trust),
          header: `Selective authentication for ${trust.RemoteDomainName} is being ${on ? "enabled" : "disabled"}`,
        });
      }}
    >
      <Checkbox
        checked={on}
        onChange={(e) => set(e.detail.checked)}
        description="Users of the trusted domain get in only where they are allowed to authenticate, through the delegated groups made for it."
      >
        Selective authentication
      </Checkbox>
      {on && trust.SelectiveAuth !== "Enabled" && (
        <Alert type="warning">
          Users of {trust.RemoteDomainName} who are in no such group are refused from then on.
        </Alert>
      )}
    </Confirm>
  );
}

function Delete({ trust, close }: Props) {
  const { region } = useWhere();
  const forwarders = useForwarders(region, trust.DirectoryId);
  const [withForwarder, set] = useState(false);
  const exists = forwarders.data?.some((f) => plainDomain(f.RemoteDomainName) === plainDomain(trust.RemoteDomainName));
  return (
    <Confirm
      title="Delete trust relationship"
      verb="Delete"
      close={close}
      act={async () => {
        await ds(region, "DeleteTrust", {
          TrustId: trust.TrustId,
          ...(withForwarder ? { DeleteAssociatedConditionalForwarder: true } : {}),
        });
        notify({
          id: trustNotice(trust.TrustId),
          type: "in-progress",
          useOutcome: trustOutcome(region, trust),
          header: `The trust with ${trust.RemoteDomainName} is being deleted`,
          content: "Its side in the other domain stays: delete it there too.",
        });
      }}
    >
      <Box>
        Delete this side of the trust with <b>{trust.RemoteDomainName}</b>? Access across it ends at once.
      </Box>
      {exists && (
        <Checkbox
          checked={withForwarder}
          onChange={(e) => set(e.detail.checked)}
          description="Leave it if something else needs names of that domain."
        >
          Delete the conditional forwarder of {plainDomain(trust.RemoteDomainName)} too
        </Checkbox>
      )}
    </Confirm>
  );
}

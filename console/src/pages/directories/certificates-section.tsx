// The authorities whose servers client-side LDAPS believes.

import Box from "@cloudscape-design/components/box";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import FormField from "@cloudscape-design/components/form-field";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { ds } from "../../api/call.ts";
import { useCertificates } from "../../api/hooks.ts";
import type { Certificate, Directory } from "../../api/types.ts";
import { useWhere } from "../../context.ts";
import { stateColumn, timeColumn } from "../../ui/columns.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { isUnsupported } from "../../ui/failure.tsx";
import { Grid } from "../../ui/grid.tsx";
import { notify } from "../../ui/notices.tsx";
import { barred, useObstacle } from "../../ui/obstacle.ts";
import { checkCertificate } from "./rules.ts";

export function CertificatesSection({ directory }: { directory: Directory }) {
  const { region } = useWhere();
  const id = directory.DirectoryId;
  const certificates = useCertificates(region, id);
  const [selected, select] = useState<Certificate | null>(null);
  const [dialog, open] = useState<"register" | "deregister" | null>(null);
  const chosen = certificates.data?.find((c) => c.CertificateId === selected?.CertificateId);
  const obstacle = useObstacle(directory, { primary: true });
  if (isUnsupported(certificates.error)) return null;
  return (
    <>
      <Grid<Certificate>
        name="CA certificates"
        items={certificates.data}
        id={(c) => c.CertificateId}
        label={(c) => c.CommonName || c.CertificateId}
        selected={chosen}
        select={select}
        answer={certificates}
        failed="The certificates could not be listed"
        empty={{ title: "No certificates", text: "Client-side LDAPS needs one that has not expired." }}
        columns={[
          {
            id: "id",
            header: "Certificate ID",
            value: (c) => c.CertificateId,
            whole: true,
          },
          {
            id: "name",
            header: "Common name",
            value: (c) => c.CommonName ?? "",
            cell: (c) => <span className="wrap">{c.CommonName || "–"}</span>,
          },
          stateColumn((c) => c.State),
          timeColumn("expires", "Expiry date", (c) => c.ExpiryDateTime),
        ]}
        actions={
          <ButtonDropdown
            {...barred(obstacle)}
            items={[
              { id: "register", text: "Register certificate" },
              { id: "deregister", text: "Deregister certificate", disabled: !chosen },
            ]}
            onItemClick={(e) => open(e.detail.id as "register" | "deregister")}
          >
            Actions
          </ButtonDropdown>
        }
      />
      {dialog === "register" && <Register directory={id} close={() => open(null)} />}
      {dialog === "deregister" && chosen && (
        <Confirm
          title="Deregister certificate"
          verb="Deregister"
          close={() => open(null)}
          act={async () => {
            await ds(region, "DeregisterCertificate", { DirectoryId: id, CertificateId: chosen.CertificateId });
            notify({ type: "success", header: `Certificate ${chosen.CertificateId} was deregistered` });
          }}
        >
          <Box>
            LDAP servers whose certificates come from <b className="wrap">{chosen.CommonName}</b> are no longer
            believed.
          </Box>
        </Confirm>
      )}
    </>
  );
}

function Register({ directory, close }: { directory: string; close: () => void }) {
  const { region } = useWhere();
  const [pem, setPem] = useState("");
  return (
    <Confirm
      title="Register certificate"
      verb="Register"
      disabled={checkCertificate(pem) !== ""}
      close={close}
      act={async () => {
        const { CertificateId } = await ds<{ CertificateId: string }>(region, "RegisterCertificate", {
          DirectoryId: directory,
          CertificateData: pem,
          Type: "ClientLDAPS",
        });
        notify({ type: "success", header: `Certificate ${CertificateId} was registered` });
      }}
    >
      <FormField
        label="CA certificate"
        description="Of the authority that issued the LDAP servers' certificates, as text (PEM)."
        errorText={pem && checkCertificate(pem)}
      >
        <Textarea
          value={pem}
          onChange={(e) => setPem(e.detail.value)}
          placeholder="-----BEGIN CERTIFICATE-----"
          rows={8}
          spellcheck={false}
          autoFocus
        />
      </FormField>
    </Confirm>
  );
}

// Client-side LDAPS: what the directory asks trusted domains by LDAP goes over
// TLS, to servers whose certificates come from the authorities listed here.

import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ds } from "../../api/call.ts";
import { useLdaps } from "../../api/hooks.ts";
import type { Directory } from "../../api/types.ts";
import { useWhere } from "../../context.ts";
import { Quiet } from "../../ui/bits.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Failure, isUnsupported } from "../../ui/failure.tsx";
import { Filling } from "../../ui/filling.tsx";
import { notify } from "../../ui/notices.tsx";
import { barred, useObstacle } from "../../ui/obstacle.ts";
import { State } from "../../ui/state.tsx";
import { Time } from "../../ui/time.tsx";
import { CertificatesSection } from "./certificates-section.tsx";

export function LdapsSection({ directory }: { directory: Directory }) {
  const { region } = useWhere();
  const id = directory.DirectoryId;
  const ldaps = useLdaps(region, id);
  const [switching, turn] = useState(false);
  const obstacle = useObstacle(directory);
  if (isUnsupported(ldaps.error)) return null;
  const on = ldaps.data?.LDAPSStatus !== "Disabled";
  return (
    <SpaceBetween size="m">
      <Container
        header={
          <Header
            variant="h2"
            description="Trusted domains are asked by LDAP over TLS, and only servers with a certificate from an authority below are believed."
            actions={
              ldaps.data && (
                <Button onClick={() => turn(true)} {...barred(obstacle)}>
                  {on ? "Disable" : "Enable"}
                </Button>
              )
            }
          >
            Client-side LDAPS
          </Header>
        }
      >
        <Failure error={ldaps.error} what="Client-side LDAPS could not be described" retry={ldaps.reload} />
        <Filling until={ldaps} />
        {ldaps.data && (
          <KeyValuePairs
            columns={3}
            minColumnWidth={200}
            items={[
              {
                label: "Client-side LDAPS",
                value: (
                  <>
                    <State of={ldaps.data.LDAPSStatus} />
                    {ldaps.data.LDAPSStatusReason && <Quiet>{ldaps.data.LDAPSStatusReason}</Quiet>}
                  </>
                ),
              },
              { label: "Region", value: region },
              { label: "Last changed", value: <Time at={ldaps.data.LastUpdatedDateTime} /> },
            ]}
          />
        )}
        {switching && (
          <Confirm
            title={on ? "Disable client-side LDAPS" : "Enable client-side LDAPS"}
            verb={on ? "Disable" : "Enable"}
            close={() => turn(false)}
            act={async () => {
              await ds(region, on ? "DisableLDAPS" : "EnableLDAPS", { DirectoryId: id, Type: "Client" });
              notify({ type: "success", header: `Client-side LDAPS is ${on ? "disabled" : "enabled"} in ${region}` });
            }}
          >
            <Box>
              {on
                ? "Trusted domains will be asked by LDAP without TLS from the next connection on."
                : "A trusted domain whose LDAP servers have no certificate from a registered authority cannot be asked any more."}
            </Box>
          </Confirm>
        )}
      </Container>
      <CertificatesSection directory={directory} />
    </SpaceBetween>
  );
}

import Box from "@cloudscape-design/components/box";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { ds } from "../../api/call.ts";
import { useForwarders } from "../../api/hooks.ts";
import type { Directory, Forwarder } from "../../api/types.ts";
import { useWhere } from "../../context.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { isUnsupported } from "../../ui/failure.tsx";
import { Grid } from "../../ui/grid.tsx";
import { notify } from "../../ui/notices.tsx";
import { barred, useObstacle } from "../../ui/obstacle.ts";
import { AddressList } from "../trusts/address-list.tsx";
import { checkAddress } from "../addresses.ts";
import { checkRemoteDomain, splitAddresses } from "../trusts/rules.ts";

const addressesOf = (f: Forwarder) => [...(f.DnsIpAddrs ?? []), ...(f.DnsIpv6Addrs ?? [])];

export function ForwardersSection({ directory }: { directory: Directory }) {
  const { region } = useWhere();
  const forwarders = useForwarders(region, directory.DirectoryId);
  const [selected, select] = useState<Forwarder | null>(null);
  const [dialog, open] = useState<"add" | "edit" | "delete" | null>(null);
  const chosen = forwarders.data?.find((f) => f.RemoteDomainName === selected?.RemoteDomainName);
  const id = directory.DirectoryId;
  const obstacle = useObstacle(directory);
  if (isUnsupported(forwarders.error)) return null;
  return (
    <>
      <Grid<Forwarder>
        name="Conditional forwarders"
        description="Which DNS servers the directory asks for names of other domains."
        items={forwarders.data}
        id={(f) => f.RemoteDomainName}
        selected={chosen}
        select={select}
        answer={forwarders}
        failed="The forwarders could not be listed"
        empty={{ title: "No conditional forwarders", text: "Adding a trust with DNS addresses makes one." }}
        columns={[
          { id: "name", header: "Remote domain", value: (f) => f.RemoteDomainName },
          { id: "addresses", header: "DNS servers", value: (f) => addressesOf(f).join(", ") },
        ]}
        actions={
          <ButtonDropdown
            {...barred(obstacle)}
            items={[
              { id: "add", text: "Add forwarder" },
              { id: "edit", text: "Edit DNS servers", disabled: !chosen },
              { id: "delete", text: "Delete forwarder", disabled: !chosen },
            ]}
            onItemClick={(e) => open(e.detail.id as "add" | "edit" | "delete")}
          >
            Actions
          </ButtonDropdown>
        }
      />
      {dialog === "add" && <EditForwarder directory={id} close={() => open(null)} />}
      {dialog === "edit" && chosen && <EditForwarder directory={id} old={chosen} close={() => open(null)} />}
      {dialog === "delete" && chosen && (
        <Confirm
          title="Delete conditional forwarder"
          verb="Delete"
          close={() => open(null)}
          act={async () => {
            await ds(region, "DeleteConditionalForwarder", {
              DirectoryId: id,
              RemoteDomainName: chosen.RemoteDomainName,
            });
            notify({ type: "success", header: `The forwarder for ${chosen.RemoteDomainName} was deleted` });
          }}
        >
          <Box>
            The directory will not find names of <b>{chosen.RemoteDomainName}</b> any more. A trust with that domain
            fails without them.
          </Box>
        </Confirm>
      )}
    </>
  );
}

function EditForwarder({ directory, old, close }: { directory: string; old?: Forwarder; close: () => void }) {
  const { region } = useWhere();
  const [name, setName] = useState(old?.RemoteDomainName ?? "");
  const [addresses, setAddresses] = useState(old ? addressesOf(old) : [""]);
  const given = addresses.filter((a) => a.trim() !== "");
  const wrong = checkRemoteDomain(name) !== "" || given.length === 0 || given.some((a) => checkAddress(a) !== "");
  return (
    <Confirm
      title={old ? "Edit DNS servers" : "Add conditional forwarder"}
      verb={old ? "Save" : "Add"}
      disabled={wrong}
      close={close}
      act={async () => {
        await ds(region, old ? "UpdateConditionalForwarder" : "CreateConditionalForwarder", {
          DirectoryId: directory,
          RemoteDomainName: name,
          ...splitAddresses(given, "DnsIpAddrs", "DnsIpv6Addrs"),
        });
        notify({ type: "success", header: `Names of ${name} are now asked of ${given.join(", ")}` });
      }}
    >
      <FormField label="Remote domain" errorText={name && checkRemoteDomain(name)}>
        <Input value={name} disabled={!!old} onChange={(e) => setName(e.detail.value.trim())} spellcheck={false} />
      </FormField>
      <AddressList label="DNS server IP address" addresses={addresses} change={setAddresses} tried={false} />
    </Confirm>
  );
}

import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { useZones } from "../../api/hooks.ts";
import { type Subnet, type Vpc, createSubnet } from "../../api/networks.ts";
import { useWhere } from "../../context.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { notify } from "../../ui/notices.tsx";
import { checkCidr } from "../addresses.ts";

export function AddSubnet({ vpc, taken, close }: { vpc: Vpc; taken: Subnet[]; close: () => void }) {
  const { region } = useWhere();
  const zones = useZones(region);
  const [cidr, setCidr] = useState("");
  const [name, setName] = useState("");
  const free = zones.data?.find((z) => !taken.some((s) => s.zone === z));
  const [chosen, choose] = useState("");
  const zone = chosen || free || zones.data?.[0] || "";
  return (
    <Confirm
      title={`Create subnet in ${vpc.name || vpc.id}`}
      verb="Create"
      disabled={checkCidr(cidr) !== "" || !zone}
      close={close}
      act={async () => {
        const id = await createSubnet(region, vpc.id, cidr, zone, name);
        notify({ type: "success", header: `Subnet ${id} was created` });
      }}
    >
      <FormField label="IPv4 CIDR" constraintText={`Inside ${vpc.cidr}`} errorText={cidr && checkCidr(cidr)}>
        <Input value={cidr} onChange={(e) => setCidr(e.detail.value.trim())} autoFocus spellcheck={false} />
      </FormField>
      <FormField label="Availability zone">
        <Select
          selectedOption={zone ? { value: zone, label: zone } : null}
          options={(zones.data ?? []).map((z) => ({ value: z, label: z }))}
          onChange={(e) => choose(e.detail.selectedOption.value ?? "")}
        />
      </FormField>
      <FormField label="Name – optional">
        <Input value={name} onChange={(e) => setName(e.detail.value)} />
      </FormField>
    </Confirm>
  );
}

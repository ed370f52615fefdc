import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { createSubnet, createVpc } from "../../api/networks.ts";
import { useZones } from "../../api/hooks.ts";
import { usePaths, useWhere } from "../../context.ts";
import { go } from "../../router.ts";
import { FormPage } from "../../ui/form-page.tsx";
import { notify } from "../../ui/notices.tsx";
import { checkCidr, halves } from "../addresses.ts";

export default function NewVpc() {
  const { region } = useWhere();
  const to = usePaths();
  const zones = useZones(region);
  const [cidr, setCidr] = useState("");
  const [name, setName] = useState("");
  const [tried, setTried] = useState(false);
  const [made, setMade] = useState("");
  const [subnets, setSubnets] = useState(0); // how many of them are made
  const parts = halves(cidr);
  const fault = checkCidr(cidr) || (parts ? "" : "Choose a length from /16 to /27.");
  const create = async () => {
    const vpc = made || (await createVpc(region, cidr, name));
    setMade(vpc);
    // What is done is not done again if the rest fails.
    for (const [i, part] of (parts ?? []).entries()) {
      if (i < subnets) continue;
      await createSubnet(region, vpc, part, zones.data?.[i] ?? "", name ? `${name}-${i + 1}` : "");
      setSubnets(i + 1);
    }
    notify({ type: "success", header: `VPC ${vpc} was created with two subnets` });
    go(`${to.vpcs}?vpc=${vpc}`);
  };
  return (
    <FormPage
      title="Create a VPC"
      description="With two subnets in two availability zones, ready for a directory."
      verb="Create VPC"
      back={to.vpcs}
      ready={fault === ""}
      onTry={() => setTried(true)}
      act={create}
      failed={made ? `VPC ${made} was created, but not both of its subnets` : "The VPC was not created"}
    >
      <Container header={<Header variant="h2">VPC settings</Header>}>
        <SpaceBetween size="l">
          <FormField
            label="IPv4 CIDR"
            constraintText="It must not overlap the networks of the domains to be trusted."
            errorText={(tried || cidr) && fault}
          >
            <Input
              value={cidr}
              onChange={(e) => setCidr(e.detail.value.trim())}
              placeholder="10.77.0.0/16"
              disabled={made !== ""}
              autoFocus
              spellcheck={false}
            />
          </FormField>
          <FormField label="Name – optional">
            <Input value={name} onChange={(e) => setName(e.detail.value)} disabled={made !== ""} />
          </FormField>
          <FormField label="Subnets">
            {parts ? parts.map((p, i) => `${p} in ${zones.data?.[i] ?? "…"}`).join(", ") : "Half of the range each."}
          </FormField>
        </SpaceBetween>
      </Container>
    </FormPage>
  );
}

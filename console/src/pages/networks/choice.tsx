// A VPC and two of its subnets, for a directory or for one more of its Regions.

import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect } from "react";
import { useSubnets, useVpcs } from "../../api/hooks.ts";
import { paths, useWhere } from "../../context.ts";
import { Failure } from "../../ui/failure.tsx";
import { checkSubnets } from "../directories/rules.ts";

interface Props {
  /** Whose VPCs are offered, if not those of the Region at hand. */
  region?: string;
  vpc: string;
  subnets: string[];
  tried: boolean;
  change: (part: { vpc?: string; subnets?: string[] }) => void;
}

export function VpcChoice({ region: other, vpc, subnets, tried, change }: Props) {
  const here = useWhere().region;
  const region = other ?? here;
  const vpcs = useVpcs(region);
  const all = useSubnets(region);
  const offered = (all.data ?? []).filter((s) => s.vpc === vpc).sort((a, b) => a.zone.localeCompare(b.zone));
  const first = vpcs.data?.find((v) => v.isDefault) ?? vpcs.data?.[0];

  // One VPC is as good as chosen, and so are two subnets.
  useEffect(() => {
    if (!vpc && first) change({ vpc: first.id });
  });
  useEffect(() => {
    if (vpc && subnets.length === 0 && offered.length === 2 && checkSubnets(offered) === "")
      change({ subnets: offered.map((s) => s.id) });
  });

  const vpcOption = (v: { id: string; cidr: string; isDefault: boolean; name: string }) => ({
    value: v.id,
    label: v.name ? `${v.name} (${v.id})` : v.id,
    description: v.isDefault ? `${v.cidr}, default` : v.cidr,
  });
  const subnetOption = (s: (typeof offered)[number]) => ({
    value: s.id,
    label: s.name ? `${s.name} (${s.id})` : s.id,
    description: `${s.cidr}, ${s.zone}`,
  });
  const chosenVpc = vpcs.data?.find((v) => v.id === vpc);
  const choose = (place: 0 | 1, id: string) => {
    const next = [subnets[0] ?? "", subnets[1] ?? ""];
    next[place] = id;
    change({ subnets: next.filter(Boolean) });
  };
  const fault = checkSubnets(offered.filter((s) => subnets.includes(s.id)));
  return (
    <SpaceBetween size="l">
      <Failure error={vpcs.error ?? all.error} what="The VPCs could not be listed" retry={vpcs.reload} />
      <FormField label="VPC" errorText={tried && !vpc ? "Choose a VPC." : ""}>
        <SpaceBetween direction="horizontal" size="xs">
          <Select
            triggerVariant="option"
            selectedOption={chosenVpc ? vpcOption(chosenVpc) : null}
            options={(vpcs.data ?? []).map(vpcOption)}
            onChange={(e) => change({ vpc: e.detail.selectedOption.value ?? "", subnets: [] })}
            statusType={vpcs.loading ? "loading" : "finished"}
            loadingText="Loading VPCs"
            placeholder="Choose a VPC"
            empty="There is no VPC in this Region"
          />
          <Button iconName="external" iconAlign="right" href={paths(region).newVpc} target="_blank">
            Create a VPC
          </Button>
        </SpaceBetween>
      </FormField>
      {([0, 1] as const).map((place) => {
        const chosen = offered.find((s) => s.id === subnets[place]);
        return (
          <FormField
            key={place}
            label={place === 0 ? "First subnet" : "Second subnet"}
            errorText={place === 1 && (tried || subnets.length === 2) ? fault : ""}
          >
            <Select
              triggerVariant="option"
              selectedOption={chosen ? subnetOption(chosen) : null}
              options={offered.map((s) => ({ ...subnetOption(s), disabled: s.id === subnets[1 - place] }))}
              onChange={(e) => choose(place, e.detail.selectedOption.value ?? "")}
              placeholder="Choose a subnet"
              empty="This VPC has no subnets"
            />
          </FormField>
        );
      })}
    </SpaceBetween>
  );
}

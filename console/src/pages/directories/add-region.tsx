import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ds } from "../../api/call.ts";
import { useDirectory } from "../../api/hooks.ts";
import { usePaths, useWhere } from "../../context.ts";
import { regionTitle, regions } from "../../regions.ts";
import { go } from "../../router.ts";
import { FormPage } from "../../ui/form-page.tsx";
import { notify } from "../../ui/notices.tsx";
import { VpcChoice } from "../networks/choice.tsx";
import { regionAdded } from "./outcomes.ts";

export default function AddRegion({ id }: { id: string }) {
  const { region } = useWhere();
  const to = usePaths();
  const directory = useDirectory(region, id);
  const [wanted, setWanted] = useState("");
  const [net, setNet] = useState({ vpc: "", subnets: [] as string[] });
  const [tried, setTried] = useState(false);
  const back = to.directory(id);
  const there = [
    directory.data?.RegionsInfo?.PrimaryRegion ?? region,
    ...(directory.data?.RegionsInfo?.AdditionalRegions ?? []),
  ];
  const add = async () => {
    await ds(region, "AddRegion", {
      DirectoryId: id,
      RegionName: wanted,
      VPCSettings: { VpcId: net.vpc, SubnetIds: net.subnets },
    });
    const name = directory.data?.Name ?? id;
    notify({
      type: "in-progress",
      header: `${name} is being replicated to ${wanted}`,
      useOutcome: regionAdded(region, id, name, wanted),
    });
    go(back);
  };
  return (
    <FormPage
      title="Add Region"
      description="Two more domain controllers of the same domain, in another Region."
      verb="Add"
      back={back}
      ready={wanted !== "" && net.vpc !== "" && net.subnets.length === 2}
      onTry={() => setTried(true)}
      act={add}
      failed="The Region was not added"
    >
      <Container header={<Header variant="h2">Region</Header>}>
        <SpaceBetween size="l">
          <FormField label="Region" errorText={tried && !wanted && "Choose a Region."}>
            <Select
              selectedOption={wanted ? { value: wanted, label: regionTitle(wanted) } : null}
              options={regions.filter(([r]) => !there.includes(r)).map(([r]) => ({ value: r, label: regionTitle(r) }))}
              onChange={(e) => {
                setWanted(e.detail.selectedOption.value ?? "");
                setNet({ vpc: "", subnets: [] });
              }}
              placeholder="Choose a Region"
              filteringType="auto"
            />
          </FormField>
          {wanted && (
            <VpcChoice
              key={wanted}
              region={wanted}
              vpc={net.vpc}
              subnets={net.subnets}
              tried={tried}
              change={(part) => setNet((n) => ({ ...n, ...part }))}
            />
          )}
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">Pricing</Header>}>
        <Box>Nothing is charged. Each domain controller takes about 200 MB of memory on this host.</Box>
      </Container>
    </FormPage>
  );
}

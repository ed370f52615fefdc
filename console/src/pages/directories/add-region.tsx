import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ds } from "../../api/call.ts";
import { useDirectory } from "../../api/hooks.ts";
import { usePaths, useWhere } from "../../context.ts";
import { follow, go, regionTitle, regions } from "../../router.ts";
import { useAction } from "../../ui/action.ts";
import { Failure } from "../../ui/failure.tsx";
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
  const action = useAction();
  const back = to.directory(id);
  const there = [
    directory.data?.RegionsInfo?.PrimaryRegion ?? region,
    ...(directory.data?.RegionsInfo?.AdditionalRegions ?? []),
  ];
  const submit = () => {
    setTried(true);
    if (!wanted || !net.vpc || net.subnets.length !== 2) return;
    void action.run(async () => {
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
    });
  };
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        submit();
      }}
    >
      <Form
        header={
          <Header variant="h1" description="Two more domain controllers of the same domain, in another Region.">
            Add Region
          </Header>
        }
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" href={back} onFollow={follow}>
              Cancel
            </Button>
            <Button variant="primary" loading={action.busy}>
              Add
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">
          <Failure error={action.error} what="The Region was not added" />
          <Container header={<Header variant="h2">Region</Header>}>
            <SpaceBetween size="l">
              <FormField label="Region" errorText={tried && !wanted && "Choose a Region."}>
                <Select
                  selectedOption={wanted ? { value: wanted, label: regionTitle(wanted) } : null}
                  options={regions
                    .filter(([r]) => !there.includes(r))
                    .map(([r]) => ({ value: r, label: regionTitle(r) }))}
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
        </SpaceBetween>
      </Form>
    </form>
  );
}

// The wizard: type, information, VPC and subnets, review.

import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import Wizard from "@cloudscape-design/components/wizard";
import { useState } from "react";
import { ds } from "../../api/call.ts";
import { useSubnets } from "../../api/hooks.ts";
import { usePaths, useWhere } from "../../context.ts";
import { go } from "../../router.ts";
import { useAction } from "../../ui/action.ts";
import { Failure } from "../../ui/failure.tsx";
import { notify } from "../../ui/notices.tsx";
import { type Draft, empty, faultsOf } from "./draft.ts";
import { InformationStep } from "./information-step.tsx";
import { NetworkStep } from "./network-step.tsx";
import { directoryCreated } from "./outcomes.ts";
import { defaultNetBIOS } from "./rules.ts";

export default function SetUpDirectory() {
  const { region } = useWhere();
  const to = usePaths();
  const subnets = useSubnets(region);
  const [draft, setDraft] = useState(empty);
  const [step, setStep] = useState(0);
  const [tried, setTried] = useState(-1); // the last step left with its button
  const action = useAction();
  const change = (part: Partial<Draft>) => setDraft((d) => ({ ...d, ...part }));
  const chosen = (subnets.data ?? []).filter((s) => draft.subnets.includes(s.id));
  const faults = faultsOf(draft, chosen);
  const submit = () =>
    action.run(async () => {
      const { DirectoryId } = await ds<{ DirectoryId: string }>(region, "CreateMicrosoftAD", {
        Name: draft.name,
        ...(draft.short ? { ShortName: draft.short } : {}),
        ...(draft.description ? { Description: draft.description } : {}),
        Password: draft.password,
        Edition: draft.edition,
        VpcSettings: { VpcId: draft.vpc, SubnetIds: draft.subnets },
      });
      notify({
        type: "in-progress",
        header: `${draft.name} is being created`,
        content: `${DirectoryId} takes about half a minute until it is Active.`,
        useOutcome: directoryCreated(region, DirectoryId),
      });
      go(to.directories);
    });
  return (
    <Wizard
      activeStepIndex={step}
      isLoadingNextStep={action.busy}
      onCancel={() => go(to.directories)}
      onNavigate={(e) => {
        const wanted = e.detail.requestedStepIndex;
        setTried((t) => Math.max(t, step));
        const firstWrong = faults.findIndex((f, i) => i < wanted && f !== "");
        setStep(firstWrong < 0 ? wanted : firstWrong);
      }}
      onSubmit={() => void submit()}
      submitButtonText="Create directory"
      i18nStrings={{
        stepNumberLabel: (n) => `Step ${n}`,
        collapsedStepsLabel: (n, of) => `Step ${n} of ${of}`,
        navigationAriaLabel: "Steps",
        cancelButton: "Cancel",
        previousButton: "Previous",
        nextButton: "Next",
      }}
      steps={[
        { title: "Select directory type", content: <TypeStep /> },
        {
          title: "Enter directory information",
          content: <InformationStep draft={draft} change={change} tried={tried >= 1} />,
        },
        { title: "Choose VPC and subnets", content: <NetworkStep draft={draft} change={change} tried={tried >= 2} /> },
        {
          title: "Review & create",
          content: (
            <SpaceBetween size="l">
              <Failure error={action.error} what="The directory was not created" />
              <Review draft={draft} subnets={chosen.map((s) => `${s.id} (${s.zone}, ${s.cidr})`)} />
            </SpaceBetween>
          ),
        },
      ]}
    />
  );
}

function TypeStep() {
  return (
    <Container header={<Header variant="h2">Directory types</Header>}>
      <Tiles
        value="MicrosoftAD"
        onChange={() => undefined}
        items={[
          {
            value: "MicrosoftAD",
            label: "AWS Managed Microsoft AD",
            description:
              "An Active Directory domain of two or more Samba domain controllers at function level 2016, run by Entente, which can have trust relationships with your own domains.",
          },
        ]}
      />
      <Box color="text-body-secondary" margin={{ top: "s" }}>
        Simple AD and AD Connector are not offered by this server.
      </Box>
    </Container>
  );
}

function Review({ draft, subnets }: { draft: Draft; subnets: string[] }) {
  return (
    <Container header={<Header variant="h2">Directory</Header>}>
      <ColumnLayout columns={1}>
        <KeyValuePairs
          columns={2}
          minColumnWidth={200}
          items={[
            { label: "Directory DNS name", value: draft.name },
            { label: "NetBIOS name", value: draft.short || defaultNetBIOS(draft.name) },
            { label: "Edition", value: draft.edition },
            { label: "Description", value: draft.description || "–" },
            { label: "VPC", value: draft.vpc },
            { label: "Subnets", value: subnets.join(", ") },
            { label: "User", value: "Admin, with the password you entered" },
            { label: "Domain controllers", value: "2, one in each subnet" },
          ]}
        />
      </ColumnLayout>
    </Container>
  );
}

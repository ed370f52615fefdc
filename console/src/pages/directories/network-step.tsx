import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { VpcChoice } from "../networks/choice.tsx";
import type { Draft } from "./draft.ts";

interface Props {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  tried: boolean;
}

export function NetworkStep({ draft, change, tried }: Props) {
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="One domain controller goes into each of two subnets, which are in different availability zones."
        >
          Networking
        </Header>
      }
    >
      <VpcChoice vpc={draft.vpc} subnets={draft.subnets} tried={tried} change={change} />
    </Container>
  );
}

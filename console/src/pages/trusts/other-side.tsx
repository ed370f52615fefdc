import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { Explanation } from "../../api/explanation.ts";
import { Code } from "../../ui/bits.tsx";
import { type OtherSide, netdom, powershell, sambaTool } from "./commands.ts";

const kinds = [
  { id: "powershell", text: "PowerShell", make: powershell },
  { id: "netdom", text: "netdom", make: netdom },
  { id: "samba", text: "samba-tool", make: sambaTool },
];

export function OtherSideCommands({ x, dns }: { x: Explanation; dns: string[] }) {
  const [id, choose] = useState("powershell");
  const side: OtherSide = {
    ours: x.DirectoryName,
    dns,
    theirs: x.RemoteDomainName,
    direction: x.TrustDirection,
    type: x.TrustType,
  };
  const kind = kinds.find((k) => k.id === id) ?? kinds[0];
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={`For an administrator of ${x.RemoteDomainName}. The trust password is asked for, and is nowhere in them.`}
        >
          Commands for the other side
        </Header>
      }
    >
      <SpaceBetween size="m">
        {x.PasswordKept && (
          <Alert type="info">
            The trust password that you entered here is needed there too. It cannot be shown again.
          </Alert>
        )}
        <SegmentedControl
          selectedId={id}
          options={kinds}
          label="Tool of the other side"
          onChange={(e) => choose(e.detail.selectedId)}
        />
        {kind && <Code text={kind.make(side)} what={`commands for ${kind.text}`} />}
      </SpaceBetween>
    </Container>
  );
}

import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Directory } from "../../api/types.ts";
import { usePaths } from "../../context.ts";
import { To } from "../../ui/bits.tsx";
import { RulesTables } from "../networks/rules-tables.tsx";
import { TrustsSection } from "../trusts/section.tsx";
import { ForwardersSection } from "./forwarders-section.tsx";
import { LdapsSection } from "./ldaps-section.tsx";
import { RoutesSection } from "./routes-section.tsx";

export function NetworkingTab({ directory, inPrimary }: { directory: Directory; inPrimary: boolean }) {
  const group = directory.VpcSettings?.SecurityGroupId;
  const to = usePaths();
  return (
    <SpaceBetween size="l">
      <TrustsSection directory={directory} inPrimary={inPrimary} />
      <RoutesSection directory={directory} />
      <ForwardersSection directory={directory} />
      <LdapsSection directory={directory} />
      {group ? (
        <SpaceBetween size="m">
          <Container
            header={
              <Header variant="h2" description="What may reach the domain controllers, and what they may reach.">
                Security group
              </Header>
            }
          >
            <To href={to.group(group)}>{group}</To>
            <Box color="text-body-secondary">
              AWS created security group for {directory.DirectoryId} directory controllers
            </Box>
          </Container>
          <RulesTables group={group} />
        </SpaceBetween>
      ) : null}
    </SpaceBetween>
  );
}

import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { useState } from "react";
import { ds } from "../../api/call.ts";
import type { Directory } from "../../api/types.ts";
import { useWhere } from "../../context.ts";
import { Copy } from "../../ui/bits.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { notify } from "../../ui/notices.tsx";
import { barred, useObstacle } from "../../ui/obstacle.ts";
import { checkAlias } from "./rules.ts";

/** Until it is given an alias, a directory is called by its id. */
export function ApplicationTab({ directory }: { directory: Directory }) {
  const { region } = useWhere();
  const [creating, create] = useState(false);
  const obstacle = useObstacle(directory);
  const named = directory.Alias !== undefined && directory.Alias !== directory.DirectoryId;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={`The name that applications know the directory by in ${region}. Nothing is served at this address.`}
          actions={
            <Button onClick={() => create(true)} {...barred(obstacle || (named ? "An alias cannot be changed." : ""))}>
              Create
            </Button>
          }
        >
          Application access URL
        </Header>
      }
    >
      <KeyValuePairs
        columns={2}
        minColumnWidth={200}
        items={[
          { label: "Application access URL", value: <Copy text={directory.AccessUrl} what="application access URL" /> },
          { label: "Alias", value: named ? directory.Alias : "–" },
        ]}
      />
      {creating && <CreateAlias directory={directory} close={() => create(false)} />}
    </Container>
  );
}

function CreateAlias({ directory, close }: { directory: Directory; close: () => void }) {
  const { region } = useWhere();
  const [alias, setAlias] = useState("");
  return (
    <Confirm
      title="Create application access URL"
      verb="Create"
      disabled={checkAlias(alias) !== ""}
      close={close}
      act={async () => {
        await ds(region, "CreateAlias", { DirectoryId: directory.DirectoryId, Alias: alias });
        notify({ type: "success", header: `${directory.Name} has the alias ${alias} now` });
      }}
    >
      <Box>An alias cannot be changed, and no other directory can have it.</Box>
      <FormField
        label="Alias"
        constraintText={`https://${alias.toLowerCase() || "alias"}.awsapps.com`}
        errorText={alias && checkAlias(alias)}
      >
        <Input value={alias} onChange={(e) => setAlias(e.detail.value.trim())} autoFocus spellcheck={false} />
      </FormField>
    </Confirm>
  );
}

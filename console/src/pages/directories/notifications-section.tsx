// Where the server tells what happens to the directory: event topics, and the
// log group that the domain controllers' security log goes to. Both are made
// by the server's administrator and named here.

import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { useState } from "react";
import { ds } from "../../api/call.ts";
import { useLogSubscriptions, useTopics } from "../../api/hooks.ts";
import type { Directory, EventTopic } from "../../api/types.ts";
import { useWhere } from "../../context.ts";
import { stateColumn, timeColumn } from "../../ui/columns.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Failure, isUnsupported } from "../../ui/failure.tsx";
import { Filling } from "../../ui/filling.tsx";
import { Grid } from "../../ui/grid.tsx";
import { notify } from "../../ui/notices.tsx";
import { barred, useObstacle } from "../../ui/obstacle.ts";
import { State } from "../../ui/state.tsx";
import { Time } from "../../ui/time.tsx";
import { checkLogGroup, checkTopic } from "./rules.ts";

export function TopicsSection({ directory }: { directory: Directory }) {
  const { region } = useWhere();
  const id = directory.DirectoryId;
  const topics = useTopics(region, id);
  const [selected, select] = useState<EventTopic | null>(null);
  const [dialog, open] = useState<"create" | "remove" | null>(null);
  const chosen = topics.data?.find((t) => t.TopicName === selected?.TopicName);
  const obstacle = useObstacle(directory);
  if (isUnsupported(topics.error)) return null;
  return (
    <>
      <Grid<EventTopic>
        name="Notifications"
        description={`Topics that are told when the directory's status changes in ${region}.`}
        items={topics.data}
        id={(t) => t.TopicName}
        selected={chosen}
        select={select}
        answer={topics}
        failed="The topics could not be listed"
        empty={{ title: "No notifications", text: "Topics are named when the server is started (--event-topic)." }}
        columns={[
          { id: "name", header: "Topic", value: (t) => t.TopicName },
          stateColumn((t) => t.Status),
          { ...timeColumn("created", "Created", (t) => t.CreatedDateTime), minor: true },
        ]}
        actions={
          <ButtonDropdown
            {...barred(obstacle)}
            items={[
              { id: "create", text: "Create notification" },
              { id: "remove", text: "Remove notification", disabled: !chosen },
            ]}
            onItemClick={(e) => open(e.detail.id as "create" | "remove")}
          >
            Actions
          </ButtonDropdown>
        }
      />
      {dialog === "create" && (
        <AskName
          title="Create notification"
          verb="Create"
          label="Topic name"
          hint="As the server was started with: --event-topic NAME=…"
          check={checkTopic}
          close={() => open(null)}
          act={async (name) => {
            await ds(region, "RegisterEventTopic", { DirectoryId: id, TopicName: name });
            notify({ type: "success", header: `${name} is told about ${directory.Name} from now on` });
          }}
        />
      )}
      {dialog === "remove" && chosen && (
        <Confirm
          title="Remove notification"
          verb="Remove"
          close={() => open(null)}
          act={async () => {
            await ds(region, "DeregisterEventTopic", { DirectoryId: id, TopicName: chosen.TopicName });
            notify({ type: "success", header: `${chosen.TopicName} is no longer told about ${directory.Name}` });
          }}
        >
          <Box>
            Topic <b>{chosen.TopicName}</b> is no longer told when the directory&apos;s status changes.
          </Box>
        </Confirm>
      )}
    </>
  );
}

export function LogSection({ directory }: { directory: Directory }) {
  const { region } = useWhere();
  const id = directory.DirectoryId;
  const logs = useLogSubscriptions(region, id);
  const [dialog, open] = useState<"enable" | "disable" | null>(null);
  const obstacle = useObstacle(directory);
  if (isUnsupported(logs.error)) return null;
  const log = logs.data?.[0];
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={`The security log of the domain controllers in ${region}, sent to a log group of the server.`}
          actions={
            logs.data && (
              <Button onClick={() => open(log ? "disable" : "enable")} {...barred(obstacle)}>
                {log ? "Disable" : "Enable"}
              </Button>
            )
          }
        >
          Log forwarding
        </Header>
      }
    >
      <Failure error={logs.error} what="The log subscription could not be described" retry={logs.reload} />
      <Filling until={logs} />
      {logs.data && (
        <KeyValuePairs
          columns={3}
          minColumnWidth={200}
          items={[
            { label: "Log forwarding", value: <State of={log ? "Enabled" : "Disabled"} /> },
            { label: "Log group", value: log?.LogGroupName ?? "–" },
            { label: "Since", value: <Time at={log?.SubscriptionCreatedDateTime} /> },
          ]}
        />
      )}
      {dialog === "enable" && (
        <AskName
          title="Enable log forwarding"
          verb="Enable"
          label="Log group name"
          hint="As the server was started with: --log-group NAME=…"
          check={checkLogGroup}
          close={() => open(null)}
          act={async (name) => {
            await ds(region, "CreateLogSubscription", { DirectoryId: id, LogGroupName: name });
            notify({ type: "success", header: `The security log of ${directory.Name} goes to ${name} from now on` });
          }}
        />
      )}
      {dialog === "disable" && log && (
        <Confirm
          title="Disable log forwarding"
          verb="Disable"
          close={() => open(null)}
          act={async () => {
            await ds(region, "DeleteLogSubscription", { DirectoryId: id });
            notify({ type: "success", header: `The security log of ${directory.Name} is no longer forwarded` });
          }}
        >
          <Box>
            Log group <b>{log.LogGroupName}</b> gets no more records of this directory.
          </Box>
        </Confirm>
      )}
    </Container>
  );
}

interface AskProps {
  title: string;
  verb: string;
  label: string;
  hint: string;
  check: (name: string) => string;
  act: (name: string) => Promise<void>;
  close: () => void;
}

function AskName({ title, verb, label, hint, check, act, close }: AskProps) {
  const [name, setName] = useState("");
  return (
    <Confirm title={title} verb={verb} disabled={check(name) !== ""} close={close} act={() => act(name)}>
      <FormField label={label} constraintText={hint} errorText={name && check(name)}>
        <Input value={name} onChange={(e) => setName(e.detail.value.trim())} autoFocus spellcheck={false} />
      </FormField>
    </Confirm>
  );
}

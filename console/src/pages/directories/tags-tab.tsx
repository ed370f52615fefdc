import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ds } from "../../api/call.ts";
import { useTags } from "../../api/hooks.ts";
import type { Directory, Tag } from "../../api/types.ts";
import { useWhere } from "../../context.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { Failure } from "../../ui/failure.tsx";
import { Grid } from "../../ui/grid.tsx";
import { notify } from "../../ui/notices.tsx";
import { checkTag } from "./rules.ts";

export function TagsTab({ directory }: { directory: Directory }) {
  const { region, session } = useWhere();
  const tags = useTags(region, directory.DirectoryId);
  const [chosen, choose] = useState<Tag[]>([]);
  const [dialog, open] = useState<"add" | "remove" | null>(null);
  const add = (
    <Button onClick={() => open("add")} disabled={session.ReadOnly}>
      Add tag
    </Button>
  );
  return (
    <>
      <Grid<Tag>
        name="Tags"
        description={`Words of your own, kept for ${region}.`}
        items={tags.data}
        id={(t) => t.Key}
        multi={{ chosen, choose }}
        failure={
          tags.data ? undefined : <Failure error={tags.error} what="The tags could not be listed" retry={tags.reload} />
        }
        empty={{ title: "No tags", action: add }}
        columns={[
          { id: "key", header: "Key", value: (t) => t.Key, cell: (t) => <span className="wrap">{t.Key}</span> },
          {
            id: "value",
            header: "Value",
            value: (t) => t.Value,
            cell: (t) => <span className="wrap">{t.Value || "–"}</span>,
          },
        ]}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button disabled={chosen.length === 0 || session.ReadOnly} onClick={() => open("remove")}>
              Remove
            </Button>
            {add}
          </SpaceBetween>
        }
      />
      {dialog === "add" && <AddTag directory={directory.DirectoryId} close={() => open(null)} />}
      {dialog === "remove" && (
        <Confirm
          title="Remove tags"
          verb="Remove"
          close={() => open(null)}
          act={async () => {
            await ds(region, "RemoveTagsFromResource", {
              ResourceId: directory.DirectoryId,
              TagKeys: chosen.map((t) => t.Key),
            });
            choose([]);
            notify({
              type: "success",
              header: chosen.length === 1 ? "The tag was removed" : `${chosen.length} tags were removed`,
            });
          }}
        >
          <Box>
            Remove <b className="wrap">{chosen.map((t) => t.Key).join(", ")}</b>?
          </Box>
        </Confirm>
      )}
    </>
  );
}

function AddTag({ directory, close }: { directory: string; close: () => void }) {
  const { region } = useWhere();
  const [key, setKey] = useState("");
  const [value, setValue] = useState("");
  const fault = checkTag(key, value);
  return (
    <Confirm
      title="Add tag"
      verb="Add"
      disabled={fault !== ""}
      close={close}
      act={async () => {
        await ds(region, "AddTagsToResource", { ResourceId: directory, Tags: [{ Key: key, Value: value }] });
        notify({ type: "success", header: "The tag was added" });
      }}
    >
      <FormField label="Key" errorText={key && fault}>
        <Input value={key} onChange={(e) => setKey(e.detail.value)} autoFocus />
      </FormField>
      <FormField label="Value – optional">
        <Input value={value} onChange={(e) => setValue(e.detail.value)} />
      </FormField>
    </Confirm>
  );
}

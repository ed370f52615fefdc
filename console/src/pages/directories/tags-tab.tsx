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
import { Grid } from "../../ui/grid.tsx";
import { notify } from "../../ui/notices.tsx";
import { barred, useObstacle } from "../../ui/obstacle.ts";
import { checkTag } from "./rules.ts";

export function TagsTab({ directory }: { directory: Directory }) {
  const { region } = useWhere();
  const tags = useTags(region, directory.DirectoryId);
  const [chosen, choose] = useState<Tag[]>([]);
  const [dialog, open] = useState<"add" | "edit" | "remove" | null>(null);
  const obstacle = useObstacle();
  const one = chosen.length === 1 ? tags.data?.find((t) => t.Key === chosen[0]?.Key) : undefined;
  const add = (
    <Button onClick={() => open("add")} {...barred(obstacle)}>
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
        answer={tags}
        failed="The tags could not be listed"
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
            <Button {...barred(obstacle || (one ? "" : "Choose one tag first."))} onClick={() => open("edit")}>
              Edit
            </Button>
            <Button
              {...barred(obstacle || (chosen.length > 0 ? "" : "Choose tags first."))}
              onClick={() => open("remove")}
            >
              Remove
            </Button>
            {add}
          </SpaceBetween>
        }
      />
      {dialog === "add" && <AddTag directory={directory.DirectoryId} close={() => open(null)} />}
      {dialog === "edit" && one && <AddTag directory={directory.DirectoryId} old={one} close={() => open(null)} />}
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

function AddTag({ directory, old, close }: { directory: string; old?: Tag; close: () => void }) {
  const { region } = useWhere();
  const [key, setKey] = useState(old?.Key ?? "");
  const [value, setValue] = useState(old?.Value ?? "");
  const fault = checkTag(key, value);
  return (
    <Confirm
      title={old ? "Edit tag" : "Add tag"}
      verb={old ? "Save" : "Add"}
      disabled={fault !== "" || value === old?.Value}
      close={close}
      act={async () => {
        await ds(region, "AddTagsToResource", { ResourceId: directory, Tags: [{ Key: key, Value: value }] });
        notify({ type: "success", header: old ? "The tag was changed" : "The tag was added" });
      }}
    >
      <FormField label="Key" errorText={key && fault}>
        <Input value={key} onChange={(e) => setKey(e.detail.value)} disabled={!!old} autoFocus={!old} />
      </FormField>
      <FormField label="Value – optional">
        <Input value={value} onChange={(e) => setValue(e.detail.value)} autoFocus={!!old} />
      </FormField>
    </Confirm>
  );
}

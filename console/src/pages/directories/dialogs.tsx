import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import { useState } from "react";
import { ds } from "../../api/call.ts";
import { useTrusts } from "../../api/hooks.ts";
import type { Directory } from "../../api/types.ts";
import { usePaths, useWhere } from "../../context.ts";
import { go } from "../../router.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { notify } from "../../ui/notices.tsx";
import { barred } from "../../ui/obstacle.ts";
import { PasswordField } from "../../ui/password-field.tsx";
import { deleted } from "./outcomes.ts";
import { checkAdminPassword, checkRepeat } from "./rules.ts";

/** What a directory's own menu offers. */
export const directoryActions = (d: Directory | undefined) => [
  {
    id: "reset",
    text: "Reset user password",
    ...barred(!d || d.Stage === "Active" ? "" : `The directory is ${d.Stage}.`),
  },
  { id: "delete", text: "Delete directory" },
];

export function DeleteDirectory({ directory, close }: { directory: Directory; close: () => void }) {
  const { region } = useWhere();
  const to = usePaths();
  const trusts = useTrusts(region, directory.DirectoryId);
  const count = trusts.data?.length ?? 0;
  const primary = directory.RegionsInfo?.PrimaryRegion ?? region;
  const others = directory.RegionsInfo?.AdditionalRegions ?? [];
  if (region !== primary || others.length > 0)
    return (
      <Modal
        visible
        header="Delete directory"
        closeAriaLabel="Close"
        onDismiss={close}
        footer={
          <Box float="right">
            <Button variant="primary" onClick={close}>
              Close
            </Button>
          </Box>
        }
      >
        <Alert type="error" header={`${directory.Name} cannot be deleted yet`}>
          {others.length > 0
            ? `It is replicated to ${others.join(", ")}. Delete ${others.length === 1 ? "that Region" : "those Regions"} first, under Multi-Region replication.`
            : `It is deleted in its primary Region, ${primary}.`}
        </Alert>
      </Modal>
    );
  return (
    <Confirm
      title="Delete directory"
      verb="Delete"
      typed={directory.Name}
      close={close}
      act={async () => {
        await ds(region, "DeleteDirectory", { DirectoryId: directory.DirectoryId });
        notify({
          id: `delete-${directory.DirectoryId}`,
          type: "in-progress",
          header: `${directory.Name} is being deleted`,
          useOutcome: deleted(region, directory.DirectoryId, directory.Name),
        });
        go(to.directories);
      }}
    >
      <Box>
        Delete <b>{directory.Name}</b> ({directory.DirectoryId}) with its domain controllers, users, groups and
        computers? This cannot be undone.
      </Box>
      {count > 0 && (
        <Alert type="warning">
          {count === 1 ? "One trust relationship goes" : `${count} trust relationships go`} with it. The other sides
          stay and have to be removed there.
        </Alert>
      )}
    </Confirm>
  );
}

export function ResetPassword({ directory, close }: { directory: Directory; close: () => void }) {
  const { region } = useWhere();
  const [user, setUser] = useState("Admin");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const wrong = checkAdminPassword(password, user);
  const differs = checkRepeat(password, again);
  return (
    <Confirm
      title="Reset user password"
      verb="Reset password"
      disabled={!user.trim() || wrong !== "" || differs !== ""}
      close={close}
      act={async () => {
        await ds(region, "ResetUserPassword", {
          DirectoryId: directory.DirectoryId,
          UserName: user.trim(),
          NewPassword: password,
        });
        notify({ type: "success", header: `The password of ${user.trim()} in ${directory.Name} was reset` });
      }}
    >
      <FormField label="User name" description="Admin, or a user in the directory's own organizational unit.">
        <Input value={user} onChange={(e) => setUser(e.detail.value)} autoComplete={false} spellcheck={false} />
      </FormField>
      <PasswordField
        label="New password"
        constraintText="8 to 64 characters of three kinds."
        fault={password ? wrong : ""}
        value={password}
        change={setPassword}
      />
      <PasswordField label="Confirm new password" fault={again ? differs : ""} value={again} change={setAgain} />
    </Confirm>
  );
}

import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { useAction } from "./action.ts";
import { Failure } from "./failure.tsx";

interface Props {
  title: string;
  children: ReactNode;
  /** The word of the button that does it. */
  verb: string;
  /** What must be typed before it can be done. */
  typed?: string;
  disabled?: boolean;
  act: () => Promise<void>;
  close: () => void;
}

/** Asks once more, does it, and stays open with the reason if it fails. */
export function Confirm({ title, children, verb, typed, disabled, act, close }: Props) {
  const [text, setText] = useState("");
  const action = useAction();
  const ready = !disabled && (typed === undefined || text.trim().toLowerCase() === typed.toLowerCase());
  const submit = async () => {
    if (ready && (await action.run(act))) close();
  };
  return (
    <Modal
      visible
      header={title}
      closeAriaLabel="Close"
      onDismiss={close}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={close}>
              Cancel
            </Button>
            <Button variant="primary" disabled={!ready} loading={action.busy} onClick={submit}>
              {verb}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form
        onSubmit={(e) => {
          e.preventDefault();
          void submit();
        }}
      >
        <SpaceBetween size="m">
          {children}
          {typed !== undefined && (
            <FormField label={`To confirm, type ${typed}`}>
              <Input
                value={text}
                placeholder={typed}
                onChange={(e) => setText(e.detail.value)}
                autoFocus
                spellcheck={false}
              />
            </FormField>
          )}
          <Failure error={action.error} what="This did not work" />
        </SpaceBetween>
      </form>
    </Modal>
  );
}

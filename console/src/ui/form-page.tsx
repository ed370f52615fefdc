import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { follow } from "../router.ts";
import { useAction } from "./action.ts";
import { Failure } from "./failure.tsx";

interface Props {
  title: string;
  description: string;
  children: ReactNode;
  /** The word of the button that does it. */
  verb: string;
  /** Where Cancel leads. */
  back: string;
  /** Whether everything is filled in as it has to be. */
  ready: boolean;
  /** Called at each try: from the first one on, fields say what they lack. */
  onTry: () => void;
  /** What is wrong, said next to the button as well as at its field. */
  fault?: string;
  disabled?: boolean;
  act: () => Promise<void>;
  /** What is said over the reason if that fails. */
  failed: string;
}

/** A page to fill in. It keeps what was typed until that is done, and says why it was not. */
export function FormPage(props: Props) {
  const { title, description, children, verb, back, ready, onTry, fault, disabled, act, failed } = props;
  const action = useAction();
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        onTry();
        if (ready) void action.run(act);
      }}
      autoComplete="off"
    >
      <Form
        header={
          <Header variant="h1" description={description}>
            {title}
          </Header>
        }
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" href={back} onFollow={follow}>
              Cancel
            </Button>
            <Button variant="primary" loading={action.busy} disabled={disabled}>
              {verb}
            </Button>
          </SpaceBetween>
        }
        errorText={fault}
      >
        <SpaceBetween size="l">
          <Failure error={action.error} what={failed} />
          {children}
        </SpaceBetween>
      </Form>
    </form>
  );
}

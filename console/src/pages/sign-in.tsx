import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { type Session, signIn } from "../api/session.ts";
import { useAction } from "../ui/action.ts";

/** The form itself; the secret leaves it once, for the server, and is forgotten. */
function SignInForm({ id: firstId, done, cancel }: { id?: string; done: (s: Session) => void; cancel?: () => void }) {
  const [id, setId] = useState(firstId ?? "");
  const [secret, setSecret] = useState("");
  const action = useAction();
  // Browsers call a page secure that came by TLS or from their own host.
  const heard = !window.isSecureContext;
  const submit = () =>
    action.run(async () => {
      const session = await signIn(id, secret);
      setSecret("");
      done(session);
    });
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        void submit();
      }}
    >
      <Form
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            {cancel && (
              <Button variant="link" formAction="none" onClick={cancel}>
                Leave
              </Button>
            )}
            <Button variant="primary" loading={action.busy} disabled={heard || !id.trim() || !secret.trim()}>
              Sign in
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="m">
          {heard && (
            <Alert type="warning" header="This page did not come by TLS">
              The secret access key would cross the network in clear. Start <code>entente serve</code> with{" "}
              <code>--tls-cert</code> and <code>--tls-key</code>, put a proxy with TLS in front of it, or come through a
              tunnel: <code>ssh -L 8640:127.0.0.1:8640</code>.
            </Alert>
          )}
          {action.error && (
            <Alert type="error" header="Not signed in">
              {action.error.message}
            </Alert>
          )}
          <FormField label="Access key ID">
            <Input
              value={id}
              onChange={(e) => setId(e.detail.value)}
              name="access-key-id"
              autoComplete="username"
              autoFocus={!firstId}
              spellcheck={false}
            />
          </FormField>
          <FormField label="Secret access key">
            <Input
              value={secret}
              onChange={(e) => setSecret(e.detail.value)}
              name="secret-access-key"
              type="password"
              autoComplete="current-password"
              autoFocus={!!firstId}
              spellcheck={false}
            />
          </FormField>
        </SpaceBetween>
      </Form>
    </form>
  );
}

export function SignInPage({ done }: { done: (s: Session) => void }) {
  return (
    <main className="sign-in">
      <div className="sign-in-box">
        <SpaceBetween size="l">
          <div className="brand">
            <img src="/favicon.svg" alt="" width="40" height="40" />
            <Box variant="h1">Entente</Box>
          </div>
          <Container header={<Header variant="h2">Sign in with an access key</Header>}>
            <SignInForm done={done} />
          </Container>
          <Box color="text-body-secondary" fontSize="body-s">
            The server wrote the first key to <code>credentials</code> in its data folder; <code>entente keys</code>{" "}
            makes more. The secret goes to the server once and is not kept in this browser.
          </Box>
        </SpaceBetween>
      </div>
    </main>
  );
}

/** Over a page whose session has ended: what was typed there stays. */
export function SignInDialog(props: { was: Session; done: (s: Session) => void; leave: () => void }) {
  return (
    <Modal visible header="Sign in again" closeAriaLabel="Leave" onDismiss={props.leave}>
      <SpaceBetween size="m">
        <Box>Your session has ended. What you entered on the page behind is still there.</Box>
        <SignInForm id={props.was.AccessKeyId} done={props.done} cancel={props.leave} />
      </SpaceBetween>
    </Modal>
  );
}

import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { ApiError } from "../api/call.ts";

/** The operations that this server does not offer say so in a sentence. */
export const isUnsupported = (e: Error | undefined) =>
  e instanceof ApiError && /^UnsupportedOperation|^InvalidAction|^UnknownOperation/.test(e.code);

export const isGone = (e: Error | undefined) => e instanceof ApiError && /DoesNotExist|NotFound/.test(e.code);

/** What did not work, in the words of who refused it. */
export function Failure({ error, what, retry }: { error: Error | undefined; what: string; retry?: () => void }) {
  if (!error) return null;
  if (isUnsupported(error))
    return (
      <Alert type="info" header="Not offered by this server">
        {error.message}
      </Alert>
    );
  return (
    <Alert type="error" header={what} action={retry ? <Button onClick={retry}>Try again</Button> : undefined}>
      {error.message}
    </Alert>
  );
}

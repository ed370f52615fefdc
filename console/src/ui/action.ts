import { useRef, useState } from "react";
import { ApiError } from "../api/call.ts";

/** An action under way: at most one at a time, with what came of the last. */
export function useAction(): {
  busy: boolean;
  error: Error | undefined;
  run: (f: () => Promise<void>) => Promise<boolean>;
} {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const running = useRef(false);
  return {
    busy,
    error,
    run: async (f) => {
      if (running.current) return false;
      running.current = true;
      setBusy(true);
      setError(undefined);
      try {
        await f();
        return true;
      } catch (e) {
        setError(e instanceof Error ? e : new ApiError("", String(e), 0));
        return false;
      } finally {
        running.current = false;
        setBusy(false);
      }
    },
  };
}

// Whether the page shows what is, and what it says when it does not.

import type { FlashbarProps } from "@cloudscape-design/components/flashbar";
import { useState, useSyncExternalStore } from "react";
import { currentFreshness, subscribeFreshness } from "../api/live.ts";
import { Time } from "./time.tsx";

export const useFreshness = () => useSyncExternalStore(subscribeFreshness, currentFreshness);

export function useFreshnessNotice(): FlashbarProps.MessageDefinition[] {
  const fresh = useFreshness();
  const [seen, setSeen] = useState(0);
  if (fresh.state === "lost")
    return [
      {
        id: "lost",
        type: "warning",
        loading: true,
        header: "The server does not answer",
        content: (
          <>
            Trying again. What you see is as of <Time at={fresh.heard} />; what you have typed stays.
          </>
        ),
      },
    ];
  if (fresh.restarts > seen)
    return [
      {
        id: "restarted",
        type: "info",
        header: "The server was restarted",
        content: "The page is up to date again. Domain controllers went on running meanwhile.",
        dismissible: true,
        dismissLabel: "Dismiss",
        onDismiss: () => setSeen(fresh.restarts),
      },
    ];
  return [];
}

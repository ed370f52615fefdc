// What was done, above every screen. A notice stays through the navigation that
// its own action makes, and goes at the next; one that speaks of something
// under way turns into what came of it.

import Flashbar, { type FlashbarProps } from "@cloudscape-design/components/flashbar";
import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { onNavigation } from "../router.ts";

/**
 * What came of something: undefined while that is open, "gone" when the page says it, "silent" while the page does
 * and more may come of it.
 */
export type Outcome = Omit<Notice, "id" | "useOutcome" | "young" | "silent"> | "gone" | "silent" | undefined;

interface Notice {
  id: string;
  type: "success" | "error" | "info" | "warning" | "in-progress";
  header: ReactNode;
  content?: ReactNode;
  /** A hook that says what came of it. */
  useOutcome?: () => Outcome;
  /** Its action is not over: the navigation that follows is part of it. */
  young: boolean;
  /** It is not shown, but its outcome will be. */
  silent?: boolean;
}

let list: readonly Notice[] = [];
let count = 0;
const watchers = new Set<() => void>();

function set(next: readonly Notice[]) {
  list = next;
  for (const f of watchers) f();
}

onNavigation(() => {
  if (list.some((n) => !n.young)) set(list.filter((n) => n.young));
});

/** Shows a notice; one of the same id takes the place of the older. */
export function notify(n: Omit<Notice, "id" | "young" | "silent"> & { id?: string }) {
  const id = n.id ?? `notice-${++count}`;
  const notice = { ...n, id, young: true };
  set([notice, ...list.filter((o) => o.id !== id)].slice(0, 5));
  // An action navigates at once or not at all.
  setTimeout(() => (notice.young = false));
}

export function dismiss(id: string) {
  if (list.some((n) => n.id === id)) set(list.filter((n) => n.id !== id));
}

const useNotices = () =>
  useSyncExternalStore(
    (f) => {
      watchers.add(f);
      return () => watchers.delete(f);
    },
    () => list,
  );

/** Whether a notice stands, and so speaks of what would be said twice. */
export const useIsNoticed = (id: string) => useNotices().some((n) => n.id === id && !n.silent);

/** Whether an answer was fetched again since this was first drawn. */
export function useFresh(reload: () => Promise<void>): boolean {
  const [fresh, setFresh] = useState(false);
  useEffect(() => {
    let on = true;
    void reload().then(() => on && setFresh(true));
    return () => {
      on = false;
    };
  }, [reload]);
  return fresh;
}

export function Notices({ first }: { first?: FlashbarProps.MessageDefinition[] }) {
  const notices = useNotices();
  return (
    <>
      {notices.map((n) => n.useOutcome && <Follow key={n.id} id={n.id} useOutcome={n.useOutcome} />)}
      <Flashbar
        items={[
          ...(first ?? []),
          ...notices
            .filter((n) => !n.silent)
            .map((n) => ({
              id: n.id,
              type: n.type,
              loading: n.type === "in-progress",
              header: n.header,
              content: n.content,
              ariaRole: "status" as const,
              dismissible: true,
              dismissLabel: "Dismiss",
              onDismiss: () => dismiss(n.id),
            })),
        ]}
      />
    </>
  );
}

/** Keeps a notice true. */
function Follow({ id, useOutcome }: { id: string; useOutcome: () => Outcome }) {
  const outcome = useOutcome();
  const gone = outcome === "gone";
  const silent = outcome === "silent";
  const { type, header, content } = typeof outcome === "object" ? outcome : {};
  useEffect(() => {
    const old = list.find((n) => n.id === id);
    if (!old) return;
    const change = (to: Partial<Notice>) => set(list.map((n) => (n.id === id ? { ...n, ...to } : n)));
    if (gone) dismiss(id);
    else if (silent) change({ silent });
    else if (type && (old.silent || old.type !== type || old.header !== header || old.content !== content))
      change({ type, header, content, silent });
  }, [id, gone, silent, type, header, content]);
  return null;
}

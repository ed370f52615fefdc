// What happened, above every screen, until it is dismissed.

import Flashbar, { type FlashbarProps } from "@cloudscape-design/components/flashbar";
import { type ReactNode, useSyncExternalStore } from "react";

interface Notice {
  id: string;
  type: "success" | "error" | "info" | "warning" | "in-progress";
  header: ReactNode;
  content?: ReactNode;
}

let list: readonly Notice[] = [];
let count = 0;
const watchers = new Set<() => void>();

function set(next: readonly Notice[]) {
  list = next;
  for (const f of watchers) f();
}

/** Shows a notice; one of the same id takes the place of the older. */
export function notify(n: Omit<Notice, "id"> & { id?: string }) {
  const id = n.id ?? `notice-${++count}`;
  set([{ ...n, id }, ...list.filter((o) => o.id !== id)].slice(0, 5));
}

export function dismiss(id: string) {
  if (list.some((n) => n.id === id)) set(list.filter((n) => n.id !== id));
}

export function Notices({ first }: { first?: FlashbarProps.MessageDefinition[] }) {
  const notices = useSyncExternalStore(
    (f) => {
      watchers.add(f);
      return () => watchers.delete(f);
    },
    () => list,
  );
  return (
    <Flashbar
      items={[
        ...(first ?? []),
        ...notices.map((n) => ({
          id: n.id,
          type: n.type,
          loading: n.type === "in-progress",
          header: n.header,
          content: n.content,
          dismissible: true,
          dismissLabel: "Dismiss",
          onDismiss: () => dismiss(n.id),
        })),
      ]}
    />
  );
}

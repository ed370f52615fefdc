// What the page knows of the server: answers by name, asked again when one of
// the nouns they tell of has changed. An answer stays on the screen while the
// next is fetched, so nothing jumps.

import { useCallback, useEffect, useSyncExternalStore } from "react";
import { onChanges } from "./live.ts";

export interface Answer<T> {
  data: T | undefined;
  error: Error | undefined;
  loading: boolean;
}

interface Entry {
  answer: Answer<unknown>;
  load: () => Promise<unknown>;
  nouns: readonly string[];
  users: Set<() => void>;
  busy: boolean;
  again: boolean;
  waiting: (() => void)[]; // for the fetch after the one under way
  stale: boolean;
  last: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const entries = new Map<string, Entry>();
const rest = 250; // ms between two fetches of the same answer

function publish(e: Entry, answer: Answer<unknown>) {
  e.answer = answer;
  for (const f of e.users) f();
}

/** Fetches; what is under way already may be too old, so then once more. */
async function fetchNow(e: Entry) {
  if (e.busy) {
    e.again = true;
    return new Promise<void>((done) => e.waiting.push(done));
  }
  e.busy = true;
  const waiting = e.waiting.splice(0);
  e.stale = false;
  e.last = Date.now();
  try {
    const data = await e.load();
    const same = JSON.stringify(data) === JSON.stringify(e.answer.data);
    publish(e, { data: same ? e.answer.data : data, error: undefined, loading: false });
  } catch (error) {
    publish(e, { ...e.answer, error: error as Error, loading: false });
  }
  e.busy = false;
  for (const done of waiting) done();
  if (e.again) {
    e.again = false;
    refresh(e);
  }
}

function refresh(e: Entry) {
  if (e.users.size === 0) {
    e.stale = true;
    return;
  }
  if (e.timer !== undefined) return;
  const wait = Math.max(0, e.last + rest - Date.now());
  e.timer = setTimeout(() => {
    e.timer = undefined;
    void fetchNow(e);
  }, wait);
}

onChanges((nouns) => {
  for (const e of entries.values()) if (nouns.includes("all") || e.nouns.some((n) => nouns.includes(n))) refresh(e);
});

/** Forgets everything, as when somebody else signs in. */
export function forgetAll() {
  for (const [name, e] of entries) {
    if (e.users.size === 0) entries.delete(name);
    else refresh(e);
  }
}

const nothing: Answer<never> = { data: undefined, error: undefined, loading: true };

/**
 * Gives the answer called name, which load fetches; nouns are the tables whose
 * changes make it be fetched again. A name of null asks for nothing.
 */
export function useQuery<T>(
  name: string | null,
  load: () => Promise<T>,
  nouns: readonly string[],
): Answer<T> & { reload: () => Promise<void> } {
  const subscribe = useCallback(
    (f: () => void) => {
      if (name === null) return () => undefined;
      let e = entries.get(name);
      if (!e) {
        e = {
          answer: nothing,
          load,
          nouns,
          users: new Set(),
          busy: false,
          again: false,
          waiting: [],
          stale: true,
          last: 0,
          timer: undefined,
        };
        entries.set(name, e);
      }
      const entry = e;
      entry.users.add(f);
      if (entry.stale) void fetchNow(entry);
      return () => entry.users.delete(f);
    },
    // load may be a new closure at every call: the name says what it fetches.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [name],
  );
  const answer = useSyncExternalStore(subscribe, () =>
    name === null ? nothing : (entries.get(name)?.answer ?? nothing),
  ) as Answer<T>;
  useEffect(() => {
    const e = name === null ? undefined : entries.get(name);
    if (e) e.load = load;
  });
  const reload = useCallback(async () => {
    const e = name === null ? undefined : entries.get(name);
    if (e) await fetchNow(e);
  }, [name]);
  return { ...answer, reload };
}

// Every screen has an address of its own: /<region>/directories/<id>/<tab>.

import { useCallback, useSyncExternalStore } from "react";

const watchers = new Set<() => void>();

function subscribe(f: () => void) {
  watchers.add(f);
  window.addEventListener("popstate", f);
  return () => {
    watchers.delete(f);
    window.removeEventListener("popstate", f);
  };
}

const travellers = new Set<() => void>();

/** Calls f when somebody goes to another screen; another tab is none. */
export function onNavigation(f: () => void): () => void {
  travellers.add(f);
  window.addEventListener("popstate", f);
  return () => {
    travellers.delete(f);
    window.removeEventListener("popstate", f);
  };
}

/** Goes to another screen, as a link would. */
export function go(path: string, how: "push" | "replace" = "push") {
  if (path === location.pathname + location.search) return;
  history[how === "push" ? "pushState" : "replaceState"](null, "", path);
  if (how === "push") for (const f of travellers) f();
  for (const f of watchers) f();
  if (how === "push") window.scrollTo(0, 0);
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname);
}

/** For onFollow of Cloudscape's links: our own addresses need no new page. */
export function follow(e: CustomEvent<{ href?: string; external?: boolean }>) {
  const { href, external } = e.detail;
  if (!href || external || !href.startsWith("/")) return;
  e.preventDefault();
  go(href);
}

/** A value kept in the address, such as which tab is open; "" when absent. */
export function useParameter(name: string): [string, (v: string) => void] {
  const value = useSyncExternalStore(subscribe, () => new URLSearchParams(location.search).get(name) ?? "");
  const set = useCallback(
    (v: string) => {
      const q = new URLSearchParams(location.search);
      if (v) q.set(name, v);
      else q.delete(name);
      go(location.pathname + (q.size ? `?${q}` : ""), "replace");
    },
    [name],
  );
  return [value, set];
}

const regionForm = /^[a-z]{2,4}(-[a-z]{2,10}){1,2}-[0-9]{1,2}$/;

/** Splits an address into its Region and the rest; no Region gives null. */
export function splitPath(path: string): { region: string | null; parts: string[] } {
  const [first = "", ...rest] = path.split("/").filter(Boolean).map(decoded);
  return regionForm.test(first)
    ? { region: first, parts: rest }
    : { region: null, parts: [first, ...rest].filter(Boolean) };
}

function decoded(s: string): string {
  try {
    return decodeURIComponent(s);
  } catch {
    return s;
  }
}

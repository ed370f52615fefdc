// Light or dark: as the system has it, unless the user says otherwise.

import { Mode, applyMode } from "@cloudscape-design/global-styles";
import { useSyncExternalStore } from "react";

export type Appearance = "system" | "light" | "dark";

const place = "entente-appearance";
const system = window.matchMedia("(prefers-color-scheme: dark)");
const watchers = new Set<() => void>();

function read(): Appearance {
  const v = localStorage.getItem(place);
  return v === "light" || v === "dark" ? v : "system";
}

let chosen = read();

function apply() {
  const dark = chosen === "dark" || (chosen === "system" && system.matches);
  applyMode(dark ? Mode.Dark : Mode.Light);
  document.documentElement.dataset.mode = dark ? "dark" : "light";
}

export function startTheme() {
  apply();
  system.addEventListener("change", apply);
}

export function choose(a: Appearance) {
  chosen = a;
  localStorage.setItem(place, a);
  apply();
  for (const f of watchers) f();
}

export const useAppearance = () =>
  useSyncExternalStore(
    (f) => {
      watchers.add(f);
      return () => watchers.delete(f);
    },
    () => chosen,
  );

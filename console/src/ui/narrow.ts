import { useSyncExternalStore } from "react";

const query = window.matchMedia("(max-width: 800px)");

export const isNarrow = () => query.matches;

export const useNarrow = () =>
  useSyncExternalStore((f) => {
    query.addEventListener("change", f);
    return () => query.removeEventListener("change", f);
  }, isNarrow);

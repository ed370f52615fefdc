import { useState } from "react";

/**
 * Which fields may complain: those that hold something, that were left, or all
 * once somebody has tried to go on.
 */
export function useTouched(tried: boolean) {
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  return {
    show: (field: string, value: string) => tried || left.has(field) || value !== "",
    blur: (field: string) => () => setLeft((s) => (s.has(field) ? s : new Set(s).add(field))),
  };
}

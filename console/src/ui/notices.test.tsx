// @vitest-environment jsdom
import { useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import { expect, test, vi } from "vitest";
import type { Outcome } from "./notices.tsx";

Object.defineProperty(window, "matchMedia", {
  value: () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }),
});
const { Notices, notify } = await import("./notices.tsx");

test("a notice is silent while the page says what is wrong, and tells what came of it", async () => {
  let outcome: Outcome;
  let wake: () => void = () => undefined;
  const useOutcome = () =>
    useSyncExternalStore(
      (f) => {
        wake = f;
        return () => undefined;
      },
      () => outcome,
    );
  const place = document.createElement("div");
  const root = createRoot(place);
  root.render(<Notices />);
  const comes = (next: Outcome) => {
    outcome = next;
    wake();
  };
  // A notice leaves by and by.
  const shown = (words: string) => vi.waitFor(() => expect(place.textContent).toContain(words), 20_000);
  const hidden = (words: string) => vi.waitFor(() => expect(place.textContent).not.toContain(words), 20_000);
  notify({ id: "trust", type: "in-progress", header: "Adding the trust", useOutcome });
  await shown("Adding the trust");
  comes("silent");
  await hidden("Adding the trust");
  comes({ type: "success", header: "The trust is verified" });
  await shown("The trust is verified");
  comes("gone");
  await hidden("The trust is verified");
  root.unmount();
}, 60_000);

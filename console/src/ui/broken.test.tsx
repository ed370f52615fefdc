// @vitest-environment jsdom
import { createRoot } from "react-dom/client";
import { act } from "react";
import { expect, test, vi } from "vitest";

Object.defineProperty(window, "matchMedia", {
  value: () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }),
});
const { MayBreak } = await import("./broken.tsx");

function Bad(): never {
  throw new Error("no such member");
}

test("a screen that fails says so, and leaves the rest alone", async () => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  const quiet = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const place = document.createElement("div");
  await act(async () => {
    createRoot(place).render(
      <>
        <nav>elsewhere</nav>
        <MayBreak>
          <Bad />
        </MayBreak>
      </>,
    );
    await Promise.resolve();
  });
  expect(place.textContent).toContain("elsewhere");
  expect(place.textContent).toContain("Something went wrong on this page");
  expect(place.textContent).toContain("no such member");
  quiet.mockRestore();
});

// @vitest-environment jsdom
// The parts of the form together: what they show, and what they hand on.

import { act, useState } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, describe, expect, it, vi } from "vitest";

Object.defineProperty(window, "matchMedia", {
  value: () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }),
});
HTMLCanvasElement.prototype.getContext = () => null; // jsdom draws nothing
(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
vi.mock("../../context.ts", () => ({
  usePaths: () => ({ newRoutes: (id: string) => `/r/${id}` }),
  useWhere: () => ({ region: "us-east-1" }),
}));

const { DirectionFields } = await import("./fields.tsx");
const { ForwarderFields } = await import("./forwarder-fields.tsx");
const { emptyDraft } = await import("./rules.ts");
type Draft = import("./rules.ts").TrustDraft;

let unmount: () => void = () => undefined;
afterEach(() => act(() => unmount()));

function show(first: Partial<Draft>, what: (d: Draft, change: (p: Partial<Draft>) => void) => React.ReactNode) {
  function Form() {
    const [draft, set] = useState<Draft>({ ...emptyDraft, ...first });
    return what(draft, (p) => set((d) => ({ ...d, ...p })));
  }
  const place = document.createElement("div");
  document.body.append(place);
  const root = createRoot(place);
  act(() => root.render(<Form />));
  unmount = () => {
    root.unmount();
    place.remove();
  };
  return place;
}

const click = (e: Element | null | undefined) => act(() => (e as HTMLElement).click());

describe("direction", () => {
  const form = () =>
    show({ remote: "corp.example.com" }, (draft, change) => (
      <DirectionFields draft={draft} change={change} tried={false} own="m.example.org" />
    ));
  it("draws who reaches what once it is chosen", () => {
    const place = form();
    expect(place.querySelector("svg[role=img]")).toBeNull();
    click(place.querySelector("input[value='One-Way: Outgoing']"));
    expect(place.querySelector("svg[role=img]")?.getAttribute("aria-label")).toBe(
      "Users of corp.example.com can be given access to resources of m.example.org, and not the other way round.",
    );
  });
  it("offers selective authentication only where users come in", () => {
    const place = form();
    click(place.querySelector("input[value='One-Way: Incoming']"));
    expect(place.querySelector("input[type=checkbox]")).toBeNull();
    click(place.querySelector("input[value='Two-Way']"));
    expect(place.querySelector("input[type=checkbox]")).not.toBeNull();
  });
});

describe("forwarder", () => {
  const form = (addresses: string[]) =>
    show({ remote: "corp.example.com", addresses }, (draft, change) => (
      <ForwarderFields
        draft={draft}
        change={change}
        tried={false}
        directory="d-1"
        forwarders={[]}
        routes={[]}
        fault=""
      />
    ));
  const add = (place: Element) =>
    [...place.querySelectorAll("button")].find((b) => b.textContent.includes("Add another IP address"));
  it("takes four addresses and no fifth", () => {
    const place = form([""]);
    for (let i = 0; i < 3; i++) click(add(place));
    expect(place.querySelectorAll("input[type=text]")).toHaveLength(4);
    expect(add(place)).toBeUndefined();
  });
  it("says that a public address needs a route, and a private one not", () => {
    expect(form(["203.0.113.10"]).textContent).toContain("A route is needed");
    act(() => unmount());
    expect(form(["10.0.0.10"]).textContent).not.toContain("A route is needed");
  });
});

// EC2's query API, whose answers are XML.

import { failed, sendAgain } from "./call.ts";

export type Params = Record<string, string | number | boolean | undefined>;

/** Calls an action of EC2's query API and gives the answer's root element. */
export async function ec2(region: string, action: string, params: Params = {}): Promise<Element> {
  const form = new URLSearchParams({ Action: action, Version: "2016-11-15" });
  for (const [name, value] of Object.entries(params)) if (value !== undefined) form.set(name, String(value));
  const response = await sendAgain(action, "/", {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "X-Entente-Region": region },
    body: form.toString(),
  });
  const root = parseXML(await response.text());
  if (response.ok && root) return root;
  throw failed(text(root, "Errors>Error>Code"), text(root, "Errors>Error>Message"), response.status);
}

interface TrustedTypes {
  createPolicy: (name: string, rules: { createHTML: (s: string) => string }) => { createHTML: (s: string) => string };
}

// The only place where text may be taken for markup: as XML that is read and
// never shown. The content security policy allows this name and no other.
const answers = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy("ec2-answers", {
  createHTML: (s) => s,
});

function parseXML(source: string): Element | null {
  const root = new DOMParser().parseFromString(answers?.createHTML(source) ?? source, "text/xml").documentElement;
  return root.querySelector("parsererror") ? null : root;
}

/** The text below e at a path of child elements, "" when there is none. */
export function text(e: Element | null, path: string): string {
  return child(e, path)?.textContent ?? "";
}

export function child(e: Element | null, path: string): Element | null {
  return path
    .split(">")
    .reduce<Element | null>(
      (at, name) => (at ? ([...at.children].find((c) => c.localName === name) ?? null) : null),
      e,
    );
}

/** The <item> elements below a list element. */
export function items(e: Element | null, path: string): Element[] {
  const list = child(e, path);
  return list ? [...list.children].filter((c) => c.localName === "item") : [];
}

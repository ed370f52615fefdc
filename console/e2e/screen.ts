// How a story finds its way on a screen: sections by their headings, rows of
// tables, dialogs; and what it checks of every screen it takes a picture of.

import type { Locator, Page } from "playwright-core";
import { complain, settings } from "./browser.ts";
import { look } from "./look.ts";

export class Screen {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** The head of a section, with its buttons. */
  head(section: string): Locator {
    return this.page
      .getByRole("heading", { name: new RegExp(`^${section}`) })
      .first()
      .locator("xpath=ancestor::*[.//button or .//a][1]");
  }

  async press(section: string, button: string) {
    await this.head(section).getByText(button, { exact: true }).click();
  }

  async menu(section: string, item: string) {
    await this.head(section).getByRole("button", { name: "Actions" }).click();
    await this.page.getByRole("menuitem", { name: item, exact: true }).click();
  }

  row(table: string, text: string | RegExp): Locator {
    return this.page.getByRole("grid", { name: table }).locator("tbody tr").filter({ hasText: text });
  }

  /** Chooses the row of a table. */
  async choose(table: string, text: string) {
    const box = this.row(table, text).locator("input").first();
    if (!(await box.isChecked())) await box.click();
  }

  dialog(): Locator {
    return this.page.getByRole("dialog").filter({ visible: true });
  }

  /** Presses a dialog's button, and waits until the dialog is gone. */
  async confirm(verb: string) {
    await this.dialog().getByRole("button", { name: verb, exact: true }).click();
    await this.dialog().waitFor({ state: "hidden" });
  }

  /** What a disabled control says when the pointer rests on it. */
  async reason(control: Locator, words: string) {
    if ((await control.getAttribute("aria-disabled")) !== "true")
      complain(`${await control.innerText()} is not disabled`);
    await control.hover();
    await this.page.getByText(words).filter({ visible: true }).first().waitFor();
  }

  /** Presses a dialog's button; words say why it did not work, and it stays. */
  async refused(verb: string, words: string | RegExp) {
    await this.dialog().getByRole("button", { name: verb, exact: true }).click();
    await this.dialog().getByText(words).waitFor();
  }

  /** Chooses one of the screen's own actions, which are the first on it. */
  async actions(item: string) {
    await this.page.getByRole("button", { name: "Actions" }).first().click();
    await this.page.getByRole("menuitem", { name: item }).click();
  }

  /** What has to be typed into a dialog before it does anything. */
  async typeToConfirm(text: string) {
    await this.dialog()
      .getByLabel(/^To confirm/)
      .fill(text);
  }

  async tab(name: string) {
    await this.page.getByRole("tab", { name }).click();
  }

  async region(name: string) {
    await this.page.getByRole("button", { name: /^Region: / }).click();
    await this.page.getByRole("menuitemcheckbox", { name }).click();
  }

  async pick(label: string, option: string | RegExp) {
    const control = this.page.locator("#main button[aria-haspopup], [role=dialog] button[aria-haspopup]");
    await control.and(this.page.getByLabel(label)).first().click();
    await this.page.getByRole("option", { name: option }).first().click();
  }

  /** Notes every text that a row of a table with key in it has from now on. */
  async record(key: string) {
    await this.page.evaluate((key) => {
      const seen = new Set<string>();
      const note = () => {
        for (const row of document.querySelectorAll<HTMLElement>("tbody tr"))
          if (row.textContent.includes(key)) seen.add(row.textContent);
      };
      new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true });
      note();
      (window as unknown as Record<string, unknown>)[`seen ${key}`] = seen;
    }, key);
  }

  /** Complains unless a recorded row was once in the state. */
  async passed(key: string, state: RegExp) {
    const seen = await this.page.evaluate(
      (key) => [...((window as unknown as Record<string, Set<string>>)[`seen ${key}`] ?? [])],
      key,
    );
    if (!seen.some((text) => state.test(text))) complain(`${key} was never seen ${state}: ${seen.join(" | ")}`);
  }

  /** A picture, of a screen whose ids, addresses and times do not break. */
  async see(name: string, whole = true) {
    const faults = await this.page.evaluate(() => {
      const list: string[] = [];
      const whole = /\b[a-z]{1,8}-[0-9a-f]{8,17}\b|\b\d+\.\d+\.\d+\.\d+(\/\d+)?\b|\b\d\d?:\d\d [AP]M\b/g;
      const walk = document.createTreeWalker(
        document.querySelector("main, #main") ?? document.body,
        NodeFilter.SHOW_TEXT,
      );
      for (let node = walk.nextNode(); node; node = walk.nextNode())
        for (const m of (node.textContent ?? "").matchAll(whole)) {
          const range = document.createRange();
          range.setStart(node, m.index);
          range.setEnd(node, m.index + m[0].length);
          if (new Set([...range.getClientRects()].map((r) => Math.round(r.top))).size > 1)
            list.push(`${m[0]} is broken`);
        }
      return list;
    });
    for (const f of faults) complain(`${name}: ${f}`);
    await look(this.page, name, whole);
  }

  /** Calls the API as the page does, and gives the error's words, "" for none. */
  async call(region: string, operation: string, input: object): Promise<string> {
    return this.page.evaluate(
      async ([region, operation, input]) => {
        const answer = await fetch("/", {
          method: "POST",
          headers: {
            "X-Entente-Console": "1",
            "X-Entente-Region": region,
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": `DirectoryService_20150416.${operation}`,
          },
          body: JSON.stringify(input),
        });
        const body = (await answer.json()) as { Message?: string; message?: string };
        return answer.ok ? "" : (body.Message ?? body.message ?? String(answer.status));
      },
      [region, operation, input] as const,
    );
  }
}

/** Settings of the story of a managed directory. */
export const world = settings as typeof settings & {
  reader: { key: string; secret: string }; // a read-only access key
  authority: string; // the certificate of a CA
  leaf: string; // one that it issued
};

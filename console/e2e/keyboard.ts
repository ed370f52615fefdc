// From signing in to a trust without a pointer: everything is reached, the
// focus can be seen wherever it is, it goes along to the next screen and comes
// back from a dialog, and who listens is told once what has changed.

import type { ElementHandle } from "playwright-core";
import { ask, complain, play, settings, start, tell, visit } from "./browser.ts";
import { look } from "./look.ts";

const { browser, page } = await start();
type Focused = ElementHandle<Element>;

const focused = async (): Promise<Focused> =>
  (await page.evaluateHandle(() => document.activeElement ?? document.body)).asElement() as Focused;

/** What the element with the focus is called. */
const called = () =>
  page.evaluate(() => {
    const e = document.activeElement;
    if (!e || e === document.body) return "nothing";
    const by = (e.getAttribute("aria-labelledby") ?? "")
      .split(" ")
      .map((id) => document.getElementById(id)?.textContent);
    const label = e instanceof HTMLInputElement ? [...(e.labels ?? [])].map((l) => l.textContent) : [];
    return [e.getAttribute("aria-label"), ...by, ...label, e.textContent].filter(Boolean).join(" ").trim() || e.tagName;
  });

/** How an element and what is drawn around it look. */
const appearance = (e: Focused) =>
  e.evaluate((el) => {
    if (!el.isConnected) return "gone";
    const near = [
      el,
      el.parentElement,
      el.parentElement?.parentElement,
      ...(el.parentElement?.children ?? []),
      ...el.children,
    ];
    return near
      .filter((n) => n instanceof Element)
      .flatMap((n) => ["", "::before", "::after"].map((pseudo) => getComputedStyle(n, pseudo || null)))
      .map((s) =>
        [s.outline, s.boxShadow, s.border, s.insetInlineStart, s.textDecorationLine, s.stroke, s.strokeWidth].join("|"),
      )
      .join("\n");
  });

/** Presses a key, and sees that where the focus was looks otherwise without it. */
async function press(key: string) {
  const name = await called();
  const was = await focused();
  const before = await appearance(was);
  await page.keyboard.press(key);
  await page.waitForTimeout(60);
  const left = await was.evaluate((e) => e.isConnected && e !== document.activeElement && e !== document.body);
  if (left && (await appearance(was)) === before) complain(`the focus cannot be seen on ${name.slice(0, 60)}`);
}

/** Goes on with Tab until it is there. */
async function tabTo(wanted: RegExp, key = "Tab", most = 60) {
  const passed: string[] = [];
  for (let i = 0; i < most; i++) {
    const name = await called();
    if (wanted.test(name)) return;
    passed.push(name.slice(0, 40));
    await press(key);
  }
  throw new Error(`${key} does not lead to ${wanted}, but to ${passed.join(" · ")}`);
}

/** The focus has come along to the screen's heading. */
async function arrived(heading: string | RegExp) {
  await page.getByRole("heading", { level: 1, name: heading }).waitFor();
  const there = await page
    .waitForFunction(() => document.activeElement?.closest("#main") !== null, undefined, { timeout: 5000 })
    .catch(() => null);
  const name = await called();
  if (!there) complain(`at ${String(heading)} the focus is on ${name.slice(0, 60)}`);
  const open = await page.getByRole("link", { name: "Security groups" }).isVisible();
  if (!open) complain(`at ${String(heading)} the navigation is closed`);
}

async function signingIn() {
  await visit(page, "/");
  await page.getByLabel("Access key ID").waitFor();
  await tabTo(/^Access key ID/);
  await page.keyboard.type(settings.key);
  await tabTo(/^Secret access key/);
  await page.keyboard.type(settings.secret);
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "m00.example.org" }).or(page.getByText("m00.example.org")).first().waitFor();
}

async function skipping() {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.reload();
  await page.getByText("m00.example.org").waitFor();
  await page.keyboard.press("Tab");
  if (!/^Skip to content/.test(await called())) complain(`the first Tab leads to ${await called()}`);
  const box = await page.getByRole("link", { name: "Skip to content" }).boundingBox();
  if (!box || box.x < 0 || box.y < 0) complain("the link that skips to the content cannot be seen");
  await look(page, "skip-link", false);
  await page.keyboard.press("Enter");
  if ((await page.evaluate(() => document.activeElement?.id)) !== "main") complain("skipping leads nowhere");
  await page.keyboard.press("Tab");
  if (!(await page.evaluate(() => document.activeElement?.closest("#main")))) complain("after skipping, Tab leaves");
}

async function toTheForm() {
  // Tab enters a table, arrows lead through it.
  await tabTo(/Choose one of directories/);
  await tabTo(/Choose m00/, "ArrowDown", 4);
  await tabTo(/^d-0000000001$/, "ArrowRight", 4);
  await page.keyboard.press("Enter");
  await arrived("m00.example.org");
  // The second one: the first is the directory's own.
  await tabTo(/^Actions/);
  await press("Tab");
  await tabTo(/^Actions/);
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Add trust relationship" }).waitFor();
  await page.keyboard.press("Enter");
  await arrived("Add a trust relationship");
}

async function theForm() {
  await tabTo(/Trusted domain FQDN/);
  await page.keyboard.type("keyboard.example.net");
  await tabTo(/^Trust password/);
  await page.keyboard.type("Keys-and-no-pointer-1");
  await tabTo(/^Confirm trust password/);
  await page.keyboard.type("Keys-and-no-pointer-1");
  await tabTo(/^Two-way/);
  await page.keyboard.press("Space");
  await tabTo(/^DNS server IP address/);
  await page.keyboard.type("10.9.8.7");
  await listen();
  await page.keyboard.press("Enter");
  await page.getByTestId("trust-state").waitFor();
  await arrived("Trust with keyboard.example.net");
}

/** Keeps what live regions say. */
const listen = () =>
  page.evaluate(() => {
    const said: string[] = [];
    (window as unknown as { said: string[] }).said = said;
    const last = new WeakMap<Element, string>();
    new MutationObserver(() => {
      for (const e of document.querySelectorAll(
        '[aria-live="polite"], [aria-live="assertive"], [role="status"]:not([aria-live="off"]), [role="alert"]:not([aria-live="off"])',
      )) {
        const text = e.textContent?.trim() ?? "";
        if (text && last.get(e) !== text) said.push(text);
        last.set(e, text);
      }
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });

async function theTrust() {
  await ask("new trust is verified", { text: "keyboard.example.net" });
  await page.getByTestId("trust-state").getByText("Verified").waitFor();
  await page.waitForTimeout(3000); // speech comes when the page is at rest
  const said = await page.evaluate(() => (window as unknown as { said: string[] }).said);
  const of = said.filter((s) => /verified/i.test(s));
  if (of.length !== 1) complain(`that it is verified is said ${of.length} times: ${JSON.stringify(said)}`);
  await tabTo(/^Actions/);
  await page.keyboard.press("Enter");
  const item = page.getByRole("menuitem", { name: "Delete trust relationship" });
  await item.waitFor();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.waitForTimeout(300);
  if (!(await page.evaluate(() => document.activeElement?.closest('[role="dialog"]'))))
    complain(`with the dialog open the focus is on ${await called()}`);
  for (let i = 0; i < 8; i++) await press("Tab");
  if (!(await page.evaluate(() => document.activeElement?.closest('[role="dialog"]'))))
    complain("the focus leaves the open dialog");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.waitForTimeout(300);
  if (!/^Actions/.test(await called())) complain(`the dialog gives the focus to ${await called()}`);
}

async function theMap() {
  await tabTo(/^Trust map$/, "Shift+Tab");
  await page.keyboard.press("Enter");
  await arrived("Trust map");
  await tabTo(/^Trust of m00.example.org with/);
  await look(page, "map-focus", false);
  await page.keyboard.press("Enter");
  await page.getByTestId("trust-state").waitFor();
  await arrived(/^Trust with/);
}

await play(browser, page, async () => {
  for (const part of [signingIn, skipping, toTheForm, theForm, theTrust, theMap]) {
    await part();
    tell(`${part.name} needs no pointer`);
  }
});

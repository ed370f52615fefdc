// What the stories share: Debian's Chromium, signing in, looking at a screen
// in light and dark, asking axe what it thinks, and asking the Go test that
// started us to do something in the world outside the browser.

import "./relay.ts";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { type Browser, type BrowserContext, type Page, chromium } from "playwright-core";

export interface Settings {
  base: string; // of entente serve
  key: string;
  secret: string;
  shots: string; // folder for screenshots, "" for none
  partner: string; // the forest's domain
  address: string; // of its domain controller
  partnerPassword: string; // of its Administrator
  routes: boolean; // whether the server offers IP routes
  patience: number; // ms that any wait may take
}

export const settings = JSON.parse(process.env.ENTENTE_STORY ?? "{}") as Settings;

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** Has the Go test do something; it answers when it is done. */
export async function ask(what: string, args: Record<string, string> = {}): Promise<string> {
  process.stdout.write(`ask ${JSON.stringify({ what, ...args })}\n`);
  const { value, done } = await answers.next();
  if (done) throw new Error("the test has gone");
  const answer = JSON.parse(value as string) as { error?: string; value?: string };
  if (answer.error) throw new Error(`${what}: ${answer.error}`);
  return answer.value ?? "";
}

const began = Date.now();
export function tell(words: string) {
  process.stdout.write(`${((Date.now() - began) / 1000).toFixed(1)} s: ${words}\n`);
}

const complaints: string[] = [];

/** Counts as a failure, and the story goes on to find more of them. */
export function complain(words: string) {
  complaints.push(words);
  tell(`WRONG: ${words}`);
}

export async function start(): Promise<{ browser: Browser; context: BrowserContext; page: Page }> {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, timezoneId: "Europe/Berlin" });
  context.setDefaultTimeout(settings.patience);
  const page = await context.newPage();
  watch(page);
  return { browser, context, page };
}

/** Errors of scripts and breaches of the policy are never right. */
export function watch(page: Page) {
  page.on("pageerror", (e) => complain(`a script failed: ${e.message}`));
  page.on("console", (m) => {
    if (m.type() === "error" && /Content Security Policy|Trusted|Warning:|act\(/.test(m.text())) complain(m.text());
  });
  page.on("dialog", (d) => {
    complain(`a dialog opened: ${d.message()}`);
    void d.dismiss();
  });
}

export async function signIn(page: Page, path = "/") {
  await visit(page, path);
  await page.getByLabel("Access key ID").fill(settings.key);
  await page.getByLabel("Secret access key").fill(settings.secret);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation").first().waitFor();
}

/** Opens an address, again if the host's networks have just changed. */
export async function visit(page: Page, path: string) {
  for (let tries = 0; ; tries++) {
    try {
      return await page.goto(settings.base + path);
    } catch (e) {
      if (tries === 5 || !String(e).includes("ERR_NETWORK_CHANGED")) throw e;
      await page.waitForTimeout(500);
    }
  }
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  id: string;
  impact: string | null;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
}

async function judge(page: Page, name: string) {
  // axe is put in by the debugger, which the policy does not bind.
  const found = (await page.evaluate(
    `${axe}; axe.run(document, { resultTypes: ["violations"] }).then((r) => r.violations)`,
  )) as Violation[];
  for (const v of found)
    if (v.impact === "serious" || v.impact === "critical")
      complain(
        `${name}: axe: ${v.id}: ${v.help}: ${v.nodes
          .map((n) => n.html.slice(0, 160))
          .slice(0, 3)
          .join(" | ")}`,
      );
}

/**
 * A page is never wider than the window; and no table has to be moved sideways
 * to be read, with room beside the navigation or in a window of one column.
 */
async function fits(page: Page, name: string) {
  const over = await page.evaluate(() => {
    const wide = (e: Element) => e.scrollWidth - e.clientWidth;
    const tables =
      window.innerWidth > 800 && window.innerWidth < 1280 ? [] : [...document.querySelectorAll("#main table")];
    return [
      { what: "the page", by: wide(document.documentElement) },
      ...tables.map((t) => ({
        what: t.getAttribute("aria-label") ?? "a table",
        by: t.parentElement ? wide(t.parentElement) : 0,
      })),
    ].filter((o) => o.by > 1);
  });
  for (const { what, by } of over) complain(`${name}: ${what} has to be scrolled sideways by ${by} pixels`);
}

/** Takes a screen's picture in light and dark, and has axe judge both. */
export async function look(page: Page, name: string, whole = true) {
  await fits(page, name);
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.waitForFunction((m) => document.documentElement.dataset.mode === m, scheme);
    await page.waitForTimeout(150); // colours fade over
    await judge(page, `${name}, ${scheme}`);
    if (whole) await page.evaluate(() => window.scrollTo(0, 0));
    if (settings.shots) {
      // What has a scroll bar of its own is shown as far as the window goes.
      await page.screenshot({
        path: `${settings.shots}/${name}-${scheme}.png`,
        fullPage: whole,
        animations: "disabled",
      });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  tell(`looked at ${name}`);
}

/** Ends the story; whatever was wrong makes it fail. */
export async function end(browser: Browser) {
  await browser.close();
  if (complaints.length > 0) {
    process.stdout.write(`${complaints.length} things were wrong:\n${complaints.map((c) => `  ${c}`).join("\n")}\n`);
    process.exit(1);
  }
  process.exit(0);
}

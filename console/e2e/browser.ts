// What the stories share: Debian's Chromium, signing in, telling what was wrong,
// and asking the Go test that started us to do something in the world outside
// the browser.

import "./relay.ts";
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
    // The browser's own line about a refused request is not a fault of ours.
    if (m.type() === "error" && !m.text().startsWith("Failed to load resource"))
      complain(`on the console: ${m.text()}`);
  });
  page.on("dialog", (d) => {
    complain(`a dialog opened: ${d.message()}`);
    void d.dismiss();
  });
}

/** Whom to sign in, and where. */
type Login = Pick<Settings, "base" | "key" | "secret">;

export async function signIn(page: Page, path = "/", { base, key, secret }: Login = settings) {
  await visit(page, path, base);
  await page.getByLabel("Access key ID").fill(key);
  await page.getByLabel("Secret access key").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation").first().waitFor();
}

type Marked = Window & { mark?: number };

/** Marks the page as it was loaded. */
export async function mark(page: Page) {
  await page.evaluate(() => ((window as Marked).mark = 7));
}

/** A page that was marked is still the same: what has changed, changed in it. */
export async function stayed(page: Page) {
  if ((await page.evaluate(() => (window as Marked).mark)) !== 7) complain("the page was loaded anew");
}

/** Opens an address, again if the host's networks have just changed. */
export async function visit(page: Page, path: string, base = settings.base) {
  for (let tries = 0; ; tries++) {
    try {
      return await page.goto(base + path);
    } catch (e) {
      if (tries === 5 || !String(e).includes("ERR_NETWORK_CHANGED")) throw e;
      await page.waitForTimeout(500);
    }
  }
}

/** Tells a story to its end. Whatever was wrong, or stops it, makes it fail. */
export async function play(browser: Browser, page: Page, story: () => Promise<void>) {
  try {
    await story();
  } catch (e) {
    complain(e instanceof Error ? (e.stack ?? e.message) : String(e));
    const shown = await page
      .locator("body")
      .innerText({ timeout: 5000 })
      .catch(() => "nothing that can be read");
    complain(`${page.url()} showed: ${shown.replaceAll(/\s+/g, " ").slice(0, 600)}`);
    if (settings.shots)
      await page.screenshot({ path: `${settings.shots}/FAILED.png`, fullPage: true }).catch(() => undefined);
  }
  await browser.close();
  if (complaints.length > 0)
    process.stdout.write(`${complaints.length} things were wrong:\n${complaints.map((c) => `  ${c}`).join("\n")}\n`);
  process.exit(complaints.length > 0 ? 1 : 0);
}

// What a first view costs, whether anything jumps while a screen fills, and
// whether dates are the user's own.

import type { Browser, Page, Request } from "playwright-core";
import { complain, play, settings, start, tell, watch } from "./browser.ts";
import { type Side, enter } from "./seeded.ts";

const limit = 400_000; // bytes on the wire, for whoever comes the first time
const steady = 0.1; // Cumulative Layout Shift that is called good
const { one, many } = settings as unknown as { one: Side; many: Side };
const { browser, page } = await start();

/** Counts every byte of every answer, headers and all, with an empty cache. */
async function weigh(browser: Browser, f: (page: Page) => Promise<void>): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const wire = await context.newCDPSession(page);
  await wire.send("Network.enable");
  let bytes = 0;
  const sizes: [number, string][] = [];
  const urls = new Map<string, string>();
  wire.on("Network.responseReceived", (e) => urls.set(e.requestId, e.response.url));
  wire.on("Network.loadingFinished", (e) => {
    bytes += e.encodedDataLength;
    sizes.push([e.encodedDataLength, urls.get(e.requestId) ?? ""]);
  });
  await f(page);
  await page.waitForTimeout(1500); // for what comes late
  await context.close();
  const largest = sizes.toSorted((a, b) => b[0] - a[0]).slice(0, 4);
  tell(`  largest: ${largest.map(([n, u]) => `${u.split("/").pop()} ${Math.round(n / 1000)} KB`).join(", ")}`);
  return bytes;
}

async function weights() {
  const views: [string, (page: Page) => Promise<void>][] = [
    [
      "signing in",
      async (page) => {
        await page.goto(one.base + "/");
        await page.getByRole("button", { name: "Sign in" }).waitFor();
      },
    ],
    [
      "a deep link to the directories, signing in on the way",
      async (page) => {
        await enter(page, one, "/us-east-1/directories");
        await page.getByText("m00.example.org").first().waitFor();
      },
    ],
  ];
  for (const [name, view] of views) {
    const bytes = await weigh(browser, view);
    if (bytes < 10_000) complain(`${name}: only ${bytes} bytes were counted`);
    if (bytes >= limit) complain(`${name} fetches ${bytes} bytes`);
    tell(`${name}: ${(bytes / 1000).toFixed(0)} KB of ${limit / 1000}`);
  }
}

interface Shift {
  value: number;
  hadRecentInput: boolean;
  sources: { node: Node | null; previousRect: DOMRect; currentRect: DOMRect }[];
}

/** Sums what jumped since the page was opened, and says what it was. */
function shifts(page: Page): Promise<{ sum: number; what: string[] }> {
  return page.evaluate(
    () =>
      new Promise((done) => {
        let sum = 0;
        const what: string[] = [];
        new PerformanceObserver((list) => {
          for (const e of list.getEntries() as unknown as Shift[]) {
            if (e.hadRecentInput) continue;
            sum += e.value;
            for (const s of e.sources) {
              const node = s.node instanceof Element ? s.node : s.node?.parentElement;
              const from = Math.round(s.previousRect.y);
              what.push(
                `${e.value.toFixed(3)} ${node?.tagName} "${node?.textContent.slice(0, 40)}" ${from} to ${Math.round(s.currentRect.y)}`,
              );
            }
          }
        }).observe({ type: "layout-shift", buffered: true });
        setTimeout(() => done({ sum, what }), 300);
      }),
  );
}

/**
 * Has every question that a screen asks answered later than those asked after
 * it, as by a server in its worst moments. Gives a way to begin anew.
 */
async function backwards(page: Page): Promise<() => void> {
  let asked = 0;
  await page.route(/\/$/, async (route) => {
    if (!isQuestion(route.request())) return route.continue();
    await new Promise((done) => setTimeout(done, 100 * Math.max(1, 7 - asked++)));
    await route.continue().catch(() => undefined); // the screen has gone
  });
  return () => (asked = 0);
}

const isQuestion = (r: Request) => r.method() === "POST" && new URL(r.url()).pathname === "/";

/** Gives a way to wait until every question was answered, and no other came of the answers. */
function answered(page: Page): () => Promise<void> {
  let open = 0;
  let last = Date.now();
  const note = (n: number) => (r: Request) => {
    if (isQuestion(r)) [open, last] = [open + n, Date.now()];
  };
  page.on("request", note(1));
  page.on("requestfinished", note(-1));
  page.on("requestfailed", note(-1));
  return async () => {
    while (open > 0 || Date.now() - last < 700) await page.waitForTimeout(50);
  };
}

const directory = "directories/d-0000000001";
const screens = [
  "directories",
  "directories/new",
  directory,
  ...["networking", "scale", "maintenance", "tags"].map((tab) => `${directory}/${tab}`),
  `${directory}/trusts/new`,
  "trusts/t-0000000001",
  "map",
  "vpcs",
  "security-groups",
];

async function jumps(side: Side, how: string) {
  const context = await browser.newContext({ timezoneId: "Europe/Berlin" });
  const page = await context.newPage();
  watch(page);
  await enter(page, side);
  const settled = answered(page);
  const anew = how === "backwards" ? await backwards(page) : () => undefined;
  for (const [width, height] of [
    [1280, 900],
    [400, 850],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const screen of screens) {
      anew();
      await page.goto(`${side.base}/us-east-1/${screen}`);
      await page.getByRole("heading").first().waitFor();
      await settled();
      const { sum, what } = await shifts(page);
      const words = `${side.directories} directories, answers ${how}, ${screen} at ${width}: shift ${sum.toFixed(3)}`;
      if (sum >= steady) complain(`${words}: ${what.slice(0, 6).join("; ")}`);
      else tell(sum < steady / 3 ? words : `${words}: ${what[0] ?? ""}`);
    }
  }
  await page.evaluate(() => {
    const gap = document.createElement("div");
    gap.style.blockSize = "400px";
    document.getElementById("main")?.prepend(gap);
  });
  if ((await shifts(page)).sum < steady) complain("a screen jumps, and it is not seen");
  await context.close();
}

/** The moment is the same; the words are of the user's zone, and of UTC on hover. */
async function dates() {
  const seen = new Set<string>();
  for (const timezoneId of ["Europe/Berlin", "Asia/Kolkata"]) {
    const context = await browser.newContext({ timezoneId, locale: "en-GB" });
    const page = await context.newPage();
    await enter(page, one, "/us-east-1/directories");
    const time = page.locator("time").first();
    await time.waitFor();
    const [at, title, words] = await time.evaluate((t) => [
      t.getAttribute("datetime") ?? "",
      t.getAttribute("title") ?? "",
      t.textContent,
    ]);
    const own = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: timezoneId });
    if (words !== own.format(new Date(at))) complain(`${at} reads "${words}" in ${timezoneId}`);
    if (
      !title.endsWith(" UTC") ||
      Date.parse(title.replace(" UTC", "Z").replace(" ", "T")) / 1000 !== Math.floor(Date.parse(at) / 1000)
    )
      complain(`the pointer is told "${title}" of ${at}`);
    seen.add(words);
    tell(`${timezoneId}: ${words}; ${title}`);
    await context.close();
  }
  if (seen.size !== 2) complain("two time zones read the same");
}

await play(browser, page, async () => {
  await weights();
  await dates();
  await jumps(many, "as they come");
  // Who answers late is waited for most of the time.
  await Promise.all([jumps(many, "backwards"), jumps(one, "backwards")]);
});

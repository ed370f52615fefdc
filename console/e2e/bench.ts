// How long screens take with fifty directories, two hundred trusts and two
// thousand tags, and with one of each, for tests/bench: a line of JSON each.

import type { Page } from "playwright-core";
import { play, settings, start } from "./browser.ts";
import { type Side, enter } from "./seeded.ts";

const { few, many } = settings as unknown as { few: Side; many: Side };
const { browser, page } = await start();

/** From asking for a screen until it is there and answers to a key. */
async function interactive(side: Side, path: string, ready: (p: Page) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const began = performance.now();
    await page.goto(`${side.base}/us-east-1/${path}`);
    await ready(page);
    await page.keyboard.press("Tab");
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
    times.push(performance.now() - began);
  }
  return times.toSorted((a, b) => a - b)[2] ?? 0;
}

const screens: [string, string, (p: Page) => Promise<unknown>][] = [
  ["directories", "directories", (p) => p.getByText("m00.example.org").first().waitFor()],
  [
    "map",
    "map",
    (p) =>
      p
        .getByRole("link", { name: /^Trust of m00/ })
        .first()
        .waitFor(),
  ],
  [
    "directory details",
    "directories/d-0000000001/networking",
    (p) => p.getByText("p00-00.example.com").first().waitFor(),
  ],
  ["tags", "directories/d-0000000001/tags", (p) => p.getByText("key-00").first().waitFor()],
];

await play(browser, page, async () => {
  const times = new Map<string, number[]>();
  for (const side of [few, many]) {
    await enter(page, side);
    for (const [name, path, ready] of screens)
      times.set(name, [...(times.get(name) ?? []), await interactive(side, path, ready)]);
  }
  for (const [name, [one, all]] of times) process.stdout.write(`${JSON.stringify({ name, one, all })}\n`);
});

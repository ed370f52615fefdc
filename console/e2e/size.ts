// Fifty directories, two hundred trusts and two thousand tags: everything is
// still found, and how much longer it takes than with one of each.

import type { Page } from "playwright-core";
import { complain, end, settings, start, tell } from "./browser.ts";
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
    "trusts of the map",
    "map",
    (p) =>
      p
        .getByRole("link", { name: /^Trust of m00/ })
        .first()
        .waitFor(),
  ],
  ["tags", "directories/d-0000000001/tags", (p) => p.getByText("key-00").first().waitFor()],
];

try {
  const times = new Map<string, number>();
  for (const side of [few, many]) {
    await enter(page, side);
    for (const [name, path, ready] of screens) {
      const took = await interactive(side, path, ready);
      const before = times.get(name);
      times.set(name, took);
      tell(
        `${name}: ${Math.round(took)} ms${before ? `, ${(took / before).toFixed(2)} times as long as with one` : " with one"}`,
      );
    }
  }
  await page.goto(`${many.base}/us-east-1/map`);
  await page
    .getByRole("link", { name: /^Trust of m00/ })
    .first()
    .waitFor();
  const drawn = await page.getByRole("link", { name: /^Trust of / }).count();
  if (drawn !== many.trusts) complain(`the map shows ${drawn} of ${many.trusts} trusts`);
  const overlap = await page.evaluate(() => {
    const boxes = [...document.querySelectorAll(".map .box")].map((r) => r.getBoundingClientRect());
    return boxes.some((a, i) =>
      boxes.some((b, j) => j > i && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom),
    );
  });
  if (overlap) complain("boxes of the map lie on one another");
  await page.goto(`${many.base}/us-east-1/directories`);
  await page.getByLabel("Find in Directories").fill("m37");
  await page.getByText("1 match", { exact: true }).first().waitFor();
  await page.getByText("m37.example.org").waitFor();
} catch (e) {
  complain(e instanceof Error ? (e.stack ?? e.message) : String(e));
}
await end(browser);

// Looking at a screen in light and dark: whether it fits its window, what axe
// thinks of it, and its picture.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { complain, settings, tell } from "./browser.ts";

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

// The map, from one trust to two hundred, in a wide window and a narrow one:
// nothing lies on anything else, every trust is there, and points where it
// should.

import type { Page } from "playwright-core";
import { complain, play, settings, start, tell } from "./browser.ts";
import { look } from "./look.ts";
import { type Side, enter } from "./seeded.ts";

const worlds = settings as unknown as Record<string, Side>;
const { browser, page } = await start();

interface Told {
  TrustId: string;
  DirectoryId: string;
  RemoteDomainName: string;
  TrustDirection: string;
}

/** What the API says, asked as the page asks it. */
function trustsOf(page: Page): Promise<Told[]> {
  return page.evaluate(async () => {
    const list: Told[] = [];
    let token: string | undefined;
    do {
      const answer = await fetch("/", {
        method: "POST",
        headers: {
          "Content-Type": "application/x-amz-json-1.1",
          "X-Amz-Target": "DirectoryService_20150416.DescribeTrusts",
          "X-Entente-Console": "1",
          "X-Entente-Region": "us-east-1",
        },
        body: JSON.stringify(token ? { NextToken: token } : {}),
      });
      const body = (await answer.json()) as { Trusts: Told[]; NextToken?: string };
      list.push(...body.Trusts);
      token = body.NextToken;
    } while (token);
    return list;
  });
}

/** Boxes and words that lie on one another, or leave their box. */
function clashes(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const measured = (selector: string) =>
      [...document.querySelectorAll<SVGElement>(selector)].map((e) => ({ e, r: e.getBoundingClientRect() }));
    const meet = (a: DOMRect, b: DOMRect) =>
      a.left + 1 < b.right && b.left + 1 < a.right && a.top + 1 < b.bottom && b.top + 1 < a.bottom;
    const holds = (a: DOMRect, b: DOMRect) =>
      a.left <= b.left + 1 && b.right <= a.right + 1 && a.top <= b.top + 1 && b.bottom <= a.bottom + 1;
    const boxes = measured(".map .box");
    const said = measured(".map text");
    boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => meet(a.r, b.r) && found.push("two boxes")));
    said.forEach((a, i) =>
      said.slice(i + 1).forEach((b) => {
        if (meet(a.r, b.r)) found.push(`"${a.e.textContent}" and "${b.e.textContent}"`);
      }),
    );
    for (const s of [...said, ...measured(".map .glyph path")])
      for (const b of boxes)
        if (meet(s.r, b.r) && !holds(b.r, s.r)) found.push(`"${s.e.textContent}" is partly in a box`);
    const picture = document.querySelector(".map svg")?.getBoundingClientRect();
    for (const s of said) if (picture && !holds(picture, s.r)) found.push(`"${s.e.textContent}" is cut`);
    return found;
  });
}

async function check(page: Page, name: string, trusts: Told[]) {
  for (const c of (await clashes(page)).slice(0, 5)) complain(`${name}: on one another: ${c}`);
  const links = await page
    .locator(".map a.edge")
    .evaluateAll((list) => list.map((a) => a.getAttribute("href")?.split("/").pop() ?? ""));
  for (const t of trusts) if (!links.includes(t.TrustId)) complain(`${name}: ${t.TrustId} is not on the map`);
  if (links.length !== trusts.length) complain(`${name}: ${links.length} links for ${trusts.length} trusts`);
  const bare = await page.locator(".map .line:not([marker-start]):not([marker-end])").count();
  if (bare > 0) complain(`${name}: ${bare} lines without a direction`);
  for (const t of trusts.filter((t) => t.RemoteDomainName.startsWith("p"))) {
    const line = page.locator(`.map a[href$="/${t.TrustId}"] .line`);
    const [start, end] = await line.evaluate((l) => [l.hasAttribute("marker-start"), l.hasAttribute("marker-end")]);
    const [into, out] = [t.TrustDirection !== "One-Way: Outgoing", t.TrustDirection !== "One-Way: Incoming"];
    if (start !== into || end !== out) complain(`${name}: ${t.TrustId} is ${t.TrustDirection} and drawn otherwise`);
  }
}

async function open(side: Side, query = "") {
  await page.goto(`${side.base}/us-east-1/map${query}`);
  await page.locator(".map a.edge").first().waitFor();
  await page.waitForTimeout(400); // what boxes ask for when they are seen
}

await play(browser, page, async () => {
  for (const [name, side] of Object.entries(worlds).filter(([, s]) => typeof s === "object")) {
    await page.setViewportSize({ width: 1280, height: 900 });
    await enter(page, side);
    for (const width of [1280, 400]) {
      await page.setViewportSize({ width, height: width < 800 ? 850 : 900 });
      await open(side);
      const trusts = await trustsOf(page);
      await check(page, `${name} at ${width}`, trusts);
      await look(page, `map-${name}-${width}`, false);
    }
    tell(`${name}: ${side.directories} directories with ${side.trusts} trusts`);
  }
  // One directory of many, chosen by keyboard, and a trust reached by it.
  const many = worlds.many;
  if (many) {
    await page.setViewportSize({ width: 1280, height: 900 });
    await open(many);
    await page.getByRole("button", { name: /Directory to show/ }).click();
    await page.getByRole("combobox", { name: "Find a directory" }).fill("m05");
    await page.getByRole("option", { name: /m05/ }).click();
    await page.locator('.map a[href$="d-0000000009"]').waitFor({ state: "hidden" });
    await page.waitForTimeout(400);
    const trusts = (await trustsOf(page)).filter(
      (t) => t.DirectoryId === "d-0000000006" || t.RemoteDomainName.startsWith("m05."),
    );
    await check(page, "one of many", trusts);
    await page.getByRole("region", { name: "Map of directories and trusts" }).focus();
    for (let i = 0; i < 30; i++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(() => document.activeElement?.classList.contains("edge"))) break;
    }
    await look(page, "map-chosen", false);
    await page.keyboard.press("Enter");
    await page.getByTestId("trust-state").waitFor();
    await open(many, "?arrows=access");
    await look(page, "map-access", false);
  }
});

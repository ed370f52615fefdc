// A narrow window, as of a phone: whoever looks sees that nothing has to be
// moved sideways to be read, neither a page nor a table in it.

import { play, settings, start } from "./browser.ts";
import { look } from "./look.ts";
import { type Side, enter } from "./seeded.ts";

const { side } = settings as unknown as { side: Side };
const { browser, page } = await start();
const directory = "directories/d-0000000003";
const screens: [string, string][] = [
  ["directories", "directories"],
  ["set-up", "directories/new"],
  ...["networking", "scale", "applications", "maintenance", "tags"].map((tab): [string, string] => [
    tab,
    `${directory}/${tab}`,
  ]),
  ["add-trust", `${directory}/trusts/new`],
  ["trust", "trusts/t-00000000c9"],
  ["map", "map"],
  ["vpcs", "vpcs"],
  ["security-groups", "security-groups"],
  ["audit", "audit"],
];

await play(browser, page, async () => {
  await enter(page, side);
  await page.setViewportSize({ width: 400, height: 850 });
  for (const [name, screen] of screens) {
    await page.goto(`${side.base}/us-east-1/${screen}`);
    await page.locator("#main").getByRole("heading").first().waitFor();
    await page.waitForFunction(() => !document.querySelector("[data-filling]"));
    await page.waitForTimeout(500);
    await look(page, `narrow-${name}`);
  }
});

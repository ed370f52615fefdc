// Fifty directories, two hundred trusts and two thousand tags: everything is
// still found.

import { complain, play, settings, start } from "./browser.ts";
import { type Side, enter } from "./seeded.ts";

const { many } = settings as unknown as { many: Side };
const { browser, page } = await start();

await play(browser, page, async () => {
  await enter(page, many);
  await page.goto(`${many.base}/us-east-1/map`);
  await page
    .getByRole("link", { name: /^Trust of m00/ })
    .first()
    .waitFor();
  const drawn = await page.getByRole("link", { name: /^Trust of / }).count();
  if (drawn !== many.trusts) complain(`the map shows ${drawn} of ${many.trusts} trusts`);
  await page.goto(`${many.base}/us-east-1/directories`);
  await page.getByLabel("Find in Directories").fill("m37");
  await page.getByText("1 match", { exact: true }).first().waitFor();
  await page.getByText("m37.example.org").waitFor();
  await page.goto(`${many.base}/us-east-1/directories/d-0000000001/tags`);
  await page.getByLabel("Find in Tags").fill("key-39");
  await page.getByText("1 match", { exact: true }).first().waitFor();
});

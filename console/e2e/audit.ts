// The audit log: what somebody changes is there at once, with who, from where
// and on what; the filters are the server's, and stand in the address.

import type { Page } from "playwright-core";
import { complain, play, settings, start, tell } from "./browser.ts";
import { look } from "./look.ts";
import { type Side, enter } from "./seeded.ts";

const { side } = settings as unknown as { side: Side };
const { browser, page } = await start();
const log = page.getByRole("grid", { name: "Audit log" });
const rows = log.getByRole("row").filter({ hasText: "d-0000000001" });

/** Tags a directory, as the page of its tags does. */
async function tag(page: Page, key: string) {
  const status = await page.evaluate(
    async ([key]) =>
      (
        await fetch("/", {
          method: "POST",
          headers: {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "DirectoryService_20150416.AddTagsToResource",
            "X-Entente-Console": "1",
            "X-Entente-Region": "us-east-1",
          },
          body: JSON.stringify({ ResourceId: "d-0000000001", Tags: [{ Key: key, Value: "x" }] }),
        })
      ).status,
    [key],
  );
  if (status !== 200) complain(`tagging answers ${status}`);
}

await play(browser, page, async () => {
  await enter(page, side);
  await tag(page, "first");
  await page.getByRole("link", { name: "Audit log" }).click();
  await rows.filter({ hasText: "AddTagsToResource" }).filter({ hasText: "first" }).waitFor();
  await tag(page, "second");
  await rows.filter({ hasText: "second" }).waitFor();
  const newest = await rows.first().innerText();
  for (const part of ["second", side.key, "127.0.0.1"])
    if (!newest.includes(part)) complain(`the newest entry lacks ${part}: ${newest}`);
  tell("a change is shown as it happens, with who and from where");
  await look(page, "audit");

  await page.getByLabel("Operation").fill("DeleteTrust");
  await log.getByText("No entries").waitFor();
  await page.getByLabel("Operation").fill("AddTagsToResource");
  await rows.first().waitFor();
  await page.waitForURL(/operation=AddTagsToResource/);
  await page.reload();
  await rows.first().waitFor();
  if ((await page.getByLabel("Operation").inputValue()) !== "AddTagsToResource") complain("the filter is gone");
  await page.getByLabel("Source address").fill("192.0.2.1");
  await log.getByText("No entries").waitFor();
  await page.getByLabel("Source address").fill("");
  await rows.first().waitFor();
  tell("filters are kept in the address");

  await rows.first().getByRole("link", { name: "d-0000000001" }).click();
  await page.waitForURL(/\/directories\/d-0000000001/);
  tell("an entry leads to what was changed");
});

// A proxy that lets no stream through, and one that cuts it: the page asks
// from time to time instead, says so, shows what changes all the same, and
// takes the stream up again when it can.

import { ask, complain, mark, play, settings, start, stayed, tell } from "./browser.ts";
import { type Side, enter } from "./seeded.ts";

const { side } = settings as unknown as { side: Side };
const { browser, page } = await start();
const events = "**/console/events";
const status = page.locator("td");

async function mode(word: string) {
  await page.getByRole("button", { name: new RegExp(`^Connection: ${word}`) }).waitFor({ timeout: 30_000 });
}

/** Changes the trust's state on the server, and waits for it on the screen. */
async function change(state: string, word: string) {
  await ask("set trust", { name: state });
  await status.getByText(word, { exact: true }).waitFor({ timeout: 30_000 });
}

await play(browser, page, async () => {
  await enter(page, side);
  await page.goto(`${side.base}/us-east-1/directories/d-0000000001/networking`);
  await mode("Live");
  await mark(page);
  await change("Failed", "Failed");
  tell("a change came by the stream");

  let opened = 0;
  const refusals: [string, () => Promise<unknown>][] = [
    ["503, too many streams", () => page.route(events, (r) => r.fulfill({ status: 503, body: "{}" }))],
    [
      "a proxy's own page",
      () => page.route(events, (r) => r.fulfill({ status: 200, contentType: "text/html", body: "<p>No." })),
    ],
    ["a proxy that holds the answer back", () => page.route(events, () => undefined)],
    ["a connection that is cut", () => page.route(events, (r) => r.abort("connectionreset"))],
  ];
  for (const [name, refuse] of refusals) {
    opened = 0;
    await refuse();
    page.on("request", (r) => (opened += r.url().endsWith("/console/events") ? 1 : 0));
    await ask("cut streams");
    await mode("Polling");
    await change("Verified", "Verified");
    await change("Failed", "Failed");
    if (opened < 2) complain(`${name}: the stream was asked for ${opened} times`);
    await page.unroute(events);
    page.removeAllListeners("request");
    await mode("Live");
    await change("VerifyFailed", "Verification failed");
    tell(`${name}: polling, and live again`);
  }
  await stayed(page);
});

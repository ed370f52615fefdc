// What gets nowhere: foreign pages, stolen pages, replayed and ended sessions,
// and script in every text that the API can answer with.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { complain, play, settings, signIn, start, tell, visit } from "./browser.ts";
import { hostile, hostileXml, script } from "./hostile.ts";

const { browser, context, page } = await start();
const target = {
  method: "POST",
  type: "application/x-amz-json-1.1",
  call: "DirectoryService_20150416.DescribeDirectories",
};

/** Calls the API from inside a page, as its scripts could. */
const call = (p: Page, base: string, mark: boolean) =>
  p.evaluate(
    async ([url, t, withMark]) => {
      try {
        const answer = await fetch(url + "/", {
          method: t.method,
          credentials: "include",
          headers: {
            "Content-Type": t.type,
            "X-Amz-Target": t.call,
            ...(withMark ? { "X-Entente-Console": "1", "X-Entente-Region": "us-east-1" } : {}),
          },
          body: "{}",
        });
        return `${answer.status} ${await answer.text()}`;
      } catch (e) {
        return `refused: ${String(e)}`;
      }
    },
    [base, target, mark] as const,
  );

/** A page of another origin, whose browser is signed in here. */
async function foreignOrigin() {
  const server = createServer((_, answer) => {
    answer.setHeader("Content-Type", "text/html");
    answer.end(`<!doctype html><title>evil</title><iframe id="f" src="${settings.base}/"></iframe>
      <form id="p" method="post" enctype="text/plain" target="f" action="${settings.base}/"><input name='{"x":"' value='"}'></form>`);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const evil = await context.newPage(); // the same cookies: another port is the same site
  const statuses: number[] = [];
  evil.on("response", (r) => {
    if (r.url().startsWith(settings.base) && r.request().method() === "POST") statuses.push(r.status());
  });
  await evil.goto(`http://127.0.0.1:${port}/`);
  for (const mark of [true, false]) {
    const said = await call(evil, settings.base, mark);
    if (!said.startsWith("refused")) complain(`a foreign page is answered: ${said.slice(0, 100)}`);
  }
  const simple = await evil.evaluate(async (url) => {
    try {
      const r = await fetch(`${url}/console/session`, { credentials: "include" });
      return String(r.status);
    } catch {
      return "refused";
    }
  }, settings.base);
  if (simple !== "refused") complain(`a foreign page reads the session: ${simple}`);
  await evil.evaluate(() => (document.getElementById("p") as HTMLFormElement).submit());
  await evil.waitForTimeout(500);
  if (statuses.some((s) => s === 200)) complain("a foreign form is carried out");
  const frame = evil.frames().find((f) => f.url().startsWith(settings.base));
  if (
    frame &&
    (await frame
      .locator("#app")
      .count()
      .catch(() => 0)) > 0
  )
    complain("the console can be framed");
  await evil.close();
  server.close();
  tell("a foreign origin gets nowhere");
}

/** The page without its cookie, and the cookie without its page. */
async function stolen() {
  const other = await browser.newContext();
  const thief = await other.newPage();
  await thief.goto(settings.base + "/us-east-1/directories");
  await thief.getByLabel("Access key ID").waitFor();
  const said = await call(thief, settings.base, true);
  if (!said.startsWith("403")) complain(`a page without the cookie is answered: ${said.slice(0, 100)}`);
  await other.close();
  tell("a stolen page gets nowhere");
}

/** Signing out ends the session for whoever has copied the cookie too. */
async function replayed() {
  const copy = await context.storageState();
  await page.getByRole("button", { name: /: signed in/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByLabel("Access key ID").waitFor();
  const other = await browser.newContext({ storageState: copy });
  const thief = await other.newPage();
  await thief.goto(settings.base + "/");
  const said = await call(thief, settings.base, true);
  if (!said.startsWith("403")) complain(`a replayed session is answered: ${said.slice(0, 100)}`);
  await other.close();
  tell("a replayed session gets nowhere");
}

/** A session that ends under an open page: what was typed stays. */
async function expired() {
  await signIn(page);
  await visit(page, "/us-east-1/vpcs/new");
  await page.getByLabel("Name – optional").fill("kept");
  await page.getByLabel("IPv4 CIDR").fill("10.88.0.0/16");
  await context.clearCookies();
  await page.getByRole("button", { name: "Create VPC" }).click();
  await page.getByText("Your session has ended").waitFor();
  await page.getByLabel("Secret access key").fill(settings.secret);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Your session has ended").waitFor({ state: "hidden" });
  if ((await page.getByLabel("Name – optional").inputValue()) !== "kept")
    complain("what was typed is lost with the session");
  tell("a session that ends takes nothing with it that was typed");
}

/** Script in every text that the server answers with. */
async function scripted() {
  const prey = await context.newPage();
  prey.on("pageerror", (e) => complain(`a script failed: ${e.message}`));
  prey.on("dialog", (d) => complain(`a dialog opened: ${d.message()}`));
  await prey.route(settings.base + "/", async (route) => {
    const request = route.request();
    if (request.method() !== "POST") return route.continue();
    const operation = request.headers()["x-amz-target"]?.split(".")[1];
    if (operation && hostile[operation])
      return route.fulfill({ contentType: target.type, body: JSON.stringify(hostile[operation]) });
    if (operation)
      return route.fulfill({
        status: 400,
        contentType: target.type,
        body: JSON.stringify({ __type: "ClientException", Message: "no" + script }),
      });
    return route.fulfill({ contentType: "text/xml", body: hostileXml });
  });
  const screens = [
    "directories",
    "directories/d-1234567890/networking",
    "directories/d-1234567890/scale",
    "directories/d-1234567890/applications",
    "directories/d-1234567890/maintenance",
    "directories/d-1234567890/tags",
    "trusts/t-1234567890",
    "trusts/t-1234567890?tab=partner",
    "trusts/t-1234567890?tab=commands",
    "trusts/t-1234567890?tab=applications",
    "trusts/t-1234567890?tab=people",
    "map",
    "vpcs",
    "security-groups",
    "security-groups/sg-12345678",
    "security-groups/sg-12345678/edit/outbound",
    "directories/d-1234567890/trusts/new",
    "directories/new",
    `directories/${encodeURIComponent(script)}`,
    `${encodeURIComponent(script)}`,
  ];
  for (const screen of screens) {
    await prey.goto(`${settings.base}/us-east-1/${screen}`);
    await prey.getByRole("main").first().waitFor();
    await prey.waitForTimeout(600);
    const found = await prey.evaluate(() => ({
      hacked: (window as unknown as { hacked?: number }).hacked,
      markup: document.querySelectorAll("img[src='x'], img[onerror]").length,
    }));
    if (found.hacked || found.markup) complain(`${screen}: script in a text gets into the page`);
    if (/something went wrong/i.test(await prey.locator("body").innerText())) complain(`${screen}: the page broke`);
  }
  const commands = await prey
    .goto(`${settings.base}/us-east-1/trusts/t-1234567890?tab=commands`)
    .then(() => prey.getByLabel(/^commands for/).textContent());
  if (/[<>]/.test(commands ?? "")) complain("the commands to copy hold what a hostile name brought");
  await prey.close();
  tell("script in every text gets nowhere");
}

await play(browser, page, async () => {
  await signIn(page);
  await foreignOrigin();
  await stolen();
  await replayed();
  await expired();
  await scripted();
});

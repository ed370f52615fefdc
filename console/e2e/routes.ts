// A trust that has no route to its partner leads to the page that adds one,
// with the route filled in, and the reason goes when the route is there.

import { ask, complain, play, settings, start, tell } from "./browser.ts";
import { look } from "./look.ts";
import { type Side, enter } from "./seeded.ts";

const { side, trust, directory, server } = settings as unknown as {
  side: Side;
  trust: string;
  directory: string;
  server: string; // the partner's DNS server, at a public address
};
const { browser, page } = await start();

await play(browser, page, async () => {
  await enter(page, side);
  await ask("look at the trust");
  await page.goto(`${side.base}/us-east-1/trusts/${trust}`);
  const trouble = page.getByTestId("trouble");
  await trouble.getByText(`a route to ${server}/32`).waitFor();
  await trouble.getByText("There is no route from").waitFor();
  await look(page, "trust-no-route");
  await trouble
    .getByRole("link", { name: "Add routes" })
    .or(trouble.getByRole("button", { name: "Add routes" }))
    .click();
  await page.getByRole("heading", { level: 1, name: "Add routes" }).waitFor();
  const cidr = await page.getByLabel("CIDR").inputValue();
  if (cidr !== `${server}/32`) complain(`the page has "${cidr}" filled in`);
  if (!page.url().includes(`/directories/${directory}/`)) complain(`it is the page ${page.url()}`);
  tell("the reason leads to the route, filled in");
  await page.locator("form").getByRole("button", { name: "Add routes" }).click();
  await page.getByText(`Routes are being added: ${server}/32`).waitFor();
  await trouble.waitFor(); // back at the trust that led here
  if (!page.url().endsWith(`/trusts/${trust}`)) complain(`adding leads to ${page.url()}`);
  await ask("look at the trust");
  await trouble.getByText(`a route to ${server}/32`).waitFor({ state: "hidden" });
  await page.goto(`${side.base}/us-east-1/directories/${directory}/networking`);
  await page.getByRole("grid", { name: "IP routing" }).getByText(`${server}/32`).waitFor();
  tell("the route is there, and the reason is another one");
});

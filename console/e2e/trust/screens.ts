// Screens as they are with a trust in place, in wide windows and narrow ones,
// and while the server is away.

import { ask, complain, mark, stayed, tell, visit } from "../browser.ts";
import { look } from "../look.ts";
import { at, cell, name, page, trustPassword } from "./stage.ts";

export async function trustPictures() {
  await look(page, "trust");
  for (const [tab, file] of [
    ["Domain controllers", "trust-controllers"],
    ["Commands", "trust-commands"],
    ["Applications", "trust-applications"],
    ["Users and groups", "trust-people"],
  ] as const) {
    await page.getByRole("tab", { name: tab }).click();
    if (tab === "Users and groups") await cell("Administrator").waitFor();
    await look(page, file);
  }
  const commands = page.getByRole("tab", { name: "Commands" });
  await commands.click();
  if (!(await page.locator("#main pre").textContent())?.includes(name)) complain("the commands lack our name");
  if ((await page.content()).includes(trustPassword)) complain("the page still holds the trust password");
  await page.getByRole("tab", { name: "Progress" }).click();
}

export async function otherScreens(id: string) {
  for (const [tab, file] of [
    ["networking", "directory-networking"],
    ["scale", "directory-scale"],
    ["maintenance", "directory-maintenance"],
    ["tags", "directory-tags"],
  ] as const) {
    await visit(page, at(`directories/${id}/${tab}`));
    await page.locator("table").first().waitFor();
    await page
      .getByText(/^Loading /)
      .first()
      .waitFor({ state: "hidden" });
    await page.waitForTimeout(500);
    if (tab === "tags") {
      await page.getByRole("button", { name: "Add tag" }).first().click();
      await page.getByLabel("Key", { exact: true }).fill("owner");
      await page.getByLabel("Value – optional").fill("directory team");
      await page.getByRole("button", { name: "Add", exact: true }).click();
      await cell("directory team").waitFor();
    }
    await look(page, file);
  }
  await visit(page, at("map"));
  await page.getByRole("link", { name: new RegExp(`Trust of ${name} with`) }).waitFor();
  await look(page, "map");
  await page.getByRole("button", { name: "Access", exact: true }).click();
  await look(page, "map-access");
  await page.getByRole("link", { name: new RegExp(`Trust of ${name} with`) }).click({ force: true });
  await page.getByTestId("trust-state").waitFor();
  await visit(page, at("vpcs"));
  await cell(/^vpc-/).first().waitFor();
  await look(page, "vpcs");
  await visit(page, at("vpcs/new"));
  await page.getByLabel("IPv4 CIDR").fill("10.77.0.0/16");
  await page.getByText("10.77.128.0/17").waitFor();
  await look(page, "new-vpc");
  await visit(page, at("security-groups"));
  await cell(/^sg-/).first().waitFor();
  await look(page, "security-groups");
  await visit(page, at(`directories/${id}/regions/new`));
  await page.getByRole("heading", { name: "Add Region" }).waitFor();
  await look(page, "add-region");
}

/** Narrow windows: looking at a screen tells whether it is wider than the window. */
export async function narrow(id: string, trust: string) {
  await page.setViewportSize({ width: 400, height: 850 });
  for (const [path, file] of [
    [at("directories"), "narrow-directories"],
    [at(`trusts/${trust}`), "narrow-trust"],
    [at(`directories/${id}/trusts/new`), "narrow-add-trust"],
  ] as const) {
    await visit(page, path);
    await page.getByRole("heading").first().waitFor();
    await page.waitForTimeout(700);
    await look(page, file);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

export async function restart() {
  await mark(page);
  await ask("restart");
  await page.getByText("The server was restarted").waitFor();
  await stayed(page);
  await look(page, "restarted", false);
  tell("the page has survived a restart of the server");
}

// The way to a trust: signing in, setting up a directory, opening the way to the
// other domain.

import { complain, settings, signIn, tell, visit } from "../browser.ts";
import { look } from "../look.ts";
import { at, cell, name, page, told } from "./stage.ts";

const { address } = settings;

export async function signingIn() {
  await visit(page, "/");
  await page.getByLabel("Access key ID").fill(settings.key);
  await page.getByLabel("Secret access key").fill("not the secret");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("its secret is another one").waitFor();
  if ((await page.getByLabel("Access key ID").inputValue()) !== settings.key)
    complain("a refused sign-in forgets the key");
  await look(page, "sign-in");
  await signIn(page);
  const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie]));
  if (kept.includes(settings.secret)) complain("the secret stays in the browser");
  if ((await page.evaluate(() => document.cookie)) !== "") complain("scripts can read the session's cookie");
}

export async function settingUp(): Promise<string> {
  await page.getByText("No directories in us-east-1").waitFor();
  await look(page, "directories-empty");
  await page
    .getByRole("link", { name: "Set up directory" })
    .or(page.getByRole("button", { name: "Set up directory" }))
    .first()
    .click();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByLabel("Directory DNS name").fill("single");
  await page.getByText("two or more labels").waitFor();
  await page.getByLabel("Directory DNS name").fill(name);
  await page.getByLabel("Admin password").fill("short");
  await page.getByText("A password has 8 to 64 characters.").waitFor();
  await page.getByLabel("Admin password").fill("Correct-Horse-7");
  await page.getByLabel("Confirm password").fill("Correct-Horse-7");
  await page.getByText("Enterprise Edition").click();
  await look(page, "set-up-information");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("heading", { name: "Choose VPC and subnets" }).waitFor();
  await page
    .getByText(/subnet-[0-9a-f]{17}/)
    .first()
    .waitFor();
  await look(page, "set-up-network");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("heading", { name: "Review & create" }).waitFor();
  await look(page, "set-up-review");
  await page.getByRole("button", { name: "Create directory" }).click();
  const link = page.getByRole("link", { name: /^d-[0-9a-f]{10}$/ });
  await link.waitFor();
  const id = (await link.textContent()) ?? "";
  await look(page, "directories-creating");
  await cell(/^Active$/).waitFor(); // without reloading
  tell(`${id} is Active`);
  await look(page, "directories");
  await link.click();
  await page.getByRole("heading", { name: "Trust relationships" }).waitFor();
  return id;
}

export async function openTheWay(id: string) {
  await page.getByRole("link", { name: "Edit outbound rules" }).first().click();
  await page.getByRole("button", { name: "Add rule" }).click();
  await page.getByLabel("Destination").fill("198.51.100.0/25x");
  await page.getByText("Enter an address, a slash and a length").waitFor();
  await page.getByLabel("Destination").fill(`${address}/28`);
  await page.getByText("There are bits set behind the length").waitFor();
  await page.getByLabel("Destination").fill(address);
  await page.getByLabel("Description – optional").fill("the step of the page");
  await look(page, "edit-outbound-rules");
  await page.getByRole("button", { name: "Save rules" }).click();
  await told("are in force");
  await cell(`${address}/32`).waitFor();
  await look(page, "security-group");
  if (!settings.routes) return;
  await visit(page, at(`directories/${id}/networking`));
  await page.getByRole("link", { name: "Add route" }).click();
  await page.getByLabel("CIDR").fill(`${address}/32`);
  await page.getByText("was changed by hand").waitFor(); // by the rule just added
  await look(page, "add-routes");
  await page.getByRole("button", { name: "Add routes" }).click();
  await cell(/^Added$/).waitFor();
}

// A trust: added, made on the other side, changed, deleted, and one that lacks
// a rule.

import { ask, complain, settings, tell, visit } from "../browser.ts";
import { look } from "../look.ts";
import { at, page, s, state, told, trustPassword } from "./stage.ts";

const { partner, address } = settings;

async function fillTrust() {
  await page.getByLabel("Trusted domain FQDN").fill("corp");
  await page.getByText("Single-label domains cannot be trusted").waitFor();
  await page.getByLabel("Trusted domain FQDN").fill(partner);
  await page.getByLabel("Trust password", { exact: true }).fill(trustPassword);
  await page.getByLabel("Confirm trust password").fill(trustPassword + "!");
  await page.getByText("The two passwords are not the same.").waitFor();
  await page.getByLabel("Confirm trust password").fill(trustPassword);
  await page.getByRole("radio", { name: "Two-way" }).check();
  await page.getByLabel("DNS server IP address").fill(address);
}

export async function addTrust(id: string, pictures: boolean): Promise<string> {
  await visit(page, at(`directories/${id}/trusts/new`));
  await fillTrust();
  if (pictures) {
    await look(page, "add-trust");
    await page.getByRole("button", { name: "Check readiness" }).click();
    await page
      .getByText(/checks? failed|^Ready$/)
      .first()
      .waitFor();
    await page.getByText("Look at accounts too").click();
    await page.getByLabel("User name").fill("Administrator");
    await page.getByLabel("Password of the account").fill(settings.partnerPassword);
    await page.getByText("You have changed something since").waitFor();
    await page.getByRole("button", { name: "Check again" }).click();
    await page.getByText("You have changed something since").waitFor({ state: "hidden" });
    await page
      .getByText(/checks? failed|^Ready$/)
      .first()
      .waitFor();
    await page.getByText(/^\d+ passed$/).click();
    await page.getByText("Accounts: Kerberos pre-authentication").first().waitFor();
    await page.getByText(/^\d+ passed$/).click();
    await look(page, "readiness");
  }
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByTestId("trust-state").waitFor();
  const trust = /t-[0-9a-f]{10}/.exec(page.url())?.[0] ?? "";
  tell(`${trust} was added`);
  return trust;
}

/** The other side, made by what the page tells its administrator to type. */
export async function otherSide() {
  await page.getByRole("button", { name: "Show commands for the other side" }).click();
  await page.getByRole("button", { name: "samba-tool" }).click();
  await look(page, "trust-waiting");
  const text = (await page.locator("#main pre").textContent()) ?? "";
  if (text.includes(trustPassword)) complain("the commands hold the trust password");
  await ask("type at partner", { text, password: trustPassword });
  tell("what the page says was typed at the other side");
}

export async function selective(trust: string) {
  await visit(page, at(`trusts/${trust}`));
  await state("Verified");
  await s.actions("Update selective authentication");
  await page.getByRole("checkbox", { name: "Selective authentication" }).check();
  await look(page, "selective-dialog", false);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Enabled", { exact: true }).first().waitFor();
  await state("Verified");
  await s.actions("Verify trust relationship");
  await page.getByRole("button", { name: "Verify", exact: true }).click();
  await told(`The trust with ${partner} is verified`);
  await state("Verified");
  tell("selective authentication is on, and the trust is verified again");
}

export async function deleteTrust(id: string, forwarder: boolean) {
  await s.actions("Delete trust relationship");
  const box = page.getByRole("checkbox", { name: /conditional forwarder/ });
  await box.waitFor();
  if (forwarder) await box.check();
  await look(page, "delete-trust-dialog", false);
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await told(`The trust with ${partner} was deleted`);
  if (!page.url().includes(id)) complain("a deleted trust does not lead back to its directory");
  await page.getByText("No trust relationships").waitFor();
  if (forwarder) await page.getByText("No conditional forwarders").waitFor();
  tell("the trust is gone");
}

/** A trust that fails, and the way from its reason to the missing rule. */
export async function missingRule(id: string) {
  await page.getByRole("link", { name: "Edit outbound rules" }).first().click();
  await page.getByRole("button", { name: new RegExp(`Delete rule .* ${address.replaceAll(".", "\\.")}/32`) }).click();
  await page.getByRole("button", { name: "Save rules" }).click();
  await told("are in force");
  const trust = await addTrust(id, false);
  const remedy = page.getByRole("link", { name: "Add outbound rules" });
  const verified = page.getByTestId("trust-state").getByText("Verified", { exact: true });
  await remedy.waitFor();
  await page
    .getByTestId("trust-state")
    .getByText(/security group/i)
    .waitFor();
  await look(page, "trust-blocked");
  // Names first, then what becomes visible behind them.
  for (let round = 1; round <= 4 && !(await verified.isVisible()); round++) {
    const lack = await remedy.getAttribute("href");
    await remedy.click();
    await page.getByText("filled in").first().waitFor();
    if ((await page.getByLabel("Destination").first().inputValue()) !== `${address}/32`)
      complain("the missing rule is not filled in");
    if (round === 1) await look(page, "rules-filled-in");
    await page.getByRole("button", { name: "Save rules" }).click();
    await told("are in force");
    await page.getByTestId("trust-state").waitFor();
    if (!page.url().endsWith(trust)) complain("saving the rules does not lead back to the trust");
    await told("are in force");
    tell(`the missing rules were added, round ${round}`);
    // It is looked at again by itself: it works, or lacks something else.
    await page.locator(`a[href="${lack}"]`).waitFor({ state: "hidden" });
    await verified.or(remedy).first().waitFor();
  }
  await state("Verified");
  tell("the reason led to the missing rule");
}

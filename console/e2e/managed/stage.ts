// Where the story of a managed directory happens: its page, its names, and how
// its parts are told one after another.

import { complain, settings, start, tell } from "../browser.ts";
import { Screen } from "../screen.ts";

export const name = "managed.entente.test";
export const password = "Another-Horse-8"; // of Admin, once it was reset
export const home = "us-east-1";
export const away = "eu-west-1";

export const { browser, context, page } = await start();
export const s = new Screen(page);

/** The directory's; "" until it is set up. */
export let id = "";

export function remember(directory: string) {
  id = directory;
}

export const directory = (tab: string, region = home) => `/${region}/directories/${id}/${tab}`;

/** One part; what goes wrong in it does not keep the next from being told. */
export async function part(title: string, path: string, happen: () => Promise<void>): Promise<boolean> {
  try {
    if (await s.dialog().isVisible()) await page.keyboard.press("Escape");
    await follow(path);
    await happen();
    tell(`${title}: done`);
    return true;
  } catch (e) {
    complain(`${title}: ${e instanceof Error ? e.message : String(e)}`);
    if (settings.shots) await page.screenshot({ path: `${settings.shots}/FAILED-${title.replaceAll(" ", "-")}.png` });
    return false;
  }
}

/** Goes where a link would, without loading the page anew. */
export async function follow(path: string) {
  await page.evaluate((path) => {
    history.pushState(null, "", path);
    dispatchEvent(new PopStateEvent("popstate"));
  }, path);
}

export const status = (word: string) => page.getByText(word, { exact: true }).first().waitFor();

export async function addresses(): Promise<string[]> {
  const value = page.locator("dt", { hasText: "DNS addresses" }).locator("xpath=following-sibling::dd[1]");
  return (await value.innerText()).match(/\d+\.\d+\.\d+\.\d+/g) ?? [];
}

// Where the story of a trust happens: its page, its names, and what is looked
// for again and again.

import { start } from "../browser.ts";
import { Screen } from "../screen.ts";

export const name = "console.entente.test";
export const trustPassword = "Console-Trust-42x";
export const at = (path: string) => `/us-east-1/${path}`;

export const { browser, page } = await start();
export const s = new Screen(page);

export const cell = (text: string | RegExp) => page.locator("td, th").filter({ hasText: text }).first();

/** The trust's, on its own page. */
export const state = (word: string) => page.getByTestId("trust-state").getByText(word, { exact: true }).waitFor();

/** A notice says so; live regions repeat it for those who listen. */
export const told = (words: string) => page.getByText(words).first().waitFor();

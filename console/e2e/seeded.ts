// What the stories share that look at servers with directories and trusts
// written straight into their stores.

import type { Page } from "playwright-core";

export interface Side {
  base: string;
  key: string;
  secret: string;
  directories: number;
  trusts: number;
  tags: number;
}

export async function enter(page: Page, side: Side, path = "/") {
  await page.goto(side.base + path);
  await page.getByLabel("Access key ID").fill(side.key);
  await page.getByLabel("Secret access key").fill(side.secret);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation").first().waitFor();
}

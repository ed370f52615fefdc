// What the stories share that look at servers with directories and trusts
// written straight into their stores.

import type { Page } from "playwright-core";
import { signIn } from "./browser.ts";

export interface Side {
  base: string;
  key: string;
  secret: string;
  directories: number;
  trusts: number;
  tags: number;
}

export const enter = (page: Page, side: Side, path = "/") => signIn(page, path, side);

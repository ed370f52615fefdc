// What the wizard has been told of a directory so far.

import {
  checkAdminPassword,
  checkDescription,
  checkDirectoryName,
  checkNetBIOS,
  checkRepeat,
  checkSubnets,
} from "./rules.ts";

export interface Draft {
  edition: "Standard" | "Enterprise";
  name: string;
  short: string;
  description: string;
  password: string;
  again: string;
  vpc: string;
  subnets: string[];
}

export const empty: Draft = {
  edition: "Standard",
  name: "",
  short: "",
  description: "",
  password: "",
  again: "",
  vpc: "",
  subnets: [],
};

/** What keeps each step from being done; "" where nothing does. */
export function faultsOf(draft: Draft, chosen: Parameters<typeof checkSubnets>[0]): string[] {
  return [
    "",
    checkDirectoryName(draft.name) ||
      checkNetBIOS(draft.short) ||
      checkDescription(draft.description) ||
      checkAdminPassword(draft.password) ||
      checkRepeat(draft.password, draft.again),
    draft.vpc ? checkSubnets(chosen) : "Choose a VPC.",
    "",
  ];
}

import { createContext, useContext } from "react";
import type { Session } from "./api/session.ts";

export interface Where {
  region: string;
  session: Session;
}

export const WhereContext = createContext<Where | null>(null);

/** Which Region the screen speaks of, and for whom. */
export function useWhere(): Where {
  const w = useContext(WhereContext);
  if (!w) throw new Error("no Region");
  return w;
}

/** Addresses of screens in the Region at hand. */
export function usePaths() {
  const { region } = useWhere();
  return paths(region);
}

export function paths(region: string) {
  const at = (...parts: string[]) => `/${region}/${parts.map(encodeURIComponent).join("/")}`;
  return {
    directories: at("directories"),
    newDirectory: at("directories", "new"),
    directory: (id: string, tab?: string) => (tab ? at("directories", id, tab) : at("directories", id)),
    newTrust: (id: string) => at("directories", id, "trusts", "new"),
    trust: (id: string) => at("trusts", id),
    newRoutes: (id: string) => at("directories", id, "routes", "new"),
    newRegion: (id: string) => at("directories", id, "regions", "new"),
    map: at("map"),
    audit: at("audit"),
    vpcs: at("vpcs"),
    newVpc: at("vpcs", "new"),
    groups: at("security-groups"),
    group: (id: string) => at("security-groups", id),
    groupEdit: (id: string, direction: "inbound" | "outbound") => at("security-groups", id, "edit", direction),
  };
}

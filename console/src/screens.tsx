// Which screen an address names.

import Alert from "@cloudscape-design/components/alert";
import { type ComponentType, lazy } from "react";
import { paths } from "./context.ts";

const DirectoryList = lazy(() => import("./pages/directories/list.tsx"));
const SetUpDirectory = lazy(() => import("./pages/directories/set-up.tsx"));
const DirectoryDetails = lazy(() => import("./pages/directories/details.tsx"));
const AddTrust = lazy(() => import("./pages/trusts/add.tsx"));
const TrustDetails = lazy(() => import("./pages/trusts/details.tsx"));
const AddRoutes = lazy(() => import("./pages/directories/add-routes.tsx"));
const AddRegion = lazy(() => import("./pages/directories/add-region.tsx"));
const TrustMap = lazy(() => import("./pages/map/page.tsx"));
const AuditLog = lazy(() => import("./pages/audit/page.tsx"));
const Vpcs = lazy(() => import("./pages/networks/vpcs.tsx"));
const NewVpc = lazy(() => import("./pages/networks/new-vpc.tsx"));
const Groups = lazy(() => import("./pages/networks/groups.tsx"));
const Group = lazy(() => import("./pages/networks/group.tsx"));
const EditRules = lazy(() => import("./pages/networks/edit-rules.tsx"));

export interface Screen {
  title: string;
  /** What leads to it, before the directory or trust that it is about. */
  crumbs: { text: string; href: string }[];
  about?: { directory?: string; trust?: string };
  nav: string;
  /** Pages with much to type are narrower. */
  form?: boolean;
  key: string;
  // Each page has props of its own, which screenOf alone puts together.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  Page: ComponentType<any>;
  props: Record<string, string>;
}

export function screenOf(region: string, parts: string[]): Screen {
  const to = paths(region);
  const [noun = "directories", id = "", sub = "", more = ""] = parts;
  const key = [region, noun, id, noun === "directories" && more === "" ? "" : sub, more].join("/");
  const directories = { text: "Directories", href: to.directories };
  const base = { key, nav: to.directories, crumbs: [directories], props: { id } };
  if (noun === "directories") {
    const about = { directory: id };
    if (!id) return { ...base, title: "Directories", crumbs: [], Page: DirectoryList, props: {} };
    if (id === "new") return { ...base, title: "Set up a directory", Page: SetUpDirectory, props: {} };
    if (sub === "trusts" && more === "new")
      return { ...base, title: "Add a trust relationship", about, form: true, Page: AddTrust };
    if (sub === "routes" && more === "new") return { ...base, title: "Add routes", about, form: true, Page: AddRoutes };
    if (sub === "regions" && more === "new")
      return { ...base, title: "Add Region", about, form: true, Page: AddRegion };
    return { ...base, title: id, about, Page: DirectoryDetails, props: { id, tab: sub } };
  }
  if (noun === "trusts" && id) return { ...base, title: id, about: { trust: id }, Page: TrustDetails };
  if (noun === "map") return { ...base, title: "Trust map", crumbs: [], nav: to.map, Page: TrustMap, props: {} };
  if (noun === "audit") return { ...base, title: "Audit log", crumbs: [], nav: to.audit, Page: AuditLog, props: {} };
  if (noun === "vpcs") {
    const vpcs = { ...base, nav: to.vpcs, crumbs: [{ text: "VPCs and subnets", href: to.vpcs }] };
    if (id === "new") return { ...vpcs, title: "Create a VPC", form: true, Page: NewVpc, props: {} };
    return { ...vpcs, title: "VPCs and subnets", crumbs: [], Page: Vpcs, props: {} };
  }
  if (noun === "security-groups") {
    const groups = { ...base, nav: to.groups, crumbs: [{ text: "Security groups", href: to.groups }] };
    if (!id) return { ...groups, title: "Security groups", crumbs: [], Page: Groups, props: {} };
    if (sub === "edit")
      return {
        ...groups,
        title: more === "inbound" ? "Edit inbound rules" : "Edit outbound rules",
        crumbs: [...groups.crumbs, { text: id, href: to.group(id) }],
        Page: EditRules,
        props: { id, direction: more },
      };
    return { ...groups, title: id, Page: Group };
  }
  return { ...base, title: "No such page", Page: Nowhere, props: {} };
}

function Nowhere() {
  return (
    <Alert type="info" header="There is no such page">
      The address may be mistyped, or what it named is gone.
    </Alert>
  );
}

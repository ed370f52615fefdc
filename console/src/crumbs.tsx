// The way from the list of directories to the screen at hand, in names rather
// than in ids.

import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import { useEffect } from "react";
import { useDirectory, useExplanation } from "./api/hooks.ts";
import { usePaths, useWhere } from "./context.ts";
import { follow } from "./router.ts";
import type { Screen } from "./screens.tsx";

export function Crumbs({ screen, path }: { screen: Screen; path: string }) {
  const { region } = useWhere();
  const to = usePaths();
  const { trust, directory } = screen.about ?? {};
  const x = useExplanation(region, trust ?? null).data;
  const owner = directory ?? x?.DirectoryId;
  const name = useDirectory(region, directory ?? null).data?.Name ?? x?.DirectoryName ?? owner ?? "";
  const title = trust ? (x?.RemoteDomainName ?? trust) : directory && screen.title === directory ? name : screen.title;
  useEffect(() => {
    document.title = `${trust ? "Trust with " : ""}${title} · Entente`;
  }, [trust, title]);
  const between = owner && title !== name ? [{ text: name, href: to.directory(owner) }] : [];
  const items = [...screen.crumbs, ...between, { text: title, href: path }];
  return items.length > 1 ? <BreadcrumbGroup items={items} onFollow={follow} /> : null;
}

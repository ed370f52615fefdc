import TopNavigation from "@cloudscape-design/components/top-navigation";
import { forgetAll } from "./api/query.ts";
import { useWhere } from "./context.ts";
import { defaultRegion, regionTitle, regions } from "./regions.ts";
import { go, splitPath } from "./router.ts";
import { useFreshness } from "./ui/freshness.tsx";
import { type Appearance, choose, useAppearance } from "./ui/theme.ts";

const freshWords = {
  connecting: "Connecting",
  live: "Live",
  polling: "Polling",
  lost: "Reconnecting",
  off: "Offline",
} as const;

export function TopBar({ leave }: { leave: () => void }) {
  const { region, session } = useWhere();
  const appearance = useAppearance();
  const fresh = useFreshness();
  const mark = (a: Appearance, text: string) => ({
    id: a,
    text,
    itemType: "checkbox" as const,
    checked: appearance === a,
  });
  return (
    <div id="bar">
      <TopNavigation
        identity={{
          href: "/",
          logo: { src: "/logo.svg", alt: "Entente" },
          onFollow: (e) => {
            e.preventDefault();
            go(`/${region}/directories`);
          },
        }}
        utilities={[
          {
            type: "button",
            text: freshWords[fresh.state],
            iconName: fresh.state === "live" ? "status-positive" : "status-in-progress",
            disableUtilityCollapse: false,
            disableTextCollapse: true,
            ariaLabel: `Connection: ${freshWords[fresh.state]}. Fetch everything again`,
            title: "Fetch everything again",
            onClick: () => forgetAll(),
          },
          {
            type: "menu-dropdown",
            text: regionTitle(region),
            ariaLabel: `Region: ${regionTitle(region)}`,
            items: (regions.some(([r]) => r === region)
              ? regions
              : [[region, region] as [string, string], ...regions]
            ).map(([id]) => ({ id, text: regionTitle(id), itemType: "checkbox" as const, checked: id === region })),
            onItemClick: (e) => {
              const { parts } = splitPath(location.pathname);
              // A directory may be in the other Region too; anything else is not.
              const keep =
                parts[0] === "directories" && parts[1] && parts[1] !== "new" ? parts.slice(0, 3) : parts.slice(0, 1);
              go(`/${e.detail.id || defaultRegion}/${keep.map(encodeURIComponent).join("/")}`);
            },
          },
          {
            type: "menu-dropdown",
            iconName: "settings",
            ariaLabel: "Appearance",
            title: "Appearance",
            items: [mark("system", "As the system"), mark("light", "Light"), mark("dark", "Dark")],
            onItemClick: (e) => choose(e.detail.id as Appearance),
          },
          {
            type: "menu-dropdown",
            text: session.ReadOnly ? `${session.AccessKeyId} (read-only)` : session.AccessKeyId,
            ariaLabel: `${session.AccessKeyId}: signed in${session.ReadOnly ? ", read-only" : ""}`,
            description: session.Description || session.Account,
            iconName: "user-profile",
            items: [
              {
                id: "who",
                text: `Account ${session.Account}${session.ReadOnly ? ", read-only" : ""}`,
                disabled: true,
              },
              { id: "out", text: "Sign out" },
            ],
            onItemClick: (e) => {
              if (e.detail.id === "out") leave();
            },
          },
        ]}
      />
    </div>
  );
}

// The frame around every screen: bar, navigation, notices, and the screen that
// the address names.

import AppLayout from "@cloudscape-design/components/app-layout";
import Box from "@cloudscape-design/components/box";
import SideNavigation from "@cloudscape-design/components/side-navigation";
import Spinner from "@cloudscape-design/components/spinner";
import { Suspense, useEffect, useMemo, useState } from "react";
import type { Session } from "./api/session.ts";
import { useArrival } from "./arrive.ts";
import { WhereContext, paths } from "./context.ts";
import { Crumbs } from "./crumbs.tsx";
import { defaultRegion } from "./regions.ts";
import { follow, go, splitPath, usePath } from "./router.ts";
import { screenOf } from "./screens.tsx";
import { TopBar } from "./topbar.tsx";
import { MayBreak } from "./ui/broken.tsx";
import { Notices } from "./ui/notices.tsx";
import { useFreshnessNotice } from "./ui/freshness.tsx";
import { isNarrow, useNarrow } from "./ui/narrow.ts";

const lastRegion = "entente-region";

export default function Shell({ session, leave }: { session: Session; leave: () => void }) {
  const path = usePath();
  const { region: inPath, parts } = splitPath(path);
  const region = inPath ?? localStorage.getItem(lastRegion) ?? defaultRegion;
  useEffect(() => {
    if (inPath) localStorage.setItem(lastRegion, inPath);
    if (!inPath || parts.length === 0) go(paths(region).directories, "replace");
  });
  const screen = screenOf(region, parts);
  useArrival(screen.key);
  const narrow = useNarrow();
  // Narrow windows have the navigation over the content, and close it; a window
  // that was narrow for a moment has it again as it was.
  const [beside, setBeside] = useState(true);
  const [over, setOver] = useState(false);
  const where = useMemo(() => ({ region, session }), [region, session]);
  const fresh = useFreshnessNotice();
  const to = paths(region);
  return (
    <WhereContext value={where}>
      <a
        className="skip"
        href="#main"
        onClick={(e) => {
          e.preventDefault(); // the address stays that of the screen
          document.getElementById("main")?.focus();
        }}
      >
        Skip to content
      </a>
      <TopBar leave={leave} />
      <AppLayout
        headerSelector="#bar"
        toolsHide
        navigationOpen={narrow ? over : beside}
        onNavigationChange={(e) => (isNarrow() ? setOver : setBeside)(e.detail.open)}
        navigation={
          <SideNavigation
            header={{ text: "Directory Service", href: to.directories }}
            activeHref={screen.nav}
            onFollow={(e) => {
              follow(e);
              setOver(false);
            }}
            items={[
              { type: "link", text: "Directories", href: to.directories },
              { type: "link", text: "Trust map", href: to.map },
              { type: "divider" },
              { type: "link", text: "VPCs and subnets", href: to.vpcs },
              { type: "link", text: "Security groups", href: to.groups },
              { type: "divider" },
              { type: "link", text: "Audit log", href: to.audit },
            ]}
          />
        }
        breadcrumbs={<Crumbs screen={screen} path={path} />}
        notifications={<Notices first={fresh} />}
        stickyNotifications
        contentType={screen.form ? "form" : "default"}
        content={
          <div id="main" tabIndex={-1}>
            <Suspense
              fallback={
                <Box textAlign="center" padding="xxl">
                  <Spinner size="large" />
                </Box>
              }
            >
              <div key={screen.key} data-screen={screen.key}>
                <MayBreak>
                  <screen.Page {...screen.props} />
                </MayBreak>
              </div>
            </Suspense>
          </div>
        }
      />
    </WhereContext>
  );
}

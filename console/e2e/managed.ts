// What surrounds a directory, in a browser and against real domain
// controllers: VPCs, Regions, the number of domain controllers, passwords,
// tags, forwarders, rules, certificates, snapshots, settings, and its end. The
// page is loaded once: what changes, changes on the screen.

import { mark, play, signIn, stayed } from "./browser.ts";
import { application, goodbye, resetPassword, setUp, tags } from "./managed/directory.ts";
import { notifications, scale, setting, snapshot, stopTelling } from "./managed/maintenance.ts";
import { aVpc, forwarders, ldaps, routes, rules } from "./managed/networking.ts";
import { whoOnlyLooks } from "./managed/read-only.ts";
import { addRegion, blocked, deleteRegion, inTheRegion } from "./managed/regions.ts";
import { away, browser, directory, home, page, part } from "./managed/stage.ts";

await play(browser, page, async () => {
  await signIn(page);
  await mark(page);
  await part("a VPC", `/${home}/directories`, aVpc);
  await part("setting up", `/${home}/directories`, setUp);
  await part("tags", directory("tags"), tags);
  await part("password", directory("networking"), resetPassword);
  await part("scale", directory("scale"), scale);
  await part("snapshot", directory("maintenance"), snapshot);
  if (await part("adding a Region", directory("networking"), addRegion)) {
    await part("in the Region", directory("networking"), inTheRegion);
    await part("blocked", directory("networking"), blocked);
    await part("deleting a Region", directory("networking", away), deleteRegion);
  }
  await part("forwarders", directory("networking"), forwarders);
  await part("rules", directory("networking"), rules);
  await part("routes", directory("networking"), routes);
  await part("LDAPS", directory("networking"), ldaps);
  await part("applications", directory("applications"), application);
  // Domain controllers start anew for these: last, so that nothing waits for it.
  await part("notifications", directory("maintenance"), notifications);
  await part("settings", directory("maintenance"), setting);
  await part("no notifications", directory("maintenance"), stopTelling);
  await part("read-only", directory("networking"), whoOnlyLooks);
  await part("goodbye", directory("networking"), goodbye);
  await stayed(page);
});

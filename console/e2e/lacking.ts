// A server that does not offer everything: sections of what it lacks are not
// shown, and what is tried all the same is said to be not offered.

import type { Page } from "playwright-core";
import { complain, play, settings, start, tell } from "./browser.ts";
import { type Side, enter } from "./seeded.ts";

const { side } = settings as unknown as { side: Side };
const { browser, page } = await start();
const words = "This server does not offer the operation.";

/** Which operations fill a section of which page. */
const sections: { tab: string; section: string; by: string }[] = [
  { tab: "networking", section: "IP routing", by: "ListIpRoutes" },
  { tab: "networking", section: "Conditional forwarders", by: "DescribeConditionalForwarders" },
  { tab: "networking", section: "Client-side LDAPS", by: "DescribeLDAPSSettings" },
  { tab: "networking", section: "CA certificates", by: "ListCertificates" },
  { tab: "maintenance", section: "Snapshots", by: "DescribeSnapshots" },
  { tab: "maintenance", section: "Notifications", by: "DescribeEventTopics" },
  { tab: "maintenance", section: "Log forwarding", by: "ListLogSubscriptions" },
  { tab: "maintenance", section: "Directory settings", by: "DescribeSettings" },
];

/** Has the server not offer the operations, as awsapi says it of one. */
async function without(page: Page, operations: string[]) {
  await page.unrouteAll();
  await page.route("**/", async (route) => {
    const target = route.request().headers()["x-amz-target"] ?? "";
    if (!operations.includes(target.split(".")[1] ?? "")) return route.fallback();
    await route.fulfill({
      status: 400,
      contentType: "application/x-amz-json-1.1",
      body: JSON.stringify({ __type: "UnsupportedOperationException", Message: words }),
    });
  });
}

const heading = (section: string) => page.getByRole("heading", { level: 2, name: new RegExp(`^${section}`) });

async function open(tab: string) {
  await page.goto(`${side.base}/us-east-1/directories/d-0000000001/${tab}`);
  await page.getByRole("tab", { selected: true }).waitFor();
  await page.waitForFunction(() => !document.querySelector("[data-filling]"));
}

await play(browser, page, async () => {
  await enter(page, side);
  for (const tab of ["networking", "maintenance"]) {
    const here = sections.filter((s) => s.tab === tab);
    await without(page, []);
    await open(tab);
    for (const s of here) await heading(s.section).waitFor();
    for (const s of here) {
      await without(page, [s.by]);
      await open(tab);
      if ((await heading(s.section).count()) > 0) complain(`${s.section} is shown without ${s.by}`);
      // Certificates are of client-side LDAPS, and go with it.
      const others = here.filter((o) => o !== s && !(s.by === "DescribeLDAPSSettings" && o.by === "ListCertificates"));
      for (const o of others)
        if (!(await heading(o.section).isVisible())) complain(`without ${s.by} there is no ${o.section} either`);
      const said = await page.locator("#main").getByRole("alert").count();
      if (said > 0) complain(`without ${s.by} something is said that nobody asked for`);
    }
    tell(`${tab}: ${here.length} sections go, each with its operation`);
  }
  await without(page, ["UpdateNumberOfDomainControllers"]);
  await open("scale");
  await page.getByRole("button", { name: "Edit" }).click();
  const dialog = page.getByRole("dialog").filter({ visible: true });
  await dialog.getByLabel("Domain controllers").fill("3");
  await dialog.getByRole("button", { name: "Modify" }).click();
  await dialog.getByText("Not offered by this server").waitFor();
  await dialog.getByText(words).waitFor();
  if ((await dialog.getByLabel("Domain controllers").inputValue()) !== "3") complain("what was typed is gone");
  tell("what is tried is said to be not offered");
});

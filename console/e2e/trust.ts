// The page's flow, in a browser, against real domain controllers: sign in, set
// up a directory, open the way, add a trust, see it verified; then what goes
// wrong and how the console leads out of it.

import { ask, play, settings, tell } from "./browser.ts";
import { openTheWay, settingUp, signingIn } from "./trust/directory.ts";
import { narrow, otherScreens, restart, trustPictures } from "./trust/screens.ts";
import { browser, page, state, told } from "./trust/stage.ts";
import { addTrust, deleteTrust, missingRule, otherSide, selective } from "./trust/trust.ts";

await play(browser, page, async () => {
  await signingIn();
  const id = await settingUp();
  await ask("prepare partner", { id });
  if (settings.routes) await openTheWay(id);
  const trust = await addTrust(id, true);
  await otherSide();
  await state("Verified"); // by itself, without reloading
  await told(`The trust with ${settings.partner} is verified`);
  await page.getByRole("tab", { name: "Progress" }).click();
  tell("the trust is Verified on the screen");
  await trustPictures();
  await otherScreens(id);
  await narrow(id, trust);
  await selective(trust);
  await restart();
  await deleteTrust(id, true);
  if (settings.routes) await missingRule(id);
});

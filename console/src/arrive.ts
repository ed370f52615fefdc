// Where the keyboard is after going to another screen: at its heading, unless
// a field of it asks to be filled in first.

import { useEffect, useRef } from "react";

const patience = 5000; // ms for a screen to arrive

export function useArrival(screen: string) {
  const before = useRef(screen);
  useEffect(() => {
    if (before.current === screen) return;
    before.current = screen;
    const main = document.getElementById("main");
    if (!main) return;
    const was = document.activeElement;
    const place = () => {
      // While the new screen is on its way, the old one is kept, hidden.
      const page = [...main.children].find((e) => e instanceof HTMLElement && e.dataset.screen === screen);
      if (!page) return false;
      const now = document.activeElement;
      if (page.contains(now)) return true;
      // Whoever has gone on meanwhile is not called back.
      if (now !== was && now !== document.body) return true;
      const heading = page.querySelector("h1");
      if (!heading) return false;
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
      return true;
    };
    if (place()) return;
    const watch = new MutationObserver(() => place() && watch.disconnect());
    watch.observe(main, { childList: true, subtree: true });
    const end = setTimeout(() => watch.disconnect(), patience);
    return () => {
      watch.disconnect();
      clearTimeout(end);
    };
  }, [screen]);
}

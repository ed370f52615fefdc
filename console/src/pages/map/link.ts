import type { MouseEvent } from "react";
import { go } from "../../router.ts";

/** What makes an element of the drawing a link. */
export function linkTo(href: string) {
  return {
    href,
    onClick: (e: MouseEvent) => {
      if (e.metaKey || e.ctrlKey || e.shiftKey || e.button !== 0) return;
      e.preventDefault();
      go(href);
    },
  };
}

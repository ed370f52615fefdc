import react from "@vitejs/plugin-react";
import { type Plugin, defineConfig } from "vite";

/**
 * Leaves out the fonts that Cloudscape's styles bring inside of themselves:
 * 140 KB of a first view, for a typeface that the system's stands in for.
 */
const withoutFonts: Plugin = {
  name: "without-fonts",
  enforce: "pre",
  transform(code, id) {
    if (!id.includes("global-styles/index.css")) return null;
    return { code: code.replace(/@font-face\s*{[^}]*}/g, ""), map: null };
  },
};

/**
 * Leaves out the two other shapes of Cloudscape's AppLayout, which it chooses
 * among at run time by flags that only AWS's own console sets: a third of the
 * frame's script. Decision 184.
 */
const otherLayouts = new Set(["./classic", "./visual-refresh-toolbar"]);
const withoutOtherLayouts: Plugin = {
  name: "without-other-layouts",
  enforce: "pre",
  apply: "build",
  buildStart() {
    leftOut.clear();
  },
  resolveId(source, importer) {
    if (!importer?.endsWith("/app-layout/internal.js") || !otherLayouts.has(source)) return null;
    leftOut.add(source);
    return "\0no-layout";
  },
  load: (id) => (id === "\0no-layout" ? "export default () => null;" : null),
  buildEnd(error) {
    if (!error && leftOut.size !== otherLayouts.size) this.error("AppLayout is built in another way now");
  },
};
const leftOut = new Set<string>();

/**
 * Takes an orientation from the navigation of narrow windows, which is a
 * landmark and can have none; no property of AppLayout does.
 */
const withoutOrientation: Plugin = {
  name: "without-orientation",
  enforce: "pre",
  transform(code, id) {
    if (!id.endsWith("/app-layout/visual-refresh/mobile-toolbar.js")) return null;
    const better = code.replace('"aria-orientation": "horizontal", ', "");
    if (better === code) this.error("AppLayout's narrow navigation is built in another way now");
    return { code: better, map: null };
  },
};

export default defineConfig({
  plugins: [withoutFonts, withoutOtherLayouts, withoutOrientation, react()],
  build: {
    // dist/ itself holds a file that is in git, so that the binary builds
    // without a console; emptying it would delete that.
    outDir: "dist/app",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the content security policy allows no data: scripts
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
  },
  server: { proxy: { "/console": "http://127.0.0.1:8640" } },
});

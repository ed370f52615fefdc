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

export default defineConfig({
  plugins: [withoutFonts, react()],
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

import "@cloudscape-design/global-styles/index.css";
import "./style.css";
import { I18nProvider } from "@cloudscape-design/components/i18n";
import messages from "@cloudscape-design/components/i18n/messages/all.en";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { startTheme } from "./ui/theme.ts";

// A piece of the console that did not arrive, because the network changed or
// because the server has another version by now: the page begins anew, but not
// over and over.
window.addEventListener("vite:preloadError", (e) => {
  const place = "entente-reloaded";
  const last = Number(sessionStorage.getItem(place) ?? 0);
  if (Date.now() - last < 10_000) return;
  e.preventDefault();
  sessionStorage.setItem(place, String(Date.now()));
  location.reload();
});

startTheme();
const place = document.getElementById("app");
if (place)
  createRoot(place).render(
    <StrictMode>
      <I18nProvider locale="en" messages={[messages]}>
        <App />
      </I18nProvider>
    </StrictMode>,
  );

import "@cloudscape-design/global-styles/index.css";
import "./style.css";
import { I18nProvider } from "@cloudscape-design/components/i18n";
import messages from "@cloudscape-design/components/i18n/messages/all.en";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { startTheme } from "./ui/theme.ts";

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

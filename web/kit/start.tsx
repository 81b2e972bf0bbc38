/** How every page starts: theme first, then the language, then the page itself. */
import { type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { type I18n, I18nProvider, loadI18n } from "./i18n";
import { startTheme } from "./theme/mode";
import { LiveRegions } from "./ui/Live";
import "./theme/theme.css";
import "./ui/ui.css";

/** Renders a page once its texts have arrived. */
export async function startPage(
  catalogues: Parameters<typeof loadI18n>[0],
  page: (i18n: I18n) => ReactNode,
): Promise<void> {
  startTheme();
  const i18n = await loadI18n(catalogues);
  const root = document.getElementById("root");
  if (!root) throw new Error("the page has no #root element");
  createRoot(root).render(
    <StrictMode>
      <I18nProvider value={i18n}>
        {page(i18n)}
        <LiveRegions />
      </I18nProvider>
    </StrictMode>,
  );
}

/** The administration console: sign-in check, theme, language and routes. */
import { I18nProvider as CloudscapeTexts } from "@cloudscape-design/components/i18n";
import { applyTheme } from "@cloudscape-design/components/theming";
import { readSession, type Session } from "@kit/api/session";
import { preferredLocale, useI18n } from "@kit/i18n";
import { chat, common, consoleTexts, designer, desk, logs } from "@kit/i18n/catalogues";
import { startPage } from "@kit/start";
import { useMode } from "@kit/theme/mode";
import { Alert } from "@kit/ui/Alert";
import { Button } from "@kit/ui/Button";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { type ComponentType, useEffect, useState } from "react";
import { ConsoleProvider, useConsole } from "./context";
import { pages } from "./routes";
import { NoPage, Shell } from "./shell/Shell";
import { theme } from "./shell/theme";
import "./console.css";

function Guarded({ permissions, component: Page }: { permissions: string[]; component: ComponentType }) {
  const { may } = useConsole();
  return permissions.length === 0 || may(...permissions) ? <Page /> : <NoPage reason="forbidden" />;
}

const root = createRootRoute({ component: Shell, notFoundComponent: () => <NoPage reason="unknown" /> });
const routes = pages.map((one) =>
  createRoute({
    getParentRoute: () => root,
    path: one.path,
    component: () => <Guarded permissions={one.permissions} component={one.component} />,
  }),
);
const router = createRouter({ routeTree: root.addChildren(routes) });

const cache = new QueryClient({
  defaultOptions: { queries: { staleTime: 10_000, retry: 1, refetchOnWindowFocus: true } },
});

/** The texts of Cloudscape's own parts, in the user's language. */
const cloudscapeTexts = {
  en: () => import("@cloudscape-design/components/i18n/messages/all.en"),
  de: () => import("@cloudscape-design/components/i18n/messages/all.de"),
};

function Console({ texts }: { texts: object }) {
  const { t, locale } = useI18n();
  const mode = useMode();
  const [session, setSession] = useState<Session>();
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    document.body.classList.toggle("awsui-dark-mode", mode === "dark");
  }, [mode]);

  useEffect(() => {
    readSession().then(
      (found) => {
        if (found) setSession(found);
        else location.replace(`/login?next=${encodeURIComponent(location.pathname + location.search)}${location.hash}`);
      },
      () => setFailed(true),
    );
  }, []);

  if (!session) {
    return (
      <main className="sr-centre">
        {failed ? (
          <Alert kind="bad" action={<Button onClick={() => location.reload()}>{t("action.reload")}</Button>}>
            {t("failure.network")}
          </Alert>
        ) : (
          <div className="sr-busy">
            <span className="sr-spinner" />
            {t("loading")}
          </div>
        )}
      </main>
    );
  }
  return (
    <CloudscapeTexts locale={locale} messages={[texts as never]}>
      <QueryClientProvider client={cache}>
        <ConsoleProvider session={session}>
          <RouterProvider router={router} />
        </ConsoleProvider>
      </QueryClientProvider>
    </CloudscapeTexts>
  );
}

async function start() {
  applyTheme({ theme });
  const texts = (await cloudscapeTexts[preferredLocale()]()).default;
  await startPage([common, chat, desk, consoleTexts, designer, logs], () => <Console texts={texts} />);
}

void start();

/** The frame of the console: header, navigation, notices and the page itself. */
import Alert from "@cloudscape-design/components/alert";
import AppLayout from "@cloudscape-design/components/app-layout";
import Box from "@cloudscape-design/components/box";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Flashbar from "@cloudscape-design/components/flashbar";
import SideNavigation, { type SideNavigationProps } from "@cloudscape-design/components/side-navigation";
import Spinner from "@cloudscape-design/components/spinner";
import TopNavigation from "@cloudscape-design/components/top-navigation";
import { signOut } from "@kit/api/session";
import { chooseLocale, type Locale, languages, useI18n } from "@kit/i18n";
import logo from "@kit/theme/favicon.svg";
import { setMode, useMode } from "@kit/theme/mode";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { Suspense, useEffect } from "react";
import { useConsole, useExplain } from "../context";
import { useFollow } from "../parts/RouteLink";
import { navGroups, pages } from "../routes";

export function Shell() {
  const { t } = useI18n();
  const { notices, dismiss } = useConsole();
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <>
      <div id="console-top">
        <Top />
      </div>
      <AppLayout
        headerSelector="#console-top"
        toolsHide
        navigation={<Navigation path={path} />}
        breadcrumbs={<Crumbs path={path} />}
        notifications={
          <Flashbar
            stackItems
            items={notices.map((notice) => ({
              id: notice.id,
              type: notice.type,
              content: notice.text,
              dismissible: true,
              dismissLabel: t("console.dismiss"),
              onDismiss: () => dismiss(notice.id),
            }))}
          />
        }
        ariaLabels={{
          navigation: t("console.navigation"),
          navigationClose: t("console.navigationClose"),
          navigationToggle: t("console.navigationOpen"),
          notifications: t("console.notices"),
        }}
        content={
          <Suspense
            fallback={
              <Box textAlign="center" padding="xxl">
                <Spinner size="large" />
              </Box>
            }
          >
            <Outlet />
          </Suspense>
        }
      />
    </>
  );
}

function Top() {
  const { t, locale } = useI18n();
  const mode = useMode();
  const { session, say } = useConsole();
  const explain = useExplain();
  const follow = useFollow();

  async function leave() {
    try {
      await signOut(session);
      location.assign("/login?next=%2Fconsole");
    } catch (error) {
      say("error", explain(error));
    }
  }

  return (
    <TopNavigation
      identity={{
        href: "/console",
        title: session.instanceAlias || t("app.name"),
        logo: { src: logo, alt: t("app.name") },
        onFollow: follow,
      }}
      i18nStrings={{
        overflowMenuTriggerText: t("console.more"),
        overflowMenuTitleText: t("console.all"),
        overflowMenuBackIconAriaLabel: t("action.back"),
        overflowMenuDismissIconAriaLabel: t("action.close"),
      }}
      utilities={[
        { type: "button", text: t("home.workspace"), href: "/agent-app-v2" },
        {
          type: "button",
          iconSvg: (
            <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
              <path
                d={
                  mode === "dark"
                    ? "M8 1v2M8 13v2M1 8h2M13 8h2M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6z"
                    : "M13.500 9.500A6 6 0 0 1 6.500 2.500a6 6 0 1 0 7 7z"
                }
                fill="none"
                stroke="currentColor"
              />
            </svg>
          ),
          ariaLabel: t(mode === "dark" ? "theme.toLight" : "theme.toDark"),
          onClick: () => setMode(mode === "dark" ? "light" : "dark"),
        },
        {
          type: "menu-dropdown",
          iconSvg: (
            <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
              <path
                d="M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM1.500 8h13M8 1.500c-4 3.500-4 9.500 0 13M8 1.500c4 3.500 4 9.500 0 13"
                fill="none"
                stroke="currentColor"
              />
            </svg>
          ),
          ariaLabel: t("language.choose"),
          items: (Object.keys(languages) as Locale[]).map((code) => ({
            id: code,
            text: languages[code],
            disabled: code === locale,
          })),
          onItemClick: ({ detail }) => chooseLocale(detail.id as Locale),
        },
        {
          type: "menu-dropdown",
          text: session.displayName || session.username,
          iconName: "user-profile",
          items: [{ id: "out", text: t("action.signOut") }],
          onItemClick: () => void leave(),
        },
      ]}
    />
  );
}

function Navigation({ path }: { path: string }) {
  const { t } = useI18n();
  const { may } = useConsole();
  const follow = useFollow();
  const visible = pages.filter((one) => one.nav && (one.permissions.length === 0 || may(...one.permissions)));
  const active = [...visible].sort((a, b) => b.path.length - a.path.length).find((one) => path.startsWith(one.path));
  const items: SideNavigationProps.Item[] = [{ type: "link", text: t("home.nav"), href: "/console" }];
  for (const group of navGroups) {
    const links = visible.filter((one) => one.nav?.group === group);
    if (links.length === 0) continue;
    items.push({
      type: "section",
      text: t(`nav.${group}`),
      items: links.flatMap((one) => (one.nav ? [{ type: "link", text: t(one.nav.text), href: one.path }] : [])),
    });
  }
  return (
    <SideNavigation
      header={{ href: "/console", text: t("console.title") }}
      activeHref={active?.path ?? "/console"}
      items={items}
      onFollow={follow}
    />
  );
}

function Crumbs({ path }: { path: string }) {
  const { t } = useI18n();
  const follow = useFollow();
  const list = pages.find((one) => one.nav && path.startsWith(one.path));
  const title = list?.nav ? t(list.nav.text) : t("home.nav");
  useEffect(() => {
    document.title = `${title} – ${t("app.name")}`;
  }, [title, t]);
  if (!list?.nav) return null;
  const items = [
    { text: t("home.nav"), href: "/console" },
    { text: t(list.nav.text), href: list.path },
  ];
  if (path !== list.path)
    items.push({ text: path.endsWith("/new") ? t("console.crumbNew") : t("console.crumbOne"), href: path });
  return <BreadcrumbGroup items={items} ariaLabel={t("console.breadcrumbs")} onFollow={follow} />;
}

/** Shown instead of a page the user has no permission for, and for addresses that lead nowhere. */
export function NoPage({ reason }: { reason: "forbidden" | "unknown" }) {
  const { t } = useI18n();
  return (
    <Alert type={reason === "forbidden" ? "warning" : "info"} data-testid={`page-${reason}`}>
      {t(reason === "forbidden" ? "console.forbidden" : "console.unknownPage")}
    </Alert>
  );
}

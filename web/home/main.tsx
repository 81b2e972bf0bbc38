/** The landing page: links to the places people work in. */
import { type I18n, useI18n } from "@kit/i18n";
import { common } from "@kit/i18n/catalogues";
import { startPage } from "@kit/start";
import logo from "@kit/theme/favicon.svg";
import { LanguageMenu, ThemeToggle } from "@kit/ui/Preferences";
import "./home.css";

const places: { href: string; title: Parameters<I18n["t"]>[0]; text: Parameters<I18n["t"]>[0]; testId: string }[] = [
  { href: "/console", title: "home.console", text: "home.consoleText", testId: "go-console" },
  { href: "/agent-app-v2", title: "home.workspace", text: "home.workspaceText", testId: "go-workspace" },
  { href: "/ccp-v2", title: "home.panel", text: "home.panelText", testId: "go-panel" },
  { href: "/chat", title: "home.chat", text: "home.chatText", testId: "go-chat" },
];

function Home() {
  const { t } = useI18n();
  return (
    <main className="home">
      <header className="home__head">
        <img src={logo} alt="" />
        <div>
          <h1>{t("home.title")}</h1>
          <p>{t("home.lead")}</p>
        </div>
        <LanguageMenu />
        <ThemeToggle />
      </header>
      <nav className="home__cards" aria-label={t("app.name")}>
        {places.map((place) => (
          <a key={place.href} className="home__card" href={place.href} data-testid={place.testId}>
            <h2>{t(place.title)}</h2>
            <p>{t(place.text)}</p>
          </a>
        ))}
      </nav>
    </main>
  );
}

void startPage([common], () => <Home />);

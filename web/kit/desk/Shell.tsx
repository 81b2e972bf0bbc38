/** What the panel and the workspace share around their contacts: sign-in gate, header, notices. */
import { type ReactNode, useEffect, useState } from "react";
import { readDeskToken, readSession, ServerError, type Session, signOut } from "../api/session";
import { awaitHandOver, handOver } from "../auth/hand-over";
import { SignInForm } from "../auth/SignInForm";
import { chooseLocale, type Locale, languages, useI18n } from "../i18n";
import logo from "../theme/favicon.svg";
import { Alert } from "../ui/Alert";
import { Button, IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Menu, MenuItem } from "../ui/Menu";
import { ThemeToggle } from "../ui/Preferences";
import { DeskProvider, useDesk } from "./context";
import { Desk } from "./desk";
import { StatusPicker } from "./StatusPicker";
import { startDesk } from "./start";
import { CreateTaskDialog } from "./TemplateTaskDialog";
import "./desk.css";

type Gate =
  | { kind: "asking" }
  | { kind: "signedOut" }
  | { kind: "denied" }
  | { kind: "failed" }
  | { kind: "in"; session: Session; desk: Desk };

// Streams can be started only once in a page, however often the screen is drawn.
let starting: Promise<Gate> | undefined;

async function enter(): Promise<Gate> {
  try {
    const [session, token] = await Promise.all([readSession(), readDeskToken()]);
    if (!session || !token) return { kind: "signedOut" };
    startDesk(session, token);
    void handOver();
    const desk = new Desk();
    desk.watch();
    return { kind: "in", session, desk };
  } catch (error) {
    return { kind: error instanceof ServerError && error.status === 403 ? "denied" : "failed" };
  }
}

/** Shows its content to a signed-in agent, and the sign-in form, in place, to everyone else. */
export function DeskGate({ children }: { children: ReactNode }) {
  const { t } = useI18n();
  const [gate, setGate] = useState<Gate>({ kind: "asking" });
  useEffect(() => {
    starting ??= enter();
    void starting.then(setGate);
  }, []);
  const signedOut = gate.kind === "signedOut";
  useEffect(() => (signedOut ? awaitHandOver(() => location.reload()) : undefined), [signedOut]);
  if (gate.kind === "in") {
    return (
      <DeskProvider desk={gate.desk} session={gate.session}>
        {children}
      </DeskProvider>
    );
  }
  return (
    <main className="sr-centre">
      {gate.kind === "asking" && (
        <div className="sr-busy">
          <span className="sr-spinner" />
          {t("loading")}
        </div>
      )}
      {gate.kind === "signedOut" && <SignInForm onSignedIn={() => location.reload()} />}
      {gate.kind === "denied" && (
        <Alert kind="bad" testId="desk-denied">
          {t("desk.denied")}
        </Alert>
      )}
      {gate.kind === "failed" && (
        <Alert kind="bad" action={<Button onClick={() => location.reload()}>{t("action.reload")}</Button>}>
          {t("failure.network")}
        </Alert>
      )}
    </main>
  );
}

interface DeskHeadProps {
  /** The other page of the pair, offered in the menu. */
  other: { href: string; label: string };
  brand?: boolean;
}

export function DeskHead({ other, brand }: DeskHeadProps) {
  const { t } = useI18n();
  const { session, view } = useDesk();
  const [creating, setCreating] = useState(false);
  const restricted =
    session.permissions.includes("RestrictTaskCreation.Access") ||
    view.agent?.permissions.includes("restrictTaskCreation");
  const hasTasks = (view.agent?.concurrency.TASK ?? 0) > 0 || view.agent !== undefined;
  return (
    <header className="desk__head">
      {brand && (
        <span className="desk__brand">
          <img src={logo} alt="" />
          {session.instanceAlias}
        </span>
      )}
      <StatusPicker />
      <span className="desk__gap" />
      {view.agent && hasTasks && !restricted && (
        <IconButton icon="plus" label={t("task.create")} onClick={() => setCreating(true)} data-testid="task-new" />
      )}
      <ThemeToggle />
      <SettingsMenu other={other} />
      {creating && <CreateTaskDialog onClose={() => setCreating(false)} />}
    </header>
  );
}

function SettingsMenu({ other }: { other: { href: string; label: string } }) {
  const { t, locale } = useI18n();
  const { session, view, desk, say, run } = useDesk();
  async function leave() {
    if (view.contacts.length > 0) {
      say({ kind: "bad", text: t("desk.signOutWithContacts") });
      return;
    }
    if (await run(() => signOut(session))) desk.terminate();
  }
  return (
    <Menu
      button={<Icon name="user" />}
      label={t("desk.settings")}
      className="sr-button sr-button--quiet sr-button--icon"
      align="end"
      testId="settings-menu"
    >
      {(close) => (
        <>
          <p className="sr-menu__item">{t("desk.signedInAs", { name: session.displayName || session.username })}</p>
          <div className="sr-menu__line" />
          <MenuItem href={other.href}>{other.label}</MenuItem>
          {session.permissions.some((one) =>
            /^(Users|Queues|ContactFlows|RoutingPolicies|AccessMetrics|ContactSearch)/.test(one),
          ) && <MenuItem href="/console">{t("desk.openConsole")}</MenuItem>}
          <div className="sr-menu__line" />
          {(Object.keys(languages) as Locale[]).map((code) => (
            <MenuItem key={code} checked={code === locale} onSelect={() => chooseLocale(code)}>
              <Icon name={code === locale ? "check" : "globe"} />
              <span lang={code}>{languages[code]}</span>
            </MenuItem>
          ))}
          <div className="sr-menu__line" />
          <MenuItem
            testId="sign-out"
            onSelect={() => {
              close();
              void leave();
            }}
          >
            <Icon name="out" />
            {t("action.signOut")}
          </MenuItem>
        </>
      )}
    </Menu>
  );
}

/** Messages about the connection and about what the agent just did. */
export function DeskNotices() {
  const { t } = useI18n();
  const { view, notice, say } = useDesk();
  return (
    <div className="desk__notices">
      {view.phase === "denied" && <Alert kind="bad">{t("desk.denied")}</Alert>}
      {view.phase === "retriesExhausted" && (
        <Alert kind="bad" action={<Button onClick={() => location.reload()}>{t("action.reload")}</Button>}>
          {t("desk.retriesExhausted")}
        </Alert>
      )}
      {view.socket === "down" && (
        <Alert kind="warn" testId="desk-socket-down">
          {t("desk.socketDown")}
        </Alert>
      )}
      {view.softphoneError !== undefined && (
        <Alert kind="bad" testId="desk-softphone">
          {view.softphoneError === "microphone_not_shared"
            ? t("call.microphone")
            : t("call.noSound", { reason: view.softphoneError })}
        </Alert>
      )}
      {notice && (
        <Alert
          kind={notice.kind}
          testId="desk-notice"
          action={<IconButton icon="close" label={t("desk.dismiss")} onClick={() => say(undefined)} />}
        >
          {notice.text}
        </Alert>
      )}
    </div>
  );
}

/** Shown until the first snapshot arrives. */
export function DeskStarting() {
  const { t } = useI18n();
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 8000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="sr-busy" role="status">
      <span className="sr-spinner" />
      {t(slow ? "desk.slow" : "desk.starting")}
    </div>
  );
}

export function NoContacts() {
  const { t } = useI18n();
  const { view } = useDesk();
  const type = view.agent?.status.type;
  return (
    <div className="sr-empty" data-testid="no-contacts">
      <Icon name="chat" />
      <p>{t("contacts.none")}</p>
      {type === "routable" && <p>{t("contacts.noneAvailable")}</p>}
      {(type === "offline" || type === "not_routable") && <p>{t("contacts.noneOffline")}</p>}
    </div>
  );
}

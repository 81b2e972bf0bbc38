/** The customer's chat page: name form, conversation, and going on after a reload. */
import { Conversation } from "@kit/chat/Conversation";
import { saveFile } from "@kit/chat/Entry";
import { type I18n, useI18n } from "@kit/i18n";
import { chat, common, view } from "@kit/i18n/catalogues";
import { startPage } from "@kit/start";
import { Alert } from "@kit/ui/Alert";
import { Button, IconButton } from "@kit/ui/Button";
import { Dialog } from "@kit/ui/Dialog";
import { Field } from "@kit/ui/Field";
import { LanguageMenu, ThemeToggle } from "@kit/ui/Preferences";
import { type FormEvent, useEffect, useState, useSyncExternalStore } from "react";
import { SignIn } from "./SignIn";
import {
  type CustomerChat,
  forgetChat,
  keptChat,
  openChat,
  readConfig,
  type StartForm,
  startChat,
  type WidgetConfig,
} from "./session";
import { openSignIn } from "./sign-in";
import { transcriptText } from "./transcript";
import "./widget.css";

type Screen =
  | { kind: "loading" }
  | { kind: "unavailable"; message: string }
  | { kind: "form"; problem?: string }
  | { kind: "connecting" }
  | { kind: "chat"; chat: CustomerChat };

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function Widget() {
  const i18n = useI18n();
  const { t } = i18n;
  const [config, setConfig] = useState<WidgetConfig>();
  const [screen, setScreen] = useState<Screen>({ kind: "loading" });

  useEffect(() => {
    let wanted = true;
    void begin(i18n, (found, next) => {
      if (!wanted) return;
      setConfig(found);
      setScreen(next);
    });
    return () => {
      wanted = false;
    };
  }, [i18n]);

  async function start(form: StartForm) {
    if (!config) return;
    setScreen({ kind: "connecting" });
    try {
      const kept = await startChat(form);
      setScreen({ kind: "chat", chat: await openChat(kept, config) });
    } catch (error) {
      forgetChat();
      setScreen({ kind: "form", problem: t("widget.startFailed", { message: message(error) }) });
    }
  }

  function restart() {
    forgetChat();
    setScreen({ kind: "form" });
  }

  if (screen.kind === "chat") return <Talk chat={screen.chat} title={config?.name} onRestart={restart} />;
  return (
    <main className="widget">
      <header className="widget__head">
        <h1>{config?.name ? t("widget.withName", { name: config.name }) : t("widget.title")}</h1>
        <LanguageMenu />
        <ThemeToggle />
      </header>
      {screen.kind === "unavailable" && (
        <div className="widget__form">
          <Alert kind="bad" action={<Button onClick={() => location.reload()}>{t("action.retry")}</Button>}>
            {t("widget.unavailable", { message: screen.message })}
          </Alert>
        </div>
      )}
      {(screen.kind === "loading" || screen.kind === "connecting") && (
        <div className="sr-busy" role="status">
          <span className="sr-spinner" />
          {t(screen.kind === "loading" ? "loading" : "widget.connecting")}
        </div>
      )}
      {screen.kind === "form" && config && <StartScreen config={config} problem={screen.problem} onStart={start} />}
    </main>
  );
}

/** Reads the settings, then resumes the chat of this tab or shows the form. */
async function begin(i18n: I18n, show: (config: WidgetConfig | undefined, screen: Screen) => void): Promise<void> {
  let config: WidgetConfig;
  try {
    config = await readConfig();
  } catch (error) {
    show(undefined, { kind: "unavailable", message: message(error) });
    return;
  }
  const kept = keptChat();
  if (!kept) {
    show(config, { kind: "form" });
    return;
  }
  show(config, { kind: "connecting" });
  try {
    show(config, { kind: "chat", chat: await openChat(kept, config) });
  } catch (error) {
    forgetChat();
    show(config, { kind: "form", problem: i18n.t("widget.resumeFailed", { message: message(error) }) });
  }
}

function StartScreen({
  config,
  problem,
  onStart,
}: {
  config: WidgetConfig;
  problem?: string;
  onStart: (form: StartForm) => void;
}) {
  const { t } = useI18n();
  const parameters = new URLSearchParams(location.search);
  const flows = config.flows ?? [];
  const startable = flows.length > 0 || Boolean(config.contactFlowId);
  const [name, setName] = useState(parameters.get("name") ?? "");
  const [flow, setFlow] = useState(parameters.get("flow") ?? flows[0]?.id ?? "");
  const [first, setFirst] = useState("");
  const [tried, setTried] = useState(false);
  const missing = name.trim() === "";

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (missing) return;
    const attributes = Object.fromEntries(
      [...parameters].flatMap(([key, value]) => (key.startsWith("attr.") ? [[key.slice(5), value]] : [])),
    );
    onStart({
      displayName: name.trim(),
      flowId: flow || undefined,
      firstMessage: first.trim() || undefined,
      attributes,
    });
  }

  return (
    <form className="widget__form" onSubmit={submit} noValidate data-testid="chat-form">
      <p>{t("widget.lead")}</p>
      {problem && (
        <Alert kind="bad" testId="chat-problem">
          {problem}
        </Alert>
      )}
      {!startable && <Alert kind="warn">{t("widget.noFlows")}</Alert>}
      <Field label={t("widget.name")} error={tried && missing ? t("widget.nameMissing") : undefined}>
        <input
          className="sr-input"
          autoComplete="name"
          maxLength={256}
          value={name}
          onChange={(event) => setName(event.target.value)}
          data-testid="chat-name"
        />
      </Field>
      {flows.length > 1 && (
        <Field label={t("widget.subject")}>
          <select
            className="sr-input"
            value={flow}
            onChange={(event) => setFlow(event.target.value)}
            data-testid="chat-flow"
          >
            {flows.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </select>
        </Field>
      )}
      <Field label={t("widget.firstMessage")}>
        <textarea
          className="sr-input"
          rows={3}
          maxLength={1024}
          value={first}
          onChange={(event) => setFirst(event.target.value)}
          data-testid="chat-first"
        />
      </Field>
      <Button kind="primary" type="submit" wide disabled={!startable} data-testid="chat-start">
        {t("widget.start")}
      </Button>
    </form>
  );
}

function Talk({ chat, title, onRestart }: { chat: CustomerChat; title?: string; onRestart: () => void }) {
  const i18n = useI18n();
  const { t } = i18n;
  const { model, features, displayName } = chat;
  const state = useSyncExternalStore(model.subscribe, model.snapshot);
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState<string>();
  const signIn = openSignIn(state.items);

  useEffect(() => {
    if (!state.ended) return;
    forgetChat();
    chat.stop();
  }, [state.ended, chat]);

  useEffect(() => {
    const own = document.title;
    const restore = () => {
      if (!document.hidden) document.title = own;
    };
    const unfollow = model.onArrival(() => {
      if (document.hidden) document.title = `● ${t("widget.newMessageTitle")}`;
    });
    document.addEventListener("visibilitychange", restore);
    return () => {
      unfollow();
      document.removeEventListener("visibilitychange", restore);
    };
  }, [model, t]);

  function download() {
    const text = transcriptText(state.items, displayName, model.selfId, i18n);
    saveFile(new Blob([text], { type: "text/plain;charset=utf-8" }), "conversation.txt");
  }

  async function end() {
    setAsking(false);
    setProblem(undefined);
    try {
      await model.leave();
    } catch (error) {
      setProblem(t("widget.endFailed", { message: message(error) }));
    }
  }

  return (
    <main className="widget">
      <header className="widget__head">
        <h1>{title ? t("widget.withName", { name: title }) : t("widget.title")}</h1>
        <IconButton
          icon="download"
          label={t("widget.downloadTranscript")}
          onClick={download}
          data-testid="chat-transcript"
        />
        <ThemeToggle />
        {!state.ended && (
          <Button kind="bad" small onClick={() => setAsking(true)} data-testid="chat-end">
            {t("widget.end")}
          </Button>
        )}
      </header>
      {problem && <Alert kind="bad">{problem}</Alert>}
      <Conversation
        model={model}
        writable
        answers
        formatting={features.formatting}
        attachments={features.attachments}
        ask={signIn && <SignIn key={signIn} chat={chat} sessionId={signIn} />}
        footer={
          <div className="widget__over" data-testid="chat-over">
            <Button icon="download" onClick={download}>
              {t("widget.downloadTranscript")}
            </Button>
            <Button kind="primary" onClick={onRestart} data-testid="chat-new">
              {t("widget.newChat")}
            </Button>
          </div>
        }
      />
      {asking && (
        <Dialog
          title={t("widget.endConfirm")}
          onClose={() => setAsking(false)}
          footer={
            <>
              <Button onClick={() => setAsking(false)}>{t("widget.keep")}</Button>
              <Button kind="bad" onClick={end} data-testid="chat-end-confirm">
                {t("widget.end")}
              </Button>
            </>
          }
        >
          <p>{t("widget.endText")}</p>
        </Dialog>
      )}
    </main>
  );
}

void startPage([common, chat, view], ({ t }) => {
  document.title = t("widget.title");
  return <Widget />;
});

/** The page on which customers call: one button, then the call with its timer, mute, keys and hang-up. */
import { useI18n } from "@kit/i18n";
import { caller, common } from "@kit/i18n/catalogues";
import { startPage } from "@kit/start";
import { Alert } from "@kit/ui/Alert";
import { Button } from "@kit/ui/Button";
import { formatDuration, useNow } from "@kit/ui/Clock";
import { Field } from "@kit/ui/Field";
import { KeyPad } from "@kit/ui/KeyPad";
import { LanguageMenu, ThemeToggle } from "@kit/ui/Preferences";
import { type FormEvent, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useLevel } from "./level";
import { type CallState, Phone } from "./phone";
import "../widget.css";
import "./call.css";

const phone = new Phone();
const parameters = new URLSearchParams(location.search);

function CallPage() {
  const { t } = useI18n();
  const state = useSyncExternalStore(phone.subscribe, phone.snapshot);
  const sound = useRef<HTMLAudioElement>(null);

  useEffect(() => {
    const leave = () => phone.leave();
    addEventListener("pagehide", leave);
    return () => removeEventListener("pagehide", leave);
  }, []);
  useEffect(() => {
    if (sound.current) sound.current.srcObject = state.remote ?? null;
  }, [state.remote]);

  const talking = state.phase === "connected" || state.phase === "reconnecting";
  return (
    <main className="widget">
      <header className="widget__head">
        <h1>{t("caller.title")}</h1>
        <LanguageMenu />
        <ThemeToggle />
      </header>
      {(state.phase === "idle" || state.phase === "ended") && <Start state={state} />}
      {(state.phase === "asking" || state.phase === "calling") && (
        <div className="call-page__middle">
          <div className="sr-busy" role="status" data-testid="call-status">
            <span className="sr-spinner" />
            {t(state.phase === "asking" ? "caller.asking" : "caller.calling")}
          </div>
          {state.phase === "calling" && <HangUp />}
        </div>
      )}
      {talking && <Talk state={state} />}
      {/* biome-ignore lint/a11y/useMediaCaption: a live call has no captions */}
      <audio ref={sound} autoPlay data-testid="call-sound" />
    </main>
  );
}

function Start({ state }: { state: CallState }) {
  const { t } = useI18n();
  const [name, setName] = useState(parameters.get("name") ?? "");

  function submit(event: FormEvent) {
    event.preventDefault();
    const attributes = Object.fromEntries(
      [...parameters].flatMap(([key, value]) => (key.startsWith("attr.") ? [[key.slice(5), value]] : [])),
    );
    void phone.call({
      displayName: name.trim() || undefined,
      flowId: parameters.get("flow") || undefined,
      attributes,
    });
  }

  return (
    <form className="widget__form" onSubmit={submit} noValidate data-testid="call-form">
      {state.problem && (
        <Alert kind="bad" testId="call-problem">
          {t(`caller.problem.${state.problem}`, { message: state.message ?? "" })}
        </Alert>
      )}
      {state.ended && (
        <Alert kind={state.ended === "lost" ? "bad" : "info"} testId="call-ended">
          {t(`caller.ended.${state.ended}`)}{" "}
          {state.lasted !== undefined && t("caller.endedAfter", { time: formatDuration(state.lasted) })}
        </Alert>
      )}
      <p>{t("caller.lead")}</p>
      <Field label={t("caller.name")}>
        <input
          className="sr-input"
          autoComplete="name"
          maxLength={256}
          value={name}
          onChange={(event) => setName(event.target.value)}
          data-testid="call-name"
        />
      </Field>
      <Button kind="primary" type="submit" icon="microphone" wide data-testid="call-start">
        {t(state.ended ? "caller.again" : "caller.start")}
      </Button>
    </form>
  );
}

function HangUp() {
  const { t } = useI18n();
  return (
    <Button kind="bad" wide onClick={() => phone.hangUp()} data-testid="call-hang-up">
      {t("caller.hangUp")}
    </Button>
  );
}

function Talk({ state }: { state: CallState }) {
  const { t } = useI18n();
  const [pad, setPad] = useState(false);
  const now = useNow();
  const level = useLevel(state.muted ? undefined : phone.own());
  const reconnecting = state.phase === "reconnecting";
  return (
    <div className="call-page__middle">
      <p className="call-page__status" role="status" data-testid="call-status">
        {t(reconnecting ? "caller.reconnecting" : "caller.connected")}
      </p>
      <p className="call-page__time">
        <span className="sr-only">{t("caller.lasted")} </span>
        <time data-testid="call-time">{formatDuration(now - (state.since ?? now))}</time>
      </p>
      <label className="call-page__level">
        <span>{t("caller.level")}</span>
        <meter min={0} max={1} value={level} data-testid="call-level" />
      </label>
      {state.muted && <Alert kind="warn">{t("caller.mutedHint")}</Alert>}
      <div className="call-page__buttons">
        <Button
          icon={state.muted ? "muted" : "microphone"}
          aria-pressed={state.muted}
          onClick={() => phone.setMuted(!state.muted)}
          data-testid="call-mute"
        >
          {t(state.muted ? "caller.unmute" : "caller.mute")}
        </Button>
        <Button icon="keypad" aria-expanded={pad} onClick={() => setPad(!pad)} data-testid="call-pad">
          {t("caller.pad")}
        </Button>
      </div>
      {pad && <KeyPad label={t("caller.pad")} onKey={(key) => phone.press(key)} />}
      <HangUp />
    </div>
  );
}

void startPage([common, caller], (i18n) => {
  document.title = i18n.t("caller.title");
  return <CallPage />;
});

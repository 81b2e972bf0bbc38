/** What an agent does in a call: mute, hold, and keys for the far end. */
import { type KeyboardEvent, useState } from "react";
import { useI18n } from "../i18n";
import { Alert } from "../ui/Alert";
import { Button } from "../ui/Button";
import { Since } from "../ui/Clock";
import { useDesk } from "./context";
import type { ContactView } from "./view";

const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

export function CallControls({ contact }: { contact: ContactView }) {
  const { t } = useI18n();
  const { desk, run } = useDesk();
  const [working, setWorking] = useState(false);
  const [pad, setPad] = useState(false);
  if (contact.phase !== "connected" || contact.monitoring || !contact.call) return null;
  const { held, heldSince, muted } = contact.call;

  async function act(action: (id: string) => Promise<void>) {
    setWorking(true);
    await run(() => action(contact.id));
    setWorking(false);
  }

  return (
    <div className="call" data-testid="call-controls">
      {held && (
        <Alert kind="warn" testId="call-held">
          {t("call.held")} {heldSince !== undefined && <Since at={heldSince} label={t("call.heldFor")} />}
        </Alert>
      )}
      <div className="call__buttons">
        <Button
          icon={muted ? "muted" : "microphone"}
          aria-pressed={muted}
          disabled={working}
          onClick={() => act(muted ? desk.unmute : desk.mute)}
          data-testid="call-mute"
        >
          {t(muted ? "call.unmute" : "call.mute")}
        </Button>
        <Button
          icon={held ? "play" : "pause"}
          kind={held ? "primary" : undefined}
          disabled={working}
          onClick={() => act(held ? desk.takeOffHold : desk.hold)}
          data-testid="call-hold"
        >
          {t(held ? "call.takeOffHold" : "call.hold")}
        </Button>
        <Button icon="keypad" aria-expanded={pad} onClick={() => setPad(!pad)} data-testid="call-pad">
          {t("call.pad")}
        </Button>
      </div>
      {pad && <KeyPad onKey={(key) => void run(() => desk.press(contact.id, key))} />}
    </div>
  );
}

/** Twelve keys, by mouse and from the keyboard. */
export function KeyPad({ onKey }: { onKey: (key: string) => void }) {
  const { t } = useI18n();
  const [pressed, setPressed] = useState("");
  const press = (key: string) => {
    setPressed((before) => (before + key).slice(-20));
    onKey(key);
  };
  const typed = (event: KeyboardEvent) => {
    if (keys.includes(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      press(event.key);
    }
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of keys is no set of form fields
    <div className="pad" role="group" aria-label={t("call.pad")} onKeyDown={typed} data-testid="key-pad">
      <output className="pad__pressed" aria-live="polite">
        {pressed}
      </output>
      {keys.map((key, index) => (
        <button
          key={key}
          type="button"
          className="sr-button pad__key"
          // biome-ignore lint/a11y/noAutofocus: whoever opens the pad wants to press keys
          autoFocus={index === 0}
          onClick={() => press(key)}
          data-testid={`key-${key}`}
        >
          {key}
        </button>
      ))}
    </div>
  );
}

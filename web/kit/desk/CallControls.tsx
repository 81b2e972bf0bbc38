/** What an agent does in a call: mute, hold, and keys for the far end. */
import { useState } from "react";
import { useI18n } from "../i18n";
import { Alert } from "../ui/Alert";
import { Button } from "../ui/Button";
import { Since } from "../ui/Clock";
import { KeyPad } from "../ui/KeyPad";
import { useDesk } from "./context";
import type { ContactView } from "./view";

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
      {pad && <KeyPad label={t("call.pad")} onKey={(key) => void run(() => desk.press(contact.id, key))} />}
    </div>
  );
}

/** Choosing a quick connect to hand a contact to. */
import { useEffect, useState } from "react";
import { type MessageKey, useI18n } from "../i18n";
import { Alert } from "../ui/Alert";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { useDesk } from "./context";
import type { QuickConnect } from "./desk";

/** The quick connects of the agent, read when first asked for. */
export function useQuickConnects(): { list?: QuickConnect[]; problem?: string } {
  const { desk } = useDesk();
  const [state, setState] = useState<{ list?: QuickConnect[]; problem?: string }>({});
  useEffect(() => {
    let wanted = true;
    desk.quickConnects().then(
      (list) => wanted && setState({ list }),
      (error: Error) => wanted && setState({ problem: error.message }),
    );
    return () => {
      wanted = false;
    };
  }, [desk]);
  return state;
}

interface TransferDialogProps {
  contactId: string;
  onClose: () => void;
}

export function TransferDialog({ contactId, onClose }: TransferDialogProps) {
  const { t } = useI18n();
  const { desk, run, say } = useDesk();
  const { list, problem } = useQuickConnects();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<QuickConnect>();
  const [working, setWorking] = useState(false);
  const wanted = text.trim().toLowerCase();
  const matches = (list ?? []).filter((one) => one.name.toLowerCase().includes(wanted));

  async function transfer() {
    if (!chosen) return;
    setWorking(true);
    const worked = await run(() => desk.transfer(contactId, chosen));
    setWorking(false);
    onClose();
    if (worked) say({ kind: "good", text: t("transfer.done", { name: chosen.name }) });
  }

  return (
    <Dialog
      title={t("transfer.title")}
      onClose={onClose}
      testId="transfer-dialog"
      footer={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" disabled={!chosen || working} onClick={transfer} data-testid="transfer-confirm">
            {t("transfer.confirm")}
          </Button>
        </>
      }
    >
      {problem && <Alert kind="bad">{t("desk.failed", { message: problem })}</Alert>}
      <Field label={t("transfer.search")}>
        <input
          className="sr-input"
          type="search"
          value={text}
          onChange={(event) => setText(event.target.value)}
          data-testid="transfer-search"
        />
      </Field>
      {!list && !problem && <p className="muted">{t("transfer.loading")}</p>}
      {list?.length === 0 && <p className="muted">{t("transfer.none")}</p>}
      {list && list.length > 0 && matches.length === 0 && <p className="muted">{t("transfer.noMatch", { text })}</p>}
      <div className="choices" role="radiogroup" aria-label={t("transfer.title")}>
        {matches.map((one) => (
          <label key={one.endpointARN} className="choices__row">
            <input
              type="radio"
              name="quick-connect"
              checked={chosen?.endpointARN === one.endpointARN}
              onChange={() => setChosen(one)}
            />
            <span>{one.name}</span>
            <span className="sr-badge">{t(`endpoint.${String(one.type)}` as MessageKey)}</span>
          </label>
        ))}
      </div>
    </Dialog>
  );
}

/** The contact in focus: ringing, talking, working on a task, finishing, or missed. */
import { type ReactNode, useState } from "react";
import { Conversation } from "../chat/Conversation";
import { useI18n } from "../i18n";
import { Alert } from "../ui/Alert";
import { Button, IconButton } from "../ui/Button";
import { Since } from "../ui/Clock";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/Icon";
import { CallControls } from "./CallControls";
import { channelIcon, usePhase } from "./ContactList";
import { contactTitle, useDesk } from "./context";
import { Attributes, Details, References } from "./Details";
import { RingCard } from "./Offer";
import { TransferDialog } from "./TransferDialog";
import { type ContactView, isClearable, isLive, isRinging } from "./view";

interface ContactPaneProps {
  contact: ContactView;
  /** In the workspace the details have their own column; in the panel they open in place. */
  detailsBeside?: boolean;
}

export function ContactPane({ contact, detailsBeside }: ContactPaneProps) {
  const { t } = useI18n();
  const [showDetails, setShowDetails] = useState(false);
  if (isRinging(contact)) return <RingCard contact={contact} detailsBeside={detailsBeside} />;
  if (contact.phase === "missed" || contact.phase === "rejected" || contact.phase === "error")
    return <Lost contact={contact} />;
  return (
    <section className="pane" aria-label={contactTitle(contact, t)} data-testid="contact-pane">
      <PaneHead
        contact={contact}
        details={detailsBeside ? undefined : { shown: showDetails, toggle: () => setShowDetails(!showDetails) }}
      />
      {contact.monitoring && <Alert kind="info">{t(contact.barged ? "contact.barged" : "contact.monitoring")}</Alert>}
      {contact.phase === "ended" && <Alert kind="info">{t("contact.acw")}</Alert>}
      {showDetails && !detailsBeside ? (
        <div className="pane__scroll">
          <Details contact={contact} />
        </div>
      ) : (
        <Work contact={contact} detailsBeside={detailsBeside} />
      )}
      <Actions contact={contact} />
    </section>
  );
}

function PaneHead({ contact, details }: { contact: ContactView; details?: { shown: boolean; toggle: () => void } }) {
  const { t } = useI18n();
  const phase = usePhase(contact);
  return (
    <header className="pane__head">
      <span className="sr-avatar">
        <Icon name={channelIcon(contact.channel)} />
      </span>
      <div className="pane__title">
        <h2>{contactTitle(contact, t)}</h2>
        <span className="pane__facts muted">
          <span className={`sr-badge sr-badge--${phase.tone}`} data-testid="contact-phase" data-phase={contact.phase}>
            {phase.text}
          </span>
          <Since at={contact.phaseSince} label={t("contact.inPhase")} />
          {contact.queue && <span>{contact.queue}</span>}
        </span>
      </div>
      {details && (
        <IconButton
          icon="info"
          label={t(details.shown ? "details.hide" : "details.show")}
          aria-pressed={details.shown}
          onClick={details.toggle}
          data-testid="details-toggle"
        />
      )}
    </header>
  );
}

function Work({ contact, detailsBeside }: ContactPaneProps) {
  const { t } = useI18n();
  const { desk } = useDesk();
  if (contact.channel === "chat") {
    const chat = desk.chat(contact.id);
    if (!chat) {
      return (
        <div className="sr-busy">
          <span className="sr-spinner" />
          {t("contact.opening")}
        </div>
      );
    }
    return (
      <Conversation
        key={contact.id}
        model={chat}
        writable={contact.phase === "connected" && (contact.barged || !contact.monitoring)}
        formatting={contact.formatting}
        attachments={contact.attachments}
      />
    );
  }
  return (
    <div className="pane__scroll">
      {contact.phase === "paused" && <Alert kind="warn">{t("task.paused")}</Alert>}
      {contact.channel === "task" ? (
        <p className="task__description" data-testid="task-text">
          {contact.description || t("task.noDescription")}
        </p>
      ) : (
        <CallControls contact={contact} />
      )}
      <References contact={contact} />
      {!detailsBeside && contact.attributes.length > 0 && (
        <>
          <h3>{t("details.attributes")}</h3>
          <Attributes contact={contact} />
        </>
      )}
    </div>
  );
}

function Actions({ contact }: { contact: ContactView }) {
  const { t } = useI18n();
  const { desk, run } = useDesk();
  const [open, setOpen] = useState<"transfer" | "end">();
  const [working, setWorking] = useState(false);

  async function act(action: (id: string) => Promise<void>) {
    setWorking(true);
    await run(() => action(contact.id));
    setWorking(false);
  }

  const buttons: ReactNode[] = [];
  if (isLive(contact)) {
    if (contact.channel === "task" && contact.phase === "connected") {
      buttons.push(
        <Button key="pause" icon="pause" disabled={working} onClick={() => act(desk.pause)} data-testid="contact-pause">
          {t("contact.pause")}
        </Button>,
      );
    }
    if (contact.phase === "paused") {
      buttons.push(
        <Button
          key="resume"
          kind="primary"
          icon="play"
          disabled={working}
          onClick={() => act(desk.resume)}
          data-testid="contact-resume"
        >
          {t("contact.resume")}
        </Button>,
      );
    }
    if (contact.phase === "connected" && !contact.monitoring) {
      buttons.push(
        <Button
          key="transfer"
          icon="transfer"
          disabled={working}
          onClick={() => setOpen("transfer")}
          data-testid="contact-transfer"
        >
          {t("contact.transfer")}
        </Button>,
      );
    }
    if (contact.monitoring && (contact.barged || contact.mayBarge)) {
      buttons.push(
        <Button
          key="barge"
          disabled={working}
          onClick={() => act(contact.barged ? desk.listen : desk.barge)}
          data-testid={contact.barged ? "contact-listen" : "contact-barge"}
        >
          {t(contact.barged ? "contact.listen" : "contact.barge")}
        </Button>,
      );
    }
    buttons.push(
      <Button key="end" kind="bad" disabled={working} onClick={() => setOpen("end")} data-testid="contact-end">
        {t(endKey(contact))}
      </Button>,
    );
  }
  if (isClearable(contact)) {
    buttons.push(
      <Button key="clear" kind="primary" disabled={working} onClick={() => act(desk.clear)} data-testid="contact-clear">
        {t("contact.close")}
      </Button>,
    );
  }
  return (
    <footer className="pane__foot">
      {buttons}
      {open === "transfer" && <TransferDialog contactId={contact.id} onClose={() => setOpen(undefined)} />}
      {open === "end" && (
        <Dialog
          title={t("contact.endConfirm")}
          onClose={() => setOpen(undefined)}
          testId="end-dialog"
          footer={
            <>
              <Button onClick={() => setOpen(undefined)}>{t("contact.keep")}</Button>
              <Button
                kind="bad"
                data-testid="contact-end-confirm"
                onClick={() => {
                  setOpen(undefined);
                  void act(desk.end);
                }}
              >
                {t(endKey(contact))}
              </Button>
            </>
          }
        >
          <p>{t(endTextKey(contact), { name: contactTitle(contact, t) })}</p>
        </Dialog>
      )}
    </footer>
  );
}

function endTextKey(contact: ContactView): "contact.leaveText" | "contact.endTaskText" | "contact.endText" {
  if (contact.monitoring) return "contact.leaveText";
  return contact.channel === "task" ? "contact.endTaskText" : "contact.endText";
}

function endKey(
  contact: ContactView,
): "contact.leave" | "contact.endChat" | "contact.endTask" | "contact.endEmail" | "contact.endCall" {
  if (contact.monitoring) return "contact.leave";
  if (contact.channel === "chat") return "contact.endChat";
  if (contact.channel === "task") return "contact.endTask";
  return contact.channel === "email" ? "contact.endEmail" : "contact.endCall";
}

/** A contact that never became a conversation and waits to be cleared away. */
function Lost({ contact }: { contact: ContactView }) {
  const { t } = useI18n();
  const { desk, run } = useDesk();
  const title =
    contact.phase === "missed"
      ? "contact.missedTitle"
      : contact.phase === "rejected"
        ? "contact.rejectedTitle"
        : "contact.errorTitle";
  return (
    <section className="ring" data-testid="lost-card">
      <div className="ring__icon ring__icon--bad">
        <Icon name={channelIcon(contact.channel)} />
      </div>
      <h2>{t(title)}</h2>
      <p className="muted">
        {contact.phase === "missed"
          ? t("contact.missedText", { name: contactTitle(contact, t) })
          : contactTitle(contact, t)}
      </p>
      <Button kind="primary" onClick={() => run(() => desk.clear(contact.id))} data-testid="contact-clear">
        {t("contact.clear")}
      </Button>
    </section>
  );
}

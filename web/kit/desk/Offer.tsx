/** A contact that rings: who it is, what is known, how long is left, accept or reject. */
import { useEffect, useRef, useState } from "react";
import { useI18n } from "../i18n";
import { Button } from "../ui/Button";
import { formatDuration, useNow, useSecondsLeft } from "../ui/Clock";
import { Icon } from "../ui/Icon";
import { channelIcon } from "./ContactList";
import { contactTitle, useDesk } from "./context";
import { Attributes, References } from "./Details";
import type { ContactView } from "./view";

interface RingCardProps {
  contact: ContactView;
  /** Everything that is known stands beside the card, where there is room for it. */
  detailsBeside?: boolean;
}

export function RingCard({ contact, detailsBeside }: RingCardProps) {
  const { t, tn } = useI18n();
  const { desk, session, run } = useDesk();
  const [answering, setAnswering] = useState(false);
  const accept = useRef<HTMLButtonElement>(null);
  const total = session.offerSeconds[contact.channel === "task" ? "task" : "chat"];
  const left = useSecondsLeft(contact.phaseSince + total * 1000);
  const now = useNow();

  useEffect(() => {
    // Take the focus only when nobody is typing somewhere, so that a ringing contact never swallows a sentence.
    const active = document.activeElement;
    if (!active || active === document.body) accept.current?.focus();
  }, []);

  async function answer(action: (id: string) => Promise<void>) {
    setAnswering(true);
    const worked = await run(() => action(contact.id));
    if (!worked) setAnswering(false);
  }

  return (
    <section className="ring" aria-label={t(`channel.${contact.channel}`)} data-testid="ring-card">
      <div className="ring__icon">
        <Icon name={channelIcon(contact.channel)} />
      </div>
      <h2>{contactTitle(contact, t)}</h2>
      <p className="muted">
        {t(`channel.${contact.channel}`)}
        {contact.queue && ` · ${contact.queue}`}
        {contact.queuedAt !== undefined &&
          ` · ${t("contact.waited", { duration: formatDuration(now - contact.queuedAt) })}`}
      </p>
      <div className="ring__answer">
        <button
          ref={accept}
          type="button"
          className="sr-button sr-button--good"
          disabled={answering}
          onClick={() => answer(desk.accept)}
          data-testid="contact-accept"
        >
          <Icon name="check" />
          {t("contact.accept")}
        </button>
        <Button
          kind="bad"
          icon="close"
          disabled={answering}
          onClick={() => answer(desk.reject)}
          data-testid="contact-reject"
        >
          {t("contact.reject")}
        </Button>
      </div>
      <div className="ring__left">
        <progress max={total} value={left} aria-label={tn("contact.secondsLeft", left)} />
        <span data-testid="ring-left">{tn("contact.secondsLeft", left)}</span>
      </div>
      {contact.description && <p className="task__description">{contact.description}</p>}
      <div className={`ring__known ${detailsBeside ? "ring__known--beside" : ""}`}>
        {contact.attributes.length > 0 && <Attributes contact={contact} />}
        <References contact={contact} />
      </div>
    </section>
  );
}

/** Everything known about a contact beside its conversation. */
import { type ReactNode, useState } from "react";
import { type MessageKey, useI18n } from "../i18n";
import { IconButton } from "../ui/Button";
import { formatDuration, Since, useNow } from "../ui/Clock";
import { announce } from "../ui/Live";
import { usePhase } from "./ContactList";
import type { ContactView, Reference } from "./view";

export function Attributes({ contact }: { contact: ContactView }) {
  const { t } = useI18n();
  if (contact.attributes.length === 0) return <p className="muted">{t("details.noAttributes")}</p>;
  return (
    <dl className="sr-facts" data-testid="contact-attributes">
      {contact.attributes.map((attribute) => (
        <Fact key={attribute.name} label={attribute.name}>
          {attribute.value}
        </Fact>
      ))}
    </dl>
  );
}

/** A reference as a link where it is an address we trust a browser with, else as text. */
function ReferenceValue({ reference }: { reference: Reference }) {
  const href =
    reference.type === "URL" && /^https?:\/\//i.test(reference.value)
      ? reference.value
      : reference.type === "EMAIL"
        ? `mailto:${reference.value}`
        : undefined;
  return href ? (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {reference.value}
    </a>
  ) : (
    <span>{reference.value}</span>
  );
}

export function References({ contact }: { contact: ContactView }) {
  if (contact.references.length === 0) return null;
  return (
    <dl className="sr-facts" data-testid="contact-references">
      {contact.references.map((reference) => (
        <Fact key={reference.name} label={reference.name}>
          <ReferenceValue reference={reference} />
        </Fact>
      ))}
    </dl>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** An id with a button that copies it. */
function Id({ label, value }: { label: string; value: string }) {
  const { t } = useI18n();
  const [copied, setCopied] = useState(false);
  async function copy() {
    await navigator.clipboard.writeText(value);
    setCopied(true);
    announce(t("details.copied"));
    setTimeout(() => setCopied(false), 2000);
  }
  return (
    <Fact label={label}>
      <span className="details__id">
        <code>{value}</code>
        {navigator.clipboard && (
          <IconButton icon={copied ? "check" : "copy"} label={t("details.copy", { what: label })} onClick={copy} />
        )}
      </span>
    </Fact>
  );
}

/** How long the contact waited in its queue, counting until somebody answers. */
function Waited({ contact }: { contact: ContactView }) {
  const { t } = useI18n();
  const now = useNow();
  const waiting = ["incoming", "pending", "connecting"].includes(contact.phase);
  if (contact.queuedAt === undefined || !waiting) return null;
  return <span className="muted">{t("contact.waited", { duration: formatDuration(now - contact.queuedAt) })}</span>;
}

export function Details({ contact }: { contact: ContactView }) {
  const i18n = useI18n();
  const { t } = i18n;
  const phase = usePhase(contact);
  const initiationKey = `initiation.${contact.initiation}` as MessageKey;
  const initiation = t(initiationKey) === initiationKey ? contact.initiation : t(initiationKey);
  // The kind of an ordinary chat or task is the channel's own name.
  const subtype = contact.subtype?.replace("connect:", "");
  const kind = subtype?.toLowerCase() === contact.channel ? undefined : subtype;
  return (
    <div className="details" data-testid="contact-details">
      <h2>{t("details.title")}</h2>
      <dl className="sr-facts">
        <Fact label={t("details.channel")}>{t(`channel.${contact.channel}`)}</Fact>
        {kind && <Fact label={t("details.subtype")}>{kind}</Fact>}
        <Fact label={t("details.state")}>
          {phase.text} <Since at={contact.phaseSince} label={t("contact.inPhase")} />
        </Fact>
        {contact.queue && <Fact label={t("contact.queue")}>{contact.queue}</Fact>}
        {contact.queuedAt !== undefined && (
          <Fact label={t("details.queuedAt")}>
            {i18n.dateTime(contact.queuedAt)} <Waited contact={contact} />
          </Fact>
        )}
        {contact.scheduledAt !== undefined && (
          <Fact label={t("details.scheduled")}>{i18n.dateTime(contact.scheduledAt)}</Fact>
        )}
        {contact.initiation && <Fact label={t("details.initiation")}>{initiation}</Fact>}
        {contact.thirdParties.length > 0 && <Fact label={t("details.others")}>{contact.thirdParties.join(", ")}</Fact>}
        <Id label={t("details.contactId")} value={contact.id} />
        {contact.initialId && contact.initialId !== contact.id && (
          <Id label={t("details.initialId")} value={contact.initialId} />
        )}
        {contact.relatedId && <Id label={t("details.relatedId")} value={contact.relatedId} />}
      </dl>
      <h3>{t("details.attributes")}</h3>
      <Attributes contact={contact} />
      {contact.references.length > 0 && (
        <>
          <h3>{t("details.references")}</h3>
          <References contact={contact} />
        </>
      )}
      {contact.description && contact.channel !== "task" && (
        <>
          <h3>{t("details.description")}</h3>
          <p className="task__description">{contact.description}</p>
        </>
      )}
    </div>
  );
}

/** The contacts the agent has, as a list to choose from. */
import { useSyncExternalStore } from "react";
import { authorOf, entryText } from "../chat/Entry";
import { offerBefore } from "../chat/items";
import type { ChatModel } from "../chat/model";
import { useI18n } from "../i18n";
import { Since } from "../ui/Clock";
import { Icon, type IconName } from "../ui/Icon";
import { contactTitle, useDesk } from "./context";
import { type Channel, type ContactView, isClearable, isRinging } from "./view";

export function channelIcon(channel: Channel): IconName {
  return channel === "queue_callback" ? "voice" : channel;
}

/** The word for a contact's phase and how much it matters. */
export function usePhase(contact: ContactView): { text: string; tone: string } {
  const { t } = useI18n();
  if (isRinging(contact)) return { text: t(`phase.${contact.phase}`), tone: "info" };
  if (["incoming", "pending", "connecting"].includes(contact.phase))
    return { text: t("phase.settingUp"), tone: "info" };
  const tone =
    contact.phase === "connected" ? "good" : contact.phase === "missed" || contact.phase === "error" ? "bad" : "warn";
  return { text: t(`phase.${contact.phase}`), tone };
}

interface ContactListProps {
  chosen: string | undefined;
  onChoose: (id: string) => void;
}

export function ContactList({ chosen, onChoose }: ContactListProps) {
  const { t } = useI18n();
  const { view, desk } = useDesk();
  return (
    <ul className="contacts" aria-label={t("contacts.title")} data-testid="contact-list">
      {view.contacts.map((contact) => (
        <li key={contact.id}>
          <Row
            contact={contact}
            chat={desk.chat(contact.id)}
            chosen={contact.id === chosen}
            onChoose={() => onChoose(contact.id)}
          />
        </li>
      ))}
    </ul>
  );
}

function Row({
  contact,
  chat,
  chosen,
  onChoose,
}: {
  contact: ContactView;
  chat?: ChatModel;
  chosen: boolean;
  onChoose: () => void;
}) {
  const { t } = useI18n();
  const phase = usePhase(contact);
  return (
    <button
      type="button"
      className={`contacts__row ${isRinging(contact) ? "contacts__row--ringing" : ""}`}
      aria-current={chosen ? "true" : undefined}
      onClick={onChoose}
      data-testid="contact-row"
      data-contact-id={contact.id}
    >
      <span className="sr-avatar">
        <Icon name={channelIcon(contact.channel)} />
        <span className="sr-only">{t(`channel.${contact.channel}`)}</span>
      </span>
      <span className="contacts__text">
        <span className="contacts__top">
          <b>{contactTitle(contact, t)}</b>
          <Since at={contact.phaseSince} label={t("contact.inPhase")} />
        </span>
        <span className="contacts__bottom">
          <span className={`sr-badge sr-badge--${phase.tone}`}>{phase.text}</span>
          {chat && !isClearable(contact) ? (
            <Preview chat={chat} chosen={chosen} />
          ) : (
            <span className="contacts__preview">{contact.queue}</span>
          )}
        </span>
      </span>
    </button>
  );
}

/** The newest line of a chat, marked while it is the customer's and not looked at. */
function Preview({ chat, chosen }: { chat: ChatModel; chosen: boolean }) {
  const i18n = useI18n();
  const state = useSyncExternalStore(chat.subscribe, chat.snapshot);
  const last = state.items.findLast((item) => item.kind !== "event");
  if (state.typing !== undefined)
    return <span className="contacts__preview">{i18n.t("chat.typing", { name: state.typing })}</span>;
  if (!last) return null;
  const mine = last.participantId === chat.selfId;
  const unread = !mine && !chosen && last.role === "CUSTOMER";
  return (
    <span className={`contacts__preview ${unread ? "contacts__preview--unread" : ""}`}>
      {unread && <span className="contacts__dot" role="img" aria-label={i18n.t("contact.newMessage")} />}
      {/* The row already names the customer. */}
      {last.role !== "CUSTOMER" && `${mine ? i18n.t("chat.you") : authorOf(last, i18n.t)}: `}
      {entryText(last, i18n, offerBefore(state.items, last)?.content)}
    </span>
  );
}

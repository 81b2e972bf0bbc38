/** One entry of a conversation: a message, a file, a choice or a line about what happened. */
import { lazy, memo, Suspense, useMemo, useState } from "react";
import { type I18n, useI18n } from "../i18n";
import { Button, IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { answeredView, shownView, viewHeading } from "../view/answer";
import type { ViewContent } from "../view/template";
import { answerText, chosenSlot, readInteractive } from "./interactive";
import { type Attachment, type ChatItem, contentTypes, eventName, isShownEvent } from "./items";
import { renderMarkdown, splitLinks } from "./markdown";
import { Offer, OfferReply, slotFormats } from "./Offer";

// Few conversations show views: those that do fetch what shows them.
const ShownView = lazy(async () => ({ default: (await import("../view/ShownView")).ShownView }));

const undescribed = () => Promise.reject(new Error("the view cannot be described here"));

/** The name to show for the author of an entry. */
export function authorOf(item: ChatItem, t: I18n["t"]): string {
  const known = ["CUSTOMER", "AGENT", "SYSTEM", "CUSTOM_BOT", "SUPERVISOR"] as const;
  const role = known.find((one) => one === item.role) ?? "SYSTEM";
  if (item.displayName === "SYSTEM_MESSAGE" || item.displayName === "") return t(`chat.role.${role}`);
  return item.displayName === "BOT" ? t("chat.bot") : item.displayName;
}

/** What a customer's answer to an interactive message says; `offer` is the content of that message, where it is known. */
function answered(content: string, offer: string | undefined, i18n: I18n): string {
  const view = answeredView(content);
  if (view !== undefined) return view ?? i18n.t("view.hidden");
  const known = offer === undefined ? undefined : readInteractive(offer);
  const slot = chosenSlot(known, content);
  if (!slot || known?.kind !== "TimePicker") return answerText(content, known);
  const format = slotFormats(i18n, known.offsetMinutes);
  return `${format.day(slot.at)}, ${format.time(slot.at)}`;
}

/** What an entry says as plain text, for announcements, previews and the downloaded conversation. `offer` is the content of the message that it answers. */
export function entryText(item: ChatItem, i18n: I18n, offer?: string): string {
  const name = authorOf(item, i18n.t);
  if (item.kind === "event") {
    const event = eventName(item.contentType);
    return isShownEvent(event) ? i18n.t(`chat.event.${event}`, { name }) : "";
  }
  if (item.kind === "attachment") return item.attachments.map((one) => one.name).join(", ");
  if (item.contentType === contentTypes.interactive) {
    const view = shownView(item.content);
    if (view) return viewHeading(view) ?? i18n.t("view.name");
    const offer = readInteractive(item.content);
    if (!offer) return i18n.t("chat.unknownMessage", { type: item.contentType });
    const options = "options" in offer ? offer.options.map((one) => one.title) : [];
    return [offer.title, offer.subtitle, ...options].filter(Boolean).join(" · ");
  }
  if (item.contentType === contentTypes.interactiveResponse) return answered(item.content, offer, i18n);
  return item.content;
}

interface EntryProps {
  item: ChatItem;
  mine: boolean;
  /** The interactive message that this entry answers, and whether it is ours. */
  offer?: ChatItem;
  offerMine?: boolean;
  /** The customer's answer to this interactive message. */
  answer?: string;
  /** Answers an interactive message; absent when it cannot be answered (any more). */
  onAnswer?: (answer: string) => void;
  /** Absent where nothing can be sent any more. */
  onResend?: (id: string) => void;
  onDiscard: (id: string) => void;
  onDownload: (id: string) => Promise<Blob>;
  /** Needed where interactive messages can be answered. */
  onDescribeView?: (token: string) => Promise<ViewContent>;
}

export const Entry = memo(function Entry(props: EntryProps) {
  const { item, mine, offer, offerMine, answer, onAnswer, onResend, onDiscard, onDownload, onDescribeView } = props;
  const i18n = useI18n();
  const { t } = i18n;
  if (item.kind === "event") {
    return (
      <li className="chat__notice" data-testid="chat-notice">
        {entryText(item, i18n)} <time dateTime={new Date(item.time).toISOString()}>{i18n.time(item.time)}</time>
      </li>
    );
  }
  const reply = offer && !item.sending ? replyOf(offer.content) : undefined;
  const entry = (
    <li className={`chat__entry ${mine ? "chat__entry--mine" : ""}`} data-testid="chat-entry" data-item-id={item.id}>
      <div className="chat__by">
        <b>{mine ? t("chat.you") : authorOf(item, t)}</b>
        <time dateTime={new Date(item.time).toISOString()} title={i18n.dateTime(item.time)}>
          {i18n.time(item.time)}
        </time>
      </div>
      <Body
        item={item}
        offer={offer}
        answer={answer}
        onAnswer={onAnswer}
        onDownload={onDownload}
        onDescribeView={onDescribeView}
      />
      <Delivery item={item} mine={mine} onResend={onResend} onDiscard={onDiscard} />
    </li>
  );
  if (!offer || !reply) return entry;
  return (
    <>
      {entry}
      <li className={`chat__entry ${offerMine ? "chat__entry--mine" : ""}`} data-testid="chat-offer-reply">
        <div className="chat__by">
          <b>{offerMine ? t("chat.you") : authorOf(offer, t)}</b>
        </div>
        <OfferReply reply={reply} />
      </li>
    </>
  );
});

/** What the sender of an interactive message says once it is answered. */
function replyOf(content: string) {
  const offer = readInteractive(content);
  return offer && "reply" in offer ? offer.reply : undefined;
}

type BodyProps = Pick<EntryProps, "item" | "offer" | "answer" | "onAnswer" | "onDownload" | "onDescribeView">;

function Body({ item, offer: answers, answer, onAnswer, onDownload, onDescribeView }: BodyProps) {
  const i18n = useI18n();
  const { t } = i18n;
  if (item.kind === "attachment") {
    return (
      <div className="chat__bubble">
        {item.attachments.map((attachment) => (
          <FileTile
            key={attachment.id || attachment.name}
            attachment={attachment}
            sending={Boolean(item.sending)}
            onDownload={onDownload}
          />
        ))}
      </div>
    );
  }
  switch (item.contentType) {
    case contentTypes.markdown:
      return <Formatted text={item.content} />;
    case contentTypes.interactive: {
      const view = shownView(item.content);
      if (view) {
        return (
          <Suspense fallback={<span className="sr-spinner" />}>
            <ShownView view={view} describe={onDescribeView ?? undescribed} onAnswer={onDescribeView && onAnswer} />
          </Suspense>
        );
      }
      const offer = readInteractive(item.content);
      return offer ? (
        <Offer offer={offer} answer={answer} onAnswer={onAnswer} />
      ) : (
        <div className="chat__bubble">{t("chat.unknownMessage", { type: item.contentType })}</div>
      );
    }
    case contentTypes.interactiveResponse:
      return <div className="chat__bubble chat__bubble--plain">{answered(item.content, answers?.content, i18n)}</div>;
    default:
      return <Plain text={item.content} />;
  }
}

function Formatted({ text }: { text: string }) {
  const html = useMemo(() => renderMarkdown(text), [text]);
  // biome-ignore lint/security/noDangerouslySetInnerHtml: renderMarkdown sanitises with an allow list
  return <div className="chat__bubble" dangerouslySetInnerHTML={{ __html: html }} />;
}

function Plain({ text }: { text: string }) {
  const pieces = useMemo(() => splitLinks(text), [text]);
  return (
    <div className="chat__bubble chat__bubble--plain">
      {pieces.map((piece, index) =>
        piece.href ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text never move
          <a key={index} href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
            {piece.text}
          </a>
        ) : (
          piece.text
        ),
      )}
    </div>
  );
}

interface FileTileProps {
  attachment: Attachment;
  sending: boolean;
  onDownload: (id: string) => Promise<Blob>;
}

function FileTile({ attachment, sending, onDownload }: FileTileProps) {
  const { t } = useI18n();
  const [problem, setProblem] = useState(false);
  async function download() {
    setProblem(false);
    try {
      const blob = await onDownload(attachment.id);
      saveFile(blob, attachment.name);
    } catch {
      setProblem(true);
    }
  }
  return (
    <div>
      <div className="chat__file">
        <Icon name="file" />
        <span className="chat__file-name">{attachment.name}</span>
        {attachment.status === "APPROVED" && (
          <IconButton
            icon="download"
            label={t("chat.download", { name: attachment.name })}
            onClick={download}
            data-testid="chat-download"
          />
        )}
      </div>
      {!sending && attachment.status === "IN_PROGRESS" && <span className="chat__state">{t("chat.scanning")}</span>}
      {attachment.status === "REJECTED" && (
        <span className="chat__state chat__state--bad">{t("chat.fileRejected")}</span>
      )}
      {problem && (
        <span className="chat__state chat__state--bad" role="alert">
          {t("chat.downloadFailed", { name: attachment.name })}
        </span>
      )}
    </div>
  );
}

/** Hands a file to the browser's downloads. */
export function saveFile(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function Delivery({ item, mine, onResend, onDiscard }: Pick<EntryProps, "item" | "mine" | "onResend" | "onDiscard">) {
  const { t } = useI18n();
  if (item.incomplete) return <span className="chat__state">{t("chat.writing")}</span>;
  if (!mine) return null;
  if (item.sending === "failed") {
    return (
      <span className="sr-row chat__state chat__state--bad" role="alert">
        {t("chat.notSent")}
        {onResend && (
          <Button small onClick={() => onResend(item.id)} data-testid="chat-resend">
            {t("chat.resend")}
          </Button>
        )}
        <Button small kind="quiet" onClick={() => onDiscard(item.id)}>
          {t("chat.discard")}
        </Button>
      </span>
    );
  }
  if (item.sending === "rejected") return <span className="chat__state chat__state--bad">{t("chat.rejected")}</span>;
  if (item.sending)
    return <span className="chat__state">{t(item.kind === "attachment" ? "chat.uploading" : "chat.sending")}</span>;
  if (item.read) return <span className="chat__state">{t("chat.read")}</span>;
  if (item.delivered) return <span className="chat__state">{t("chat.delivered")}</span>;
  return null;
}

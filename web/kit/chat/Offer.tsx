/** An interactive message: choices the customer answers with one press; read-only for everyone else. */
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type I18n, useI18n } from "../i18n";
import { IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import {
  carouselAnswer,
  chosenOn,
  type Head,
  type Interactive,
  type Option,
  offsetName,
  type Slot,
} from "./interactive";
import { renderMarkdown } from "./markdown";

interface OfferProps {
  offer: Interactive;
  /** Sends the answer; absent when the choices are only shown. */
  onAnswer?: (answer: string) => void;
  /** What the customer has answered. */
  answer?: string;
}

export function Offer({ offer, onAnswer, answer }: OfferProps) {
  const { t } = useI18n();
  const wide = offer.kind === "Carousel" ? " offer--wide" : "";
  return (
    <section className={`offer${wide}`} aria-label={offer.title} data-testid={`offer-${offer.kind}`}>
      {offer.image && <Picture className="offer__image" src={offer.image} text={offer.imageText} />}
      <Heading title={offer.title} subtitle={offer.subtitle}>
        {offer.kind === "TimePicker" && offer.place && <p>{t("chat.place", { place: offer.place })}</p>}
        {offer.kind === "TimePicker" && offer.offsetMinutes !== undefined && (
          <p>{t("chat.timeZone", { zone: offsetName(offer.offsetMinutes) })}</p>
        )}
      </Heading>
      {(offer.kind === "ListPicker" || offer.kind === "Panel") && (
        <div className="offer__options">
          {offer.options.map((option, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the options never move, and titles may repeat
            <OptionRow key={index} option={option} chosen={answer === option.title} onAnswer={onAnswer} />
          ))}
        </div>
      )}
      {offer.kind === "QuickReply" && (
        <div className="offer__quick">
          {offer.options.map((option, index) => (
            <Chip
              // biome-ignore lint/suspicious/noArrayIndexKey: the options never move, and titles may repeat
              key={index}
              chosen={answer === option.title}
              onPress={onAnswer && (() => onAnswer(option.title))}
            >
              {option.title}
            </Chip>
          ))}
        </div>
      )}
      {offer.kind === "TimePicker" && (
        <Slots slots={offer.slots} offsetMinutes={offer.offsetMinutes} answer={answer} onAnswer={onAnswer} />
      )}
      {offer.kind === "Carousel" && (
        <Cards cards={offer.cards} vertical={offer.vertical} answer={answer} onAnswer={onAnswer} />
      )}
    </section>
  );
}

/** What the sender says when the customer has chosen. */
export function OfferReply({ reply }: { reply: Head }) {
  return (
    <section className="offer" aria-label={reply.title}>
      {reply.image && <Picture className="offer__image" src={reply.image} text={reply.imageText} />}
      <Heading title={reply.title} subtitle={reply.subtitle} />
    </section>
  );
}

/** Title and subtitle, which may be formatted. */
function Heading({ title, subtitle, children }: { title: string; subtitle?: string; children?: ReactNode }) {
  return (
    <div className="offer__head">
      <Formatted className="offer__title" text={title} />
      {subtitle && <Formatted className="offer__subtitle" text={subtitle} />}
      {children}
    </div>
  );
}

function Formatted({ text, className }: { text: string; className: string }) {
  const html = useMemo(() => renderMarkdown(text), [text]);
  // biome-ignore lint/security/noDangerouslySetInnerHtml: renderMarkdown sanitises with an allow list
  return <div className={className} dangerouslySetInnerHTML={{ __html: html }} />;
}

/** A small choice: a quick reply or a time. */
function Chip({
  chosen,
  label,
  onPress,
  children,
}: {
  chosen: boolean;
  label?: string;
  onPress?: () => void;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      className={`offer__chip ${chosen ? "offer__chip--chosen" : ""}`}
      aria-label={label}
      aria-pressed={chosen || undefined}
      disabled={!onPress}
      onClick={onPress}
    >
      {chosen && <Icon name="check" />}
      {children}
    </button>
  );
}

/** A picture from elsewhere: asked for without telling where we are, and left out when it cannot be had. */
function Picture({ src, text, className }: { src: string; text?: string; className?: string }) {
  const [missing, setMissing] = useState(false);
  if (missing) return null;
  return (
    <img
      className={className}
      src={src}
      alt={text ?? ""}
      loading="lazy"
      referrerPolicy="no-referrer"
      onError={() => setMissing(true)}
    />
  );
}

function OptionRow({
  option,
  chosen,
  onAnswer,
}: {
  option: Option;
  chosen: boolean;
  onAnswer?: (answer: string) => void;
}) {
  const { t } = useI18n();
  const content = (
    <>
      {option.image && <Picture src={option.image} text={option.imageText} />}
      <span>
        {option.title}
        {option.subtitle && <small>{option.subtitle}</small>}
      </span>
      {option.url && <span className="sr-only">{t("chat.opensApart")}</span>}
    </>
  );
  if (option.url) {
    return (
      <a className="offer__option" href={option.url} target="_blank" rel="noopener noreferrer">
        {content}
      </a>
    );
  }
  return (
    <button
      type="button"
      className={`offer__option ${chosen ? "offer__option--chosen" : ""}`}
      aria-pressed={chosen || undefined}
      disabled={!onAnswer}
      onClick={() => onAnswer?.(option.title)}
    >
      {content}
      {chosen && <Icon name="check" />}
    </button>
  );
}

/** Formats a moment at the place's own offset, or in the reader's time zone when none was sent. */
export function slotFormats(i18n: I18n, offsetMinutes: number | undefined) {
  const zone = offsetMinutes === undefined ? {} : { timeZone: "UTC" };
  const shift = (offsetMinutes ?? 0) * 60_000;
  const day = new Intl.DateTimeFormat(i18n.locale, { weekday: "long", day: "numeric", month: "long", ...zone });
  const time = new Intl.DateTimeFormat(i18n.locale, { hour: "2-digit", minute: "2-digit", ...zone });
  return { day: (at: number) => day.format(at + shift), time: (at: number) => time.format(at + shift) };
}

interface SlotsProps {
  slots: Slot[];
  offsetMinutes?: number;
  answer?: string;
  onAnswer?: (answer: string) => void;
}

function Slots({ slots, offsetMinutes, answer, onAnswer }: SlotsProps) {
  const i18n = useI18n();
  const format = slotFormats(i18n, offsetMinutes);
  const days = new Map<string, Slot[]>();
  for (const slot of [...slots].sort((a, b) => a.at - b.at)) {
    const day = format.day(slot.at);
    days.set(day, [...(days.get(day) ?? []), slot]);
  }
  return (
    <div className="offer__days">
      {[...days].map(([day, daySlots]) => (
        <section key={day} aria-label={day}>
          <div className="offer__day">{day}</div>
          <div className="offer__quick">
            {daySlots.map((slot) => {
              const time = format.time(slot.at);
              const minutes = slot.durationMinutes > 0 ? i18n.tn("chat.minutes", slot.durationMinutes) : undefined;
              return (
                <Chip
                  key={slot.text}
                  chosen={answer === slot.text}
                  label={[day, time, minutes].filter(Boolean).join(", ")}
                  onPress={onAnswer && (() => onAnswer(slot.text))}
                >
                  {time}
                  {minutes && <small>{minutes}</small>}
                </Chip>
              );
            })}
          </div>
        </section>
      ))}
    </div>
  );
}

interface CardsProps {
  cards: Interactive[];
  vertical: boolean;
  answer?: string;
  onAnswer?: (answer: string) => void;
}

function Cards({ cards, vertical, answer, onAnswer }: CardsProps) {
  const { t } = useI18n();
  const scroller = useRef<HTMLDivElement>(null);
  const [ends, setEnds] = useState({ start: true, end: false });
  const look = useCallback(() => {
    const box = scroller.current;
    if (!box) return;
    const [at, seen, all] = vertical
      ? [box.scrollTop, box.clientHeight, box.scrollHeight]
      : [Math.abs(box.scrollLeft), box.clientWidth, box.scrollWidth];
    setEnds({ start: at < 2, end: at + seen > all - 2 });
  }, [vertical]);
  useEffect(() => {
    look();
    window.addEventListener("resize", look);
    return () => window.removeEventListener("resize", look);
  }, [look]);
  const move = (direction: 1 | -1) => {
    const box = scroller.current;
    if (!box) return;
    const step = direction * (vertical ? box.clientHeight * 0.8 : 240);
    box.scrollBy({ [vertical ? "top" : "left"]: step, behavior: "smooth" });
  };
  return (
    <>
      <section
        ref={scroller}
        className={`offer__cards ${vertical ? "offer__cards--vertical" : ""}`}
        aria-label={t("chat.offers")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        onScroll={look}
      >
        {cards.map((card, index) => (
          <Offer
            // biome-ignore lint/suspicious/noArrayIndexKey: the cards never move, and titles may repeat
            key={index}
            offer={card}
            answer={chosenOn(card, answer)}
            onAnswer={onAnswer && ((selection) => onAnswer(carouselAnswer(card, selection)))}
          />
        ))}
      </section>
      {!(ends.start && ends.end) && (
        <div className="offer__move">
          <IconButton
            icon={vertical ? "up" : "left"}
            label={t("chat.previous")}
            disabled={ends.start}
            onClick={() => move(-1)}
            data-testid="offer-previous"
          />
          <IconButton
            icon={vertical ? "down" : "right"}
            label={t("chat.next")}
            disabled={ends.end}
            onClick={() => move(1)}
            data-testid="offer-next"
          />
        </div>
      )}
    </>
  );
}

/** An interactive message: choices the customer answers with one press; read-only for everyone else. */
import { useRef, useState } from "react";
import { type I18n, useI18n } from "../i18n";
import { Button, IconButton } from "../ui/Button";
import { carouselAnswer, type Interactive, type Option, type Slot } from "./interactive";

interface OfferProps {
  offer: Interactive;
  /** Sends the answer; absent when the choices are only shown. */
  onAnswer?: (answer: string) => void;
}

export function Offer({ offer, onAnswer }: OfferProps) {
  const { t } = useI18n();
  const wide = offer.kind === "Carousel" ? " offer--wide" : "";
  return (
    <section className={`offer${wide}`} aria-label={offer.title} data-testid={`offer-${offer.kind}`}>
      {offer.image && <Picture className="offer__image" src={offer.image} text={offer.imageText} />}
      <div className="offer__head">
        <b>{offer.title}</b>
        {offer.subtitle && <p>{offer.subtitle}</p>}
        {offer.kind === "TimePicker" && offer.place && <p>{t("chat.place", { place: offer.place })}</p>}
      </div>
      {(offer.kind === "ListPicker" || offer.kind === "Panel") && (
        <div className="offer__options">
          {offer.options.map((option) => (
            <OptionRow key={option.title} option={option} onAnswer={onAnswer} />
          ))}
        </div>
      )}
      {offer.kind === "QuickReply" && (
        <div className="offer__quick">
          {offer.options.map((option) => (
            <Button key={option.title} small disabled={!onAnswer} onClick={() => onAnswer?.(option.title)}>
              {option.title}
            </Button>
          ))}
        </div>
      )}
      {offer.kind === "TimePicker" && (
        <Slots slots={offer.slots} offsetMinutes={offer.offsetMinutes} onAnswer={onAnswer} />
      )}
      {offer.kind === "Carousel" && <Cards cards={offer.cards} vertical={offer.vertical} onAnswer={onAnswer} />}
    </section>
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

function OptionRow({ option, onAnswer }: { option: Option; onAnswer?: (answer: string) => void }) {
  const content = (
    <>
      {option.image && <Picture src={option.image} text={option.imageText} />}
      <span>
        {option.title}
        {option.subtitle && <small>{option.subtitle}</small>}
      </span>
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
    <button type="button" className="offer__option" disabled={!onAnswer} onClick={() => onAnswer?.(option.title)}>
      {content}
    </button>
  );
}

/** Formats a moment at the place's own offset, or in the reader's time zone when none was sent. */
function slotFormats(i18n: I18n, offsetMinutes: number | undefined) {
  const zone = offsetMinutes === undefined ? {} : { timeZone: "UTC" };
  const shift = (offsetMinutes ?? 0) * 60_000;
  const day = new Intl.DateTimeFormat(i18n.locale, { weekday: "long", day: "numeric", month: "long", ...zone });
  const time = new Intl.DateTimeFormat(i18n.locale, { hour: "2-digit", minute: "2-digit", ...zone });
  return { day: (at: number) => day.format(at + shift), time: (at: number) => time.format(at + shift) };
}

interface SlotsProps {
  slots: Slot[];
  offsetMinutes?: number;
  onAnswer?: (answer: string) => void;
}

function Slots({ slots, offsetMinutes, onAnswer }: SlotsProps) {
  const i18n = useI18n();
  const format = slotFormats(i18n, offsetMinutes);
  const days = new Map<string, Slot[]>();
  for (const slot of [...slots].sort((a, b) => a.at - b.at)) {
    const day = format.day(slot.at);
    days.set(day, [...(days.get(day) ?? []), slot]);
  }
  return (
    <div className="offer__options">
      {[...days].map(([day, daySlots]) => (
        <section key={day} aria-label={day}>
          <div className="offer__day">{day}</div>
          {daySlots.map((slot) => (
            <button
              key={slot.text}
              type="button"
              className="offer__option"
              disabled={!onAnswer}
              onClick={() => onAnswer?.(slot.text)}
            >
              <span>
                {format.time(slot.at)}
                {slot.durationMinutes > 0 && <small>{i18n.tn("chat.minutes", slot.durationMinutes)}</small>}
              </span>
            </button>
          ))}
        </section>
      ))}
    </div>
  );
}

function Cards({
  cards,
  vertical,
  onAnswer,
}: {
  cards: Interactive[];
  vertical: boolean;
  onAnswer?: (answer: string) => void;
}) {
  const { t } = useI18n();
  const scroller = useRef<HTMLDivElement>(null);
  const move = (by: number) => scroller.current?.scrollBy(vertical ? { top: by } : { left: by });
  return (
    <>
      <div className="offer__quick">
        <IconButton icon="left" label={t("chat.previous")} onClick={() => move(-240)} />
        <IconButton icon="right" label={t("chat.next")} onClick={() => move(240)} />
      </div>
      <section
        ref={scroller}
        className={`offer__cards ${vertical ? "offer__cards--vertical" : ""}`}
        aria-label={t("chat.offers")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
      >
        {cards.map((card) => (
          <Offer
            key={`${card.title}:${"identifier" in card ? card.identifier : ""}`}
            offer={card}
            onAnswer={onAnswer && ((selection) => onAnswer(carouselAnswer(card, selection)))}
          />
        ))}
      </section>
    </>
  );
}

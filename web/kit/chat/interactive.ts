/** Interactive messages: reading the five templates safely and forming the customer's answer (05 D16). */

export interface Option {
  title: string;
  subtitle?: string;
  image?: string;
  imageText?: string;
  /** Address of an element that is a link instead of an answer. */
  url?: string;
  /** Paging button of a long list. */
  action?: "PREVIOUS_OPTIONS" | "SHOW_MORE";
}

/** Title, subtitle and picture of a template, a card or a reply. */
export interface Head {
  title: string;
  subtitle?: string;
  image?: string;
  imageText?: string;
}

export interface Slot {
  /** Start, epoch milliseconds. */
  at: number;
  /** The text of the date as sent, which is also the answer. */
  text: string;
  durationMinutes: number;
}

export type Interactive =
  | (Head & { kind: "ListPicker" | "Panel"; options: Option[]; reply?: Head; identifier?: string })
  | (Head & { kind: "QuickReply"; options: Option[] })
  | (Head & { kind: "TimePicker"; slots: Slot[]; offsetMinutes?: number; place?: string; reply?: Head })
  | (Head & { kind: "Carousel"; cards: Interactive[]; vertical: boolean; omitTitle: boolean });

type Raw = Record<string, unknown>;

const isRaw = (value: unknown): value is Raw => typeof value === "object" && value !== null && !Array.isArray(value);
const list = (value: unknown): Raw[] => (Array.isArray(value) ? value.filter(isRaw) : []);

/** Text cut to what a template allows, with an ellipsis. */
function text(value: unknown, limit = 400): string | undefined {
  if (typeof value !== "string" || value === "") return undefined;
  return value.length > limit ? `${value.slice(0, limit - 1)}…` : value;
}

/** Only web addresses; anything else is dropped. */
function address(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  try {
    const url = new URL(value);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : undefined;
  } catch {
    return undefined;
  }
}

function head(raw: Raw): Head | undefined {
  const title = text(raw.title);
  if (!title) return undefined;
  return {
    title,
    subtitle: text(raw.subtitle),
    image: raw.imageType === "URL" ? address(raw.imageData) : undefined,
    imageText: text(raw.imageDescription, 50),
  };
}

function option(raw: Raw): Option[] {
  const top = head(raw);
  if (!top) return [];
  const action =
    raw.actionDetail === "PREVIOUS_OPTIONS" || raw.actionDetail === "SHOW_MORE" ? raw.actionDetail : undefined;
  return [{ ...top, url: raw.type === "hyperlink" ? address(raw.url) : undefined, action }];
}

/** Reads a slot's date; the dotted spelling of the published pattern is accepted too. */
export function readSlotDate(value: string): number | undefined {
  const dotted = value.replace(/T(\d\d)\.(\d\d)/, "T$1:$2").replace(/([+-]\d\d)\.(\d\d)$/, "$1:$2");
  const at = Date.parse(dotted);
  return Number.isNaN(at) ? undefined : at;
}

function slot(raw: Raw): Slot[] {
  if (typeof raw.date !== "string") return [];
  const at = readSlotDate(raw.date);
  return at === undefined ? [] : [{ at, text: raw.date, durationMinutes: Number(raw.duration) || 0 }];
}

function readTemplate(raw: Raw): Interactive | undefined {
  const data = isRaw(raw.data) ? raw.data : {};
  const content = isRaw(data.content) ? data.content : {};
  const top = head(content);
  if (!top) return undefined;
  const reply = isRaw(data.replyMessage) ? head(data.replyMessage) : undefined;
  switch (raw.templateType) {
    case "ListPicker":
    case "Panel":
      return {
        kind: raw.templateType,
        ...top,
        options: list(content.elements).flatMap(option),
        reply,
        identifier: text(raw.templateIdentifier) ?? text(content.templateIdentifier),
      };
    case "QuickReply":
      return { kind: "QuickReply", ...top, options: list(content.elements).flatMap(option) };
    case "TimePicker":
      return {
        kind: "TimePicker",
        ...top,
        slots: list(content.timeslots).flatMap(slot),
        offsetMinutes: typeof content.timeZoneOffset === "number" ? content.timeZoneOffset : undefined,
        place: isRaw(content.location) ? text(content.location.title) : undefined,
        reply,
      };
    case "Carousel":
      return {
        kind: "Carousel",
        ...top,
        cards: list(content.elements).flatMap((one) => {
          const card = readTemplate(one);
          return card ? [card] : [];
        }),
        vertical: content.carouselIsVertical === true,
        omitTitle: content.omitTitleFromCarouselResponse === true,
      };
    default:
      return undefined;
  }
}

/** The template in a message's content, or undefined when it is none we know. */
export function readInteractive(content: string): Interactive | undefined {
  try {
    const raw: unknown = JSON.parse(content);
    return isRaw(raw) ? readTemplate(raw) : undefined;
  } catch {
    return undefined;
  }
}

/** What is sent when an option inside a carousel is chosen: a JSON text; everywhere else the text itself is the answer. */
export function carouselAnswer(card: Interactive, selection: string): string {
  const identifier = card.kind === "ListPicker" || card.kind === "Panel" ? card.identifier : undefined;
  return JSON.stringify({ templateIdentifier: identifier ?? "", listTitle: card.title, selectionText: selection });
}

/** The entry in which a customer answered a carousel. */
interface CarouselAnswer {
  templateIdentifier?: string;
  listTitle?: string;
  selectionText: string;
}

function readCarouselAnswer(content: string): CarouselAnswer | undefined {
  try {
    const raw: unknown = JSON.parse(content);
    if (!isRaw(raw) || typeof raw.selectionText !== "string") return undefined;
    return {
      selectionText: raw.selectionText,
      templateIdentifier: text(raw.templateIdentifier),
      listTitle: text(raw.listTitle),
    };
  } catch {
    return undefined; // A plain answer is not JSON.
  }
}

/** How an answer reads in the conversation; `offer` is what it answers, where that is known. */
export function answerText(content: string, offer?: Interactive): string {
  const answer = readCarouselAnswer(content);
  if (!answer) return content;
  const omitTitle = offer?.kind === "Carousel" && offer.omitTitle;
  return answer.listTitle && !omitTitle
    ? `${answer.listTitle.replace(/:$/, "")}: ${answer.selectionText}`
    : answer.selectionText;
}

/** What was chosen on a card of a carousel, if it was this card. */
export function chosenOn(card: Interactive, content: string | undefined): string | undefined {
  const answer = content === undefined ? undefined : readCarouselAnswer(content);
  if (!answer) return undefined;
  const identifier = card.kind === "ListPicker" || card.kind === "Panel" ? card.identifier : undefined;
  const isThis = answer.templateIdentifier ? answer.templateIdentifier === identifier : answer.listTitle === card.title;
  return isThis ? answer.selectionText : undefined;
}

/** The slot that an answer names. */
export function chosenSlot(offer: Interactive | undefined, content: string): Slot | undefined {
  return offer?.kind === "TimePicker" ? offer.slots.find((slot) => slot.text === content) : undefined;
}

/** An offset as it is written behind a time, such as `UTC−07:30`. */
export function offsetName(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (number: number) => String(number).padStart(2, "0");
  return `UTC${minutes < 0 ? "−" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** The entries of a conversation: reading them from the wire and merging every source by item id, so that nothing shows twice. */

export const contentTypes = {
  plain: "text/plain",
  markdown: "text/markdown",
  json: "application/json",
  interactive: "application/vnd.amazonaws.connect.message.interactive",
  interactiveResponse: "application/vnd.amazonaws.connect.message.interactive.response",
  typing: "application/vnd.amazonaws.connect.event.typing",
  delivered: "application/vnd.amazonaws.connect.event.message.delivered",
  read: "application/vnd.amazonaws.connect.event.message.read",
} as const;

const eventPrefix = "application/vnd.amazonaws.connect.event.";

export type Role = "AGENT" | "CUSTOMER" | "SYSTEM" | "CUSTOM_BOT" | "SUPERVISOR";

export interface Attachment {
  id: string;
  name: string;
  contentType: string;
  status: "APPROVED" | "REJECTED" | "IN_PROGRESS";
}

export interface ChatItem {
  /** Item id; entries that the server has not acknowledged yet have an id of their own starting with `local:`. */
  id: string;
  kind: "message" | "event" | "attachment";
  /** Epoch milliseconds. */
  time: number;
  contentType: string;
  content: string;
  role: Role;
  participantId: string;
  displayName: string;
  contactId: string;
  attachments: Attachment[];
  delivered?: boolean;
  read?: boolean;
  /** State of an entry of our own that is on its way. */
  sending?: "sending" | "failed" | "rejected";
  /** Pieces of a bot answer that is still being written, by number. */
  chunks?: Record<number, string>;
  incomplete?: boolean;
}

/** An entry as the participant service and the socket deliver it. */
export interface WireItem {
  AbsoluteTime?: string;
  Content?: string;
  ContentType?: string;
  Id?: string;
  Type?: string;
  ParticipantId?: string;
  DisplayName?: string;
  ParticipantRole?: string;
  InitialContactId?: string;
  ContactId?: string;
  Attachments?: { AttachmentId?: string; AttachmentName?: string; ContentType?: string; Status?: string }[];
  MessageMetadata?: {
    MessageId?: string;
    Receipts?: { DeliveredTimestamp?: string; ReadTimestamp?: string; RecipientParticipantId?: string }[];
    MessageProcessingStatus?: string;
    MessageCompleted?: boolean;
    ChunkNumber?: number;
  };
}

/** Events that a conversation shows as a line of its own; all others only change state. */
export const shownEvents = [
  "participant.joined",
  "participant.left",
  "participant.idle",
  "participant.returned",
  "participant.autodisconnection",
  "transfer.succeeded",
  "transfer.failed",
  "authentication.initiated",
  "authentication.succeeded",
  "authentication.failed",
  "authentication.timeout",
  "authentication.expired",
  "authentication.cancelled",
  "chat.ended",
] as const;
export type ShownEvent = (typeof shownEvents)[number];

/** The short name of an event content type, such as `participant.joined`. */
export function eventName(contentType: string): string | undefined {
  return contentType.startsWith(eventPrefix) ? contentType.slice(eventPrefix.length) : undefined;
}

export function isShownEvent(name: string | undefined): name is ShownEvent {
  return (shownEvents as readonly string[]).includes(name ?? "");
}

/** Turns a wire entry into ours, or undefined for what a conversation does not show (typing, receipts, acknowledgements). */
export function readItem(wire: WireItem): ChatItem | undefined {
  const contentType = wire.ContentType ?? "";
  const event = eventName(contentType);
  const kind =
    wire.Type === "ATTACHMENT" || (wire.Attachments?.length ?? 0) > 0 ? "attachment" : event ? "event" : "message";
  if (!wire.Id || wire.Type === "MESSAGEMETADATA" || wire.Type === "CONNECTION_ACK") return undefined;
  if (kind === "event" && !isShownEvent(event)) return undefined;
  const time = Date.parse(wire.AbsoluteTime ?? "");
  const item: ChatItem = {
    id: wire.Id,
    kind,
    time: Number.isNaN(time) ? Date.now() : time,
    contentType,
    content: wire.Content ?? "",
    role: (wire.ParticipantRole as Role) ?? "SYSTEM",
    participantId: wire.ParticipantId ?? "",
    displayName: wire.DisplayName ?? "",
    contactId: wire.ContactId ?? wire.InitialContactId ?? "",
    attachments: (wire.Attachments ?? []).map((one) => ({
      id: one.AttachmentId ?? "",
      name: one.AttachmentName ?? "",
      contentType: one.ContentType ?? "",
      status: (one.Status as Attachment["status"]) ?? "IN_PROGRESS",
    })),
  };
  for (const receipt of wire.MessageMetadata?.Receipts ?? []) markReceipt(item, receipt);
  if (wire.MessageMetadata?.MessageProcessingStatus === "REJECTED") item.sending = "rejected";
  const chunk = wire.MessageMetadata?.ChunkNumber;
  if (chunk !== undefined && wire.MessageMetadata?.MessageCompleted === false) {
    item.chunks = { [chunk]: item.content };
    item.incomplete = true;
  }
  return item;
}

function markReceipt(item: ChatItem, receipt: { DeliveredTimestamp?: string; ReadTimestamp?: string }): void {
  if (receipt.ReadTimestamp) item.read = true;
  if (receipt.ReadTimestamp || receipt.DeliveredTimestamp) item.delivered = true;
}

export type Items = ReadonlyMap<string, ChatItem>;

/** Adds one wire entry. `selfId` is our participant id: receipts of our own reading are ignored, echoes of our own sending replace the entry on its way. */
export function mergeItem(items: Items, wire: WireItem, selfId: string): Items {
  const receipts = wire.MessageMetadata?.Receipts;
  if (wire.Type === "MESSAGEMETADATA") {
    const id = wire.MessageMetadata?.MessageId ?? wire.Id ?? "";
    const known = items.get(id);
    if (!known || !receipts) return items;
    const changed = { ...known };
    for (const receipt of receipts) {
      if (receipt.RecipientParticipantId !== selfId) markReceipt(changed, receipt);
    }
    return new Map(items).set(id, changed);
  }
  const item = readItem(wire);
  if (!item) return items;
  const merged = new Map(items);
  const known = items.get(item.id);
  if (known) {
    merged.set(item.id, combine(known, item));
    return merged;
  }
  if (item.participantId === selfId) {
    for (const [id, waiting] of items) {
      if ((waiting.sending === "sending" || waiting.sending === "failed") && isEcho(waiting, item)) {
        merged.delete(id);
        break;
      }
    }
  }
  merged.set(item.id, item);
  return merged;
}

/** Adds a page of the transcript. */
export function mergeItems(items: Items, wires: readonly WireItem[], selfId: string): Items {
  return wires.reduce((so_far, wire) => mergeItem(so_far, wire, selfId), items);
}

function combine(known: ChatItem, next: ChatItem): ChatItem {
  if (next.incomplete && !known.incomplete) return known;
  const combined: ChatItem = {
    ...known,
    ...next,
    delivered: known.delivered || next.delivered,
    read: known.read || next.read,
  };
  if (next.incomplete) {
    combined.chunks = { ...known.chunks, ...next.chunks };
    combined.content = Object.entries(combined.chunks)
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([, text]) => text)
      .join("");
  } else {
    combined.chunks = undefined;
    combined.incomplete = undefined;
  }
  return combined;
}

function isEcho(waiting: ChatItem, arrived: ChatItem): boolean {
  if (waiting.kind !== arrived.kind) return false;
  if (waiting.kind === "attachment") return waiting.attachments[0]?.name === arrived.attachments[0]?.name;
  return waiting.content === arrived.content && waiting.contentType === arrived.contentType;
}

/** Entries in the order they happened; entries on their way come last. */
export function inOrder(items: Items): ChatItem[] {
  return [...items.values()].sort((a, b) => {
    const waiting = Number(a.sending === "sending") - Number(b.sending === "sending");
    return waiting || a.time - b.time;
  });
}

/** The interactive message that a customer's answer is about: the newest one before it. */
export function offerBefore(items: readonly ChatItem[], answer: ChatItem): ChatItem | undefined {
  if (answer.contentType !== contentTypes.interactiveResponse) return undefined;
  const at = items.indexOf(answer);
  return items.slice(0, Math.max(at, 0)).findLast((item) => item.contentType === contentTypes.interactive);
}

/** What the customer answered to an interactive message: the first answer before the next such message. */
export function answerAfter(items: readonly ChatItem[], offer: ChatItem): string | undefined {
  if (offer.contentType !== contentTypes.interactive) return undefined;
  const next = items
    .slice(items.indexOf(offer) + 1)
    .find(
      (item) => item.contentType === contentTypes.interactive || item.contentType === contentTypes.interactiveResponse,
    );
  return next?.contentType === contentTypes.interactiveResponse ? next.content : undefined;
}

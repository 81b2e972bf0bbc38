/** One conversation on a stock chat session: keeps entries, typing, receipts and connection state, and survives reloads and dropped networks. */

import type { ViewContent } from "../view/template";
import {
  type ChatItem,
  contentTypes,
  eventName,
  type Items,
  inOrder,
  mergeItem,
  mergeItems,
  type WireItem,
} from "./items";

/** The part of a stock chat session that a conversation uses; agents and customers have the same. */
export interface ChatSession {
  connect(args?: object): Promise<unknown>;
  getTranscript(args: object): Promise<{ data: { Transcript: WireItem[]; NextToken?: string } }>;
  sendMessage(args: {
    contentType: string;
    message: string;
    /** The same token again is the same message. */
    clientToken: string;
  }): Promise<{ data: { Id: string; AbsoluteTime: string } }>;
  describeView(args: { viewToken: string }): Promise<{ data: { View?: { Content?: ViewContent } } }>;
  sendEvent(args: { contentType: string; content?: string }): Promise<unknown>;
  sendAttachment(args: { attachment: File }): Promise<unknown>;
  downloadAttachment(args: { attachmentId: string }): Promise<Blob>;
  disconnectParticipant?(): Promise<unknown>;
  getAuthenticationUrl(args: {
    sessionId: string;
    redirectUri: string;
  }): Promise<{ data: { AuthenticationUrl: string } }>;
  cancelParticipantAuthentication(args: { sessionId: string }): Promise<unknown>;
  onMessage(handler: (event: { data: WireItem }) => void): void;
  onTyping(handler: (event: { data: WireItem }) => void): void;
  onReadReceipt(handler: (event: { data: WireItem }) => void): void;
  onDeliveredReceipt(handler: (event: { data: WireItem }) => void): void;
  onParticipantIdle(handler: (event: { data: WireItem }) => void): void;
  onParticipantReturned(handler: (event: { data: WireItem }) => void): void;
  onAutoDisconnection(handler: (event: { data: WireItem }) => void): void;
  onAuthenticationInitiated(handler: (event: { data: WireItem }) => void): void;
  onAuthenticationSuccessful(handler: (event: { data: WireItem }) => void): void;
  onAuthenticationFailed(handler: (event: { data: WireItem }) => void): void;
  onAuthenticationTimeout(handler: (event: { data: WireItem }) => void): void;
  onAuthenticationExpired(handler: (event: { data: WireItem }) => void): void;
  onAuthenticationCanceled(handler: (event: { data: WireItem }) => void): void;
  onChatRehydrated(handler: () => void): void;
  onEnded(handler: (event: { data?: WireItem }) => void): void;
  onConnectionEstablished(handler: () => void): void;
  onConnectionLost(handler: () => void): void;
  onConnectionBroken(handler: () => void): void;
}

export interface ChatState {
  items: ChatItem[];
  /** Display name of whoever is typing. */
  typing?: string;
  connection: "connecting" | "connected" | "lost" | "broken";
  ended: boolean;
  /** The transcript has been read at least once. */
  loaded: boolean;
  /** Why the transcript could not be read. */
  loadProblem?: string;
}

const typingShownFor = 12_000;
const transcriptPage = 100;
const mostTranscriptPages = 100;

export class ChatModel {
  private items: Items = new Map();
  private state: ChatState = { items: [], connection: "connecting", ended: false, loaded: false };
  private readonly listeners = new Set<() => void>();
  private readonly arrivals = new Set<(item: ChatItem) => void>();
  private typingTimer: ReturnType<typeof setTimeout> | undefined;
  private localCount = 0;
  private loading: Promise<void> | undefined;
  private loadAgain = false;
  private readonly files = new Map<string, File>();
  private readonly tokens = new Map<string, string>();
  private lastReceipt = "";
  /** What is typed but not sent; kept here so that it survives switching between contacts. */
  draft = "";

  constructor(
    private session: ChatSession,
    /** Our own participant id. */
    readonly selfId: string,
    /** Our own name, shown on entries that are still on their way. */
    private readonly self: { role: ChatItem["role"]; displayName: string },
  ) {
    this.follow(session);
  }

  /** Goes on with another session of the same chat; what the earlier one still says is ignored. */
  follow(session: ChatSession): void {
    this.session = session;
    const current =
      <Event>(handler: (event: Event) => void) =>
      (event: Event): void => {
        if (this.session === session) handler(event);
      };
    const take = current<{ data: WireItem }>(({ data }) => this.take(data));
    session.onMessage(take);
    session.onReadReceipt(take);
    session.onDeliveredReceipt(take);
    session.onParticipantIdle(take);
    session.onParticipantReturned(take);
    session.onAutoDisconnection(take);
    session.onAuthenticationInitiated(take);
    session.onAuthenticationSuccessful(take);
    session.onAuthenticationFailed(take);
    session.onAuthenticationTimeout(take);
    session.onAuthenticationExpired(take);
    session.onAuthenticationCanceled(take);
    session.onTyping(current(({ data }) => this.showTyping(data)));
    session.onChatRehydrated(current<void>(() => void this.load()));
    session.onEnded(
      current(({ data }) => {
        if (data?.Id) this.take(data);
        this.set({ ended: true, typing: undefined });
      }),
    );
    session.onConnectionEstablished(
      current<void>(() => {
        this.set({ connection: "connected" });
        // The socket does not replay a gap: read what was missed.
        void this.load();
      }),
    );
    session.onConnectionLost(
      current<void>(() => {
        if (!this.state.ended) this.set({ connection: "lost" });
      }),
    );
    session.onConnectionBroken(
      current<void>(() => {
        if (!this.state.ended) this.set({ connection: "broken" });
      }),
    );
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): ChatState => this.state;

  /** Tells about messages of others as they arrive, not about those read from the transcript. */
  onArrival(listener: (item: ChatItem) => void): () => void {
    this.arrivals.add(listener);
    return () => this.arrivals.delete(listener);
  }

  /** Marks the connection as up; agent sessions arrive connected. */
  connected(): void {
    this.set({ connection: "connected" });
  }

  /** Reads the whole transcript and merges it; calls while one is running are answered by one more run. */
  load(): Promise<void> {
    if (this.loading) {
      this.loadAgain = true;
      return this.loading;
    }
    this.loading = this.readTranscript().finally(() => {
      this.loading = undefined;
      if (this.loadAgain) {
        this.loadAgain = false;
        void this.load();
      }
    });
    return this.loading;
  }

  private async readTranscript(): Promise<void> {
    let nextToken: string | undefined;
    try {
      for (let page = 0; page < mostTranscriptPages; page += 1) {
        const { data } = await this.session.getTranscript({
          maxResults: transcriptPage,
          scanDirection: "BACKWARD",
          sortOrder: "ASCENDING",
          ...(nextToken ? { nextToken } : {}),
        });
        this.items = mergeItems(this.items, data.Transcript ?? [], this.selfId);
        nextToken = data.NextToken || undefined;
        if (!nextToken) break;
      }
      const ended = [...this.items.values()].some((item) => eventName(item.contentType) === "chat.ended");
      this.set({ items: inOrder(this.items), loaded: true, loadProblem: undefined, ...(ended ? { ended } : {}) });
    } catch (error) {
      this.set({ loadProblem: describe(error) });
    }
  }

  /** Sends a message; the entry shows at once and is replaced by the server's when it comes back. */
  async send(message: string, contentType: string = contentTypes.plain): Promise<void> {
    const item = this.addLocal({ kind: "message", content: message, contentType, attachments: [] });
    await this.deliver(item);
  }

  /** Sends a failed entry again. */
  async resend(id: string): Promise<void> {
    const item = this.items.get(id);
    if (!item) return;
    this.put({ ...item, sending: "sending", time: Date.now() });
    const file = this.files.get(id);
    if (file) await this.upload(file, id);
    else await this.deliver(item);
  }

  /** Drops a failed entry. */
  discard(id: string): void {
    this.files.delete(id);
    this.remove(id);
  }

  private async deliver(item: ChatItem): Promise<void> {
    try {
      const { data } = await this.session.sendMessage({
        contentType: item.contentType,
        message: item.content,
        clientToken: this.tokenOf(item.id),
      });
      const waiting = this.items.get(item.id);
      // The echo over the socket may have been faster and have replaced the entry already.
      if (!waiting) return;
      this.remove(item.id, false);
      const known = this.items.get(data.Id);
      const time = Date.parse(data.AbsoluteTime);
      if (!known)
        this.put({ ...waiting, id: data.Id, sending: undefined, time: Number.isNaN(time) ? waiting.time : time });
      else this.publish();
    } catch {
      if (this.items.has(item.id)) this.put({ ...item, sending: "failed" });
    }
  }

  /** One token for all attempts of an entry, so that it is never there twice. */
  private tokenOf(id: string): string {
    const known = this.tokens.get(id);
    if (known) return known;
    // Pages without TLS have no randomUUID.
    const bytes = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0"));
    const token = bytes.join("");
    this.tokens.set(id, token);
    return token;
  }

  /** Uploads a file and attaches it to the conversation. */
  async attach(file: File): Promise<void> {
    const item = this.addLocal({
      kind: "attachment",
      content: "",
      contentType: file.type || "application/octet-stream",
      attachments: [{ id: "", name: file.name, contentType: file.type, status: "IN_PROGRESS" }],
    });
    this.files.set(item.id, file);
    await this.upload(file, item.id);
  }

  private async upload(file: File, id: string): Promise<void> {
    try {
      await this.session.sendAttachment({ attachment: file });
      this.files.delete(id);
      // The entry itself arrives over the socket; ask for it in case it was missed.
      await this.load();
      if (this.items.has(id)) this.remove(id);
    } catch {
      const item = this.items.get(id);
      if (item) this.put({ ...item, sending: "failed" });
    }
  }

  download(attachmentId: string): Promise<Blob> {
    return this.session.downloadAttachment({ attachmentId });
  }

  /** Says that we are typing; the library limits how often that goes out. */
  typing(): void {
    if (this.state.ended || this.state.connection !== "connected") return;
    // Typing is a courtesy: a lost one is not worth a word to the user.
    this.session.sendEvent({ contentType: contentTypes.typing }).catch(() => undefined);
  }

  /** Sends a receipt for the newest entry of somebody else: read when it is being looked at, else delivered. */
  acknowledge(read: boolean): void {
    if (this.state.ended) return;
    const newest = this.state.items.findLast(
      (item) => item.kind !== "event" && item.participantId !== this.selfId && item.role !== "SYSTEM",
    );
    if (!newest) return;
    const receipt = `${newest.id}:${read}`;
    if (receipt === this.lastReceipt || this.lastReceipt === `${newest.id}:true`) return;
    this.lastReceipt = receipt;
    const contentType = read ? contentTypes.read : contentTypes.delivered;
    this.session.sendEvent({ contentType, content: JSON.stringify({ messageId: newest.id }) }).catch(() => {
      this.lastReceipt = "";
    });
  }

  /** What a view consists of that a message of this conversation shows. */
  async describeView(viewToken: string): Promise<ViewContent> {
    try {
      const { data } = await this.session.describeView({ viewToken });
      return data.View?.Content ?? {};
    } catch (error) {
      throw new Error(describe(error));
    }
  }

  /** The address at which the customer signs in; they come back to `redirectUri`. */
  async signInAddress(sessionId: string, redirectUri: string): Promise<string> {
    const { data } = await this.session.getAuthenticationUrl({ sessionId, redirectUri });
    return data.AuthenticationUrl;
  }

  /** Goes on without signing in. */
  async declineSignIn(sessionId: string): Promise<void> {
    await this.session.cancelParticipantAuthentication({ sessionId });
  }

  /** Leaves the conversation; the server then ends it. */
  async leave(): Promise<void> {
    await this.session.disconnectParticipant?.();
  }

  private take(wire: WireItem): void {
    const before = this.items;
    const isNew = wire.Id !== undefined && !before.has(wire.Id);
    this.items = mergeItem(before, wire, this.selfId);
    if (this.items === before) return;
    const ended = eventName(wire.ContentType ?? "") === "chat.ended";
    this.set({
      items: inOrder(this.items),
      ...(ended ? { ended: true, typing: undefined } : {}),
      ...(wire.ParticipantId !== this.selfId && wire.Type !== "MESSAGEMETADATA" ? { typing: undefined } : {}),
    });
    const item = wire.Id ? this.items.get(wire.Id) : undefined;
    if (isNew && item && item.participantId !== this.selfId) for (const listener of this.arrivals) listener(item);
  }

  private showTyping(wire: WireItem): void {
    if (wire.ParticipantId === this.selfId) return;
    clearTimeout(this.typingTimer);
    this.set({ typing: wire.DisplayName ?? "" });
    this.typingTimer = setTimeout(() => this.set({ typing: undefined }), typingShownFor);
  }

  private addLocal(part: Pick<ChatItem, "kind" | "content" | "contentType" | "attachments">): ChatItem {
    this.localCount += 1;
    const item: ChatItem = {
      ...part,
      id: `local:${this.localCount}`,
      time: Date.now(),
      role: this.self.role,
      displayName: this.self.displayName,
      participantId: this.selfId,
      contactId: "",
      sending: "sending",
    };
    this.put(item);
    return item;
  }

  private put(item: ChatItem): void {
    this.items = new Map(this.items).set(item.id, item);
    this.publish();
  }

  private remove(id: string, tell = true): void {
    const items = new Map(this.items);
    items.delete(id);
    this.tokens.delete(id);
    this.items = items;
    if (tell) this.publish();
  }

  private publish(): void {
    this.set({ items: inOrder(this.items) });
  }

  private set(change: Partial<ChatState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}

/** A short text for an error of the stock library, which throws many kinds of objects. */
export function describe(error: unknown): string {
  if (error instanceof Error) return error.message;
  if (typeof error === "string") return error;
  const parts = error as { _debug?: { message?: string }; type?: string; message?: string } | null;
  return parts?._debug?.message ?? parts?.message ?? parts?.type ?? "unknown";
}

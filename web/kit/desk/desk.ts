/** The desk: one store of what streams says, and the things an agent can do, each answering when the server has. */
import { ChatModel } from "../chat/model";
import { stock } from "../stock/connect";
import type { TaskTemplate, TemplatedDraft } from "./taskTemplate";
import { transcriptOnly } from "./transcript-only";
import { type AgentStatus, type ContactView, type DeskView, emptyDesk, readAgent, readContact } from "./view";

/** A place a contact can be handed to, or a task can be created for. */
export type QuickConnect = connect.Endpoint;

export interface TaskDraft {
  name: string;
  description: string;
  references: Record<string, { type: string; value: string }>;
  endpoint: QuickConnect;
  /** Epoch seconds. */
  scheduledTime?: number;
  relatedContactId?: string;
}

type Done = (callbacks: connect.SuccessFailOptions) => void;

/** The library's calls of supervisors, which its types leave out. */
function supervised(contact: connect.Contact) {
  return contact as unknown as Record<"bargeIn" | "silentMonitor", (callbacks: connect.SuccessFailOptions) => void>;
}

/** The agent's own part in a call, which the library's types describe only in part. */
function voice(contact: connect.Contact) {
  const own = contact.getAgentConnection() as unknown;
  return own as Record<"muteParticipant" | "unmuteParticipant", (callbacks: connect.SuccessFailOptions) => void>;
}

/** What the server answered to an agent's action, in words. */
export class DeskError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "DeskError";
  }
}

/** Reads the failure text of the stock worker, which is JSON of the service's error. */
export function readFailure(failure: unknown): DeskError {
  const text = typeof failure === "string" ? failure : JSON.stringify(failure ?? "");
  try {
    const parsed = JSON.parse(text) as { type?: string; message?: string };
    return new DeskError(parsed.type ?? "Unknown", parsed.message ?? parsed.type ?? text);
  } catch {
    return new DeskError("Unknown", text);
  }
}

function done(action: Done): Promise<void> {
  return new Promise((resolve, reject) => {
    action({ success: () => resolve(), failure: (failure: unknown) => reject(readFailure(failure)) });
  });
}

export class Desk {
  private view: DeskView = emptyDesk;
  private agent: connect.Agent | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly chats = new Map<string, ChatModel>();
  private readonly openingChats = new Set<string>();
  private readonly ringing = new Set<(contact: ContactView) => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): DeskView => this.view;

  /** Follows streams; call once, after the worker was started. */
  watch(): void {
    const { core, agent: onAgent } = stock();
    const bus = core.getEventBus();
    bus.subscribe("access_denied", () => this.set({ phase: "denied" }));
    bus.subscribe("cti_authorize_retries_exhausted", () => this.set({ phase: "retriesExhausted" }));
    bus.subscribe("authorize_retries_exhausted", () => this.set({ phase: "retriesExhausted" }));
    bus.subscribe("agent::websocket_connection_lost", () => this.set({ socket: "down" }));
    bus.subscribe("agent::websocket_connection_gained", () => this.set({ socket: "up" }));
    bus.subscribe("agent::softphone_error", (error) => {
      const { errorType } = (error ?? {}) as { errorType?: string };
      this.set({ softphoneError: errorType ?? "other" });
    });
    bus.subscribe("agent::local_media_stream_created", () => this.set({ softphoneError: undefined }));
    onAgent((agent) => {
      this.agent = agent;
      this.refresh(agent);
      agent.onRefresh((fresh) => this.refresh(fresh));
    });
  }

  private refresh(agent: connect.Agent): void {
    const now = Date.now();
    const skew = stock().core.getSkew();
    const before = new Map(this.view.contacts.map((contact) => [contact.id, contact]));
    const contacts = agent.getContacts().map((contact) => readContact(contact, now, skew));
    this.set({ phase: "ready", agent: readAgent(agent, now), contacts });
    for (const contact of contacts) {
      if (contact.channel === "chat") void this.openChat(contact);
      const isNew = before.get(contact.id)?.phase !== contact.phase;
      if (isNew) for (const listener of this.ringing) listener(contact);
    }
    const present = new Set(contacts.map((contact) => contact.id));
    for (const id of this.chats.keys()) if (!present.has(id)) this.chats.delete(id);
  }

  /** Tells about contacts that have come to a new phase. */
  onPhase(listener: (contact: ContactView) => void): () => void {
    this.ringing.add(listener);
    return () => this.ringing.delete(listener);
  }

  /** The conversation of a chat contact, once it can be shown. */
  chat(contactId: string): ChatModel | undefined {
    return this.chats.get(contactId);
  }

  private async openChat(view: ContactView): Promise<void> {
    const { id } = view;
    if (this.chats.has(id) || this.openingChats.has(id)) return;
    const over = view.phase === "ended" || view.phase === "error";
    if (view.phase !== "connected" && !over) return;
    const connection = this.contact(id)?.getAgentConnection() as connect.ChatConnection | undefined;
    if (!connection) return;
    this.openingChats.add(id);
    try {
      const session = over
        ? transcriptOnly(connection.getMediaInfo() as unknown as { participantToken: string | null })
        : await (connection.getMediaController() as Promise<never>);
      const self = {
        role: view.monitoring ? ("SUPERVISOR" as const) : ("AGENT" as const),
        displayName: this.view.agent?.name ?? "",
      };
      const model = new ChatModel(session, view.connectionId, self);
      model.connected();
      this.chats.set(id, model);
      this.set({});
      await model.load();
    } catch {
      // The next snapshot tries again; until then the screen says that the conversation is being opened.
    } finally {
      this.openingChats.delete(id);
    }
  }

  private contact(id: string): connect.Contact | undefined {
    return this.agent?.getContacts().find((one) => one.getContactId() === id);
  }

  private onContact(
    id: string,
    action: (contact: connect.Contact, callbacks: connect.SuccessFailOptions) => void,
  ): Promise<void> {
    const contact = this.contact(id);
    if (!contact) return Promise.reject(new DeskError("Gone", "the contact is no longer here"));
    return done((callbacks) => action(contact, callbacks));
  }

  accept = (id: string) => this.onContact(id, (contact, callbacks) => contact.accept(callbacks));
  reject = (id: string) => this.onContact(id, (contact, callbacks) => contact.reject(callbacks));
  clear = (id: string) => this.onContact(id, (contact, callbacks) => contact.clear(callbacks));
  pause = (id: string) => this.onContact(id, (contact, callbacks) => contact.pause(callbacks));
  resume = (id: string) => this.onContact(id, (contact, callbacks) => contact.resume(callbacks));

  /** The customer hears the hold music, and the agent hears nobody. */
  hold = (id: string) => this.onContact(id, (contact, callbacks) => contact.getInitialConnection().hold(callbacks));
  takeOffHold = (id: string) =>
    this.onContact(id, (contact, callbacks) => contact.getInitialConnection().resume(callbacks));
  mute = (id: string) => this.onContact(id, (contact, callbacks) => voice(contact).muteParticipant(callbacks));
  unmute = (id: string) => this.onContact(id, (contact, callbacks) => voice(contact).unmuteParticipant(callbacks));
  /** Sends keys to the customer's end. */
  press = (id: string, keys: string) =>
    this.onContact(id, (contact, callbacks) => contact.getInitialConnection().sendDigits(keys, callbacks));

  /** Leaves the contact: ends the chat, the call leg or the task for this agent. */
  end = (id: string) => this.onContact(id, (contact, callbacks) => contact.getAgentConnection().destroy(callbacks));

  /** A supervisor takes part in the conversation. */
  barge = (id: string) => this.onContact(id, (contact, callbacks) => supervised(contact).bargeIn(callbacks));
  /** A supervisor only listens again. */
  listen = (id: string) => this.onContact(id, (contact, callbacks) => supervised(contact).silentMonitor(callbacks));

  transfer = (id: string, endpoint: QuickConnect) =>
    this.onContact(id, (contact, callbacks) => contact.addConnection(endpoint, callbacks));

  /** Changes the status; with contacts in hand it becomes the next status, except for Available, which takes a next status back. */
  setStatus(status: AgentStatus): Promise<void> {
    const agent = this.agent;
    if (!agent) return Promise.reject(new DeskError("Starting", "the desk is still starting"));
    const definition = agent.getAgentStates().find((one) => one.agentStateARN === status.arn);
    if (!definition) return Promise.reject(new DeskError("UnknownStatus", status.name));
    const enqueueNextState =
      this.view.contacts.length > 0 && definition.type !== ("routable" as connect.AgentStateType);
    return done((callbacks) => agent.setState(definition, callbacks, { enqueueNextState }));
  }

  /** Quick connects of all queues the agent works on, sorted by name. */
  quickConnects(): Promise<QuickConnect[]> {
    const agent = this.agent;
    if (!agent) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      agent.getEndpoints(agent.getAllQueueARNs(), {
        success: ({ endpoints }) => {
          const byArn = new Map(endpoints.filter(Boolean).map((one) => [one.endpointARN, one]));
          resolve([...byArn.values()].sort((a, b) => a.name.localeCompare(b.name)));
        },
        failure: (failure: unknown) => reject(readFailure(failure)),
      });
    });
  }

  createTask(draft: TaskDraft): Promise<void> {
    const { endpointId: _ours, ...endpoint } = draft.endpoint;
    const idempotencyToken = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    return done((callbacks) =>
      stock()
        .core.getClient()
        .call("createTaskContact", { ...draft, endpoint, idempotencyToken }, callbacks),
    );
  }

  private instanceId(): string {
    return /instance\/([^/]+)/.exec(this.agent?.getConfiguration().agentARN ?? "")?.[1] ?? "";
  }

  private ask<Answer>(method: string, parameters: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      stock()
        .core.getClient()
        .call(
          method,
          { instanceId: this.instanceId(), ...parameters },
          {
            success: (data?: unknown) => resolve(data as Answer),
            failure: (failure: unknown) => reject(readFailure(failure)),
          },
        );
    });
  }

  /** The templates that tasks can be made by, sorted by name. */
  async taskTemplates(): Promise<TaskTemplate[]> {
    const answer = await this.ask<{ TaskTemplates: { Id: string }[] }>("listTaskTemplates", {
      queryParams: { status: "ACTIVE", maxResults: 100 },
    });
    const ids = answer.TaskTemplates.map((one) => one.Id);
    const templates = await Promise.all(
      ids.map((id) => this.ask<TaskTemplate>("getTaskTemplate", { templateParams: { id } })),
    );
    return templates.sort((a, b) => a.Name.localeCompare(b.Name));
  }

  /** Makes a task by a template. */
  async createTemplatedTask(draft: TemplatedDraft): Promise<void> {
    const idempotencyToken = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    await this.ask("createTemplatedTask", { ...draft, idempotencyToken });
  }

  /** Makes every panel of this browser forget the agent; they reload and show the sign-in form. */
  terminate(): void {
    const { core, EventType } = stock();
    core.getEventBus().trigger(EventType.TERMINATE);
  }

  private set(change: Partial<DeskView>): void {
    this.view = { ...this.view, ...change };
    for (const listener of this.listeners) listener();
  }
}

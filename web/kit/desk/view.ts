/** Plain pictures of the agent and the contacts, taken from streams after every snapshot so that screens never hold stock objects. */

export type Channel = "voice" | "queue_callback" | "chat" | "task" | "email";
export type ContactPhase =
  | "init"
  | "incoming"
  | "pending"
  | "connecting"
  | "connected"
  | "missed"
  | "error"
  | "ended"
  | "rejected"
  | "paused";

export interface AgentStatus {
  arn: string | null;
  type: string;
  name: string;
}

export interface AgentView {
  name: string;
  username: string;
  status: AgentStatus;
  /** Since when the agent is in the status, epoch milliseconds on the local clock. */
  statusSince: number;
  nextStatus?: string;
  statuses: AgentStatus[];
  permissions: string[];
  routingProfile: string;
  /** Most contacts at a time per channel, such as `CHAT: 3`. */
  concurrency: Record<string, number>;
}

export interface Reference {
  name: string;
  type: string;
  value: string;
}

export interface ContactView {
  id: string;
  initialId?: string;
  relatedId?: string;
  channel: Channel;
  phase: ContactPhase;
  /** Since when the contact is in the phase, epoch milliseconds on the local clock. */
  phaseSince: number;
  queue?: string;
  queuedAt?: number;
  /** Name of a task, else of the customer; empty when neither is known. */
  title: string;
  description?: string;
  attributes: { name: string; value: string }[];
  references: Reference[];
  initiation: string;
  subtype?: string;
  scheduledAt?: number;
  templateId?: string;
  attachments: boolean;
  formatting: boolean;
  connectionId: string;
  connectionPhase: string;
  /** Our part is a supervisor's. */
  monitoring: boolean;
  /** We have barged in: the others see us, and we may write. */
  barged: boolean;
  mayBarge: boolean;
  /** A call: what the agent can do about its sound. */
  call?: CallView;
  /** Names of further people on the contact. */
  thirdParties: string[];
}

export interface CallView {
  /** The customer is on hold. */
  held: boolean;
  /** Since when, epoch milliseconds on the local clock. */
  heldSince?: number;
  /** The agent is not heard. */
  muted: boolean;
}

export interface DeskView {
  phase: "starting" | "ready" | "denied" | "retriesExhausted";
  socket: "up" | "down";
  /** Why calls have no sound here, by the library's name for it. */
  softphoneError?: string;
  agent?: AgentView;
  contacts: ContactView[];
}

export const emptyDesk: DeskView = { phase: "starting", socket: "up", contacts: [] };

/** Phases in which a contact still takes work or a slot, so that ending it would touch the customer. */
const livePhases: ContactPhase[] = ["incoming", "pending", "connecting", "connected", "paused"];
/** Phases that end with the agent's clear. */
const clearablePhases: ContactPhase[] = ["missed", "error", "ended", "rejected"];
const ringingPhases: ContactPhase[] = ["incoming", "pending", "connecting"];

export const isLive = (contact: ContactView) => livePhases.includes(contact.phase);
export const isClearable = (contact: ContactView) => clearablePhases.includes(contact.phase);
/** Waits for this agent's accept or reject; an outbound contact being set up does not. */
export const isRinging = (contact: ContactView) =>
  ringingPhases.includes(contact.phase) && !["outbound", "monitor"].includes(contact.initiation) && !contact.monitoring;

export function readAgent(agent: connect.Agent, now: number): AgentView {
  const configuration = agent.getConfiguration();
  const state = agent.getState();
  const next = agent.getNextState() as connect.AgentState | undefined;
  return {
    name: configuration.name,
    username: configuration.username,
    status: { arn: state.agentStateARN ?? null, type: state.type, name: state.name },
    statusSince: now - agent.getStateDuration(),
    nextStatus: next?.name,
    statuses: agent.getAgentStates().map((one) => ({ arn: one.agentStateARN, type: one.type, name: one.name })),
    permissions: configuration.permissions ?? [],
    routingProfile: configuration.routingProfile.name,
    concurrency: { ...(configuration.routingProfile.channelConcurrencyMap as unknown as Record<string, number>) },
  };
}

function orUndefined<T>(read: () => T | null | undefined): T | undefined {
  try {
    return read() ?? undefined;
  } catch {
    return undefined; // Stock getters throw where a part of the contact is absent, such as a queue while monitoring.
  }
}

function epoch(value: unknown): number | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const at = new Date(value as string | number | Date).getTime();
  return Number.isNaN(at) ? undefined : at;
}

function readCall(
  customer: connect.BaseConnection | undefined,
  own: connect.BaseConnection | undefined,
  now: number,
): CallView {
  const held = orUndefined(() => customer?.isOnHold()) ?? false;
  const lasted = orUndefined(() => customer?.getStatusDuration());
  return {
    held,
    heldSince: held && lasted !== undefined ? now - lasted : undefined,
    muted: orUndefined(() => (own as unknown as { isMute(): boolean } | undefined)?.isMute()) ?? false,
  };
}

/** Attributes in which the sample flows remember where they are; they tell an agent nothing. */
const ownMemory = new Set(["greetingPlayed"]);

export function readContact(contact: connect.Contact, now: number, skew: number): ContactView {
  const state = contact.getState();
  const agentConnection = orUndefined(() => contact.getAgentConnection());
  const supervisor = agentConnection as unknown as { isBarge(): boolean; isBargeEnabled(): boolean } | undefined;
  const initial = orUndefined(() => contact.getInitialConnection());
  const media = orUndefined(
    () =>
      (initial as unknown as { _getData(): { chatMediaInfo?: { customerName?: string } } } | undefined)?._getData()
        .chatMediaInfo,
  );
  const ownMedia = orUndefined(
    () =>
      (
        agentConnection as unknown as { _getData(): { chatMediaInfo?: { customerName?: string } } } | undefined
      )?._getData().chatMediaInfo,
  );
  const features = orUndefined(() =>
    (
      contact as unknown as {
        getContactFeatures(): { attachmentsEnabled?: boolean; messagingMarkdownEnabled?: boolean } | undefined;
      }
    ).getContactFeatures(),
  );
  const context = orUndefined(() => contact.getChannelContext());
  const queuedAt = epoch(orUndefined(() => contact.getQueueTimestamp()));
  const endpoint = orUndefined(() => initial?.getEndpoint());
  return {
    id: contact.getContactId(),
    initialId: orUndefined(() => contact.getInitialContactId()),
    relatedId: orUndefined(() => contact.getRelatedContactId()),
    channel: contact.getType() as unknown as Channel,
    phase: state.type as unknown as ContactPhase,
    phaseSince: now - contact.getStateDuration(),
    queue: orUndefined(() => contact.getQueue()?.name),
    queuedAt: queuedAt === undefined ? undefined : queuedAt - skew,
    title:
      orUndefined(() => contact.getName()) ||
      ownMedia?.customerName ||
      media?.customerName ||
      endpoint?.phoneNumber ||
      endpoint?.name ||
      "",
    description: orUndefined(() => contact.getDescription()),
    attributes: Object.values(contact.getAttributes() ?? {}).flatMap((one) =>
      one && !ownMemory.has(one.name) ? [{ name: one.name, value: one.value }] : [],
    ),
    references: Object.entries(orUndefined(() => contact.getReferences()) ?? {}).flatMap(([name, one]) =>
      one ? [{ name, type: String(one.type), value: one.value ?? "" }] : [],
    ),
    initiation: String(orUndefined(() => contact.getInitiationMethod()) ?? ""),
    subtype: orUndefined(() => contact.getContactSubtype()),
    scheduledAt: context?.scheduledTime ? context.scheduledTime * 1000 : undefined,
    templateId: context?.taskTemplateId,
    attachments: features?.attachmentsEnabled ?? false,
    formatting: features?.messagingMarkdownEnabled ?? false,
    connectionId: agentConnection?.getConnectionId() ?? "",
    connectionPhase: String(orUndefined(() => agentConnection?.getStatus().type) ?? ""),
    monitoring: String(orUndefined(() => agentConnection?.getType()) ?? "") === "monitoring",
    barged: orUndefined(() => supervisor?.isBarge()) ?? false,
    mayBarge: orUndefined(() => supervisor?.isBargeEnabled()) ?? false,
    call: String(contact.getType()) === "voice" ? readCall(initial, agentConnection, now) : undefined,
    thirdParties: (orUndefined(() => contact.getThirdPartyConnections()) ?? []).flatMap((one) => {
      const end = orUndefined(() => one.getEndpoint());
      return [end?.name || end?.phoneNumber || one.getConnectionId()];
    }),
  };
}

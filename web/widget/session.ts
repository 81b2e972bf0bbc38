/** Starting, keeping and resuming the customer's chat on the stock chat library. */
import { callServer } from "@kit/api/session";
import { contentTypes } from "@kit/chat/items";
import { ChatModel, type ChatSession, describe } from "@kit/chat/model";
import { stock } from "@kit/stock/connect";
import { installOwnHostSocket } from "@kit/stock/own-host-socket";
import { answerSignIn, type SignInAnswer } from "./sign-in";

export interface WidgetConfig {
  instanceAlias: string;
  /** What customers call the centre. */
  name?: string;
  /** Flows a customer may choose from; the server's own choice is used when there is none. */
  flows?: { id: string; name: string }[];
  /** The flow that is used when none is named. */
  contactFlowId?: string | null;
  region: string;
  participantEndpoint: string;
}

export interface Features {
  attachments: boolean;
  formatting: boolean;
}

interface StartAnswer {
  data: {
    startChatResult: { ContactId: string; ParticipantId: string; ParticipantToken: string };
    featurePermissions?: { ATTACHMENTS?: boolean; MESSAGING_MARKDOWN?: boolean };
  };
}

export interface StartForm {
  displayName: string;
  flowId?: string;
  firstMessage?: string;
  attributes?: Record<string, string>;
}

/** What a reload needs to go on with the same chat. */
interface Kept {
  contactId: string;
  participantId: string;
  participantToken: string;
  displayName: string;
  features: Features;
}

const storageKey = "persistedChatSession";

function keep(kept: Kept | undefined): void {
  try {
    if (kept) sessionStorage.setItem(storageKey, JSON.stringify(kept));
    else sessionStorage.removeItem(storageKey);
  } catch {
    // Without storage a reload starts afresh; the chat itself works.
  }
}

/** The chat of this tab from before a reload. */
export function keptChat(): Kept | undefined {
  try {
    const text = sessionStorage.getItem(storageKey);
    const kept = text ? (JSON.parse(text) as Kept) : undefined;
    return kept?.participantToken ? kept : undefined;
  } catch {
    return undefined;
  }
}

export function forgetChat(): void {
  keep(undefined);
}

export function readConfig(): Promise<WidgetConfig> {
  return callServer<WidgetConfig>("/widget/config");
}

export interface CustomerChat {
  model: ChatModel;
  features: Features;
  displayName: string;
  /** Takes what the customer came back with from signing in. */
  signInAnswered(answer: SignInAnswer): Promise<void>;
  /** Stops keeping the chat connected. */
  stop(): void;
}

/** Asks the server for a new chat and keeps it for reloads. */
export async function startChat(form: StartForm): Promise<Kept> {
  const answer = await callServer<StartAnswer>("/widget/chat", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      DisplayName: form.displayName,
      ...(form.flowId ? { ContactFlowId: form.flowId } : {}),
      ...(form.attributes && Object.keys(form.attributes).length > 0 ? { Attributes: form.attributes } : {}),
      ...(form.firstMessage ? { InitialMessage: { ContentType: contentTypes.plain, Content: form.firstMessage } } : {}),
      SupportedMessagingContentTypes: [
        contentTypes.plain,
        contentTypes.markdown,
        contentTypes.json,
        contentTypes.interactive,
        contentTypes.interactiveResponse,
      ],
    }),
  });
  const { startChatResult: result, featurePermissions } = answer.data;
  const kept: Kept = {
    contactId: result.ContactId,
    participantId: result.ParticipantId,
    participantToken: result.ParticipantToken,
    displayName: form.displayName,
    features: {
      attachments: featurePermissions?.ATTACHMENTS ?? false,
      formatting: featurePermissions?.MESSAGING_MARKDOWN ?? false,
    },
  };
  keep(kept);
  return kept;
}

type Endpoint = Pick<WidgetConfig, "region" | "participantEndpoint">;

function newSession(kept: Kept, config: Endpoint): ChatSession {
  return stock().ChatSession.create({
    chatDetails: {
      contactId: kept.contactId,
      participantId: kept.participantId,
      participantToken: kept.participantToken,
    },
    type: "CUSTOMER",
    options: { region: config.region },
    disableCSM: true,
  });
}

/** Connects to a chat, new or resumed. */
export async function openChat(kept: Kept, config: Endpoint): Promise<CustomerChat> {
  const { ChatSession } = stock();
  installOwnHostSocket(window);
  ChatSession.setGlobalConfig({
    endpoint: new URL(config.participantEndpoint || "/", location.origin).href.replace(/\/$/, ""),
    region: config.region,
    loggerConfig: { level: ChatSession.LogLevel.ERROR, useDefaultLogger: true },
  });
  const session = newSession(kept, config);
  const model = new ChatModel(session, kept.participantId, { role: "CUSTOMER", displayName: kept.displayName });
  try {
    await session.connect();
  } catch (error) {
    throw new Error(describe(error));
  }
  return {
    model,
    features: kept.features,
    displayName: kept.displayName,
    signInAnswered: (answer) => answerSignIn(kept.participantToken, answer),
    stop: keepConnected(model, kept, config),
  };
}

/** How long the stock session may try by itself before it is replaced, and the longest pause between tries, in milliseconds. */
const patience = 5_000;
const longestPause = 30_000;

/**
 * Replaces the session when its connection stays away. The stock session gives up for good when the server does not
 * answer at the moment it asks for a new socket, such as during a restart. Returns the function that stops watching.
 */
export function keepConnected(model: ChatModel, kept: Kept, config: Endpoint): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pause = patience;
  const away = () => {
    const { connection, ended } = model.snapshot();
    return !ended && (connection === "lost" || connection === "broken");
  };
  const look = () => {
    if (!away()) {
      clearTimeout(timer);
      timer = undefined;
      pause = patience;
    } else {
      timer ??= setTimeout(replace, pause);
    }
  };
  async function replace() {
    const session = newSession(kept, config);
    try {
      if (!away()) return;
      model.follow(session);
      await session.connect();
    } catch {
      pause = Math.min(pause * 1.6, longestPause);
    } finally {
      timer = undefined;
      look();
    }
  }
  const unsubscribe = model.subscribe(look);
  return () => {
    unsubscribe();
    clearTimeout(timer);
  };
}

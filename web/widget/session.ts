/** Starting, keeping and resuming the customer's chat on the stock chat library. */
import { callServer } from "@kit/api/session";
import { configureChats, type Endpoint, joinChat } from "@kit/chat/customer";
import { contentTypes } from "@kit/chat/items";
import type { ChatModel } from "@kit/chat/model";
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

/** Connects to a chat, new or resumed. */
export async function openChat(kept: Kept, config: Endpoint): Promise<CustomerChat> {
  configureChats(config);
  const { model, stop } = await joinChat(kept, config);
  return {
    model,
    features: kept.features,
    displayName: kept.displayName,
    signInAnswered: (answer) => answerSignIn(kept.participantToken, answer),
    stop,
  };
}

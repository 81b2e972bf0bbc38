/** Taking part in a chat on its customer's side, on the stock chat library. */
import { stock } from "../stock/connect";
import { installOwnHostSocket } from "../stock/own-host-socket";
import { ChatModel, type ChatSession, describe } from "./model";

/** What it takes to join. */
export interface Ticket {
  contactId: string;
  participantId: string;
  participantToken: string;
  displayName: string;
}

/** Where the participant service is. */
export interface Endpoint {
  region: string;
  participantEndpoint: string;
}

/** Tells the stock library where the participant service is; once for a page. */
export function configureChats(config: Endpoint): void {
  const { ChatSession } = stock();
  installOwnHostSocket(window);
  ChatSession.setGlobalConfig({
    endpoint: new URL(config.participantEndpoint || "/", location.origin).href.replace(/\/$/, ""),
    region: config.region,
    loggerConfig: { level: ChatSession.LogLevel.ERROR, useDefaultLogger: true },
  });
}

function newSession(ticket: Ticket, region: string): ChatSession {
  return stock().ChatSession.create({
    chatDetails: {
      contactId: ticket.contactId,
      participantId: ticket.participantId,
      participantToken: ticket.participantToken,
    },
    type: "CUSTOMER",
    options: { region },
    disableCSM: true,
  });
}

export interface JoinedChat {
  model: ChatModel;
  /** Stops keeping the chat connected. */
  stop(): void;
}

/** Connects to a chat, new or resumed. */
export async function joinChat(ticket: Ticket, config: Endpoint): Promise<JoinedChat> {
  const session = newSession(ticket, config.region);
  const model = new ChatModel(session, ticket.participantId, { role: "CUSTOMER", displayName: ticket.displayName });
  try {
    await session.connect();
  } catch (error) {
    throw new Error(describe(error));
  }
  return { model, stop: keepConnected(model, ticket, config) };
}

/** How long the stock session may try by itself before it is replaced, and the longest pause between tries, in milliseconds. */
const patience = 5_000;
const longestPause = 30_000;

/**
 * Replaces the session when its connection stays away. The stock session gives up for good when the server does not
 * answer at the moment it asks for a new socket, such as during a restart. Returns the function that stops watching.
 */
export function keepConnected(model: ChatModel, ticket: Ticket, config: Endpoint): () => void {
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
    const session = newSession(ticket, config.region);
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

/** A customer without a browser: a chat started as the hosted page starts it. */
import { Participant } from "./agent.mjs";
import { Socket } from "./socket.mjs";

/** Chats that were started on each server and not yet ended by a test's own clean-up. */
const started = new WeakMap();

/** Ends a chat as its customer, whatever state it is in. */
export async function endChat(server, { participantToken }) {
  const participant = new Participant(server.endpoint, participantToken);
  const { status, body } = await participant.ask("connection", { Type: ["CONNECTION_CREDENTIALS"] });
  if (status === 403) return; // over already
  participant.token = body.ConnectionCredentials.ConnectionToken;
  await participant.ask("disconnect");
}

/** Ends every chat that was started, so that the next test finds nobody waiting. */
export async function endChats(server) {
  const chats = started.get(server) ?? [];
  started.delete(server);
  for (const chat of chats) await endChat(server, chat);
}

/** Starts a chat; gives contact id, participant id and participant token. */
export async function startChat(server, request = {}) {
  const response = await fetch(`${server.endpoint}/widget/chat`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      DisplayName: "Casey Customer",
      SupportedMessagingContentTypes: [
        "text/plain",
        "text/markdown",
        "application/json",
        "application/vnd.amazonaws.connect.message.interactive",
        "application/vnd.amazonaws.connect.message.interactive.response",
      ],
      ...request,
    }),
  });
  const body = await response.json();
  if (!response.ok) throw new Error(`the chat cannot be started: ${response.status} ${JSON.stringify(body)}`);
  const { ContactId, ParticipantId, ParticipantToken } = body.data.startChatResult;
  const chat = { contactId: ContactId, participantId: ParticipantId, participantToken: ParticipantToken };
  started.set(server, [...(started.get(server) ?? []), chat]);
  return chat;
}

/** Connects to a started chat: the address of its socket and the participant service. */
export async function connect(server, { participantToken }) {
  const { Websocket, ConnectionCredentials } = await new Participant(server.endpoint, participantToken).call(
    "connection",
    { Type: ["WEBSOCKET", "CONNECTION_CREDENTIALS"] },
  );
  return {
    url: Websocket.Url,
    expiry: ConnectionCredentials.Expiry,
    participant: new Participant(server.endpoint, ConnectionCredentials.ConnectionToken),
  };
}

/** A customer who is there: a chat that was started and connected, with its socket open. */
export async function arrive(server, request) {
  const chat = await startChat(server, request);
  const { url, participant } = await connect(server, chat);
  const socket = await Socket.subscribed(url, "aws/chat");
  return { ...chat, url, participant, socket };
}

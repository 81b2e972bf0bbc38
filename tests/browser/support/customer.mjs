/** A customer without a browser: a chat started as the hosted page starts it. */
import { Participant } from "./agent.mjs";

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
  return { contactId: ContactId, participantId: ParticipantId, participantToken: ParticipantToken };
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

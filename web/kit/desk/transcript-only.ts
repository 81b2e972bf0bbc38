/** A chat session for a conversation that is over: it can only read the transcript, which stock sessions no longer do after a reload. */
import type { WireItem } from "../chat/items";
import type { ChatSession } from "../chat/model";

async function participant<T>(path: string, token: string | null, body: object): Promise<T> {
  const response = await fetch(`/participant/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-amz-bearer": token ?? "" },
    body: JSON.stringify(body),
  });
  if (!response.ok) {
    const said = (await response.json().catch(() => ({}))) as { Message?: string; message?: string };
    throw new Error(said.Message ?? said.message ?? response.statusText);
  }
  return (await response.json()) as T;
}

export function transcriptOnly(media: { participantToken: string | null }): ChatSession {
  const closed = () => Promise.reject(new Error("the chat is over"));
  const never = () => undefined;
  return {
    connect: () => Promise.resolve(),
    getTranscript: async (args) => {
      const { maxResults, scanDirection, sortOrder, nextToken } = args as Record<string, unknown>;
      const body = { MaxResults: maxResults, ScanDirection: scanDirection, SortOrder: sortOrder, NextToken: nextToken };
      return {
        data: await participant<{ Transcript: WireItem[]; NextToken?: string }>(
          "transcript",
          media.participantToken,
          body,
        ),
      };
    },
    sendMessage: closed,
    sendEvent: closed,
    describeView: closed,
    sendAttachment: closed,
    getAuthenticationUrl: closed,
    cancelParticipantAuthentication: closed,
    downloadAttachment: async ({ attachmentId }) => {
      const { Url } = await participant<{ Url: string }>("attachment", media.participantToken, {
        AttachmentId: attachmentId,
      });
      const response = await fetch(Url);
      if (!response.ok) throw new Error(response.statusText);
      return response.blob();
    },
    onMessage: never,
    onTyping: never,
    onReadReceipt: never,
    onDeliveredReceipt: never,
    onParticipantIdle: never,
    onParticipantReturned: never,
    onAutoDisconnection: never,
    onAuthenticationInitiated: never,
    onAuthenticationSuccessful: never,
    onAuthenticationFailed: never,
    onAuthenticationTimeout: never,
    onAuthenticationExpired: never,
    onAuthenticationCanceled: never,
    onChatRehydrated: never,
    onEnded: never,
    onConnectionEstablished: never,
    onConnectionLost: never,
    onConnectionBroken: never,
  };
}

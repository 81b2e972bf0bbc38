/** The guides that go with a contact of the signed-in agent, and what one of them shows at the moment. */
import { callServer, ServerError } from "../api/session";
import type { Endpoint, Ticket } from "../chat/customer";
import { type ChatItem, contentTypes } from "../chat/items";
import { type ShownView, shownView } from "../view/answer";

interface GuideAnswer {
  Guides: { ContactId: string; ParticipantId: string; ParticipantToken: string }[];
}

/** The open guides of a contact; none where the agent may see none. */
export async function readGuides(contactId: string, displayName: string): Promise<Ticket[]> {
  try {
    const { Guides } = await callServer<GuideAnswer>(`/guides/${encodeURIComponent(contactId)}`);
    return Guides.map((guide) => ({
      contactId: guide.ContactId,
      participantId: guide.ParticipantId,
      participantToken: guide.ParticipantToken,
      displayName,
    }));
  } catch (error) {
    if (error instanceof ServerError && [401, 403, 404].includes(error.status)) return [];
    throw error;
  }
}

export const readEndpoint = () => callServer<Endpoint>("/widget/config");

/** What a guide shows: the texts since the last answer, and the view that waits for one. */
export interface Showing {
  texts: string[];
  view?: ShownView;
  /** The answer that could not be sent. */
  failed?: string;
}

export function showing(items: readonly ChatItem[], selfId: string): Showing {
  const answered = items.findLastIndex((item) => item.participantId === selfId && item.kind === "message");
  const since = items.slice(answered + 1).filter((item) => item.kind === "message");
  const last = since.findLast((item) => item.contentType === contentTypes.interactive);
  const answer = items[answered];
  return {
    texts: since.filter((item) => item.contentType === contentTypes.plain).map((item) => item.content),
    view: last && shownView(last.content),
    failed: answer?.sending === "failed" ? answer.id : undefined,
  };
}

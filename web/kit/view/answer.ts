/** The messages that show a view in a chat, and the answers to them (11 §3.4). */
import { asText, isObject, type Json, type JsonObject, readData } from "./template";

const templateType = "ViewResource";

/** A view that a message shows. */
export interface ShownView {
  token: string;
  data: JsonObject;
}

function read(content: string): JsonObject | undefined {
  try {
    const message: unknown = JSON.parse(content);
    return isObject(message) && message.templateType === templateType ? message : undefined;
  } catch {
    return undefined; // Other messages are not JSON.
  }
}

/** The view that a message's content shows, or undefined when it shows none. */
export function shownView(content: string): ShownView | undefined {
  const message = read(content);
  const inner = isObject(message?.data) ? message.data.content : undefined;
  if (!isObject(inner) || typeof inner.viewToken !== "string") return undefined;
  return { token: inner.viewToken, data: readData(inner.viewData) };
}

/** What a view is called where only its input is known. */
export const viewHeading = ({ data }: ShownView) => asText(data.Heading) || undefined;

/** The content of an answer. */
export function viewAnswer(action: string, data: JsonObject): string {
  return JSON.stringify({ templateType, version: "1.0", action, data });
}

/** What an answer says: the label that was chosen, or what was filled in; null when it must not be told. */
export function answeredView(content: string): string | null | undefined {
  const answer = read(content);
  if (!answer) return undefined;
  if (answer.hidden === true) return null;
  const data = isObject(answer.data) ? answer.data : {};
  const chosen = data.actionName ?? data.Label ?? data.Heading ?? data.content;
  const form = isObject(data.FormData) ? data.FormData : undefined;
  const filled = Object.entries(form ?? {}).filter(([, value]) => value !== "" && value !== false);
  if (filled.length > 0) return filled.map(([name, value]) => `${name}: ${told(value)}`).join(", ");
  return asText(chosen) || asText(answer.action).trim();
}

const told = (value: Json): string => (Array.isArray(value) ? value.map(asText).join(", ") : asText(value));

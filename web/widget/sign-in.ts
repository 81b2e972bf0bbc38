/** Signing in during a chat: which sign-in is open, and how its answer travels from the window of the provider to the chat. */
import { callServer } from "@kit/api/session";
import { type ChatItem, eventName } from "@kit/chat/items";

/** What a customer comes back with from the provider. */
export interface SignInAnswer {
  state: string;
  code?: string;
  error?: string;
}

/** Where the provider sends customers back to. */
export const signedInPath = "/chat/signed-in";

const channelName = "switchroom-sign-in";
/** Set when the chat's own tab has gone to the provider, and is to come back. */
const sameTabKey = "signInInThisTab";

/** The session id of the sign-in that the chat waits for: the newest word about signing in is the request for it. */
export function openSignIn(items: readonly ChatItem[]): string | undefined {
  const newest = items.findLast((item) => {
    const name = eventName(item.contentType);
    // The transcript may begin with an earlier chat, whose end was the end of its sign-in too.
    return name?.startsWith("authentication.") || name === "chat.ended";
  });
  if (!newest || eventName(newest.contentType) !== "authentication.initiated") return undefined;
  try {
    const { SessionId } = JSON.parse(newest.content) as { SessionId?: unknown };
    return typeof SessionId === "string" ? SessionId : undefined;
  } catch {
    return undefined;
  }
}

/** The state in the address of a provider; what comes back with another one is not for us. */
export function stateOf(address: string): string | null {
  return new URL(address).searchParams.get("state");
}

/** Reads what the provider has put into the address of the page it came back to. */
export function readAnswer(search: string): SignInAnswer | undefined {
  const parameters = new URLSearchParams(search);
  const [state, code, error] = ["state", "code", "error"].map((name) => parameters.get(name) ?? undefined);
  if (!state || !(code || error)) return undefined;
  return { state, ...(code ? { code } : { error }) };
}

function isAnswer(data: unknown): data is SignInAnswer {
  const answer = data as Partial<SignInAnswer> | null;
  return typeof answer === "object" && typeof answer?.state === "string";
}

/** Listens for answers from other windows of this origin; stops with the function returned. */
export function onAnswer(take: (answer: SignInAnswer) => void): () => void {
  const fromWindow = (event: MessageEvent) => {
    if (event.origin === location.origin && isAnswer(event.data)) take(event.data);
  };
  // Providers may cut the tie to the window that opened theirs; the channel does without it.
  const channel = new BroadcastChannel(channelName);
  channel.onmessage = ({ data }) => {
    if (isAnswer(data)) take(data);
  };
  window.addEventListener("message", fromWindow);
  return () => {
    window.removeEventListener("message", fromWindow);
    channel.close();
  };
}

/** Gives an answer to the window of the chat. */
export function tellChat(answer: SignInAnswer): void {
  const opener = window.opener as Window | null;
  if (opener) {
    opener.postMessage(answer, location.origin);
    return;
  }
  const channel = new BroadcastChannel(channelName);
  channel.postMessage(answer);
  channel.close();
}

/** Opens the provider in a window of its own; where none may open, this tab goes there and comes back. Without storage it could not come back: that throws. */
export function goToProvider(address: string): void {
  if (window.open(address, channelName, "popup,width=480,height=680")) return;
  sessionStorage.setItem(sameTabKey, "yes");
  location.assign(address);
}

/** The address with the identity provider behind the provider that the link to this page names, if it names one. */
export function towards(address: string, search: string): string {
  const name = new URLSearchParams(search).get("identityProvider");
  if (!name) return address;
  const url = new URL(address);
  url.searchParams.set("identity_provider", name);
  return url.href;
}

/** Whether this tab was the chat's before it went to the provider; asked once. */
export function wasSameTab(): boolean {
  try {
    const was = sessionStorage.getItem(sameTabKey) === "yes";
    sessionStorage.removeItem(sameTabKey);
    return was;
  } catch {
    return false;
  }
}

/** Hands the server what the customer came back with; good only for the chat of that participant. */
export async function answerSignIn(participantToken: string, answer: SignInAnswer): Promise<void> {
  await callServer("/widget/authentication", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      ParticipantToken: participantToken,
      State: answer.state,
      ...(answer.code ? { Code: answer.code } : { Error: answer.error }),
    }),
  });
}

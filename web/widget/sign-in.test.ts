/** Which sign-in a chat waits for, and how its answer gets from one window to another. */
import type { ChatItem } from "@kit/chat/items";
import { afterEach, expect, test, vi } from "vitest";
import { goToProvider, onAnswer, openSignIn, readAnswer, stateOf, tellChat, towards, wasSameTab } from "./sign-in";

function event(name: string, content = ""): ChatItem {
  const contentType = `application/vnd.amazonaws.connect.event.${name}`;
  const item = { id: name, kind: "event", time: 0, contentType, content, role: "SYSTEM", participantId: "s" } as const;
  return { ...item, displayName: "", contactId: "c", attachments: [] };
}

const asked = event("authentication.initiated", '{"SessionId":"one"}');

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  sessionStorage.clear();
});

test("a sign-in is open until the chat knows what came of it", () => {
  expect(openSignIn([])).toBeUndefined();
  expect(openSignIn([asked, event("participant.joined")])).toBe("one");
  for (const end of ["succeeded", "failed", "timeout", "expired", "cancelled"]) {
    expect(openSignIn([asked, event(`authentication.${end}`)])).toBeUndefined();
  }
  expect(openSignIn([asked, event("chat.ended"), event("participant.joined")])).toBeUndefined();
  const again = event("authentication.initiated", '{"SessionId":"two"}');
  expect(openSignIn([asked, event("authentication.failed"), again])).toBe("two");
  for (const odd of ["", "{", "[]", "{}", '{"SessionId":7}']) {
    expect(openSignIn([event("authentication.initiated", odd)])).toBeUndefined();
  }
});

test("what the provider brings back is a state with a code or an error", () => {
  expect(readAnswer("?state=s&code=c")).toEqual({ state: "s", code: "c" });
  expect(readAnswer("?error=access_denied&state=s")).toEqual({ state: "s", error: "access_denied" });
  for (const odd of ["", "?code=c", "?state=s", "?state=&code=c"]) expect(readAnswer(odd)).toBeUndefined();
  expect(stateOf("https://id.example.com/a?x=1&state=c.secret")).toBe("c.secret");
  expect(towards("https://id.example.com/a?x=1", "?flow=f")).toBe("https://id.example.com/a?x=1");
  expect(towards("https://id.example.com/a?x=1", "?identityProvider=My+IdP")).toBe(
    "https://id.example.com/a?x=1&identity_provider=My+IdP",
  );
});

test("answers are taken from windows of this origin only", async () => {
  const taken: unknown[] = [];
  const stop = onAnswer((answer) => taken.push(answer));
  const say = (data: unknown, origin: string) => window.dispatchEvent(new MessageEvent("message", { data, origin }));
  say({ state: "bad" }, "https://evil.example.com");
  say("noise", location.origin);
  say(null, location.origin);
  say({ state: "good", code: "c" }, location.origin);
  expect(taken).toEqual([{ state: "good", code: "c" }]);
  tellChat({ state: "by channel", code: "c" });
  await vi.waitFor(() => expect(taken).toHaveLength(2));
  stop();
  say({ state: "late" }, location.origin);
  expect(taken).toHaveLength(2);
});

test("the window that opened the provider's is told, and no other", () => {
  const postMessage = vi.fn();
  vi.stubGlobal("opener", { postMessage });
  tellChat({ state: "s", code: "c" });
  expect(postMessage).toHaveBeenCalledWith({ state: "s", code: "c" }, location.origin);
});

test("where windows may not open, the tab itself goes and knows it when it comes back", () => {
  const open = vi.spyOn(window, "open").mockReturnValue({} as Window);
  goToProvider("https://id.example.com/");
  expect(open).toHaveBeenCalled();
  expect(wasSameTab()).toBe(false);
  open.mockReturnValue(null);
  goToProvider("#provider");
  expect(wasSameTab()).toBe(true);
  expect(wasSameTab()).toBe(false);
});

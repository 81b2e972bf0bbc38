/** A popup's sign-in reaches our own frames, and nothing of another origin is believed. */
import { afterEach, expect, test, vi } from "vitest";
import { awaitHandOver, handOver } from "./hand-over";

afterEach(() => vi.unstubAllGlobals());

function serverAnswers(answers: Record<string, { status: number; body: object }>) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (path: string, init?: RequestInit) => {
    asked.push(`${init?.method ?? "GET"} ${path} ${init?.body ?? ""}`.trim());
    const { status, body } = answers[path] ?? { status: 404, body: {} };
    return new Response(JSON.stringify(body), { status });
  });
  return asked;
}

test("the ticket is sent to every frame of the opener, for our origin only", async () => {
  serverAnswers({ "/auth/ticket": { status: 200, body: { ticket: "t" } } });
  const sent: unknown[] = [];
  const frame = { postMessage: (...parts: unknown[]) => void sent.push(parts) };
  await handOver({ length: 2, 0: frame, 1: frame } as never, "https://cc.example");
  const message = [{ type: "switchroom-signed-in", ticket: "t" }, "https://cc.example"];
  expect(sent).toEqual([message, message]);
});

test("without an opener, or signed out, nothing is sent", async () => {
  const asked = serverAnswers({ "/auth/ticket": { status: 401, body: {} } });
  await handOver(null);
  expect(asked).toEqual([]);
  const sent: unknown[] = [];
  await handOver({ length: 1, 0: { postMessage: () => void sent.push(1) } } as never);
  expect(sent).toEqual([]);
});

/** A frame, and the way to let it hear a message. */
function frame() {
  let heard: ((event: object) => void) | undefined;
  const scope = {
    parent: {},
    location: { origin: "https://cc.example" },
    addEventListener: (_: string, handler: (event: object) => void) => {
      heard = handler;
    },
    removeEventListener: () => {
      heard = undefined;
    },
  };
  return { scope: scope as unknown as Window, hear: (event: object) => heard?.(event) };
}

test("a frame takes a ticket of its own origin and no other", async () => {
  let signedIn = false;
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (path: string, init?: RequestInit) => {
    asked.push(path);
    if (path === "/auth/embed") signedIn = init?.body === '{"ticket":"t"}';
    return new Response("{}", { status: path === "/auth/session" && !signedIn ? 401 : 200 });
  });
  const { scope, hear } = frame();
  const done = vi.fn();
  const stop = awaitHandOver(done, scope);
  hear({ origin: "https://evil.example", data: { type: "switchroom-signed-in", ticket: "t" } });
  hear({ origin: "https://cc.example", data: { type: "something else" } });
  expect(asked).toEqual([]);
  hear({ origin: "https://cc.example", data: { type: "switchroom-signed-in", ticket: "t" } });
  await vi.waitFor(() => expect(done).toHaveBeenCalledOnce());
  stop();
  hear({ origin: "https://cc.example", data: { type: "switchroom-signed-in", ticket: "t" } });
  expect(asked).toEqual(["/auth/session", "/auth/embed", "/auth/session"]);
});

test("a refused ticket leaves the form where it is", async () => {
  const asked = serverAnswers({ "/auth/session": { status: 401, body: {} }, "/auth/embed": { status: 401, body: {} } });
  const { scope, hear } = frame();
  const done = vi.fn();
  awaitHandOver(done, scope);
  hear({ origin: "https://cc.example", data: { type: "switchroom-signed-in", ticket: "old" } });
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  expect(done).not.toHaveBeenCalled();
});

/** A customer's chat comes back by itself after the stock session has given up. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeSession } from "../../tests/fake-session";
import { keepConnected } from "./customer";
import { ChatModel } from "./model";

const kept = {
  contactId: "c",
  participantId: "me",
  participantToken: "t",
  displayName: "Ada",
  features: { attachments: false, formatting: false },
};
const config = { region: "eu-central-1", participantEndpoint: "" };
let made: FakeSession[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  made = [];
  const create = () => {
    const session = new FakeSession();
    made.push(session);
    return session.asSession();
  };
  vi.stubGlobal("connect", { ChatSession: { create } });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function chat() {
  const first = new FakeSession();
  const model = new ChatModel(first.asSession(), "me", { role: "CUSTOMER", displayName: "Ada" });
  first.fire("onConnectionEstablished");
  return { first, model, stop: keepConnected(model, kept, config) };
}

test("a connection that stays away is replaced, and the old session is not listened to any more", async () => {
  const { first, model } = chat();
  first.fire("onConnectionLost");
  await vi.advanceTimersByTimeAsync(6_000);
  expect(made).toHaveLength(1);
  made[0]?.fire("onConnectionEstablished");
  expect(model.snapshot().connection).toBe("connected");
  first.fire("onConnectionBroken");
  expect(model.snapshot().connection).toBe("connected");
});

test("a connection that comes back by itself is left alone", async () => {
  const { first } = chat();
  first.fire("onConnectionLost");
  await vi.advanceTimersByTimeAsync(2_000);
  first.fire("onConnectionEstablished");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(made).toHaveLength(0);
});

test("nothing is tried after the chat has ended or was left", async () => {
  const ended = chat();
  ended.first.fire("onEnded", {});
  ended.first.fire("onConnectionLost");
  const left = chat();
  left.first.fire("onConnectionLost");
  left.stop();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(made).toHaveLength(0);
});

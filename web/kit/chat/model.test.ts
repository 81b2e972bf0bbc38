/** A conversation survives reloads, races and failures of sending. */
import { expect, test } from "vitest";
import { FakeSession } from "../../tests/fake-session";
import type { WireItem } from "./items";
import { ChatModel } from "./model";

const incoming = (id: string, change: WireItem = {}): WireItem => ({
  Id: id,
  Type: "MESSAGE",
  ContentType: "text/plain",
  Content: id,
  AbsoluteTime: "2026-01-02T09:00:00.000Z",
  ParticipantId: "customer-1",
  ParticipantRole: "CUSTOMER",
  DisplayName: "Ada",
  ...change,
});

function conversation() {
  const session = new FakeSession();
  const model = new ChatModel(session.asSession(), "agent-1", { role: "AGENT", displayName: "Me" });
  model.connected();
  const contents = () => model.snapshot().items.map((item) => item.content);
  return { session, model, contents };
}

test("all pages of the transcript are read and merged with what came by socket", async () => {
  const { session, model, contents } = conversation();
  session.transcript = [[incoming("b")], [incoming("a", { AbsoluteTime: "2026-01-02T08:00:00.000Z" })]];
  session.fire("onMessage", { data: incoming("b") });
  await model.load();
  expect(contents()).toEqual(["a", "b"]);
});

test("a sent message shows at once and takes the server's id", async () => {
  const { model } = conversation();
  const sending = model.send("hello");
  expect(model.snapshot().items).toMatchObject([{ content: "hello", sending: "sending" }]);
  await sending;
  expect(model.snapshot().items).toMatchObject([{ id: "sent-1", content: "hello", sending: undefined }]);
});

test("an echo faster than the answer to sending does not double the message", async () => {
  const { session, model } = conversation();
  const sending = model.send("hello");
  session.fire("onMessage", { data: incoming("sent-1", { Content: "hello", ParticipantId: "agent-1" }) });
  await sending;
  expect(model.snapshot().items.map((item) => item.id)).toEqual(["sent-1"]);
});

test("a failed message stays and can be sent again", async () => {
  const { session, model } = conversation();
  session.failSending = true;
  await model.send("hello");
  const failed = model.snapshot().items[0];
  expect(failed).toMatchObject({ sending: "failed" });
  session.failSending = false;
  await model.resend(failed?.id ?? "");
  expect(model.snapshot().items).toMatchObject([{ id: "sent-1", content: "hello", sending: undefined }]);
  const [first, again] = session.tried;
  expect(again?.clientToken).toBe(first?.clientToken);
  await model.send("hello");
  expect(session.tried[2]?.clientToken).not.toBe(first?.clientToken);
});

test("a message whose answer got lost is found in the transcript and no longer failed", async () => {
  const { session, model, contents } = conversation();
  session.failSending = true;
  await model.send("hello");
  session.transcript = [[{ ...incoming("hello"), ParticipantId: "agent-1" }]];
  await model.load();
  expect(contents()).toEqual(["hello"]);
  expect(model.snapshot().items[0]?.sending).toBeUndefined();
});

test("losing and regaining the connection reads what was missed", async () => {
  const { session, model, contents } = conversation();
  session.fire("onConnectionLost");
  expect(model.snapshot().connection).toBe("lost");
  session.transcript = [[incoming("missed")]];
  session.fire("onConnectionEstablished");
  await model.load();
  expect(model.snapshot().connection).toBe("connected");
  expect(contents()).toEqual(["missed"]);
});

test("reading is told once per message and not after only delivering it", () => {
  const { session, model } = conversation();
  session.fire("onMessage", { data: incoming("a") });
  model.acknowledge(false);
  model.acknowledge(false);
  model.acknowledge(true);
  model.acknowledge(true);
  model.acknowledge(false);
  expect(session.events.map((event) => [event.contentType.split(".").at(-1), event.content])).toEqual([
    ["delivered", '{"messageId":"a"}'],
    ["read", '{"messageId":"a"}'],
  ]);
});

test("the end of the chat is known from the socket and from the transcript", async () => {
  const ended = incoming("end", { Type: "EVENT", ContentType: "application/vnd.amazonaws.connect.event.chat.ended" });
  const live = conversation();
  live.session.fire("onEnded", { data: ended });
  expect(live.model.snapshot().ended).toBe(true);
  const reloaded = conversation();
  reloaded.session.transcript = [[ended]];
  await reloaded.model.load();
  expect(reloaded.model.snapshot().ended).toBe(true);
});

test("somebody typing shows until their message arrives", () => {
  const { session, model } = conversation();
  session.fire("onTyping", { data: { ParticipantId: "agent-1", DisplayName: "Me" } });
  expect(model.snapshot().typing).toBeUndefined();
  session.fire("onTyping", { data: { ParticipantId: "customer-1", DisplayName: "Ada" } });
  expect(model.snapshot().typing).toBe("Ada");
  session.fire("onMessage", { data: incoming("a") });
  expect(model.snapshot().typing).toBeUndefined();
});

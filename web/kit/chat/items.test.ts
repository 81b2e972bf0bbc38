/** Entries from the transcript, the socket and our own sending become one conversation without doubles. */
import { expect, test } from "vitest";
import { contentTypes, type Items, inOrder, mergeItem, mergeItems, type WireItem } from "./items";

const me = "agent-1";
const message = (id: string, change: WireItem = {}): WireItem => ({
  Id: id,
  Type: "MESSAGE",
  ContentType: "text/plain",
  Content: `text of ${id}`,
  AbsoluteTime: "2026-01-02T10:00:00.000Z",
  ParticipantId: "customer-1",
  ParticipantRole: "CUSTOMER",
  DisplayName: "Ada",
  ...change,
});
const none: Items = new Map();
const texts = (items: Items) => inOrder(items).map((item) => item.content);

test("an entry that comes by socket and by transcript shows once", () => {
  const items = mergeItems(none, [message("a"), message("b"), message("a")], me);
  expect(texts(items)).toEqual(["text of a", "text of b"]);
});

test("entries are ordered by time, whatever order they arrive in", () => {
  const late = message("late", { AbsoluteTime: "2026-01-02T10:00:05.000Z" });
  expect(texts(mergeItems(none, [late, message("early")], me))).toEqual(["text of early", "text of late"]);
});

test("the echo of our own sending replaces the entry on its way, once per sending", () => {
  const waiting = (id: string) => ({
    id,
    kind: "message" as const,
    time: 1,
    contentType: "text/plain",
    content: "hi",
    role: "AGENT" as const,
    participantId: me,
    displayName: "Me",
    contactId: "",
    attachments: [],
    sending: "sending" as const,
  });
  let items: Items = new Map([
    ["local:1", waiting("local:1")],
    ["local:2", waiting("local:2")],
  ]);
  items = mergeItem(items, message("real-1", { Content: "hi", ParticipantId: me }), me);
  expect([...items.keys()]).toEqual(["local:2", "real-1"]);
});

test("receipts of others mark an entry; our own reading does not", () => {
  const receipt = (who: string, what: object): WireItem => ({
    Type: "MESSAGEMETADATA",
    MessageMetadata: { MessageId: "a", Receipts: [{ RecipientParticipantId: who, ...what }] },
  });
  let items = mergeItem(none, message("a", { ParticipantId: me }), me);
  items = mergeItem(items, receipt(me, { ReadTimestamp: "2026-01-02T10:00:01Z" }), me);
  expect(items.get("a")).not.toHaveProperty("read");
  items = mergeItem(items, receipt("customer-1", { DeliveredTimestamp: "2026-01-02T10:00:01Z" }), me);
  expect(items.get("a")).toMatchObject({ delivered: true });
  items = mergeItem(items, receipt("customer-1", { ReadTimestamp: "2026-01-02T10:00:02Z" }), me);
  expect(items.get("a")).toMatchObject({ delivered: true, read: true });
});

test("a receipt is not lost when the transcript is read again", () => {
  let items = mergeItem(none, message("a", { ParticipantId: me }), me);
  const Receipts = [{ RecipientParticipantId: "customer-1", ReadTimestamp: "2026-01-02T10:00:02Z" }];
  items = mergeItem(items, { Type: "MESSAGEMETADATA", MessageMetadata: { MessageId: "a", Receipts } }, me);
  items = mergeItem(items, message("a", { ParticipantId: me }), me);
  expect(items.get("a")).toMatchObject({ read: true });
});

test("a bot's answer grows piece by piece and is replaced by the whole", () => {
  const chunk = (number: number, text: string) =>
    message("bot", { Content: text, MessageMetadata: { ChunkNumber: number, MessageCompleted: false } });
  let items = mergeItems(none, [chunk(2, "world"), chunk(1, "Hello ")], me);
  expect(items.get("bot")).toMatchObject({ content: "Hello world", incomplete: true });
  const whole = message("bot", {
    Content: "Hello world!",
    MessageMetadata: { ChunkNumber: 3, MessageCompleted: true },
  });
  items = mergeItem(items, whole, me);
  expect(items.get("bot")).toMatchObject({ content: "Hello world!", incomplete: undefined });
  expect(mergeItem(items, chunk(1, "Hello "), me).get("bot")?.content).toBe("Hello world!");
});

test("typing, receipts and acknowledgements are no entries", () => {
  const items = mergeItems(
    none,
    [
      { Id: "t", Type: "EVENT", ContentType: contentTypes.typing },
      {
        Id: "k",
        Type: "CONNECTION_ACK",
        ContentType: "application/vnd.amazonaws.connect.event.connection.acknowledged",
      },
      { Type: "MESSAGE", ContentType: "text/plain", Content: "no id" },
    ],
    me,
  );
  expect(items.size).toBe(0);
});

test("a file's state follows the check", () => {
  const file = (Status: string) =>
    message("f", {
      Type: "ATTACHMENT",
      ContentType: "application/pdf",
      Attachments: [{ AttachmentId: "x", AttachmentName: "a.pdf", Status }],
    });
  const items = mergeItems(none, [file("IN_PROGRESS"), file("APPROVED")], me);
  expect(items.get("f")?.attachments).toEqual([{ id: "x", name: "a.pdf", contentType: "", status: "APPROVED" }]);
});

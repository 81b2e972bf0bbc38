/** Differences between versions are told by block, and what means nothing is not told. */
import { expect, test } from "vitest";
import { changesBetween } from "./changes";

const flow = (start: string, actions: object[], metadata: object = {}) =>
  JSON.stringify({ Version: "2019-10-30", StartAction: start, Metadata: metadata, Actions: actions });
const say = (name: string, text: string) => ({
  Identifier: name,
  Type: "MessageParticipant",
  Parameters: { Text: text },
  Transitions: { NextAction: "end" },
});
const end = { Identifier: "end", Type: "DisconnectParticipant", Parameters: {}, Transitions: {} };

test("blocks are added, removed and changed", () => {
  const before = flow("a", [say("a", "one"), say("b", "two"), end]);
  const after = flow("c", [say("a", "other"), say("c", "three"), end]);
  expect(changesBetween(before, after)).toEqual({ added: ["c"], removed: ["b"], changed: ["a"], start: true });
});

test("places and the order of keys and blocks are no difference", () => {
  const before = flow("a", [say("a", "one"), end], { ActionMetadata: { a: { position: { x: 1, y: 1 } } } });
  const { Identifier, Type, Parameters, Transitions } = say("a", "one");
  const after = flow("a", [end, { Transitions, Parameters, Type, Identifier }]);
  expect(changesBetween(before, after)).toEqual({ added: [], removed: [], changed: [], start: false });
});

test("what cannot be read is not compared", () => {
  expect(changesBetween("{", flow("end", [end]))).toBeUndefined();
});

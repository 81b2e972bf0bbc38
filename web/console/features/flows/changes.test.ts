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

test("blocks are added, removed and changed, with their fields before and after", () => {
  const before = flow("a", [say("a", "one"), say("b", "two"), end]);
  const after = flow("c", [say("a", "other"), say("c", "three"), end]);
  expect(changesBetween(before, after)).toEqual({
    blocks: [
      {
        name: "a",
        type: "MessageParticipant",
        kind: "changed",
        fields: [{ path: "Parameters.Text", before: "one", after: "other" }],
      },
      { name: "b", type: "MessageParticipant", kind: "removed", fields: [] },
      { name: "c", type: "MessageParticipant", kind: "added", fields: [] },
    ],
    start: { path: "StartAction", before: "a", after: "c" },
  });
});

test("places and the order of keys, blocks and error branches are no difference", () => {
  const errors = [
    { ErrorType: "NoMatchingError", NextAction: "end" },
    { ErrorType: "QueueAtCapacity", NextAction: "end" },
  ];
  const of = (list: object[]) => ({ ...say("a", "one"), Transitions: { NextAction: "end", Errors: list } });
  const before = flow("a", [of(errors), end], { ActionMetadata: { a: { position: { x: 1, y: 1 } } } });
  const { Identifier, Type, Parameters, Transitions } = of([...errors].reverse());
  const after = flow("a", [end, { Transitions, Parameters, Type, Identifier }]);
  expect(changesBetween(before, after)).toEqual({ blocks: [], start: undefined });
});

test("ways out and lists are told by what they stand for", () => {
  const branch = (operand: string, to: string) => ({
    NextAction: to,
    Condition: { Operator: "Equals", Operands: [operand] },
  });
  const of = (conditions: object[], text: string[]) => ({
    Identifier: "a",
    Type: "Compare",
    Parameters: { List: text, Deep: { Flag: true } },
    Transitions: { NextAction: "end", Conditions: conditions },
  });
  const fields = (before: object, after: object) =>
    changesBetween(flow("a", [before, end]), flow("a", [after, end]))?.blocks.flatMap((one) => one.fields);
  const old = of([branch("x", "end"), branch("y", "end")], ["1", "2"]);
  expect(fields(old, of([branch("x", "a"), branch("y", "end")], ["1"]))).toEqual([
    { path: "Parameters.List", before: "1, 2", after: "1" },
    { path: "Transitions.Conditions.Equals x", before: "end", after: "a" },
  ]);
  expect(fields(old, of([branch("x", "end")], ["1", "2"]))).toEqual([
    { path: "Transitions.Conditions.Equals y", before: "end", after: undefined },
  ]);
  expect(fields(old, of([branch("y", "end"), branch("x", "end")], ["1", "2"]))).toEqual([
    { path: "Transitions.Conditions", before: "Equals x | Equals y", after: "Equals y | Equals x" },
  ]);
});

test("what cannot be read is not compared", () => {
  expect(changesBetween("{", flow("end", [end]))).toBeUndefined();
});

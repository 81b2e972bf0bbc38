/** What the designer does to a document: only what was asked for. */
import { expect, test } from "vitest";
import { exported } from "../exchange";
import { partsOf, referenceTo, usedKeys } from "./attributes";
import { copy, paste, readClip } from "./clipboard";
import { type FlowDocument, isUnreadable, printDocument, readDocument } from "./document";
import { addAction, addNote, connect, move, nameProblem, remove, rename, setConditions, setParameters } from "./edits";
import { begin, change, redo, undo, undoLimit } from "./history";
import type { ActionType } from "./language";
import { outletsOf } from "./outlets";

const type = (name: string, more: Partial<ActionType> = {}): ActionType => ({
  type: name,
  aliases: [],
  block: name,
  logName: name,
  family: "participant",
  next: "required",
  conditions: { kind: "none", values: [] },
  errors: [{ branch: "NoMatchingError", need: "required" }],
  flowTypes: { CONTACT_FLOW: "yes" },
  modules: true,
  channels: ["CHAT"],
  waits: false,
  parameters: [],
  rules: [],
  ...more,
});

const play = type("MessageParticipant");
const repeat = type("Loop", {
  conditions: { kind: "all", values: ["ContinueLooping", "DoneLooping"] },
  errors: [],
  next: "never",
});

/** A flow as somebody else's tool may have written it. */
const foreign: FlowDocument = {
  Version: "2019-10-30",
  StartAction: "one",
  Metadata: {
    entryPointPosition: { x: 1, y: 2 },
    snapToGrid: false,
    ActionMetadata: {
      one: { position: { x: 10, y: 20 }, parameters: { Text: { useDynamic: true } } },
      two: { position: { x: 300, y: 20 } },
    },
    Annotations: [
      { type: "default", id: "n1", content: "about one", actionId: "one", position: { x: 0, y: 0 } },
      { type: "default", id: "n2", content: "free", actionId: "", position: { x: 5, y: 5 } },
    ],
  },
  Actions: [
    {
      Identifier: "one",
      Type: "MessageParticipant",
      Parameters: { Text: "Hi", Unknown: [1, { deep: true }] },
      Transitions: { NextAction: "two", Errors: [{ NextAction: "two", ErrorType: "NoMatchingError" }] },
      Strange: 7,
    },
    {
      Identifier: "two",
      Type: "Compare",
      Parameters: { ComparisonValue: "$.Attributes.color" },
      Transitions: {
        NextAction: "one",
        Conditions: [{ NextAction: "one", Condition: { Operator: "Equals", Operands: ["red"] } }],
        Errors: [],
      },
    },
  ],
};

test("an edit changes nothing but its own place", () => {
  const edited = setParameters(foreign, "one", { ...foreign.Actions[0]?.Parameters, Text: "Hello" });
  const expected = printDocument(foreign).replace('"Hi"', '"Hello"');
  expect(printDocument(edited)).toBe(expected);
  expect(edited.Actions[1]).toBe(foreign.Actions[1]);
  expect(printDocument(move(foreign, new Map([["two", { x: 301.4, y: 20 }]])))).toBe(
    printDocument(foreign).replace('"x": 300', '"x": 301'),
  );
});

test("the ways out are those of the type and those of the document", () => {
  expect(outletsOf({ Identifier: "a", Type: "Loop" }, repeat).map((one) => one.id)).toEqual([
    "operand:ContinueLooping",
    "operand:DoneLooping",
  ]);
  const [message, compare] = foreign.Actions;
  if (!message || !compare) throw new Error("two actions");
  expect(outletsOf(message, play)).toMatchObject([
    { id: "next", target: "two", required: true },
    { id: "error:NoMatchingError", target: "two" },
  ]);
  expect(outletsOf(compare, undefined).map((one) => [one.id, one.label, one.target])).toEqual([
    ["condition:0", "red", "one"],
    ["next", "", "one"],
  ]);
});

test("wires come and go", () => {
  const added = addAction(foreign, "three", repeat, { x: 0, y: 0 });
  expect(added.Actions[2]?.Transitions?.Conditions).toHaveLength(2);
  const wired = connect(added, "three", "condition:1", "one");
  expect(wired.Actions[2]?.Transitions?.Conditions?.map((one) => one.NextAction)).toEqual([undefined, "one"]);
  const error = connect(connect(wired, "one", "error:NoMatchingError", undefined), "one", "error:Other", "three");
  expect(error.Actions[0]?.Transitions?.Errors).toEqual([{ NextAction: "three", ErrorType: "Other" }]);
  expect(connect(error, "one", "next", undefined).Actions[0]?.Transitions).not.toHaveProperty("NextAction");
  expect(connect(foreign, "start", "start", "two").StartAction).toBe("two");
  expect(setConditions(foreign, "two", []).Actions[1]?.Transitions?.NextAction).toBe("one");
});

test("a removed block takes its wires and its notes along", () => {
  const left = remove(foreign, new Set(["one"]));
  expect(left.StartAction).toBe("");
  expect(left.Actions).toHaveLength(1);
  expect(left.Actions[0]?.Transitions).toEqual({
    Conditions: [{ Condition: { Operator: "Equals", Operands: ["red"] } }],
    Errors: [],
  });
  expect(left.Metadata?.Annotations?.map((one) => one.id)).toEqual(["n2"]);
  expect(left.Metadata?.ActionMetadata).not.toHaveProperty("one");
});

test("a new name is used wherever the old one stood", () => {
  const renamed = rename(foreign, "one", "Greeting");
  expect(printDocument(renamed)).toBe(
    printDocument(foreign)
      .replaceAll('"one"', '"Greeting"')
      .replace(
        '"useDynamic": true\n          }\n        }',
        '"useDynamic": true\n          }\n        },\n        "isFriendlyName": true',
      ),
  );
});

test.each([
  ["", "empty"],
  ["a:b", "characters"],
  ["100 %", "characters"],
  ["toString", "word"],
  ["two", "taken"],
  ["one", undefined],
  ["Grüße 👋", undefined],
])("the block name %j: %s", (name, problem) => {
  expect(nameProblem(foreign, "one", name)).toBe(problem);
});

test("notes have their limits", () => {
  let document: FlowDocument | undefined = foreign;
  for (let count = 0; count < 4; count += 1)
    document = document && addNote(document, `x${count}`, { x: 0, y: 0 }, "one");
  expect(document?.Metadata?.Annotations).toHaveLength(6);
  expect(document && addNote(document, "x9", { x: 0, y: 0 }, "one")).toBeUndefined();
  expect(document && addNote(document, "x9", { x: 0, y: 0 })).toBeDefined();
});

test("what was done can be undone and done again, a hundred steps far", () => {
  let history = begin(foreign);
  for (let step = 0; step < 130; step += 1) {
    history = change(history, "did", setParameters(foreign, "one", { step }));
  }
  expect(history.past).toHaveLength(undoLimit);
  const back = undo(history, 30);
  expect(back.present.Actions[0]?.Parameters).toEqual({ step: 99 });
  expect(redo(back).present.Actions[0]?.Parameters).toEqual({ step: 100 });
  expect(undo(history, 1000).present.Actions[0]?.Parameters).toEqual({ step: 29 });
  const typed = change(change(begin(foreign), "a", { ...foreign }, "field"), "a", { ...foreign }, "field");
  expect(typed.past).toHaveLength(1);
  expect(undo(typed).present).toBe(foreign);
});

test("blocks go over the clipboard into another flow under new names", () => {
  const clip = readClip(copy(foreign, new Set(["one", "two"])));
  expect(clip?.actions).toHaveLength(2);
  if (!clip) throw new Error("a clip");
  let count = 0;
  const { document, ids } = paste(foreign, clip, { x: 1000, y: 1000 }, () => `new${++count}`);
  expect(document.Actions.slice(0, 2)).toEqual(foreign.Actions);
  expect(document.Actions.slice(2).map((one) => [one.Identifier, one.Transitions?.NextAction, one.Strange])).toEqual([
    ["new1", "new2", 7],
    ["new2", "new1", undefined],
  ]);
  expect([...ids].sort()).toEqual(["new1", "new2", "new3"]);
  expect(document.Metadata?.Annotations?.at(-1)).toMatchObject({ id: "new3", actionId: "new1" });
  expect(document.Metadata?.ActionMetadata?.new2?.position).toEqual({ x: 1300, y: 1020 });
  for (const text of ["", "{}", "[1]", '{"switchroomFlowClip":1,"actions":[{}],"metadata":{},"notes":[]}']) {
    expect(readClip(text)).toBeUndefined();
  }
});

test("only one of two chosen blocks: the way to the other is not carried", () => {
  expect(readClip(copy(foreign, new Set(["one"])))?.actions[0]?.Transitions).toEqual({ Errors: [] });
});

test.each([
  ["{", "json"],
  ["[]", "shape"],
  ['{"Actions":[{"Identifier":"a"}]}', "shape"],
  ['{"Actions":[{"Identifier":"a","Type":"x"},{"Identifier":"a","Type":"x"}]}', "shape"],
  ['{"Actions":[{"Identifier":"a","Type":"x","Transitions":{"Errors":[1]}}]}', "shape"],
  ['{"Actions":[],"Metadata":{"Annotations":[{"id":"a"}]}}', "shape"],
])("%s cannot be drawn", (text, reason) => {
  const read = readDocument(text);
  expect(isUnreadable(read) && read.reason).toBe(reason);
});

test("files carry name and type", async () => {
  const file = await exported(printDocument(foreign), {
    name: "N",
    description: "D",
    type: "AGENT_WHISPER",
    status: "PUBLISHED",
  }).text();
  expect(JSON.parse(file).Metadata).toMatchObject({ name: "N", type: "agentWhisper", status: "published", hash: {} });
});

test("references are read and written", () => {
  expect([...(usedKeys(foreign).get("Attributes") ?? [])]).toEqual(["color"]);
  expect(referenceTo("SegmentAttributes", "connect:Subtype")).toBe("$.SegmentAttributes['connect:Subtype']");
  expect(partsOf("$.SegmentAttributes['connect:Subtype']")).toEqual({
    namespace: "SegmentAttributes",
    key: "connect:Subtype",
  });
  expect(partsOf("$.Channel")).toEqual({ namespace: "Channel", key: "" });
  expect(partsOf("Hi $.Attributes.name")).toBeUndefined();
});

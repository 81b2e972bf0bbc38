/** What a draft that is tried out shows: the world that is asked for, the way on the canvas, values and conversation. */
import { expect, test } from "vitest";
import type { FlowDocument } from "./document";
import { conversation, givenOf, pathTo, type TryAnswer, type TryStep, usualWorld, valuesAfter } from "./try";

const document: FlowDocument = {
  StartAction: "ask",
  Actions: [
    {
      Identifier: "ask",
      Type: "GetParticipantInput",
      Transitions: {
        NextAction: "bye",
        Conditions: [{ NextAction: "set", Condition: { Operator: "Equals", Operands: ["1"] } }],
        Errors: [
          { NextAction: "bye", ErrorType: "InputTimeLimitExceeded" },
          { NextAction: "bye", ErrorType: "NoMatchingError" },
        ],
      },
    },
    { Identifier: "set", Type: "UpdateContactAttributes", Transitions: { NextAction: "bye" } },
    { Identifier: "bye", Type: "DisconnectParticipant" },
  ],
};

const step = (Identifier: string, more: Partial<TryStep> = {}): TryStep => ({
  Draft: true,
  ContactFlowId: "f",
  ContactFlowName: "F",
  Identifier,
  Timestamp: "2026-01-05T09:00:00.000Z",
  Input: 0,
  Branch: null,
  Parameters: null,
  Results: null,
  Error: null,
  Changed: {},
  ...more,
});

const answer = (more: Partial<TryAnswer>): TryAnswer => ({
  Begun: {},
  Steps: [],
  Said: [],
  Notes: [],
  Unheard: [],
  Place: "FLOW",
  Reason: null,
  Queue: null,
  WaitsFor: null,
  SecondsLeft: null,
  Now: "2026-01-05T09:00:00.000Z",
  Stopped: null,
  ...more,
});

test("the usual world says nothing that is not so anyway", () => {
  expect(givenOf(usualWorld)).toEqual({ given: { Channel: "CHAT", Hours: "OPEN", Attributes: {} }, problems: {} });
});

test("a world is read, and what cannot be understood is named", () => {
  const world = {
    ...usualWorld,
    queues: "UNSTAFFED" as const,
    percents: "10, 90",
    attributes: "tier = gold\n\n a=b=c ",
    functions: '{"rate": {"text": "x"}, "fails": "broken"}',
  };
  expect(givenOf(world)).toEqual({
    given: {
      Channel: "CHAT",
      Hours: "OPEN",
      OtherQueues: { Online: 0, Staffed: 0, Available: 0 },
      Percents: [10, 90],
      Attributes: { tier: "gold", a: "b=c" },
      Functions: { rate: { Answer: { text: "x" } }, fails: { Error: "broken" } },
    },
    problems: {},
  });
  const wrong = givenOf({ ...usualWorld, percents: "0", attributes: "tier", functions: "[]" });
  expect(wrong.problems).toEqual({ percents: true, attributes: true, functions: true });
});

test("the way on the canvas ends at the step that is shown", () => {
  const steps = [
    step("ask", { Branch: { Kind: "CONDITION", Index: 0 } }),
    step("elsewhere", { Draft: false, Branch: { Kind: "NEXT" } }),
    step("set", { Branch: { Kind: "NEXT" } }),
    step("bye"),
  ];
  const all = pathTo(document, steps, 3);
  expect([...all.blocks]).toEqual(["ask", "set", "bye"]);
  expect([...all.wires]).toEqual(["start", "ask condition:0", "set next"]);
  expect(all.current).toBe("bye");
  expect([...pathTo(document, steps, 0).wires]).toEqual(["start"]);
  const elsewhere = pathTo(document, steps, 1);
  expect([elsewhere.current, elsewhere.last]).toEqual([undefined, "ask"]);
  const late = pathTo(document, [step("ask", { Branch: { Kind: "ERROR", Index: 1 } }), step("bye")], 1);
  expect([...late.wires]).toContain("ask error:NoMatchingError");
  expect(pathTo(document, [], -1).current).toBeUndefined();
});

test("values are those after the step, and what it changed is marked", () => {
  const played = answer({
    Begun: { Channel: "CHAT", Attributes: { tier: "gold" } },
    Steps: [
      step("ask", { Changed: { External: { nested: { deep: 1 } } } }),
      step("set", { Changed: { Attributes: { tier: "gold", topic: "Sales" }, External: null } }),
    ],
  });
  expect(valuesAfter(played, 0)).toEqual([
    { root: "Attributes", values: [{ path: "Attributes.tier", text: "gold", changed: false }] },
    { root: "External", values: [{ path: "External.nested.deep", text: "1", changed: true }] },
    { root: "", values: [{ path: "Channel", text: "CHAT", changed: false }] },
  ]);
  const after = valuesAfter(played, 1);
  expect(after.map((one) => one.root)).toEqual(["Attributes", ""]);
  expect(after[0]?.values).toEqual([
    { path: "Attributes.tier", text: "gold", changed: false },
    { path: "Attributes.topic", text: "Sales", changed: true },
  ]);
});

test("the conversation is in order, and interactive messages are readable", () => {
  const card = { templateType: "ListPicker", data: { content: { title: "Which?", elements: [{ title: "One" }] } } };
  const played = answer({
    Said: [
      { Step: 0, Input: 0, Text: "Hello" },
      { Step: 2, Input: 1, Text: JSON.stringify(card) },
    ],
    Notes: [{ Input: 1, Text: "the function failed" }],
    Unheard: [1],
  });
  const inputs = [{ Kind: "SAYS", Text: "1" } as const, { Kind: "LEAVES" } as const];
  expect(conversation(played, inputs)).toEqual([
    { kind: "said", text: "Hello", step: 0 },
    { kind: "input", input: inputs[0], index: 0, unheard: false },
    { kind: "said", text: "Which?\n• One", step: 2 },
    { kind: "note", text: "the function failed" },
    { kind: "input", input: inputs[1], index: 1, unheard: true },
  ]);
});

/** Views in the designer: their inputs as fields, their actions as branches. */
import { expect, test } from "vitest";
import { asked, missingBranches, viewIdOf } from "./showView";

test.each([
  ["form", "form"],
  ["form:1", "form"],
  ["arn:aws:connect:us-east-1:aws:view/form:1", "form"],
  ["arn:aws:connect:us-east-1:123456789012:instance/i/view/v-1", "v-1"],
  ["", ""],
])("%s names the view %s", (reference, id) => {
  expect(viewIdOf(reference)).toBe(id);
});

test("what is needed comes first, what the schema does not know stays", () => {
  const schema = JSON.stringify({
    properties: {
      Back: { type: ["string", "object"] },
      Sections: { type: "array" },
      Any: {},
      Title: { type: ["string"] },
    },
    required: ["Sections"],
  });
  expect(asked(schema, { Style: { a: 1 }, Title: "x" })).toEqual([
    { name: "Sections", required: true, json: true },
    { name: "Back", required: false, json: false },
    { name: "Any", required: false, json: true },
    { name: "Title", required: false, json: false },
    { name: "Style", required: false, json: true },
  ]);
  expect(asked("nonsense", { A: "b" })).toEqual([{ name: "A", required: false, json: false }]);
});

test("each action without a branch gets one", () => {
  const there = [{ NextAction: "x", Condition: { Operator: "Equals", Operands: ["Back"] } }];
  expect(missingBranches(["Back", "Next"], there)).toEqual([{ Condition: { Operator: "Equals", Operands: ["Next"] } }]);
});

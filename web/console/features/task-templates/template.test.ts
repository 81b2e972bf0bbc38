/** Templates go to the server as they are edited, and what it refuses is told at the right field. */
import { expect, test } from "vitest";
import {
  type Draft,
  draftOf,
  emptyField,
  localProblems,
  moved,
  placeOf,
  previewOf,
  requestOf,
  retyped,
  typesFor,
} from "./template";

const draft: Draft = {
  name: " Refund ",
  description: "",
  flow: "f1",
  active: false,
  fields: [
    emptyField("k1", "NAME", "Title"),
    { ...emptyField("k2", "SINGLE_SELECT", "Colour"), options: "red\n\n blue ", default: "red", readOnly: true },
    { ...emptyField("k3", "TEXT", "Note"), help: "In short", invisible: true, default: "x" },
  ],
};
const id = (Name: string) => ({ Id: { Name } });

test("a draft is sent with its constraints and defaults, and read again", () => {
  const request = requestOf(draft);
  expect(request).toEqual({
    Name: "Refund",
    Description: undefined,
    ContactFlowId: "f1",
    Status: "INACTIVE",
    Fields: [
      { ...id("Title"), Type: "NAME", Description: undefined, SingleSelectOptions: undefined },
      { ...id("Colour"), Type: "SINGLE_SELECT", Description: undefined, SingleSelectOptions: ["red", "blue"] },
      { ...id("Note"), Type: "TEXT", Description: "In short", SingleSelectOptions: undefined },
    ],
    Constraints: { RequiredFields: [id("Title")], ReadOnlyFields: [id("Colour")], InvisibleFields: [id("Note")] },
    Defaults: {
      DefaultFieldValues: [
        { ...id("Colour"), DefaultValue: "red" },
        { ...id("Note"), DefaultValue: "x" },
      ],
    },
  });
  let count = 0;
  const read = draftOf({ Id: "t", Arn: "a", ...request }, () => `k${++count}`, "");
  expect(read).toEqual({
    ...draft,
    name: "Refund",
    fields: draft.fields.map((one) => (one.key === "k2" ? { ...one, options: "red\nblue" } : one)),
  });
  expect(previewOf(draft).Fields.map((one) => one.Id.Name)).toEqual(["Title", "Colour", "Note"]);
});

test("fields keep their order, and move within it", () => {
  const keys = (key: string, to: number) => moved(draft.fields, key, to).map((one) => one.key);
  expect(keys("k3", 0)).toEqual(["k3", "k1", "k2"]);
  expect(keys("k1", 1)).toEqual(["k2", "k1", "k3"]);
  expect(moved(draft.fields, "k1", -1)).toBe(draft.fields);
  expect(moved(draft.fields, "k3", 3)).toBe(draft.fields);
});

test("what a template has once is not offered twice", () => {
  const note = draft.fields[2];
  if (!note) throw new Error("there are three fields");
  expect(typesFor(draft, note)).not.toContain("NAME");
  expect(typesFor(draft, note)).toContain("QUICK_CONNECT");
  expect(retyped({ ...note, options: "a" }, "NUMBER")).toMatchObject({ type: "NUMBER", options: "", default: "" });
});

test("problems are found before the server is asked", () => {
  expect(localProblems(draft).size).toBe(0);
  const wrong: Draft = {
    ...draft,
    name: " ",
    flow: "",
    fields: [emptyField("k1", "NAME", "Title"), emptyField("k2", "SINGLE_SELECT", "Title"), emptyField("k3", "TEXT")],
  };
  expect(Object.fromEntries(localProblems(wrong))).toEqual({
    name: "empty",
    flow: "noFlow",
    "k1 name": "taken",
    "k2 name": "taken",
    "k2 options": "noOptions",
    "k3 name": "empty",
  });
});

test.each([
  ["Name", "name"],
  ["ContactFlowId", "flow"],
  ["Fields", "fields"],
  ["Fields[1].SingleSelectOptions", "k2 options"],
  ["Fields[2].Id.Name", "k3 name"],
  ["Fields[2].Type", "k3 type"],
  ["Constraints.ReadOnlyFields[0]", "k2 default"],
  ["Constraints.InvisibleFields[0]", "k3 default"],
  ["Defaults.DefaultFieldValues[1]", "k3 default"],
  ["Constraints.RequiredFields", "fields"],
  ["Fields[9].Type", "fields"],
])("%s is told at %s", (path, place) => {
  expect(placeOf(path, draft)).toBe(place);
});

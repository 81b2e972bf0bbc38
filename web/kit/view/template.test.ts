/** Templates of views and their input. */
import { expect, test } from "vitest";
import { answeredView, shownView, viewAnswer } from "./answer";
import { columnsOf, fill, type Json, type JsonObject, readData, readPage } from "./template";

test.each<[Json, JsonObject, Json | undefined]>([
  ["$.Name", { Name: "Ada" }, "Ada"],
  ["$.Items", { Items: [1, 2] }, [1, 2]],
  ["$.Customer.Names.1", { Customer: { Names: ["Ada", "King"] } }, "King"],
  ["Dear $.Name, $.Missing!", { Name: "Ada" }, "Dear Ada, !"],
  ["Costs $.50 or $", {}, "Costs $.50 or $"],
  ["$.Missing", {}, undefined],
  ["$.constructor", {}, undefined],
  [{ a: "$.Missing", b: ["$.Missing", "$.Name"] }, { Name: "x" }, { b: ["x"] }],
  [true, {}, true],
])("%j filled with %j", (value, data, expected) => {
  expect(fill(value, data)).toEqual(expected);
});

test("a page is read with its columns and its nested components", () => {
  const template = {
    Head: { Title: "Offer for $.Name", Configuration: { Layout: { Columns: ["10", "2"] } } },
    Body: [
      {
        _id: "a",
        Type: "Container",
        Props: { Hidden: "$.Hide" },
        Content: [{ _id: "b", Type: "Button", Props: { Action: "Go" }, Content: ["Go, $.Name"] }],
      },
    ],
  };
  const page = readPage({ Template: JSON.stringify(template) }, { Name: "Ada", Hide: "false" });
  expect([page.title, page.columns]).toEqual(["Offer for Ada", [10, 2]]);
  expect(page.body[0]?.props).toEqual({ Hidden: "false" });
  expect(page.body[0]?.children[0]?.texts).toEqual(["Go, Ada"]);
  expect(() => readPage({ Template: "[]" }, {})).toThrow("not an object");
  expect(() => readPage({ Template: "{" }, {})).toThrow();
});

test("a template that nests or repeats without end is cut off", () => {
  let deep: JsonObject = { Type: "Text" };
  for (let level = 0; level < 100; level += 1) deep = { Type: "Container", Content: [deep] };
  const wide = Array.from({ length: 5000 }, () => ({ Type: "Text" }));
  const page = readPage({ Template: JSON.stringify({ Body: [deep, ...wide] }) }, {});
  expect(page.body.length).toBeLessThanOrEqual(1000);
  let levels = 0;
  for (let one = page.body[0]; one; one = one.children[0]) levels += 1;
  expect(levels).toBeLessThanOrEqual(21);
});

test.each<[Json | undefined, number[]]>([
  [{ Columns: ["6", "6"] }, [6, 6]],
  [{ Columns: [4] }, [4]],
  [{ Columns: ["13"] }, [12]],
  [{ Columns: [] }, [12]],
  [undefined, [12]],
])("columns of %j are %j", (layout, expected) => {
  expect(columnsOf(layout)).toEqual(expected);
});

test("input that is JSON written as text is read", () => {
  expect(readData(`{"A": "[1]", "B": "{x", "C": "plain"}`)).toEqual({ A: [1], B: "{x", C: "plain" });
  expect(readData("nonsense")).toEqual({});
});

test("messages of views are read and answered", () => {
  const message = JSON.stringify({
    templateType: "ViewResource",
    version: "1.0",
    data: { content: { viewId: "form", viewToken: "t-1", viewData: { Heading: "Hi" } } },
  });
  expect(shownView(message)).toEqual({ token: "t-1", data: { Heading: "Hi" } });
  expect(shownView(`{"templateType":"Panel"}`)).toBeUndefined();
  expect(shownView("Hello")).toBeUndefined();
  const answers: [string, string | null | undefined][] = [
    [
      viewAnswer("Next", { FormData: { reason: "broken", list: ["a", "b"], empty: "", off: false } }),
      "reason: broken, list: a, b",
    ],
    [viewAnswer("ActionSelected", { actionName: "Refund" }), "Refund"],
    [viewAnswer(" ", { content: "What?" }), "What?"],
    [viewAnswer("Launch", {}), "Launch"],
    [`{"templateType":"ViewResource","version":"1.0","hidden":true}`, null],
    ["Hello", undefined],
  ];
  for (const [content, expected] of answers) expect(answeredView(content)).toBe(expected);
});

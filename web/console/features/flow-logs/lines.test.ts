/** Lines of the flow log: addresses, links and files. */
import { expect, test } from "vitest";
import { blockHref, flowOf, jsonLines, type Line, linesMembers, linesParams, readAsked, summary } from "./lines";

const line: Line = {
  ContactId: "c1",
  ContactFlowId: "arn:aws:connect:r:1:instance/i/contact-flow/f1",
  ContactFlowModuleType: "PlayPrompt",
  Identifier: "Say hello & go",
  Timestamp: "2026-01-02T03:04:05.678Z",
};

test.each([
  ["", "", "DESCENDING"],
  ["contact=c1", "contact=c1", "ASCENDING"],
  ["contact=c1&order=newest", "contact=c1&order=newest", "DESCENDING"],
  ["order=oldest&flow=f&text=a+b&errors=only", "flow=f&text=a+b&errors=only&order=oldest", "ASCENDING"],
  ["errors=maybe", "", "DESCENDING"],
])("the address %s", (address, written, Order) => {
  const asked = readAsked(new URLSearchParams(address));
  expect(linesParams(asked).toString()).toBe(written);
  expect(linesMembers(asked)).toMatchObject({ Order });
});

test("a line leads to its block in the designer, of a flow or of a module", () => {
  expect(blockHref(line)).toBe("/console/flows/f1?block=Say+hello+%26+go");
  expect(blockHref({ ...line, Identifier: undefined })).toBe("/console/flows/f1");
  const module = { ...line, ContactFlowId: "arn:aws:connect:r:1:instance/i/flow-module/m1" };
  expect(flowOf(module)).toEqual({ id: "m1", module: true });
  expect(blockHref(module)).toBe("/console/flow-modules/m1?block=Say+hello+%26+go");
  expect(blockHref({ ...line, ContactFlowId: undefined })).toBeUndefined();
});

test.each([
  [{}, ""],
  [{ Parameters: {} }, ""],
  [{ Results: "Pay" }, "Pay"],
  [{ Parameters: { a: 1 }, Results: { b: 2 } }, '{"a":1} → {"b":2}'],
  [{ Parameters: { a: 1 }, Results: null }, '{"a":1}'],
])("%j in short", (members, text) => {
  expect(summary({ ...line, ...members })).toBe(text);
});

test("a file has one line a line", async () => {
  const text = await jsonLines([line, { ...line, Error: "a\nb" }]).text();
  expect(
    text
      .trimEnd()
      .split("\n")
      .map((one) => JSON.parse(one).Error),
  ).toEqual([undefined, "a\nb"]);
});

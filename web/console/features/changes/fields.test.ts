/** Changes in words. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { logs } from "@kit/i18n/en/logs";
import { expect, test } from "vitest";
import { rangeMembers, readRange, writeRange } from "../../parts/TimeRange";
import { contentDigest, listChange, valueText } from "./fields";
import { changeKinds, changesHref, resourceHref } from "./kinds";

test.each([
  [undefined, ""],
  [null, ""],
  ["text", "text"],
  [5, "5"],
  [false, "false"],
  [["a", 1], "a, 1"],
  [{ a: 1 }, '{\n  "a": 1\n}'],
])("%j as text", (value, text) => {
  expect(valueText(value)).toBe(text);
});

test.each([
  [["a", "b"], ["b", "c"], { added: ["c"], removed: ["a"] }],
  [[{ Id: 1 }], [{ Id: 1 }, { Id: 2 }], { added: ['{\n  "Id": 2\n}'], removed: [] }],
  [["a", "b"], ["b", "a"], undefined],
  [undefined, ["a"], undefined],
  ["a", "b", undefined],
])("from %j to %j", (Before, After, expected) => {
  expect(listChange({ Name: "x", Before, After })).toEqual(expected);
});

test("lists that are cut are not compared", () => {
  expect(listChange({ Name: "x", Before: ["a"], After: ["b"], Cut: true })).toBeUndefined();
});

test("the content of a flow is told by its digest", () => {
  const Sha256 = "0123456789abcdef".repeat(4);
  expect(contentDigest({ Sha256, Characters: 7 })).toEqual({ characters: 7, digest: "0123456789ab" });
  for (const other of [undefined, null, "text", { Characters: 7 }, [1]]) expect(contentDigest(other)).toBeUndefined();
});

test("every kind that the history tells of has its place and its text", () => {
  const source = readFileSync(resolve(import.meta.dirname, "../../../../crates/directory/src/kind.rs"), "utf8");
  const kinds = [...source.matchAll(/^ {4}\w+ = "([a-z-]+)", "/gm)].map((match) => match[1] ?? "");
  expect(kinds).toContain("queue");
  const untold = ["flow-version", "defaults", "released-number"];
  expect([...changeKinds].sort()).toEqual(kinds.filter((kind) => !untold.includes(kind)).sort());
  expect(changeKinds.filter((kind) => !(`changes.kind.${kind}` in logs))).toEqual([]);
});

test("addresses carry only what is asked", () => {
  expect(changesHref({ kind: "flow", user: "", resource: undefined })).toBe("/console/changes?kind=flow");
  expect(resourceHref("predefined-attribute", "shop:Size/L")).toBe("/console/predefined-attributes/shop%3ASize%2FL");
  expect(resourceHref("bot", "X")).toBeUndefined();
  expect(resourceHref("constructor", "X")).toBeUndefined();
});

test.each([
  ["last=2-hour", { StartTime: 10_000 - 7200 }],
  ["from=1970-01-01T00:00:10Z&to=1970-01-01T01:00:00%2B01:00", { StartTime: 10, EndTime: 0 }],
  ["last=2-fortnight", {}],
  ["from=yesterday&to=today", {}],
  ["", {}],
])("the period %s", (address, members) => {
  const range = readRange(new URLSearchParams(address));
  expect(rangeMembers(range, 10_000_000)).toEqual(members);
  const written = new URLSearchParams();
  writeRange(written, range);
  expect(readRange(written)).toEqual(range);
});

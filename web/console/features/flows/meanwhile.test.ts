/** What two authors do to one flow. */
import { expect, test } from "vitest";
import { changedMeanwhile, type Written } from "./meanwhile";

const seen: Written = { text: "{}", settings: "{}", name: "Flow", description: "" };

test.each<[string, Partial<Written>, Partial<Written>, boolean]>([
  ["nobody did anything", {}, {}, false],
  ["only I wrote", {}, { text: "mine" }, false],
  ["somebody wrote", { text: "theirs" }, {}, true],
  ["both wrote", { text: "theirs" }, { text: "mine" }, true],
  ["both wrote the same", { text: "same" }, { text: "same" }, false],
  ["somebody changed the contract", { settings: '{"a":1}' }, { text: "mine" }, true],
  ["somebody renamed what I only edit", { name: "Theirs" }, { text: "mine" }, false],
  ["both renamed", { name: "Theirs" }, { name: "Mine" }, true],
  ["both gave the same name", { name: "Same" }, { name: "Same" }, false],
  ["my description would take the new name back", { name: "Theirs" }, { description: "mine" }, true],
])("%s", (_, theirs, mine, expected) => {
  expect(changedMeanwhile(seen, { ...seen, ...theirs }, { ...seen, ...mine })).toBe(expected);
});

/** The thinking parts of the console's forms. */
import { ListUsersCommand } from "@aws-sdk/client-connect";
import type { Session } from "@kit/api/session";
import { expect, test } from "vitest";
import { english } from "../tests/i18n";
import { createClient, everyPage } from "./api";
import { explain } from "./context";
import { jsonProblem } from "./features/flows/types";
import { readOpenings, weekProblem, weekText, writeOpenings } from "./features/hours/week";
import { isOrigin } from "./features/origins/OriginsPage";
import { valuesProblem } from "./features/predefined-attributes/PredefinedAttributePage";
import { queueChanges } from "./features/routing-profiles/RoutingProfilePage";
import { permissionGroups, rowsOf, toggle } from "./features/security-profiles/catalogue";
import { isGoodPassword, proficiencyChanges } from "./features/users/UserPage";

test("requests carry the session and no signature", async () => {
  const seen: { path: string; headers: Record<string, string> }[] = [];
  const client = createClient({ region: "eu-central-1", csrfToken: "token-1" } as Session);
  client.config.requestHandler = {
    handle: async (request: { path: string; headers: Record<string, string> }) => {
      seen.push(request);
      const body = new Blob([JSON.stringify({ UserSummaryList: [] })]).stream();
      return { response: { statusCode: 200, headers: { "content-type": "application/json" }, body } };
    },
  } as never;
  // What the answer holds does not matter here, only what was asked.
  await client.send(new ListUsersCommand({ InstanceId: "i1" })).catch(() => undefined);
  expect(seen).toHaveLength(1);
  expect(seen[0]?.path).toBe("/users-summary/i1");
  expect(seen[0]?.headers).not.toHaveProperty("authorization");
  expect(seen[0]?.headers).toMatchObject({ "x-switchroom-csrf": "token-1" });
});

test("lists are read to the last page", async () => {
  const pages: Record<string, { Items: number[]; NextToken?: string }> = {
    first: { Items: [1, 2], NextToken: "second" },
    second: { Items: [3] },
  };
  await expect(
    everyPage(
      async (token) => pages[token ?? "first"],
      (page) => page?.Items,
    ),
  ).resolves.toEqual([1, 2, 3]);
});

test.each([
  ["AccessDeniedException", "You do not have the permission"],
  ["DuplicateResourceException", "This name is taken"],
  ["TypeError", "did not answer"],
  ["Whatever", "Something went wrong: told"],
])("%s is explained", (name, text) => {
  expect(explain({ name, message: "told" }, english.t)).toContain(text);
});

test("ticking an action ticks the view; clearing the view clears the actions of the same thing only", () => {
  const ticked = toggle(new Set(["Users.View"]), "Queues.Edit", true);
  expect([...ticked].sort()).toEqual(["Queues.Edit", "Queues.View", "Users.View"]);
  expect([...toggle(ticked, "Queues.View", false)]).toEqual(["Users.View"]);
  const nested = new Set(["CustomerProfiles.View", "CustomerProfiles.CalculatedAttributes.Edit"]);
  expect([...toggle(nested, "CustomerProfiles.View", false)]).toEqual(["CustomerProfiles.CalculatedAttributes.Edit"]);
});

test("every permission is in exactly one cell of the matrix", () => {
  const groups = Object.keys(permissionGroups) as (keyof typeof permissionGroups)[];
  const cells = groups.flatMap((group) => rowsOf(group).flatMap((row) => row.permissions.map((one) => one.name)));
  expect(new Set(cells).size).toBe(cells.length);
  expect(cells.sort()).toEqual(Object.values(permissionGroups).flat().sort());
});

test("queue rows are added, changed and removed by what differs", () => {
  const row = (queue: string, priority = "1", delay = "0") => ({ queue, channel: "CHAT" as const, priority, delay });
  const change = queueChanges([row("stay"), row("faster"), row("gone")], [row("stay"), row("faster", "2"), row("new")]);
  expect(change.added.map((one) => one.QueueReference?.QueueId)).toEqual(["new"]);
  expect(change.changed).toMatchObject([{ QueueReference: { QueueId: "faster" }, Priority: 2 }]);
  expect(change.removed).toEqual([{ QueueId: "gone", Channel: "CHAT" }]);
});

test("a changed level of a proficiency is taken away and given anew", () => {
  const french = (Level: number) => ({ AttributeName: "connect:Language", AttributeValue: "connect:French", Level });
  expect(proficiencyChanges([french(3)], [french(5)])).toEqual({
    added: [french(5)],
    removed: [{ AttributeName: "connect:Language", AttributeValue: "connect:French" }],
  });
});

test.each([
  ["Passw0rd", true],
  ["password1", false],
  ["Aa1", false],
  [`Aa1${"x".repeat(62)}`, false],
])("password %s", (password, good) => {
  expect(isGoodPassword(password)).toBe(good);
});

test.each([
  [["09:00-12:00", "13:00-17:00"], undefined],
  [["09:00-13:00", "12:00-17:00"], "overlap"],
  [["17:00-09:00"], "order"],
  [["9-17"], "time"],
  [["22:00-00:00"], undefined],
  [["00:00-00:00", "08:00-09:00"], "overlap"],
])("a day of %j", (spans, problem) => {
  const openings = spans.map((span) => {
    const [start = "", end = ""] = span.split("-");
    return { day: "MONDAY" as const, start, end };
  });
  expect(weekProblem(openings)).toBe(problem);
});

test("a week reads short and survives the way there and back", () => {
  const openings = (["MONDAY", "TUESDAY", "WEDNESDAY"] as const).map((day) => ({ day, start: "09:00", end: "17:00" }));
  const week = [...openings, { day: "SUNDAY" as const, start: "00:00", end: "00:00" }];
  expect(readOpenings(writeOpenings(week))).toEqual(week);
  expect(weekText(writeOpenings(week), "en", "all day")).toBe("Mon–Wed 09:00–17:00; Sun all day");
});

test.each([
  ["https://crm.example.com", true],
  ["http://localhost:3000", true],
  ["https://crm.example.com/path", false],
  ["crm.example.com", false],
  ["ftp://x", false],
])("%s as an origin", (text, good) => {
  expect(isOrigin(text)).toBe(good);
});

test.each([
  [[], "none"],
  [["a", "A"], "twice"],
  [["aws:x"], "text"],
  [["German", "French"], undefined],
])("values %j", (values, problem) => {
  expect(valuesProblem(values)).toBe(problem);
});

test.each([
  ['{"a": [1, -2.5e3, true, null, "x\\n"], "b": {}}', undefined],
  ['{\n  "a": x\n}', { line: 2, column: 8 }],
  ['{\n  "a": 1,\n}', { line: 3, column: 1 }],
  ['["open', { line: 1, column: 7 }],
  ["[1 2]", { line: 1, column: 4 }],
  ["", { line: 1, column: 1 }],
])("JSON %j", (text, place) => {
  expect(jsonProblem(text)).toEqual(place);
});

import { describe, expect, test } from "vitest";
import type { QuickConnect } from "./desk";
import { defaultsOf, draftOf, emptyFields, shownFields, type TaskTemplate } from "./taskTemplate";

const named = (name: string) => ({ Id: { Name: name } });

const template: TaskTemplate = {
  Id: "t1",
  Name: "Refund",
  Fields: [
    { ...named("Title"), Type: "NAME" },
    { ...named("Notes"), Type: "DESCRIPTION" },
    { ...named("To"), Type: "QUICK_CONNECT" },
    { ...named("When"), Type: "SCHEDULED_TIME" },
    { ...named("Order"), Type: "NUMBER" },
    { ...named("Due"), Type: "DATE_TIME" },
    { ...named("Team"), Type: "TEXT" },
    { ...named("Source"), Type: "TEXT" },
  ],
  Constraints: {
    RequiredFields: [named("Title"), named("Order")],
    ReadOnlyFields: [named("Team")],
    InvisibleFields: [named("Source")],
  },
  Defaults: { DefaultFieldValues: [{ ...named("Team"), DefaultValue: "Money" }] },
};

const endpoint = {
  endpointARN: "arn:aws:connect:x:1:instance/i/transfer-destination/q1",
  name: "Queue",
} as QuickConnect;

describe("a form of a template", () => {
  test("shows what is not hidden and says what is missing", () => {
    expect(shownFields(template).map((one) => one.Id.Name)).not.toContain("Source");
    expect(defaultsOf(template)).toEqual({ Team: "Money" });
    expect(emptyFields(template, { Title: "Pay back", Order: " " }).map((one) => one.Id.Name)).toEqual(["Order"]);
  });

  test("opens with the defaults in the form of its controls", () => {
    const due = (DefaultValue: string) => ({
      ...template,
      Defaults: { DefaultFieldValues: [{ ...named("Due"), DefaultValue }] },
    });
    expect(defaultsOf(due("1769932800"))).toEqual(defaultsOf(due("2026-02-01T08:00:00Z")));
    expect(defaultsOf(due("1769932800")).Due).toMatch(/^2026-0\d-\d\dT\d\d:\d\d$/);
    const to = {
      ...template,
      Defaults: { DefaultFieldValues: [{ ...named("To"), DefaultValue: endpoint.endpointARN }] },
    };
    expect(defaultsOf(to)).toEqual({ To: "q1" });
  });

  test("becomes a task", () => {
    const values = {
      Title: " Pay back ",
      Notes: "Soon",
      To: "q1",
      When: "2026-01-31T12:00:00Z",
      Order: "4711",
      Due: "2026-02-01T08:00:00Z",
      Team: "Money",
    };
    expect(draftOf(template, values, [endpoint])).toEqual({
      taskTemplateId: "t1",
      name: "Pay back",
      description: "Soon",
      endpoint,
      scheduledTime: 1769860800,
      references: {
        Order: { type: "NUMBER", value: "4711" },
        Due: { type: "DATE", value: "2026-02-01T08:00:00.000Z" },
      },
    });
  });
});

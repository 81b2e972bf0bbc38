/** The logs people search in the console: flow logs of contacts and flows, and the history of changes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { byId, launch, openPage, signIn } from "./support/browser.mjs";
import { publish } from "./support/flows.mjs";
import { Server } from "./support/server.mjs";
import { until } from "./support/until.mjs";

let server;
let browser;
let admin;
let flows;
let contacts;

/** An action with one way on, errors included. */
const act = (Identifier, Type, Parameters, next) => ({
  Identifier,
  Type,
  Parameters,
  Transitions: next ? { NextAction: next, Errors: [{ NextAction: next, ErrorType: "NoMatchingError" }] } : {},
});
const loud = (NextAction) => ({
  ...act("loud", "UpdateFlowLoggingBehavior", { FlowLoggingBehavior: "Enabled" }),
  Transitions: { NextAction },
});
const end = act("end", "DisconnectParticipant", {});

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  admin = Object.keys(server.users).find((name) => name.startsWith("admin"));
  const second = await publish(server, "Second", [
    act("keep", "UpdateContactAttributes", { Attributes: { colour: "GREEN" }, TargetContact: "Current" }, "queue"),
    act("queue", "UpdateContactTargetQueue", { QueueId: "$.Attributes.none" }, "end"),
    end,
  ]);
  const first = await publish(server, "First", [
    loud("move"),
    act("move", "TransferToFlow", { ContactFlowId: second }, "end"),
    end,
  ]);
  flows = { first, second };
  contacts = [];
  for (let n = 0; n < 2; n += 1) {
    const started = await server.api("PUT", "/contact/task", {
      InstanceId: server.instanceId,
      ContactFlowId: first,
      Name: `Task ${n}`,
    });
    contacts.push(started.ContactId);
  }
  for (const contact of contacts) {
    await until("the flows to end", async () => {
      const found = await server.api("POST", `/switchroom/flow-logs/${server.instanceId}`, { ContactId: contact });
      return found.Entries.length === 5;
    });
  }
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function open(path, options = {}) {
  const page = await openPage(browser, server.endpoint + path, { viewport: { width: 1500, height: 950 }, ...options });
  await signIn(page, server, admin);
  return page;
}

/** The lines of a log; details have tables of their own. */
const marks = { "flow-logs": "log-details", changes: "change-resource" };
const rows = (page, table) => byId(page, table).locator("tr", { has: byId(page, marks[table]) });
const blocks = (page) => byId(page, "log-block").allInnerTexts();
const showsBlocks = (page, expected) =>
  until(`the blocks ${expected}`, async () => (await blocks(page)).join() === expected);

test("a contact is followed through its flows, from its page to the block in the designer", async () => {
  const page = await open(`/console/contacts/${contacts[0]}`);
  await byId(page, "contact-flow-log").click();
  await showsBlocks(page, "loud,move,keep,queue,end");
  const texts = await rows(page, "flow-logs").allInnerTexts();
  assert.ok(texts[0].includes("First") && texts[2].includes("Second"), "both flows are named");
  assert.match(texts[3], /error|Error|queue/, "the error is told");
  // The parameters are there as JSON.
  const details = byId(page, "log-details").nth(2);
  await details.getByRole("button").click();
  const shown = await details.locator("pre").innerText();
  assert.deepEqual(JSON.parse(shown).Parameters.Attributes, { colour: "GREEN" });
  // The lines as a file.
  const [download] = await Promise.all([page.waitForEvent("download"), byId(page, "flow-logs-download").click()]);
  assert.equal(download.suggestedFilename(), `flow-log-${contacts[0]}.jsonl`);
  const lines = readFileSync(await download.path(), "utf8").trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).Identifier),
    ["loud", "move", "keep", "queue", "end"],
  );
  // The block in the designer.
  await page.getByRole("link", { name: "Show block keep of Second" }).click();
  await byId(page, "designer").waitFor();
  await until("the block to be chosen", async () => {
    const chosen = page.locator(".react-flow__node-block.selected");
    return (await chosen.count()) === 1 && (await chosen.getAttribute("data-id")) === "keep";
  });
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

test("lines are filtered, and the address keeps what was asked", async () => {
  const page = await open(`/console/flow-logs?flow=${flows.second}`);
  await until("the lines of the second flow", async () => (await rows(page, "flow-logs").count()) === 6);
  assert.equal(await byId(page, "log-flow").innerText(), "Second");
  await byId(page, "log-errors").locator("input").check();
  await byId(page, "log-search").click();
  await showsBlocks(page, "queue,queue");
  await byId(page, "log-text").locator("input").fill("nothing says this");
  await page.keyboard.press("Enter");
  await byId(page, "flow-logs-empty").waitFor();
  assert.match(await byId(page, "flow-logs-empty").innerText(), /Set logging behavior/);
  assert.match(page.url(), /flow=.*text=nothing\+says\+this.*errors=only/);
  await page.goBack();
  await showsBlocks(page, "queue,queue");
  await byId(page, "log-trace").first().click();
  await until("one contact's lines", async () => (await rows(page, "flow-logs").count()) === 5);
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

test("an instance that writes no flow logs says so and is switched on", async () => {
  const path = `/instance/${server.instanceId}/attribute/CONTACTFLOW_LOGS`;
  await server.api("POST", path, { Value: "false" });
  const page = await open("/console/flow-logs?contact=00000000-0000-4000-8000-000000000000");
  await byId(page, "flow-logs-switch-on").click();
  await byId(page, "flow-logs-switch-on").waitFor({ state: "detached" });
  assert.equal((await server.api("GET", path)).Attribute.Value, "true");
});

test("the history tells what was before, by whom, and compares versions of flows", async () => {
  const base = `/contact-flows/${server.instanceId}`;
  const content = (text) =>
    JSON.stringify({
      Version: "2019-10-30",
      StartAction: "say",
      Metadata: {},
      Actions: [act("say", "MessageParticipant", { Text: text }, "end"), end],
    });
  const { ContactFlowId } = await server.api("PUT", base, {
    Name: "Greeting",
    Type: "CONTACT_FLOW",
    Content: content("one"),
  });
  await server.api("POST", `${base}/${ContactFlowId}/content`, { Content: content("two") });
  const page = await open("/console/flows");
  await byId(page, "flows-history").click();
  await byId(page, "changes").waitFor();
  await byId(page, "changes").getByRole("link", { name: "Only changes of Greeting" }).first().click();
  await until("two changes", async () => (await rows(page, "changes").count()) === 2);
  const texts = await rows(page, "changes").allInnerTexts();
  assert.match(texts[0], /Published/);
  assert.match(texts[1], /Created/);
  assert.ok(texts[0].includes(server.accessKeyId), "who did it is told");
  await byId(page, "change-details").first().getByRole("button").click();
  assert.match(await byId(page, "change-field-Versions").innerText(), /Added: 2/);
  await byId(page, "change-compare").last().click();
  await byId(page, "versions").waitFor();
  assert.match(await byId(page, "version-changed").innerText(), /: say$/);
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

test("changes are found by kind and user, and what the user of the pages does is in their name", async () => {
  const page = await open("/console/agent-statuses/new");
  await byId(page, "form-save").waitFor();
  const status = { Name: "Lunch", State: "ENABLED" };
  const made = await page.evaluate(
    async ([path, body]) => {
      const response = await fetch(path, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      return response.status;
    },
    [`/agent-status/${server.instanceId}`, status],
  );
  assert.equal(made, 200);
  await server.api("PUT", `/agent-status/${server.instanceId}`, { ...status, Name: "Break" });
  await page.goto(`${server.endpoint}/console/changes?kind=agent-status`);
  await until("both changes", async () => (await rows(page, "changes").count()) === 2);
  await byId(page, "changes-user").locator("input").fill(admin);
  await page.keyboard.press("Enter");
  await until("one change", async () => (await rows(page, "changes").count()) === 1);
  assert.match(await rows(page, "changes").first().innerText(), /Lunch/);
  await byId(page, "changes-user").locator("input").fill("nobody");
  await byId(page, "changes-search").click();
  await byId(page, "changes-empty").waitFor();
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

test("the page of a user and the choice of a flow lead to their own history", async () => {
  const user = await server.api("GET", `/users-summary/${server.instanceId}`);
  const agent = user.UserSummaryList.find((one) => one.Username.startsWith("agent"));
  await server.api("POST", `/users/${server.instanceId}/${agent.Id}/identity-info`, {
    IdentityInfo: { FirstName: "Kim", LastName: "Renamed" },
  });
  const page = await open(`/console/users/${agent.Id}`);
  await byId(page, "user-history").click();
  await page.getByRole("heading", { name: `Recent changes of ${agent.Username}` }).waitFor();
  await byId(page, "change-details").getByRole("button").click();
  assert.match(await byId(page, "change-field-IdentityInfo").innerText(), /Renamed/);
  // A flow is chosen among the flows.
  await page.goto(`${server.endpoint}/console/changes?kind=flow`);
  await until("changes of both flows", async () => {
    const texts = (await rows(page, "changes").allInnerTexts()).join();
    return texts.includes("First") && texts.includes("Second");
  });
  await byId(page, "changes-flow").getByRole("button").click();
  await page.getByRole("option", { name: "Second" }).click();
  await byId(page, "changes-search").click();
  await page.getByRole("heading", { name: "Recent changes of Second" }).waitFor();
  await until("one change", async () => (await rows(page, "changes").count()) === 1);
  await byId(page, "changes-all").click();
  await page.getByRole("heading", { name: "Change history" }).waitFor();
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

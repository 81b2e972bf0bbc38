/** Flow modules in the console: made, published, called, compared, archived; by mouse and by keyboard. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { byId, launch, openPage, signIn } from "./support/browser.mjs";
import { Server } from "./support/server.mjs";
import { until } from "./support/until.mjs";

let server;
let browser;
let admin;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  admin = Object.keys(server.users).find((name) => name.startsWith("admin"));
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const settings = { InputParameters: [], OutputParameters: [], Transitions: [] };

/** A module that says this and returns; further blocks lie beside its way. */
function module(text, ...blocks) {
  const say = (Identifier, Text) => ({
    Identifier,
    Type: "MessageParticipant",
    Parameters: { Text },
    Transitions: { NextAction: "end", Errors: [{ ErrorType: "NoMatchingError", NextAction: "end" }], Conditions: [] },
  });
  const end = { Identifier: "end", Type: "EndFlowModuleExecution", Parameters: {}, Transitions: {} };
  const Actions = [say("greet", text), ...blocks.map((name) => say(name, name)), end];
  return JSON.stringify({ Version: "2019-10-30", StartAction: "greet", Settings: settings, Metadata: {}, Actions });
}

/** A published flow that calls a module. */
function caller(Name, FlowModuleId) {
  const errors = [{ ErrorType: "NoMatchingError", NextAction: "end" }];
  const call = {
    Identifier: "call",
    Type: "InvokeFlowModule",
    Parameters: { FlowModuleId },
    Transitions: { NextAction: "end", Errors: errors, Conditions: [] },
  };
  const end = { Identifier: "end", Type: "DisconnectParticipant", Parameters: {}, Transitions: {} };
  const Content = JSON.stringify({ Version: "2019-10-30", StartAction: "call", Metadata: {}, Actions: [call, end] });
  return server.api("PUT", `/contact-flows/${server.instanceId}`, { Name, Type: "CONTACT_FLOW", Content });
}

const modules = () => `/contact-flow-modules/${server.instanceId}`;
const make = (Name, Content = module("Hello"), more = {}) => server.api("PUT", modules(), { Name, Content, ...more });
const described = async (id) => (await server.api("GET", `${modules()}/${encodeURIComponent(id)}`)).ContactFlowModule;

async function open(path, options = {}) {
  const page = await openPage(browser, `${server.endpoint}/console${path}`, {
    viewport: { width: 1500, height: 950 },
    permissions: ["clipboard-read", "clipboard-write"],
    ...options,
  });
  await signIn(page, server, admin);
  return page;
}

const more = async (page, name) => {
  await byId(page, "flow-more").locator("button").first().click();
  await page.getByRole("menuitem", { name, exact: true }).click();
};
const field = (page, id) => byId(page, id).locator("input");
const idIn = (page) => page.url().split("/").at(-1);

test("a module is made, saved before it is published, given a contract and tags, and published", async () => {
  const page = await open("/flow-modules");
  await byId(page, "flowModules-create").first().click();
  await byId(page, "designer").waitFor();
  await field(page, "dock-search").fill("persistent");
  await page.getByText("No block of this name").waitFor();
  await field(page, "dock-search").fill("Return");
  await byId(page, "dock-EndFlowModuleExecution").waitFor();
  await field(page, "flow-name").fill("Fun fact");
  await byId(page, "contract-add-input").click();
  await field(page, "contract-input-0").fill("topic");
  await byId(page, "contract-add-branch").click();
  await field(page, "contract-branch-0").fill("Found");
  await byId(page, "tag-add").click();
  await field(page, "tag-key-0").fill("team");
  await field(page, "tag-value-0").fill("one");
  await byId(page, "flow-save").click();
  await page.waitForURL(/flow-modules\/[0-9a-f-]{36}$/);
  const id = idIn(page);
  const draft = await described(`${id}:$SAVED`);
  assert.deepEqual([draft.Status, draft.Tags], ["SAVED", { team: "one" }]);
  assert.deepEqual(JSON.parse(draft.Settings), {
    input: { schema: { type: "object", properties: { topic: { type: "string" } } } },
    transitions: { results: [{ name: "Found" }] },
  });
  await assert.rejects(described(id), /never been published/);

  await byId(page, "flow-publish").click();
  await page.getByText("Fun fact is published.").first().waitFor();
  assert.equal((await described(id)).Version, 1);

  // What the contract does not declare is told while it is edited, and publishing is refused.
  await byId(page, "designer").waitFor();
  await page.locator(".react-flow__node-block").first().dblclick();
  await byId(page, "properties").waitFor();
  await field(page, "value-Result").fill("Missing");
  await until("the problem to be told", async () =>
    (await byId(page, "properties").innerText()).includes('declares no branch "Missing"'),
  );
  await byId(page, "flow-publish").click();
  await byId(page, "flow-problem").getByText("declares no branch").waitFor();
  await field(page, "value-Result").fill("Found");
  await byId(page, "flow-publish").click();
  await until("the second version", async () => (await described(id)).Version === 2);

  // Name, tags and contract of what is there already.
  await more(page, "Name, contract and tags");
  await field(page, "flow-name").fill("Fun facts");
  await field(page, "tag-value-0").fill("two");
  await byId(page, "tag-add").click();
  await field(page, "tag-key-1").fill("cost");
  await byId(page, "contract-add-output").click();
  await field(page, "contract-output-0").fill("fact");
  await byId(page, "about-close").click();
  await byId(page, "flow-publish").click();
  await until("the third version", async () => (await described(id)).Version === 3);
  await until("its tags", async () => "cost" in ((await described(id)).Tags ?? {}));
  const changed = await described(id);
  assert.deepEqual([changed.Name, changed.Tags], ["Fun facts", { cost: "", team: "two" }]);
  assert.ok("fact" in JSON.parse(changed.Settings).resultData.schema.properties);

  // An old version brings its contract back, into the fields too.
  await more(page, "Versions");
  await byId(page, "version-1").click();
  await byId(page, "version-fields").getByText("Contract").waitFor();
  page.once("dialog", (dialog) => dialog.accept());
  await byId(page, "version-publish").click();
  await until("the fourth version", async () => (await described(id)).Version === 4);
  assert.ok(!("resultData" in JSON.parse((await described(id)).Settings)));
  await byId(page, "versions-back").click();
  await more(page, "Name, contract and tags");
  await field(page, "contract-branch-0").waitFor();
  assert.equal(await field(page, "contract-output-0").count(), 0);
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

test("who calls a module is listed, and the block that calls it leads there", async () => {
  const made = await make("Called");
  const flow = await caller("Caller", made.Arn);
  const page = await open(`/flows/${flow.ContactFlowId}`);
  await byId(page, "designer").waitFor();
  await page.locator('.react-flow__node-block[data-id="call"]').dblclick();
  await byId(page, "open-FlowModuleId").click();
  await page.waitForURL(new RegExp(`flow-modules/${made.Id}$`));
  await byId(page, "designer").waitFor();
  await more(page, "Where it is used");
  await byId(page, "module-uses").getByRole("link", { name: "Caller" }).waitFor();
  await byId(page, "uses-close").click();

  // The question before archiving tells who calls it.
  let asked = "";
  page.once("dialog", (dialog) => {
    asked = dialog.message();
    return dialog.accept();
  });
  await more(page, "Archive");
  await page.waitForURL(/flow-modules$/);
  assert.match(asked, /1 published flow or module calls it/);
  assert.equal((await described(made.Id)).State, "ARCHIVED");
  await byId(page, "flowModules-state").getByText("Archived").click();
  await page.getByRole("link", { name: "Called" }).click();
  await byId(page, "designer").waitFor();
  assert.equal(await byId(page, "flow-save").count(), 0, "what is archived is not edited");
  await more(page, "Restore");
  await byId(page, "flow-save").waitFor();
  assert.equal((await described(made.Id)).State, "ACTIVE");
  page.once("dialog", (dialog) => dialog.accept());
  await more(page, "Archive");
  await page.waitForURL(/flow-modules$/);
  await byId(page, "flowModules-state").getByText("Archived").click();
  await page.getByRole("button", { name: "Delete Called" }).click();
  await byId(page, "confirm-delete-yes").click();
  await until("it to be gone", async () => described(made.Id).then(() => false, () => true));
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

test("a module is carried in a file, with its contract; a flow is not taken for one", async () => {
  const contract = JSON.stringify({ transitions: { results: [{ name: "Found" }] } });
  const made = await make("Carried", module("From a file"), { Settings: contract });
  const page = await open(`/flow-modules/${made.Id}`);
  await byId(page, "designer").waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), more(page, "Export")]);
  assert.equal(download.suggestedFilename(), "Carried.json");
  const text = readFileSync(await download.path(), "utf8");
  assert.equal(JSON.parse(text).Metadata.type, "contactFlowModule");

  await page.goto(`${server.endpoint}/console/flow-modules/new`);
  await byId(page, "designer").waitFor();
  const flow = { ...JSON.parse(text), Settings: undefined };
  flow.Metadata = { type: "contactFlow" };
  const file = (name, content) => ({ name, mimeType: "application/json", buffer: Buffer.from(content) });
  await byId(page, "flow-import").setInputFiles(file("flow.json", JSON.stringify(flow)));
  await byId(page, "flow-problem").getByText("The file holds a flow.").waitFor();
  await byId(page, "flow-import").setInputFiles(file("module.json", text));
  await until("the blocks of the file", async () => (await page.locator(".react-flow__node-block").count()) === 2);
  assert.equal(await field(page, "contract-branch-0").inputValue(), "Found");
  await field(page, "flow-name").fill("Carried over");
  await byId(page, "flow-publish").click();
  await page.waitForURL(/flow-modules\/[0-9a-f-]{36}$/);
  const copy = await described(idIn(page));
  assert.deepEqual(JSON.parse(copy.Settings), JSON.parse(contract));
  assert.deepEqual(JSON.parse(copy.Content).Actions, JSON.parse(module("From a file")).Actions);
  assert.ok(!copy.Content.includes("moduleContract"), "what belongs to the file stays there");
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

test("any two versions are compared, field by field and on the canvas, with the keyboard", async () => {
  const made = await make("Compared", module("one", "old"));
  const publish = (Content) => server.api("POST", `${modules()}/${made.Id}/content`, { Content });
  await publish(module("two", "old", "new"));
  await publish(module("three"));
  const page = await open(`/flow-modules/${made.Id}`);
  await byId(page, "designer").waitFor();
  await byId(page, "flow-more").locator("button").first().focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Versions" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await byId(page, "version-1").waitFor();
  const choose = async (id, wanted) => {
    await byId(page, id).locator("button").first().focus();
    await page.keyboard.press("Enter");
    const option = page.getByRole("option", { name: wanted, exact: true });
    await option.waitFor();
    for (let tries = 0; tries < 6 && !(await page.locator('[role=option][class*="highlighted"]', { hasText: wanted }).count()); tries += 1) {
      await page.keyboard.press("ArrowDown");
    }
    await page.keyboard.press("Enter");
  };
  await choose("compare-from", "Version 1");
  await choose("compare-to", "Version 2");
  await byId(page, "version-added").waitFor();
  assert.match(await byId(page, "version-added").innerText(), /: new$/);
  assert.match(await byId(page, "version-changed").innerText(), /: greet$/);
  assert.equal(await byId(page, "version-removed").count(), 0);
  const row = byId(page, "version-fields").locator("tr", { hasText: "Parameters.Text" });
  assert.deepEqual(await row.locator("td").allInnerTexts(), ["one", "two"]);
  const marks = async () =>
    Object.fromEntries(
      await page
        .locator(".react-flow__node-block")
        .evaluateAll((all) =>
          all.map((one) => [one.dataset.id, one.querySelector(".block").dataset.mark ?? ""]),
        ),
    );
  await until("the first side", async () => (await marks()).greet === "changed");
  assert.deepEqual(await marks(), { greet: "changed", old: "", end: "" });
  // A block that is only on the other side brings that side into sight.
  await byId(page, "change-new").focus();
  await page.keyboard.press("Enter");
  await until("the other side", async () => (await marks()).new === "added");
  assert.deepEqual(await marks(), { greet: "changed", old: "", new: "added", end: "" });

  page.once("dialog", (dialog) => dialog.accept());
  await byId(page, "version-publish").focus();
  await page.keyboard.press("Enter");
  await until("version 4", async () => (await described(made.Id)).Version === 4);
  assert.equal((await described(made.Id)).Content, module("one", "old"));
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

test("a module is made with the keyboard alone", async () => {
  const page = await open("/flow-modules/new");
  await byId(page, "designer").waitFor();
  await field(page, "flow-name").focus();
  await page.keyboard.type("By keys");
  await field(page, "dock-search").focus();
  await page.keyboard.type("Play");
  await byId(page, "dock-MessageParticipant").focus();
  await page.keyboard.press("Enter");
  await byId(page, "properties").waitFor();
  await byId(page, "value-Text").locator("textarea").focus();
  await page.keyboard.type("Typed");
  await byId(page, "flow-save").focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/flow-modules\/[0-9a-f-]{36}$/);
  const draft = JSON.parse((await described(`${idIn(page)}:$SAVED`)).Content);
  assert.deepEqual(draft.Actions.map((one) => one.Type), ["EndFlowModuleExecution", "MessageParticipant"]);
  assert.equal(draft.Actions[1].Parameters.Text, "Typed");
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

test("the toolbar cuts and pastes, and what was cut is undone and removed", async () => {
  const made = await make("Clipboard", module("one", "beside"));
  const page = await open(`/flow-modules/${made.Id}`);
  await byId(page, "designer").waitFor();
  const names = () =>
    page.locator(".react-flow__node-block").evaluateAll((all) => all.map((one) => one.dataset.id).sort());
  await until("three blocks", async () => (await names()).length === 3);
  await page.locator('.react-flow__node-block[data-id="beside"]').click();
  await byId(page, "cut").click();
  await until("it is cut", async () => (await names()).join() === "end,greet");
  await byId(page, "undo").click();
  await until("it is back", async () => (await names()).join() === "beside,end,greet");
  await byId(page, "redo").click();
  await byId(page, "paste").click();
  await until("it is pasted", async () => (await names()).length === 3);
  await byId(page, "remove").click();
  await until("what was pasted is removed", async () => (await names()).join() === "end,greet");
  await byId(page, "undo").click();
  await until("it is there again", async () => (await names()).length === 3);
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

test("who may only look at modules sees neither buttons nor editor", async () => {
  await make("Looked at");
  const I = server.instanceId;
  const profile = await server.api("PUT", `/security-profiles/${I}`, {
    SecurityProfileName: "Looks",
    Permissions: ["ContactFlowModules.View", "ContactFlows.View"],
  });
  const routing = await server.api("GET", `/routing-profiles-summary/${I}`);
  const made = await server.api("PUT", `/users/${I}`, {
    Username: "looker",
    Password: "Passw0rd",
    IdentityInfo: { FirstName: "L", LastName: "K" },
    PhoneConfig: { PhoneType: "SOFT_PHONE" },
    SecurityProfileIds: [profile.SecurityProfileId],
    RoutingProfileId: routing.RoutingProfileSummaryList[0].Id,
  });
  assert.ok(made.UserId);
  server.users.looker = { password: "Passw0rd" };
  const page = await openPage(browser, `${server.endpoint}/console/flow-modules`, {
    viewport: { width: 1500, height: 950 },
  });
  await signIn(page, server, "looker");
  await page.getByRole("link", { name: "Looked at" }).waitFor();
  assert.equal(await byId(page, "flowModules-create").count(), 0);
  assert.equal(await byId(page, "flowModules-action").count(), 0);
  await page.getByRole("link", { name: "Looked at" }).click();
  await byId(page, "designer").waitFor();
  for (const id of ["flow-save", "flow-publish", "cut", "dock-search"]) assert.equal(await byId(page, id).count(), 0);
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

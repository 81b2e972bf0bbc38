/** Versions of a flow in the console: listed, shown, compared, published again. */
import assert from "node:assert/strict";
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

/** A flow that says this, before it disconnects; further blocks lie beside its way. */
function says(text, ...blocks) {
  const errors = [{ ErrorType: "NoMatchingError", NextAction: "end" }];
  const say = (Identifier, Text) => ({
    Identifier,
    Type: "MessageParticipant",
    Parameters: { Text },
    Transitions: { NextAction: "end", Errors: errors, Conditions: [] },
  });
  const end = { Identifier: "end", Type: "DisconnectParticipant", Parameters: {}, Transitions: {} };
  const actions = [say("greet", text), ...blocks.map((name) => say(name, name)), end];
  return JSON.stringify({ Version: "2019-10-30", StartAction: "greet", Metadata: {}, Actions: actions });
}

test("an old version is shown on the canvas, compared with the flow, and published again", async () => {
  const base = `/contact-flows/${server.instanceId}`;
  const [first, second] = [says("one", "old"), says("two", "new")];
  const made = await server.api("PUT", base, { Name: "Greeting", Type: "CONTACT_FLOW", Content: first });
  const id = made.ContactFlowId;
  await server.api("POST", `${base}/${id}/content`, { Content: second });
  const page = await openPage(browser, `${server.endpoint}/console/flows/${id}`, {
    viewport: { width: 1500, height: 950 },
  });
  await signIn(page, server, admin);
  await byId(page, "designer").waitFor();
  await byId(page, "flow-more").locator("button").first().click();
  await page.getByRole("menuitem", { name: "Versions" }).click();
  const row = (number) => byId(page, "versions").locator("tr", { has: byId(page, `version-${number}`) });
  await row(1).waitFor();
  assert.match(await row(2).innerText(), /Version 2, published/);
  assert.ok((await row(1).innerText()).includes(server.accessKeyId), "who published it is told");

  await byId(page, "version-1").click();
  await byId(page, "version-added").waitFor();
  assert.match(await byId(page, "version-added").innerText(), /: new$/);
  assert.match(await byId(page, "version-removed").innerText(), /: old$/);
  assert.match(await byId(page, "version-changed").innerText(), /: greet$/);
  await until("three blocks", async () => (await page.locator(".react-flow__node-block").count()) === 3);

  page.once("dialog", (dialog) => dialog.accept());
  await byId(page, "version-publish").click();
  await row(3).waitFor();
  assert.ok((await row(3).innerText()).includes(admin), "the user is named");
  const now = (await server.api("GET", `${base}/${id}`)).ContactFlow;
  assert.deepEqual([now.Version, now.Content], [3, first]);
  await byId(page, "version-changes").getByText("No block differs.").waitFor();
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

test("the block Invoke module offers the modules of the instance", async () => {
  const end = { Identifier: "end", Type: "EndFlowModuleExecution", Parameters: {}, Transitions: {} };
  const Content = JSON.stringify({ Version: "2019-10-30", StartAction: "end", Settings: {}, Actions: [end] });
  const module = await server.api("PUT", `/contact-flow-modules/${server.instanceId}`, { Name: "Fun fact", Content });
  const made = await server.api("PUT", `/contact-flows/${server.instanceId}`, {
    Name: "Caller",
    Type: "CONTACT_FLOW",
    Status: "SAVED",
    Content: says("one"),
  });
  const page = await openPage(browser, `${server.endpoint}/console/flows/${made.ContactFlowId}`, {
    viewport: { width: 1500, height: 950 },
  });
  await signIn(page, server, admin);
  await byId(page, "designer").waitFor();
  await byId(page, "dock-search").locator("input").fill("module");
  await byId(page, "dock-InvokeFlowModule").click();
  await byId(page, "value-FlowModuleId").locator("button").first().click();
  await page.getByRole("option", { name: "Fun fact" }).click();
  await byId(page, "flow-save").click();
  await page.getByText("was saved", { exact: false }).first().waitFor();
  const path = `/contact-flows/${server.instanceId}/${encodeURIComponent(`${made.ContactFlowId}:$SAVED`)}`;
  const saved = JSON.parse((await server.api("GET", path)).ContactFlow.Content);
  const call = saved.Actions.find((one) => one.Type === "InvokeFlowModule");
  assert.equal(call.Parameters.FlowModuleId, module.Arn);
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

test("changes of all flows are listed, and narrowed by flow and user", async () => {
  const base = `/contact-flows/${server.instanceId}`;
  const made = await server.api("PUT", base, { Name: "Changed often", Type: "CONTACT_FLOW", Content: says("one") });
  await server.api("POST", `${base}/${made.ContactFlowId}/content`, { Content: says("two") });
  const page = await openPage(browser, `${server.endpoint}/console/flows`, { viewport: { width: 1500, height: 950 } });
  await signIn(page, server, admin);
  await byId(page, "to-changes").click();
  const rows = () => byId(page, "flow-changes").locator("tbody tr").allInnerTexts();
  await until("the newest change on top", async () => /Changed often.*2/s.test((await rows())[0] ?? ""));
  await byId(page, "changes-flow").locator("button").first().click();
  await page.getByRole("option", { name: "Changed often", exact: true }).click();
  await until("only that flow", async () => (await rows()).length === 2);
  assert.ok((await rows()).every((row) => row.includes(server.accessKeyId)), "who published it is told");
  await byId(page, "changes-user").locator("button").first().click();
  await page.getByRole("option", { name: admin, exact: true }).click();
  await page.getByText("Nothing was published in this time.").waitFor();
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

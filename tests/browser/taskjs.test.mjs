/** The stock task library on the agent library's shared socket, in somebody else's page (checklist T). */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { Agent } from "./support/agent.mjs";
import { launch } from "./support/browser.mjs";
import { act, approve, embed, isTold, openCrm, signedInContext } from "./support/crm-page.mjs";
import { basicQueue, straightToQueue } from "./support/flows.mjs";
import { Host } from "./support/host.mjs";
import { Network } from "./support/network.mjs";
import { Server } from "./support/server.mjs";
import { until } from "./support/until.mjs";

const event = (name) => `application/vnd.amazonaws.connect.event.${name}`;

let server;
let proxy;
let host;
let browser;
let flow;
let home;
const tasks = [];

before(async () => {
  [server, host, browser] = await Promise.all([Server.start(), Host.start(), launch()]);
  proxy = await Network.before(server);
  flow = await straightToQueue(server);
  await approve(server, host.origin);
  await nowhere();
  home = await Promise.all(["agent1", "agent2"].map((name) => Agent.signIn(server, name)));
});

after(async () => {
  await browser?.close();
  await proxy?.stop();
  await Promise.all([host?.stop(), server?.stop()]);
});

afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  proxy.answer = () => undefined;
  proxy.silent = false;
  for (const task of tasks.splice(0)) await server.stopContact(task).catch(() => undefined); // over already where all went well
  for (const agent of home) await agent.goHome();
});

/** A quick connect whose flow ends without handing anything over. */
async function nowhere() {
  const { ContactFlowId } = await server.api("PUT", `/contact-flows/${server.instanceId}`, {
    Name: "Nowhere",
    Type: "AGENT_TRANSFER",
    Content: JSON.stringify({
      Version: "2019-10-30",
      StartAction: "End",
      Metadata: {},
      Actions: [{ Identifier: "End", Type: "EndFlowExecution", Parameters: {}, Transitions: {} }],
    }),
  });
  const { UserSummaryList } = await server.api("GET", `/users-summary/${server.instanceId}`);
  const user = UserSummaryList.find((one) => one.Username === "agent2");
  const { QuickConnectId } = await server.api("PUT", `/quick-connects/${server.instanceId}`, {
    Name: "Nowhere",
    QuickConnectConfig: { QuickConnectType: "USER", UserConfig: { UserId: user.Id, ContactFlowId } },
  });
  const { Id } = await basicQueue(server);
  await server.api("POST", `/queues/${server.instanceId}/${Id}/associate-quick-connects`, {
    QuickConnectIds: [QuickConnectId],
  });
}

/** A desktop whose agent has a task, with a session of the task library; what it hears is kept in `window.heard`. */
async function working() {
  const context = await signedInContext(
    browser,
    { ...server, endpoint: proxy.endpoint, users: server.users },
    "agent1",
  );
  const page = await openCrm(context, host);
  await embed(page, { endpoint: proxy.endpoint, region: server.region }, { task: { disableRingtone: true } });
  await isTold(page, "agent");
  await act(page, "state", { name: "Available" });
  const contactId = await arrives(page);
  await page.evaluate(async (contactId) => {
    const contact = window.agent.getContacts().find((one) => one.getContactId() === contactId);
    window.heard = [];
    const session = window.connect.TaskSession.create({
      contactId,
      initialContactId: contact.getInitialContactId() ?? contactId,
      websocketManager: window.connect.core.getWebSocketManager(),
    });
    for (const name of [
      "onMessage",
      "onTransferInitiated",
      "onTransferSucceeded",
      "onTransferFailed",
      "onTaskExpiring",
      "onTaskExpired",
      "onConnectionEstablished",
      "onConnectionBroken",
    ]) {
      session[name]((data) => window.heard.push({ name, data: JSON.parse(JSON.stringify(data ?? null)) }));
    }
    await session.connect();
  }, contactId);
  return { page, contactId };
}

/** Lets a task ring, and accepts it. */
async function arrives(page) {
  const { ContactId } = await server.api("PUT", "/contact/task", {
    InstanceId: server.instanceId,
    ContactFlowId: flow,
    Name: "Call back",
  });
  tasks.push(ContactId);
  await isTold(page, "onConnecting", { contactId: ContactId });
  assert.deepEqual(await act(page, "accept", { contactId: ContactId }), { data: {} });
  await isTold(page, "onConnected", { contactId: ContactId });
  return ContactId;
}

const heard = (page, name) =>
  page.evaluate((name) => window.heard.filter((one) => one.name === name).map((one) => one.data), name);

function hears(page, name, pick = () => true, deadline) {
  return until(name, async () => (await heard(page, name)).find(pick), deadline);
}

/** Pushes an item about a task, of the form that the server gives it. */
function push(contactId, name, more = {}) {
  const item = {
    AbsoluteTime: new Date().toISOString(),
    ContentType: event(name),
    Id: crypto.randomUUID(),
    Type: "EVENT",
    ParticipantId: crypto.randomUUID(),
    DisplayName: "SYSTEM_MESSAGE",
    ParticipantRole: "SYSTEM",
    InitialContactId: contactId,
    ContactId: contactId,
    ...more,
  };
  proxy.push({ topic: "aws/task", content: JSON.stringify(item) });
  return item;
}

async function transfer(page, contactId, name) {
  const { data } = await act(page, "endpoints");
  const endpoint = data.endpoints.find((one) => one.name === name);
  assert.deepEqual(await act(page, "transfer", { contactId, endpoint }), { data: {} });
}

describe("an agent on the stock task library", () => {
  test("T1 a session is established on the shared socket", async () => {
    const { page } = await working();
    await hears(page, "onConnectionEstablished");
    const controller = await page.evaluate(async () => {
      const [contact] = window.agent.getContacts();
      return Boolean((await contact.getAgentConnection().getMediaController()).onTaskExpiring);
    });
    assert.ok(controller, "the agent library gives the same session");
  });

  test("T2, T8 items of the task are heard whatever they say, and those of another are not", async () => {
    const { page, contactId } = await working();
    const foreign = crypto.randomUUID();
    push(foreign, "workflow.cancelled");
    const own = push(contactId, "workflow.cancelled");
    assert.deepEqual(await hears(page, "onMessage"), own);
    assert.equal((await heard(page, "onMessage")).length, 1);
  });

  test("T3, T4 a transfer is told when it begins and when it has succeeded", async () => {
    const { page, contactId } = await working();
    await home[1].status("Available");
    await transfer(page, contactId, "agent2");
    const begun = await hears(page, "onTransferInitiated");
    assert.deepEqual(
      [begun.ContentType, begun.ContactId, begun.InitialContactId],
      [event("transfer.initiated"), contactId, contactId],
    );
    const offered = await home[1].contact("connecting");
    tasks.push(offered.contactId);
    await home[1].accept(offered.contactId);
    const { ContactId } = await hears(page, "onTransferSucceeded");
    assert.equal(ContactId, contactId);
    assert.deepEqual(await heard(page, "onTransferFailed"), []);
    assert.equal((await heard(page, "onMessage")).length, 2);
  });

  test("T5 a transfer whose flow hands nothing over is told as failed, and the task stays", async () => {
    const { page, contactId } = await working();
    await transfer(page, contactId, "Nowhere");
    assert.equal((await hears(page, "onTransferFailed")).ContactId, contactId);
    assert.deepEqual(await heard(page, "onTransferSucceeded"), []);
    assert.equal((await home[0].contact("connected", contactId)).contactId, contactId);
  });

  test("T6, T7 the end of a task's seven days is told before and when it comes", async () => {
    const { page, contactId } = await working();
    const warning = push(contactId, "expire.warning");
    assert.deepEqual(await hears(page, "onTaskExpiring"), warning);
    assert.deepEqual(await heard(page, "onTaskExpired"), []);
    const end = push(contactId, "expire.complete");
    assert.deepEqual(await hears(page, "onTaskExpired"), end);
  });

  test("T9 a lost socket is no end; only a server that gives no other is", async () => {
    const { page, contactId } = await working();
    const before = (await heard(page, "onConnectionEstablished")).length;
    proxy.breakSockets();
    await until("another socket", async () => (await heard(page, "onConnectionEstablished")).length > before, 15_000);
    assert.deepEqual(await heard(page, "onConnectionBroken"), []);
    const item = push(contactId, "workflow.cancelled");
    await hears(page, "onMessage", (one) => one.Id === item.Id);
    proxy.answer = ({ headers }) =>
      headers["x-amz-target"]?.endsWith(".CreateTransport")
        ? { status: 400, body: { __type: "x#InvalidConfigurationException", message: "injected" } }
        : undefined;
    proxy.breakSockets();
    await hears(page, "onConnectionBroken", () => true, 30_000);
  });

  test("T10 without pushes a task works by what the snapshots say", async () => {
    const { page, contactId } = await working();
    proxy.silent = true;
    for (const [action, state] of [
      ["pause", "paused"],
      ["resume", "connected"],
    ]) {
      assert.deepEqual(await act(page, action, { contactId }), { data: {} });
      await until(state, () =>
        page.evaluate(
          ({ contactId, state }) =>
            window.agent
              .getContacts()
              .find((one) => one.getContactId() === contactId)
              .getState().type === state,
          { contactId, state },
        ),
      );
    }
    await act(page, "destroy", { contactId });
    await isTold(page, "onEnded", { contactId });
    await act(page, "complete", { contactId });
    await isTold(page, "onDestroy", { contactId });
    assert.deepEqual(await heard(page, "onMessage"), []);
  });
});

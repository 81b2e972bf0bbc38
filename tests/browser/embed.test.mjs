/** The panel embedded in somebody else's page with the stock agent library (checklists P, and C where a page is needed). */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { Agent } from "./support/agent.mjs";
import { byId, launch, openPage, signIn } from "./support/browser.mjs";
import {
  describe as about,
  act,
  approve,
  countTold,
  disapprove,
  embed,
  isTold,
  openCrm,
  signedInContext,
} from "./support/crm-page.mjs";
import { arrive, endChats } from "./support/customer.mjs";
import { straightToQueue } from "./support/flows.mjs";
import { Host } from "./support/host.mjs";
import { Network } from "./support/network.mjs";
import { Server } from "./support/server.mjs";
import { enableBarge, letMonitor } from "./support/supervision.mjs";
import { until } from "./support/until.mjs";

let server;
let host;
let stranger;
let browser;
let flow;
let home;

before(async () => {
  [server, host, stranger, browser] = await Promise.all([Server.start(), Host.start(), Host.start(), launch()]);
  flow = await straightToQueue(server);
  await approve(server, host.origin);
  await enableBarge(server);
  await server.api("PUT", `/agent-status/${server.instanceId}`, { Name: "Lunch", State: "ENABLED" });
  home = await Promise.all(["agent1", "agent2"].map((name) => Agent.signIn(server, name)));
});

after(async () => {
  await browser?.close();
  await Promise.all([host?.stop(), stranger?.stop(), server?.stop()]);
});

afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await endChats(server);
  // Some tests sign their agent out.
  home = await Promise.all(["agent1", "agent2"].map((name) => Agent.signIn(server, name)));
  for (const agent of home) await agent.goHome();
});

/** What the library knows of a supervisor's own part in a contact, and of the others'. */
function monitoring(page, contactId) {
  return page.evaluate((contactId) => {
    const contact = window.agent.getContacts().find((one) => one.getContactId() === contactId);
    const own = contact.getAgentConnection();
    return {
      type: own.getType(),
      state: own.getState().type,
      isSilent: own.isSilentMonitor(),
      isBarge: own.isBarge(),
      capabilities: [own.isSilentMonitorEnabled(), own.isBargeEnabled()],
      info: own.getMonitorInfo(),
      media: own.getMediaInfo(),
      method: contact.getInitiationMethod?.() ?? contact._getData().initiationMethod,
      queue: contact.getQueue() ?? null,
      others: contact
        .getConnections()
        .filter((one) => one.getConnectionId() !== own.getConnectionId())
        .map((one) => `${one.getType()} ${one.getState().type}`),
    };
  }, contactId);
}

/** A desktop of a signed-in agent with the panel in it. */
async function desktop(username = "agent1", options = {}, through = server) {
  const page = await openCrm(
    await signedInContext(browser, { ...server, endpoint: through.endpoint, users: server.users }, username),
    host,
  );
  await embed(page, { endpoint: through.endpoint, region: server.region }, options);
  await isTold(page, "agent");
  return page;
}

/** Makes the library's worker look every second at whether its token is about to expire, instead of every five minutes. */
const quickly = ({ path }) =>
  /desk-worker-.*\.js$/.test(path)
    ? "{ const set = self.setInterval; self.setInterval = (f, ms, ...rest) => set(f, ms === 300000 ? 1000 : ms, ...rest); }"
    : undefined;

const available = (page) => act(page, "state", { name: "Available" });

async function ringing(page, request = {}) {
  await available(page);
  const customer = await arrive(server, { ContactFlowId: flow, ...request });
  await isTold(page, "onConnecting", { contactId: customer.contactId });
  return customer;
}

async function talking(page, request) {
  const customer = await ringing(page, request);
  assert.deepEqual(await act(page, "accept", { contactId: customer.contactId }), { data: {} });
  await isTold(page, "onConnected", { contactId: customer.contactId });
  return customer;
}

/** Makes the frames of a browser keep what they play instead of playing it, which browsers only do after a click. */
function listen(context) {
  return context.addInitScript(() => {
    window.rings = [];
    window.sounding = new Set();
    HTMLMediaElement.prototype.play = function play() {
      window.rings.push(this.src);
      window.sounding.add(this);
      return Promise.resolve();
    };
    HTMLMediaElement.prototype.pause = function pause() {
      window.sounding.delete(this);
    };
  });
}

const ofPanel = (page) => page.frames().find((one) => one.url().includes("/ccp-v2"));
/** The addresses of everything that the panel has begun to play. */
const rings = (page) => ofPanel(page).evaluate(() => window.rings);
/** Whether the panel plays something now. */
const sounds = (page) => ofPanel(page).evaluate(() => window.sounding.size > 0);

const panel = (page) => page.frameLocator("iframe");

describe("the panel in somebody else's page", () => {
  test("P1 an approved origin may embed the panel, another may not, and a change holds at once", async () => {
    const context = await signedInContext(browser, server, "agent1");
    const refused = await openCrm(context, stranger);
    const blocked = [];
    refused.on("console", (message) => blocked.push(message.text()));
    await embed(refused, server, { ccpLoadTimeout: 60_000 });
    await until("the browser to refuse", () => blocked.some((text) => text.includes("frame-ancestors")));
    assert.equal(await countTold(refused, "message acknowledge"), 0);

    await approve(server, stranger.origin);
    await refused.reload();
    await embed(refused, server);
    await isTold(refused, "message acknowledge");

    await disapprove(server, stranger.origin);
    blocked.length = 0;
    await refused.reload();
    await embed(refused, server, { ccpLoadTimeout: 60_000 });
    await until("the browser to refuse again", () => blocked.some((text) => text.includes("frame-ancestors")));
    assert.equal(await countTold(refused, "message acknowledge"), 0);
  });

  test("P2 neither the panel nor the sign-in forbids frames and openers by other headers", async () => {
    for (const path of ["/ccp-v2", "/ccp-v2/", "/connect/ccp-v2", "/login"]) {
      const { headers, status } = await fetch(server.endpoint + path);
      assert.equal(status, 200, path);
      assert.equal(headers.get("x-frame-options"), null);
      assert.notEqual(headers.get("cross-origin-opener-policy"), "same-origin");
      assert.match(headers.get("content-security-policy"), new RegExp(`frame-ancestors [^;]*${host.origin}`));
    }
  });

  test("P3, P4 without a session nothing is acknowledged and the popup opens; signing in there brings the panel up", async () => {
    const page = await openPage(browser, `${host.origin}/crm`);
    await page.waitForFunction(() => window.connect?.core);
    const opening = page.waitForEvent("popup", { timeout: 15_000 });
    await embed(page, server, {
      loginPopup: true,
      loginPopupAutoClose: true,
      loginOptions: { autoClose: true, width: 433, height: 578 },
    });
    const popup = await opening;
    assert.equal(await countTold(page, "message acknowledge"), 0);
    await signIn(popup, server, "agent1");
    const signedIn = Date.now();
    await isTold(page, "message acknowledge", {}, 12_000);
    assert.ok(Date.now() - signedIn < 10_000);
    await until("the popup to be closed", () => popup.isClosed());
    await isTold(page, "agent");
  });

  test("P5, P6, P19 the first acknowledgement comes in time and names its port", async () => {
    const page = await desktop();
    const cold = await page.evaluate(
      () => window.told.find((one) => one.name === "message acknowledge").at - window.began,
    );
    assert.ok(cold < 5000, `cold: ${cold} ms`);
    const { data } = await isTold(page, "message acknowledge");
    assert.ok(data.id);
    await page.reload();
    await embed(page, server);
    await isTold(page, "message acknowledge");
    const warm = await page.evaluate(
      () => window.told.find((one) => one.name === "message acknowledge").at - window.began,
    );
    assert.ok(warm < 1000, `warm: ${warm} ms`);
  });

  test("P7 the page's settings reach the panel", async () => {
    const page = await desktop();
    const frame = page.frames().find((one) => one.url().includes("/ccp-v2"));
    await until("the settings to arrive", () =>
      frame.evaluate(() => window.connect.core.hasReceivedCRMConfigure === true),
    );
  });

  for (const [what, options, expected] of [
    ["rings for a chat by itself", { chat: {} }, /\/assets\/ring-.*\.wav$/],
    [
      "rings with the tone that the page names",
      { chat: { ringtoneUrl: "https://desktop.example/tone.mp3" } },
      /^https:\/\/desktop\.example\/tone\.mp3$/,
    ],
    ["is silent for chats where the page says so", { chat: { disableRingtone: true } }, undefined],
  ]) {
    test(`P7 the panel ${what}`, async () => {
      const context = await signedInContext(browser, server, "agent1");
      await listen(context);
      const page = await openCrm(context, host);
      await embed(page, server, { softphone: { disableRingtone: true }, ...options });
      await isTold(page, "agent");
      const { contactId } = await ringing(page);
      if (expected) await until("the ring", async () => (await rings(page)).length > 0);
      await act(page, "accept", { contactId });
      await isTold(page, "onConnected", { contactId });
      if (expected) {
        const [tone] = await rings(page);
        assert.match(tone, expected);
        await until("silence", async () => !(await sounds(page)));
      }
      assert.equal((await rings(page)).length, expected ? 1 : 0);
    });
  }

  test("P8, C11 the page is given the agent with name, state and routing profile", async () => {
    const page = await desktop();
    const agent = await page.evaluate(() => ({
      name: window.agent.getName(),
      state: window.agent.getState().name,
      type: window.agent.getState().type,
      profile: window.agent.getRoutingProfile().name,
      queue: window.agent.getRoutingProfile().defaultOutboundQueue.name,
      states: window.agent.getAgentStates().map((one) => one.name),
      chats: window.agent.getChannelConcurrency("CHAT"),
      username: window.agent.getConfiguration().username,
    }));
    assert.deepEqual(agent, {
      name: "Alex First",
      state: "Offline",
      type: "offline",
      profile: "Basic Routing Profile",
      queue: "BasicQueue",
      states: ["Available", "Offline", "Lunch"],
      chats: 2,
      username: "agent1",
    });
  });

  test("C12, P9 the page changes the agent's status, and the panel and the library say so", async () => {
    const page = await desktop();
    assert.deepEqual(await available(page), { data: {} });
    await isTold(page, "routable");
    await panel(page).getByTestId("status-name").getByText("Available").waitFor();
    await act(page, "state", { name: "Lunch" });
    await isTold(page, "not_routable");
    await isTold(page, "state_change", { from: "Available", to: "Lunch" });
    await panel(page).getByTestId("status-name").getByText("Lunch").waitFor();
    await act(page, "state", { name: "Offline" });
    await isTold(page, "state_change", { from: "Lunch", to: "Offline" });
    const wrong = {
      agentStateARN: `${server.instanceArn}/agent-state/00000000-0000-4000-8000-000000000000`,
      type: "routable",
      name: "Dancing",
    };
    const { failure } = await act(page, "state", { state: wrong });
    assert.equal(typeof failure, "string");
    const parsed = JSON.parse(failure);
    assert.equal(parsed.type, "InvalidStateException");
    assert.ok(parsed.message);
  });

  test("C24, C26 a chat comes to the page with queue, attributes and connection data; accepting, ending and clearing are told", async () => {
    const page = await desktop();
    const { contactId, participant } = await ringing(page, { Attributes: { order: "4711", tier: "gold & silver" } });
    const ring = await about(page, contactId);
    assert.equal(ring.state, "connecting");
    assert.equal(ring.type, "chat");
    assert.equal(ring.queue, "BasicQueue");
    assert.equal(ring.inbound, true);
    assert.deepEqual(ring.attributes, {
      "HostedWidget-order": { name: "HostedWidget-order", value: "4711" },
      "HostedWidget-tier": { name: "HostedWidget-tier", value: "gold & silver" },
    });
    assert.deepEqual(ring.segmentAttributes, { "connect:Subtype": { ValueString: "connect:Chat" } });
    assert.ok(JSON.parse(ring.media.originalInfo.connectionData).ConnectionAuthenticationToken);
    assert.equal(ring.connections.filter((one) => one.initial).length, 1);
    assert.equal(ring.connections.filter((one) => one.type === "agent").length, 1);
    await panel(page).getByTestId("ring-card").waitFor();

    assert.deepEqual(await act(page, "accept", { contactId }), { data: {} });
    await isTold(page, "onAccepted", { contactId });
    await isTold(page, "onConnected", { contactId });
    await panel(page).getByTestId("contact-pane").waitFor();

    await participant.call("disconnect");
    await isTold(page, "onEnded", { contactId });
    await isTold(page, "onACW", { contactId });
    await isTold(page, "acw");
    assert.deepEqual(await act(page, "clear", { contactId }), { data: {} });
    await isTold(page, "onDestroy", { contactId });
    for (const event of ["contact", "onConnecting", "onAccepted", "onConnected", "onACW", "onEnded", "onDestroy"]) {
      assert.equal(await countTold(page, event, contactId), 1, event);
    }
    await until("the agent to be available again", () =>
      page.evaluate(() => window.agent.getState().name === "Available"),
    );
  });

  test("C18 the agent ends a chat from the page", async () => {
    const page = await desktop();
    const { contactId, socket } = await talking(page);
    assert.deepEqual(await act(page, "destroy", { contactId }), { data: {} });
    await isTold(page, "onEnded", { contactId });
    await socket.item("the end", (item) => item.ContentType.endsWith("event.chat.ended"));
    assert.deepEqual(await act(page, "complete", { contactId }), { data: {} });
    await isTold(page, "onDestroy", { contactId });
  });

  test("C13 a next status waits for the contact to end, and can be taken back", async () => {
    const page = await desktop();
    const { contactId } = await talking(page);
    await act(page, "state", { name: "Lunch", enqueue: true });
    await isTold(page, "enqueued_next_state");
    assert.equal(await page.evaluate(() => window.agent.getNextState().name), "Lunch");
    await available(page);
    await isTold(page, "cleared_next_state");
    await act(page, "state", { name: "Lunch", enqueue: true });
    await until("the next status", () => page.evaluate(() => window.agent.getNextState()?.name === "Lunch"));
    await act(page, "destroy", { contactId });
    await isTold(page, "onEnded", { contactId });
    await act(page, "clear", { contactId });
    await until("Lunch", () => page.evaluate(() => window.agent.getState().name === "Lunch"));
  });

  test("C27, C20 the page reads the quick connects and hands a chat to another agent", async () => {
    const page = await desktop();
    const second = home[1];
    const { contactId, socket } = await talking(page, { Attributes: { order: "4711" } });
    const { data } = await act(page, "endpoints");
    const names = data.endpoints.map((one) => one.name);
    assert.deepEqual(names.toSorted(), ["BasicQueue", "agent1", "agent2", "supervisor"]);
    assert.equal(new Set(data.endpoints.map((one) => one.endpointARN)).size, names.length);
    await second.status("Available");
    const endpoint = data.endpoints.find((one) => one.name === "agent2");
    assert.deepEqual(await act(page, "transfer", { contactId, endpoint }), { data: {} });
    const offered = await second.contact("connecting");
    assert.notEqual(offered.contactId, contactId);
    assert.equal(offered.initialContactId, contactId);
    assert.equal(offered.initiationMethod, "transfer");
    assert.equal(offered.attributes["HostedWidget-order"].value, "4711");
    const taken = await second.accept(offered.contactId);
    await isTold(page, "onEnded", { contactId });
    const speaker = await second.speaker(taken);
    await speaker.say("Hello from the second desk");
    await socket.item("the second agent's message", (item) => item.Content === "Hello from the second desk");
    await act(page, "clear", { contactId });
    await isTold(page, "onDestroy", { contactId });
  });

  test("C38 a contact that was rejected goes away and comes back to somebody", async () => {
    const page = await desktop();
    const { contactId } = await ringing(page);
    await home[1].status("Available");
    assert.deepEqual(await act(page, "reject", { contactId }), { data: {} });
    await home[1].accept(contactId);
    await until("the contact to be clearable or gone", async () => {
      const state = (await about(page, contactId))?.state;
      return state === undefined || ["rejected", "missed", "error"].includes(state);
    });
    if (await about(page, contactId)) await act(page, "clear", { contactId });
    await isTold(page, "onDestroy", { contactId });
    assert.equal(await countTold(page, "onConnected", contactId), 0);
  });

  test("C28 a supervisor monitors a chat: silently, barging, silently again, and leaves", async () => {
    const page = await desktop();
    const overseer = await desktop("supervisor");
    const { contactId } = await talking(page);
    await letMonitor(server, contactId, "supervisor");
    await isTold(overseer, "onConnected", { contactId });
    const mine = () => monitoring(overseer, contactId);
    const silent = await mine();
    assert.deepEqual(silent.capabilities, [true, true]);
    assert.deepEqual(
      [silent.type, silent.state, silent.isSilent, silent.isBarge],
      ["monitoring", "silent_monitor", true, false],
    );
    assert.deepEqual([silent.method, silent.queue, silent.info.agent.agentName], ["monitor", null, "Alex"]);
    assert.ok(silent.info.joinTimeStamp instanceof Date);
    assert.deepEqual(silent.others, ["inbound connected", "outbound connected"]);
    assert.ok(JSON.parse(silent.media.originalInfo.connectionData).ConnectionAuthenticationToken);
    const underSupervision = () =>
      page.evaluate(
        (contactId) =>
          window.agent
            .getContacts()
            .find((one) => one.getContactId() === contactId)
            .isUnderSupervision(),
        contactId,
      );
    assert.equal(await underSupervision(), false, "nobody sees who listens");

    assert.deepEqual(await act(overseer, "bargeIn", { contactId }), { data: {} });
    await until("the barge", async () => (await mine()).isBarge);
    assert.equal((await mine()).state, "barge");
    await until("the agent to see it", underSupervision);
    assert.deepEqual(await act(overseer, "silentMonitor", { contactId }), { data: {} });
    await until("the silence", async () => (await mine()).isSilent);
    await until("the agent to see it", async () => !(await underSupervision()));
    const { failure } = await act(page, "bargeIn", { contactId });
    assert.equal(JSON.parse(failure).type, "InvalidStateException", "an agent cannot barge into their own chat");

    assert.deepEqual(await act(overseer, "destroy", { contactId }), { data: {} });
    await isTold(overseer, "onDestroy", { contactId });
    assert.equal(await countTold(overseer, "onACW", contactId), 0);
    assert.equal((await about(page, contactId)).state, "connected", "the chat goes on");
  });

  test("C25 a task made in the page comes to its agent with description and reference, is paused, resumed and completed", async (context) => {
    const page = await desktop();
    await available(page);
    const { data } = await act(page, "endpoints");
    const { endpointId: _ofThePage, ...endpoint } = data.endpoints.find((one) => one.name === "agent1");
    const made = await act(page, "task", {
      task: {
        name: "Call back",
        description: "Ask about the order",
        endpoint,
        references: { order: { type: "URL", value: "https://shop.example/orders/4711" } },
      },
    });
    assert.ok(made.data?.contactId, JSON.stringify(made));
    const { contactId } = made.data;
    context.after(() => server.stopContact(contactId).catch(() => undefined)); // over already where all went well
    await isTold(page, "onConnecting");
    const rung = await page.evaluate(() => window.agent.getContacts()[0].getContactId());
    const ring = await about(page, rung);
    assert.equal(ring.type, "task");
    assert.equal(ring.name, "Call back");
    assert.equal(ring.description, "Ask about the order");
    assert.equal(ring.references.order.value, "https://shop.example/orders/4711");
    assert.ok([rung, ring.initialContactId].includes(contactId));
    await act(page, "accept", { contactId: rung });
    await isTold(page, "onConnected", { contactId: rung });
    for (const [action, state] of [
      ["pause", "paused"],
      ["resume", "connected"],
    ]) {
      assert.deepEqual(await act(page, action, { contactId: rung }), { data: {} });
      await until(state, async () => (await about(page, rung)).state === state);
    }
    await act(page, "destroy", { contactId: rung });
    await isTold(page, "onEnded", { contactId: rung });
    await act(page, "complete", { contactId: rung });
    await isTold(page, "onDestroy", { contactId: rung });
    assert.deepEqual(page.complaints ?? [], []);
  });

  test("C25 a template is listed, read and filled in by the library, and its task is accepted and completed", async (context) => {
    const { instanceId } = server;
    const named = (name) => ({ Id: { Name: name } });
    const { Id: id } = await server.api("PUT", `/instance/${instanceId}/task/template`, {
      Name: "Refund",
      ContactFlowId: flow,
      Fields: [
        { ...named("Title"), Type: "NAME" },
        { ...named("Notes"), Type: "DESCRIPTION" },
        { ...named("When"), Type: "SCHEDULED_TIME" },
        { ...named("Order"), Type: "NUMBER" },
        { ...named("Team"), Type: "TEXT" },
      ],
      Constraints: { RequiredFields: [named("Title"), named("Order")], ReadOnlyFields: [named("Team")] },
      Defaults: { DefaultFieldValues: [{ ...named("Team"), DefaultValue: "Money" }] },
    });
    const template = `/instance/${instanceId}/task/template/${id}`;
    context.after(() => server.api("DELETE", template));
    const page = await desktop();
    await available(page);
    const listed = await act(page, "listTemplates", { instanceId, queryParams: { status: "ACTIVE", maxResults: 100 } });
    assert.deepEqual(
      listed.data?.TaskTemplates.map((one) => [one.Id, one.Name]),
      [[id, "Refund"]],
      JSON.stringify(listed),
    );
    const read = await act(page, "template", { instanceId, templateParams: { id, version: "1" } });
    assert.equal(read.data?.Fields.length, 5, JSON.stringify(read));

    const task = {
      instanceId,
      taskTemplateId: id,
      name: "Pay back",
      description: "Order 4711",
      references: { Order: { type: "NUMBER", value: "4711" } },
      idempotencyToken: crypto.randomUUID(),
    };
    const incomplete = await act(page, "templatedTask", { task: { ...task, references: {}, idempotencyToken: "none" } });
    assert.match(JSON.stringify(incomplete.failure), /needs a value for the field .*Order/);
    const later = Math.floor(Date.now() / 1000) + 3600;
    const scheduled = await act(page, "templatedTask", {
      task: { ...task, scheduledTime: later, idempotencyToken: crypto.randomUUID() },
    });
    context.after(() => server.stopContact(scheduled.data.contactId).catch(() => undefined));
    const made = await act(page, "templatedTask", { task });
    assert.ok(made.data?.contactId, JSON.stringify(made));
    const { contactId } = made.data;
    context.after(() => server.stopContact(contactId).catch(() => undefined)); // over already where all went well
    await isTold(page, "onConnecting", { contactId });
    assert.deepEqual(await act(page, "updateTask", { task: { instanceId, contactId, description: "Order 4712" } }), {
      data: {},
    });
    await until("the new description", async () => (await about(page, contactId)).description === "Order 4712");
    const ring = await about(page, contactId);
    assert.equal(ring.name, "Pay back");
    assert.deepEqual(
      Object.entries(ring.references).map(([name, one]) => `${name}=${one.type}:${one.value}`).toSorted(),
      ["Order=NUMBER:4711", "Team=STRING:Money"],
    );
    const own = (await home[0].snapshot()).contacts.find((one) => one.contactId === contactId);
    assert.deepEqual(own.channelContext, { taskTemplateId: id, taskTemplateVersion: 1 });
    await act(page, "accept", { contactId });
    await isTold(page, "onConnected", { contactId });
    await act(page, "destroy", { contactId });
    await isTold(page, "onEnded", { contactId });
    await act(page, "complete", { contactId });
    await isTold(page, "onDestroy", { contactId });
    assert.deepEqual(page.complaints ?? [], []);
  });

  test("C21, C30 a refusal reaches the page's failure callback within a second", async () => {
    const page = await desktop();
    const started = Date.now();
    const { failure } = await act(page, "dial", { number: "+4930123456" });
    assert.ok(Date.now() - started < 1000);
    const { type, message } = JSON.parse(failure);
    assert.match(type, /Exception$/);
    assert.ok(message);
    const { data } = await act(page, "endpoints");
    assert.ok(data.endpoints.length > 0, "the page goes on after a refusal");
  });

  test("P10 the page's keep-alive is acknowledged again and again", async () => {
    const page = await desktop();
    const before = await countTold(page, "message acknowledge");
    await until(
      "five more acknowledgements",
      async () => (await countTold(page, "message acknowledge")) >= before + 5,
      15_000,
    );
    assert.equal(await countTold(page, "ack_timeout"), 0);
  });

  test("P11, P12 signing out in another window ends the panel, and the popup stays away when it is told to", async () => {
    const page = await desktop("agent1", {
      loginPopup: true,
      loginOptions: { autoClose: true, disableAuthPopupAfterLogout: true },
    });
    const popups = [];
    page.on("popup", (popup) => popups.push(popup));
    const other = await page.context().newPage();
    await other.goto(`${server.endpoint}/ccp-v2`);
    await byId(other, "settings-menu").click();
    await byId(other, "sign-out").click();
    await isTold(page, "terminated");
    await panel(page).getByTestId("sign-in-form").waitFor();
    await page.waitForFunction(
      (until) => performance.now() > until,
      (await page.evaluate(() => performance.now())) + 4000,
    );
    assert.deepEqual(popups, []);
  });

  test("P13, P14 the module channel is opened, knows the instance, and refuses at once what it does not offer", async () => {
    const page = await openCrm(await signedInContext(browser, server, "agent1"), host);
    const answers = await page.evaluate(
      ({ endpoint }) =>
        new Promise((resolve) => {
          const answers = {};
          window.addEventListener("message", (event) => {
            if (event.data?.type !== "cross-domain-adapter-init" || event.origin !== endpoint) return;
            const [port] = event.ports;
            const asked = {};
            const ask = (requestId, command) => {
              asked[requestId] = performance.now();
              port.postMessage({
                type: "request",
                namespace: "aws.connect.contact",
                command,
                requestId,
                data: {},
                messageOrigin: {},
              });
            };
            port.onmessage = ({ data }) => {
              if (data.type === "acknowledge") {
                answers.acknowledge = data;
                ask("known", "contact/getInstanceDetails");
                ask("unknown", "contact/makeCoffee");
              } else if (data.type === "response") {
                answers[data.requestId] = { ...data, took: performance.now() - asked[data.requestId] };
                if (answers.known && answers.unknown) resolve(answers);
              }
            };
            port.postMessage({ type: "cross-domain-site-ready", providerId: "test" });
          });
          const frame = document.createElement("iframe");
          frame.src = `${endpoint}/ccp-v2`;
          document.getElementById("panel").append(frame);
        }),
      { endpoint: server.endpoint },
    );
    assert.ok(answers.acknowledge.connectionId);
    assert.equal(answers.known.isError, false);
    assert.equal(answers.known.data.region, server.region);
    assert.ok(answers.known.took < 200);
    assert.equal(answers.unknown.isError, true);
    assert.ok(answers.unknown.took < 200);
  });

  test("P15, H23 the chat's media controller connects in the page within two seconds", async () => {
    const page = await desktop();
    const { contactId, socket } = await talking(page);
    const took = await page.evaluate(async (contactId) => {
      const started = performance.now();
      const contact = window.agent.getContacts().find((one) => one.getContactId() === contactId);
      window.media = await contact.getAgentConnection().getMediaController();
      const took = performance.now() - started;
      await window.media.sendMessage({ contentType: "text/plain", message: "from the CRM" });
      return took;
    }, contactId);
    assert.ok(took < 2000, `it took ${took} ms`);
    await socket.item("the message", (item) => item.Content === "from the CRM" && item.ParticipantRole === "AGENT");
  });

  test("P16, C33 two desktops of one agent stay in step: what one does, the other shows", async () => {
    const [first, second] = [await desktop(), await desktop()];
    await available(first);
    await isTold(second, "routable");
    const { contactId } = await arrive(server, { ContactFlowId: flow });
    for (const page of [first, second]) await isTold(page, "onConnecting", { contactId });
    await act(first, "accept", { contactId });
    await isTold(second, "onConnected", { contactId });
    await act(second, "destroy", { contactId });
    await isTold(first, "onEnded", { contactId });
    await act(second, "clear", { contactId });
    await isTold(first, "onDestroy", { contactId });
  });

  test("P16 the ring is heard once though two windows are open", async () => {
    const context = await signedInContext(browser, server, "agent1");
    await listen(context);
    const windows = [];
    for (const _ of [1, 2]) {
      const page = await openCrm(context, host);
      await embed(page, server, { softphone: { disableRingtone: true }, chat: {} });
      await isTold(page, "agent");
      windows.push(page);
    }
    const { contactId } = await ringing(windows[0]);
    await isTold(windows[1], "onConnecting", { contactId });
    const heard = async () => (await Promise.all(windows.map(rings))).flat();
    await until("the ring", async () => (await heard()).length > 0);
    // Both have shown the offer and have had their turn to ring when one of them has been answered.
    await act(windows[1], "accept", { contactId });
    for (const page of windows) await isTold(page, "onConnected", { contactId });
    assert.equal((await heard()).length, 1);
    await until("silence", async () => !(await Promise.all(windows.map(sounds))).some(Boolean));
  });

  test("P20 a desktop of another site: where the browser withholds other sites' cookies, the panel has one of its own", async () => {
    // Windows of this test are private ones, in which Chromium sends no cookies to frames of other sites.
    const foreign = await Host.start("localhost");
    try {
      await approve(server, foreign.origin);
      const context = await signedInContext(browser, server, "agent2");
      const page = await openCrm(context, foreign);
      await embed(page, server, { ccpLoadTimeout: 60_000 });
      // The session of our own pages does not reach the frame, which is therefore another's to use.
      await panel(page).getByTestId("sign-in-form").waitFor();
      assert.equal(await countTold(page, "message acknowledge"), 0);
      await signIn(panel(page), server, "agent1");
      await isTold(page, "agent");
      assert.equal(await page.evaluate(() => window.agent.getConfiguration().username), "agent1");
      const held = (await context.cookies()).filter((one) => one.name === "switchroom-embedded");
      assert.deepEqual(
        held.map(({ httpOnly, secure, sameSite }) => ({ httpOnly, secure, sameSite })),
        [{ httpOnly: true, secure: true, sameSite: "None" }],
      );

      // The whole of a contact works: the worker, its websocket and the conversation.
      const { contactId, socket } = await talking(page);
      await panel(page).getByTestId("chat-input").fill("Hello from inside");
      await panel(page).getByTestId("chat-send").click();
      await socket.item("the message", (item) => item.Content === "Hello from inside");
      await act(page, "destroy", { contactId });
      await isTold(page, "onEnded", { contactId });
      await act(page, "clear", { contactId });
      await isTold(page, "onDestroy", { contactId });

      await page.reload();
      await embed(page, server, { ccpLoadTimeout: 60_000 });
      await isTold(page, "agent");
      // Our own page is signed in as somebody else, and stays so.
      const own = async () => (await context.request.get(`${server.endpoint}/auth/session`)).json();
      assert.equal((await own()).username, "agent2");
      await panel(page).getByTestId("settings-menu").click();
      await panel(page).getByTestId("sign-out").click();
      await panel(page).getByTestId("sign-in-form").waitFor();
      assert.ok(!(await context.cookies()).some((one) => one.name === "switchroom-embedded"));
      assert.equal((await own()).username, "agent2");
    } finally {
      await foreign.stop();
    }
  });

  test("P20 where the browser withholds other sites' cookies, the popup hands its sign-in to the panel", async () => {
    const foreign = await Host.start("localhost");
    try {
      await approve(server, foreign.origin);
      const page = await openPage(browser, `${foreign.origin}/crm`);
      await page.waitForFunction(() => window.connect?.core);
      const opening = page.waitForEvent("popup", { timeout: 15_000 });
      await embed(page, server, { loginPopup: true, loginPopupAutoClose: true, loginOptions: { autoClose: true } });
      const popup = await opening;
      await signIn(popup, server, "agent1");
      await isTold(page, "agent", {}, 15_000);
      await until("the popup to be closed", () => popup.isClosed());
      const names = (await page.context().cookies())
        .map((one) => one.name)
        .filter((name) => name.startsWith("switchroom-"));
      assert.deepEqual(names.toSorted(), ["switchroom-embedded", "switchroom-session"]);
      // It is one session.
      await page.context().request.post(`${server.endpoint}/auth/logout`);
      await page.reload();
      await embed(page, server, { ccpLoadTimeout: 60_000 });
      await panel(page).getByTestId("sign-in-form").waitFor();
    } finally {
      await foreign.stop();
    }
  });

  test("P21 a panel that never comes is tried ten times and then given up", async () => {
    const page = await openCrm(browser, host);
    await page.clock.install();
    await embed(page, { endpoint: stranger.origin, region: server.region });
    await until(
      "the end of the attempts",
      async () => {
        await page.clock.runFor(5000);
        return (await countTold(page, "iframe_retries_exhausted")) > 0;
      },
      30_000,
    );
  });

  test("P22 the library's app registry starts the panel in a frame of its own and ends it", async () => {
    const page = await openCrm(await signedInContext(browser, server, "agent1"), host);
    await page.evaluate((endpoint) => {
      window.told = [];
      window.connect.agentApp.initApp("ccp", "panel", `${endpoint}/ccp-v2/`, { ccpParams: { loginPopup: false } });
      window.connect.agent(() => window.told.push({ name: "agent" }));
    }, server.endpoint);
    await isTold(page, "agent");
    await panel(page).getByTestId("status-picker").waitFor();
    const gone = page.waitForResponse((response) => response.url().endsWith("/logout") && response.ok());
    await page.evaluate(() => window.connect.agentApp.stopApp("ccp"));
    await gone;
    await until(
      "the session to be over",
      async () => (await page.context().request.get(`${server.endpoint}/auth/session`)).status() === 401,
    );
  });

  test("P22 a frame for views of a contact is acknowledged, also under its full address, and is taken away with its contact", async () => {
    const page = await desktop();
    const { contactId } = await talking(page);
    await page.evaluate(
      ({ endpoint, contactId }) => {
        const box = document.createElement("div");
        box.id = "views";
        document.body.append(box);
        window.acknowledged = [];
        window.addEventListener("message", ({ data, source }) => {
          const frame = document.getElementById("customviews");
          if (source === frame?.contentWindow && data?.event === "acknowledge")
            window.acknowledged.push({ id: data.data.id, address: frame.src });
        });
        const contact = window.agent.getContacts().find((one) => one.getContactId() === contactId);
        window.connect.agentApp.initApp("customviews", "views", `${endpoint}/stargate/app`, {
          customViewsParams: { contact, terminateCustomViewOptions: { timeout: 100 } },
        });
      },
      { endpoint: server.endpoint, contactId },
    );
    await until("the frame to be acknowledged under the contact's address", () =>
      page.evaluate(
        (contactId) =>
          window.acknowledged.some(({ id, address }) => id && address.includes(`currentContactId=${contactId}`)),
        contactId,
      ),
    );
    await page.frameLocator("#customviews").getByTestId("no-views").waitFor();
    await act(page, "destroy", { contactId });
    await isTold(page, "onEnded", { contactId });
    await act(page, "clear", { contactId });
    await isTold(page, "onDestroy", { contactId });
    await until("the frame to be gone", () => page.evaluate(() => !document.getElementById("customviews")));
  });

  test("P23 a desktop of an approved origin may sign its agent out by fetch, another may not", async () => {
    const context = await signedInContext(browser, server, "agent1");
    const outcome = (page) =>
      page.evaluate(async (endpoint) => {
        try {
          return (await fetch(`${endpoint}/logout`, { credentials: "include" })).status;
        } catch {
          return "blocked";
        }
      }, server.endpoint);
    const foreign = await context.newPage();
    await foreign.goto(`${stranger.origin}/crm`);
    assert.equal(await outcome(foreign), "blocked");
    const own = await context.newPage();
    await own.goto(`${host.origin}/crm`);
    assert.equal(await outcome(own), 200);
    assert.equal((await context.request.get(`${server.endpoint}/auth/session`)).status(), 401);
  });

  test("P24 the page asks the panel for its devices", async () => {
    const page = await desktop();
    const devices = await page.evaluate(() => window.connect.core.getFrameMediaDevices(3000));
    assert.ok(Array.isArray(devices), JSON.stringify(devices));
    const own = await ofPanel(page).evaluate(() => navigator.mediaDevices.enumerateDevices());
    assert.deepEqual(
      devices.map((one) => one.kind),
      own.map((one) => one.kind),
    );
  });

  test("P25 the page is of one site, without errors", async () => {
    const page = await openCrm(await signedInContext(browser, server, "agent1"), host);
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    await embed(page, server, { enableGlobalResiliency: true });
    await isTold(page, "agent");
    assert.deepEqual(complaints, []);
  });

  test("C31 a token that is about to expire is exchanged, and polling goes on with the new one", async () => {
    const proxy = await Network.before(server);
    try {
      proxy.before = quickly;
      const tokens = [];
      proxy.changes = ({ path }) => path === "/auth/authorize";
      proxy.change = (_request, body) => {
        tokens.push(body.accessToken);
        // Half an hour is the library's limit; the first token has less, those after it enough.
        return { ...body, expiration: Date.now() + (tokens.length === 1 ? 20 : 60) * 60_000 };
      };
      const page = await desktop("agent1", {}, proxy);
      await until("the exchange", () => tokens.length > 1);
      assert.notEqual(tokens[1], tokens[0]);
      await available(page);
      await isTold(page, "routable");
      const polls = () => proxy.requests.filter((one) => one.headers["x-amz-target"]?.endsWith(".GetAgentSnapshot"));
      await until("a poll with the new token", () => polls().some((one) => one.headers["x-amz-bearer"] === tokens[1]));
      assert.equal(tokens.length, 2);
      assert.equal(await countTold(page, "auth_fail"), 0);
    } finally {
      await proxy.stop();
    }
  });

  test("C32 a session that is over is told in all windows", async () => {
    const proxy = await Network.before(server);
    try {
      const context = await signedInContext(
        browser,
        { ...server, endpoint: proxy.endpoint, users: server.users },
        "agent1",
      );
      proxy.before = quickly;
      proxy.changes = ({ path }) => path === "/auth/authorize";
      proxy.change = (_request, body) => ({ ...body, expiration: Date.now() + 20 * 60_000 });
      const windows = [];
      for (const _ of [1, 2]) {
        const page = await openCrm(context, host);
        await embed(page, { endpoint: proxy.endpoint, region: server.region });
        await isTold(page, "agent");
        windows.push(page);
      }
      for (const page of windows) assert.equal(await countTold(page, "auth_fail"), 0);
      const refusal = { status: 401, body: { message: "Sign in first." } };
      proxy.answer = ({ path }) => (path === "/auth/authorize" ? refusal : undefined);
      for (const page of windows) await isTold(page, "auth_fail");
    } finally {
      await proxy.stop();
    }
  });

  test("C34 three failed polls are made good within six seconds, and nothing is missed", async () => {
    const proxy = await Network.before(server);
    try {
      const page = await desktop("agent1", {}, proxy);
      await available(page);
      await isTold(page, "routable");
      let failures = 0;
      proxy.answer = ({ headers }) => {
        if (!headers["x-amz-target"]?.endsWith(".GetAgentSnapshot") || failures === 3) return undefined;
        failures += 1;
        return { status: 500, body: { __type: "x#InternalServiceException", message: "injected" } };
      };
      await act(page, "state", { name: "Lunch" });
      await until("three failures", () => failures === 3, 10_000);
      const failed = Date.now();
      await isTold(page, "not_routable", {}, 10_000);
      assert.ok(Date.now() - failed < 6000);
      await isTold(page, "state_change", { from: "Available", to: "Lunch" });
    } finally {
      await proxy.stop();
    }
  });

  test("C37 durations are right where the server's clock is an hour ahead of the page's", async () => {
    const proxy = await Network.before(server);
    try {
      proxy.changes = ({ headers }) => headers["x-amz-target"]?.endsWith(".GetAgentSnapshot");
      proxy.change = (_request, { snapshot, nextToken }) => ({
        snapshot: {
          ...snapshot,
          snapshotTimestamp: snapshot.snapshotTimestamp + 3600,
          state: { ...snapshot.state, startTimestamp: snapshot.state.startTimestamp + 3600 },
        },
        nextToken,
      });
      const page = await desktop("agent1", {}, proxy);
      await available(page);
      await isTold(page, "routable");
      const duration = await page.evaluate(() => window.agent.getStateDuration());
      assert.ok(duration > -100 && duration < 5000, `a status chosen just now is said to last ${duration} ms`);
    } finally {
      await proxy.stop();
    }
  });
});

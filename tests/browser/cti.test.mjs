/** The agent service as the stock worker speaks it, without a page (checklist C). */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { Agent } from "./support/agent.mjs";
import { arrive, endChats } from "./support/customer.mjs";
import { straightToQueue } from "./support/flows.mjs";
import { Server } from "./support/server.mjs";
import { enableBarge, letMonitor } from "./support/supervision.mjs";
import { until } from "./support/until.mjs";

let server;
let flow;
let agents;

before(async () => {
  server = await Server.start({ SWITCHROOM_AGENTS_OFFER_SECONDS: "5" });
  flow = await straightToQueue(server);
  await enableBarge(server);
  await server.api("PUT", `/agent-status/${server.instanceId}`, { Name: "Lunch", State: "ENABLED" });
  agents = await Promise.all(["agent1", "agent2"].map((name) => Agent.signIn(server, name)));
});

after(() => server.stop());

async function tidy() {
  await endChats(server);
  for (const agent of agents) await agent.goHome();
}

async function talking(agent, request) {
  await agent.status("Available");
  const customer = await arrive(server, { ContactFlowId: flow, ...request });
  return { ...customer, contact: await agent.accept(customer.contactId) };
}

/** Members that the library's model knows; more than these it would drop in silence. */
const known = {
  snapshot: ["state", "nextState", "agentAvailabilityState", "snapshotTimestamp", "contacts"],
  contact: [
    "contactId",
    "initialContactId",
    "relatedContactId",
    "contactAssociationId",
    "type",
    "state",
    "queue",
    "queueTimestamp",
    "name",
    "description",
    "languageCode",
    "contactDuration",
    "references",
    "attributes",
    "initiationMethod",
    "contactFeatures",
    "channelContext",
    "segmentAttributes",
    "customerEndpoint",
    "connectSystemEndpoint",
    "emailRecipients",
    "connections",
  ],
  connection: [
    "connectionId",
    "endpoint",
    "state",
    "type",
    "initial",
    "softphoneMediaInfo",
    "chatMediaInfo",
    "monitoringInfo",
    "mute",
    "forcedMute",
    "quickConnectName",
    "monitorCapabilities",
    "monitorStatus",
    "capabilities",
  ],
};

const operations = [
  "GetAgentSnapshot",
  "GetAgentConfiguration",
  "UpdateAgentConfiguration",
  "GetAgentPermissions",
  "GetAgentStates",
  "GetDialableCountryCodes",
  "GetRoutingProfileQueues",
  "GetEndpoints",
  "PutAgentState",
  "AcceptContact",
  "RejectContact",
  "CompleteContact",
  "ClearContact",
  "NotifyContactIssue",
  "CreateOutboundContact",
  "CreateTaskContact",
  "CreateAdditionalConnection",
  "DestroyConnection",
  "HoldConnection",
  "ResumeConnection",
  "ToggleActiveConnections",
  "ConferenceConnections",
  "SendDigits",
  "MuteParticipant",
  "UnmuteParticipant",
  "UpdateMonitorParticipantState",
  "PauseContact",
  "ResumeContact",
  "CreateTransport",
  "SendClientLogs",
  "SendSoftphoneCallMetrics",
  "SendSoftphoneCallReport",
  "GetNewAuthToken",
];

describe("the agent service", () => {
  afterEach(tidy);

  test("C1 an unknown operation is refused with 400 and a type", async () => {
    const { status, body } = await agents[0].ask("MakeCoffee");
    assert.equal(status, 400);
    assert.match(body.__type, /\w/);
  });

  test("C2 no operation answers without a valid token", async () => {
    for (const operation of operations) {
      for (const token of [null, "", "nonsense", `${agents[0].token.slice(0, -2)}xx`]) {
        const { status } = await agents[0].ask(operation, {}, { token });
        assert.equal(status, 401, `${operation} with ${token}`);
      }
    }
  });

  test("C3 the configuration has name, routing profile and a default outbound queue", async () => {
    const { configuration } = await agents[0].call("GetAgentConfiguration");
    assert.equal(configuration.name, "Alex First");
    assert.match(
      configuration.routingProfile.routingProfileARN,
      /^arn:aws:connect:[a-z0-9-]+:\d{12}:instance\/[0-9a-f-]+\/routing-profile\//,
    );
    assert.equal(configuration.routingProfile.defaultOutboundQueue.name, "BasicQueue");
    assert.match(configuration.agentARN, /:instance\/[0-9a-f-]+\/agent\//);
    for (const member of ["softphoneEnabled", "softphoneAutoAccept"])
      assert.equal(typeof configuration[member], "boolean");
    assert.equal(typeof configuration.extension, "string");
  });

  test("C4, C5 lists come in one page, and the agent's own queue is among the queues", async () => {
    const [agent] = agents;
    const { configuration } = await agent.call("GetAgentConfiguration");
    const { routingProfileARN } = configuration.routingProfile;
    const lists = [
      ["GetAgentPermissions", {}, "permissions"],
      ["GetAgentStates", {}, "states"],
      ["GetDialableCountryCodes", {}, "countryCodes"],
      ["GetRoutingProfileQueues", { routingProfileARN }, "queues"],
    ];
    const found = {};
    for (const [operation, input, member] of lists) {
      const body = await agent.call(operation, { ...input, maxResults: 1 });
      assert.ok(Array.isArray(body[member]), operation);
      assert.equal(body.nextToken ?? undefined, undefined, operation);
      found[member] = body[member];
    }
    assert.deepEqual(
      found.states.map((one) => [one.name, one.type]),
      [
        ["Available", "routable"],
        ["Offline", "offline"],
        ["Lunch", "not_routable"],
      ],
    );
    const agentId = configuration.agentARN.split("/").at(-1);
    assert.equal(found.queues.filter((one) => one.queueARN.includes(`/agent/${agentId}`)).length, 1);
    assert.ok(found.queues.some((one) => one.name === "BasicQueue"));
  });

  test("C6 a websocket's address asks for TLS and is good for five minutes at least", async () => {
    const { webSocketTransport } = await agents[0].call("CreateTransport", { transportType: "web_socket" });
    assert.match(webSocketTransport.url, /^wss:\/\//);
    assert.ok(webSocketTransport.transportLifeTimeInSeconds >= 300);
  });

  test("C7, C9 without a token, or with a foreign one, the snapshot comes at once", async () => {
    for (const input of [{}, { nextToken: "garbage" }, { nextToken: "" }, { nextToken: "0123456789abcdef.1.1" }]) {
      const { status, body, took } = await agents[0].ask("GetAgentSnapshot", { timeout: 30_000, ...input });
      assert.equal(status, 200);
      assert.ok(body.snapshot.state.name && body.nextToken, JSON.stringify(input));
      assert.ok(took < 200, `${JSON.stringify(input)} took ${took} ms`);
      assert.ok(Math.abs(body.snapshot.snapshotTimestamp - Date.now() / 1000) < 5, "timestamps are seconds");
    }
  });

  test("C10 a change made elsewhere wakes a waiting poll", async () => {
    const [agent] = agents;
    const { nextToken } = await agent.call("GetAgentSnapshot", { timeout: 30_000 });
    const poll = agent.call("GetAgentSnapshot", { timeout: 30_000, nextToken });
    const other = await Agent.signIn(server, "agent1");
    const states = (await other.call("GetAgentStates", {})).states;
    const started = performance.now();
    await other.call("PutAgentState", { state: states.find((one) => one.name === "Lunch") });
    const { snapshot } = await poll;
    assert.ok(performance.now() - started < 300, `it took ${performance.now() - started} ms`);
    assert.deepEqual([snapshot.state.name, snapshot.state.type], ["Lunch", "not_routable"]);
  });

  test("C12 statuses are taken by their ARN or by type and name, and nothing else is", async () => {
    const [agent] = agents;
    await agent.call("PutAgentState", { state: { type: "routable", name: "Available" } });
    assert.deepEqual((({ type, name }) => [type, name])((await agent.snapshot()).state), ["routable", "Available"]);
    for (const state of [
      { type: "routable", name: "Nowhere" },
      { type: "system", name: "AfterCallWork" },
    ]) {
      const { status, code } = await agent.ask("PutAgentState", { state });
      assert.deepEqual([status, code], [400, "InvalidStateException"]);
    }
  });

  test("C13 a next status is shown while it waits", async () => {
    const [agent] = agents;
    const { contact } = await talking(agent);
    await agent.status("Lunch", true);
    assert.equal((await agent.snapshot()).nextState.name, "Lunch");
    await agent.leave(contact);
    const ended = await agent.until("after-contact work", (one) => one.state.name === "AfterCallWork");
    assert.equal(ended.state.type, "system");
    await agent.clear(contact.contactId);
    const after = await agent.until("Lunch", (one) => one.state.name === "Lunch");
    assert.equal(after.nextState ?? undefined, undefined);
  });

  test("C16 an offer that nobody takes is missed, the agent is told, and works on after clearing", async () => {
    const [agent] = agents;
    await agent.status("Available");
    const { contactId } = await arrive(server, { ContactFlowId: flow });
    const ringing = await agent.until("the offer", (one) => one.contacts.length > 0);
    assert.deepEqual([ringing.state.type, ringing.contacts[0].state.type], ["system", "connecting"]);
    await agent.contact("missed", contactId, 8000);
    const missed = await agent.snapshot();
    assert.deepEqual([missed.state.type, missed.state.name], ["error", "MissedCallAgent"]);
    await agent.clear(contactId);
    const again = await agent.until("the same contact again", (one) =>
      one.contacts.some((each) => each.state.type === "connecting"),
    );
    assert.equal(again.contacts[0].contactId, contactId);
  });

  test("C17 a customer who leaves leaves the agent with after-contact work", async () => {
    const [agent] = agents;
    const { contact, participant, contactId } = await talking(agent);
    assert.equal(agent.connection(contact).state.type, "connected");
    await participant.call("disconnect");
    const ended = await agent.contact("ended", contactId);
    for (const connection of ended.connections) assert.equal(connection.state.type, "disconnected");
    assert.equal((await agent.snapshot()).state.name, "AfterCallWork");
    await agent.call("CompleteContact", { contactId }, { authenticated: false });
    await agent.until("being available again", (one) => one.contacts.length === 0 && one.state.name === "Available");
  });

  test("C24, C26 a chat's snapshot has the structure that the library relies on, and nothing that it would drop", async () => {
    const [agent] = agents;
    await agent.status("Available");
    const { contactId, participantId } = await arrive(server, { ContactFlowId: flow, Attributes: { order: "4711" } });
    await agent.contact("connecting", contactId);
    const snapshot = await agent.snapshot();
    const [contact] = snapshot.contacts;
    for (const [one, members] of [
      [snapshot, known.snapshot],
      [contact, known.contact],
      ...contact.connections.map((each) => [each, known.connection]),
    ]) {
      assert.deepEqual(
        Object.keys(one).filter((name) => !members.includes(name)),
        [],
      );
    }
    assert.equal(contact.connections.filter((one) => one.type === "agent").length, 1);
    const [initial] = contact.connections.filter((one) => one.initial);
    assert.deepEqual([initial.type, initial.connectionId], ["inbound", participantId]);
    assert.deepEqual(contact.attributes, { "HostedWidget-order": { name: "HostedWidget-order", value: "4711" } });
    const own = agent.connection(contact);
    assert.equal(typeof own.chatMediaInfo.connectionData, "string");
    assert.ok(JSON.parse(own.chatMediaInfo.connectionData).ConnectionAuthenticationToken.length <= 1000);
    assert.equal(own.softphoneMediaInfo, undefined);
    assert.equal(own.chatMediaInfo.customerName, "Casey Customer");
    await agent.call("AcceptContact", { contactId });
    // The stock worker repeats what it has no answer for.
    assert.equal((await agent.ask("AcceptContact", { contactId })).status, 200);
  });

  test("C28 a supervisor's snapshot of a chat has nothing that the library would drop, and is answered by mode", async () => {
    const [agent] = agents;
    const overseer = await Agent.signIn(server, "supervisor");
    const { contactId } = await talking(agent);
    await overseer.snapshot();
    await letMonitor(server, contactId, "supervisor");
    const contact = await overseer.contact("connected", contactId);
    for (const [one, members] of [
      [contact, known.contact],
      ...contact.connections.map((each) => [each, known.connection]),
    ]) {
      assert.deepEqual(
        Object.keys(one).filter((name) => !members.includes(name)),
        [],
      );
    }
    assert.equal((await overseer.snapshot()).state.name, "Busy");
    assert.equal(contact.connections.filter((one) => one.type === "agent").length, 0);
    const own = contact.connections.find((one) => one.type === "monitoring");
    const mode = (targetMonitorMode) =>
      overseer.ask("UpdateMonitorParticipantState", { contactId, targetMonitorMode }, { authenticated: false });
    const monitorStatus = async () => {
      const { contacts } = await overseer.snapshot();
      return contacts[0].connections.find((one) => one.connectionId === own.connectionId).monitorStatus;
    };
    for (const target of ["BARGE", "BARGE", "SILENT_MONITOR"]) {
      assert.equal((await mode(target)).status, 200);
      assert.equal(await monitorStatus(), target);
    }
    const { status, code } = await mode("WHISPER");
    assert.deepEqual([status, code], [400, "InvalidParameterException"]);
    await agent.leave(await agent.contact("connected", contactId));
    await overseer.until("the contact to be gone", (one) => one.contacts.length === 0 && one.state.name === "Offline");
  });

  test("C25 a task for later is made, and its time is kept in seconds", async () => {
    const [agent] = agents;
    const { queues } = await agent.call("GetRoutingProfileQueues", {
      routingProfileARN: (await agent.call("GetAgentConfiguration")).configuration.routingProfile.routingProfileARN,
    });
    const { endpoints } = await agent.call("GetEndpoints", {
      queueARNs: queues.map((one) => one.queueARN),
      maxResults: 500,
    });
    const endpoint = endpoints.find((one) => one.name === "agent1");
    await agent.status("Available");
    const task = {
      endpoint,
      name: "Later",
      references: {},
      idempotencyToken: crypto.randomUUID(),
      scheduledTime: Math.floor(Date.now() / 1000) + 3600,
    };
    const first = await agent.call("CreateTaskContact", task, { authenticated: false });
    const second = await agent.call("CreateTaskContact", task, { authenticated: false });
    assert.equal(second.contactId, first.contactId);
    const past = await agent.ask(
      "CreateTaskContact",
      { ...task, idempotencyToken: "past", scheduledTime: 1 },
      { authenticated: false },
    );
    assert.equal(past.status, 400);
    assert.deepEqual((await agent.snapshot()).contacts, []);
  });

  test("C27 quick connects of several queues are one list without doubles", async () => {
    const [agent] = agents;
    const { configuration } = await agent.call("GetAgentConfiguration");
    const { queues } = await agent.call("GetRoutingProfileQueues", {
      routingProfileARN: configuration.routingProfile.routingProfileARN,
    });
    const queueARNs = queues.map((one) => one.queueARN);
    const { endpoints } = await agent.call("GetEndpoints", {
      queueARNs: [...queueARNs, ...queueARNs],
      maxResults: 500,
    });
    const byName = Object.fromEntries(endpoints.map((one) => [one.name, one.type]));
    assert.deepEqual(byName, { agent1: "agent", agent2: "agent", supervisor: "agent", BasicQueue: "queue" });
    assert.equal(new Set(endpoints.map((one) => one.endpointARN)).size, endpoints.length);
    const paged = [];
    let nextToken;
    do {
      const page = await agent.call("GetEndpoints", { queueARNs, maxResults: 1, ...(nextToken ? { nextToken } : {}) });
      paged.push(...page.endpoints.map((one) => one.endpointARN));
      nextToken = page.nextToken;
    } while (nextToken);
    assert.deepEqual(paged.toSorted(), endpoints.map((one) => one.endpointARN).toSorted());
    assert.deepEqual((await agent.call("GetEndpoints", { queueARNs: [], maxResults: 500 })).endpoints, []);
  });

  test("C30 refusals of single operations are 400 with a code, never 403 and never 5xx", async () => {
    const [agent] = agents;
    const contactId = "00000000-0000-4000-8000-000000000000";
    const phone = { type: "phone_number", phoneNumber: "+4930123456" };
    const refusals = [
      ["AcceptContact", { contactId }],
      ["RejectContact", { contactId }],
      ["ClearContact", { contactId }],
      ["CompleteContact", { contactId }],
      ["PauseContact", { contactId }],
      ["ResumeContact", { contactId }],
      ["AcceptContact", { contactId: "not an id" }],
      ["DestroyConnection", { contactId, connectionId: contactId }],
      ["CreateAdditionalConnection", { contactId, endpoint: phone }],
      ["CreateOutboundContact", { endpoint: phone }],
      ["HoldConnection", { contactId, connectionId: contactId }],
      ["UpdateMonitorParticipantState", { contactId, targetMonitorMode: "BARGE" }],
      ["CreateTransport", { transportType: "chat_token", participantId: contactId, contactId }],
      ["CreateTransport", { transportType: "softphone" }],
      ["CreateTransport", { transportType: "carrier pigeon" }],
      ["PutAgentState", { state: "Available" }],
    ];
    for (const [operation, input] of refusals) {
      const { status, code, took } = await agent.ask(operation, input);
      assert.equal(status, 400, operation);
      assert.match(code, /Exception$/, operation);
      assert.ok(took < 1000);
    }
  });

  test("C33 an offer accepted in one place shows as accepted in the other", async () => {
    const [here] = agents;
    const there = await Agent.signIn(server, "agent1");
    await here.status("Available");
    const { contactId } = await arrive(server, { ContactFlowId: flow });
    await Promise.all([here, there].map((one) => one.contact("connecting", contactId)));
    await here.call("AcceptContact", { contactId });
    await there.contact("connected", contactId);
    assert.equal((await there.ask("RejectContact", { contactId }, { authenticated: false })).status, 400);
  });

  test("C36 reports of the page are taken at once", async () => {
    const [agent] = agents;
    const contactId = "00000000-0000-4000-8000-000000000000";
    const reports = [
      ["SendClientLogs", { logEvents: [{ timestamp: Date.now() / 1000, component: "test", message: "x" }] }],
      ["SendSoftphoneCallMetrics", { contactId, ccpVersion: "V2", softphoneStreamStatistics: [] }],
      ["SendSoftphoneCallReport", { contactId, ccpVersion: "V2", report: {} }],
    ];
    for (const [operation, input] of reports) {
      const { status, took } = await agent.ask(operation, input);
      assert.equal(status, 200, operation);
      assert.ok(took < 100, `${operation} took ${took} ms`);
    }
  });

  test("C38 a rejected contact goes to the next agent, and the one who rejected it can go on", async () => {
    const [first, second] = agents;
    await first.status("Available");
    const { contactId } = await arrive(server, { ContactFlowId: flow });
    await first.contact("connecting", contactId);
    await second.status("Available");
    await first.call("RejectContact", { contactId }, { authenticated: false });
    await second.accept(contactId);
    await first.until(
      "no live contact",
      ({ contacts }) => !contacts.some((one) => ["connecting", "connected"].includes(one.state.type)),
    );
  });

  test("the agent who has been available longest is offered the contact", async () => {
    const [first, second] = agents;
    await second.status("Available");
    await second.until("being available", (one) => one.state.name === "Available");
    await first.status("Available");
    const { contactId } = await arrive(server, { ContactFlowId: flow });
    await second.contact("connecting", contactId);
    assert.deepEqual((await first.snapshot()).contacts, []);
  });
});

describe("the agent service over time", { concurrency: 2 }, () => {
  test("C8 a poll with a current token is held for half a minute and ends as usual", async () => {
    const agent = await Agent.signIn(server, "supervisor");
    const { nextToken } = await until("a quiet agent", async () => {
      const first = await agent.call("GetAgentSnapshot", { timeout: 30_000 });
      const next = await agent.ask("GetAgentSnapshot", { timeout: 200, nextToken: first.nextToken });
      return next.took >= 190 && next.body;
    });
    const { status, body, took } = await agent.ask("GetAgentSnapshot", { timeout: 30_000, nextToken });
    assert.equal(status, 200);
    assert.ok(took > 28_000 && took < 32_000, `it took ${took} ms`);
    assert.notEqual(body.nextToken, nextToken);
    assert.ok(body.snapshot.state.name);
  });

  test("C35 a restart keeps the agent's status and contacts, and an old token is good for a snapshot", async () => {
    const own = await Server.start();
    try {
      const straight = await straightToQueue(own);
      const agent = await Agent.signIn(own, "agent1");
      await agent.status("Available");
      const { contactId } = await arrive(own, { ContactFlowId: straight });
      const contact = await agent.accept(contactId);
      const { nextToken } = await agent.call("GetAgentSnapshot", { timeout: 30_000 });
      await own.kill();
      await own.start();
      const { body, status, took } = await agent.ask("GetAgentSnapshot", { timeout: 30_000, nextToken });
      assert.equal(status, 200);
      assert.ok(took < 1000, `it took ${took} ms`);
      assert.deepEqual(
        body.snapshot.contacts.map((one) => [one.contactId, one.state.type]),
        [[contactId, "connected"]],
      );
      assert.equal(body.snapshot.agentAvailabilityState.state, "Available");
      await agent.leave(contact);
      await agent.contact("ended", contactId);
    } finally {
      await own.stop();
    }
  });
});

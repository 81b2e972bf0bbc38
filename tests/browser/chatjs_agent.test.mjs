/** The stock chat library as an agent, in somebody else's page that embeds the panel (checklist H, the agent's half). */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { Agent, Participant } from "./support/agent.mjs";
import { launch } from "./support/browser.mjs";
import { act, approve, embed, isTold, openCrm, signedInContext } from "./support/crm-page.mjs";
import { arrive, endChats } from "./support/customer.mjs";
import { straightToQueue } from "./support/flows.mjs";
import { Host } from "./support/host.mjs";
import { Network } from "./support/network.mjs";
import { Server } from "./support/server.mjs";
import { enableBarge, letMonitor } from "./support/supervision.mjs";
import { until } from "./support/until.mjs";

const kind = (name) => `application/vnd.amazonaws.connect.${name}`;

let server;
let host;
let browser;
let flow;
let proxy;
let agents;

before(async () => {
  [server, host, browser] = await Promise.all([Server.start(), Host.start(), launch()]);
  proxy = await Network.before(server);
  flow = await straightToQueue(server);
  await approve(server, host.origin);
  await enableBarge(server);
  agents = await Promise.all(["agent1", "agent2"].map((name) => Agent.signIn(server, name)));
});

after(async () => {
  await browser?.close();
  await proxy?.stop();
  await Promise.all([host?.stop(), server?.stop()]);
});

afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await endChats(server);
  for (const agent of agents) await agent.goHome();
  proxy.requests.length = 0;
});

/** A desktop of an available agent; its traffic passes a proxy that keeps it. */
async function desktop(username) {
  const page = await openDesktop(username);
  await act(page, "state", { name: "Available" });
  return page;
}

/** A desktop of somebody who is offline. */
async function openDesktop(username) {
  const through = { endpoint: proxy.endpoint, region: server.region, users: server.users };
  const page = await openCrm(await signedInContext(browser, through, username), host);
  await embed(page, through);
  await isTold(page, "agent");
  return page;
}

/** Accepts a chat in the page and opens the library's session for it. */
async function take(page, contactId) {
  await isTold(page, "onConnecting", { contactId });
  assert.deepEqual(await act(page, "accept", { contactId }), { data: {} });
  await isTold(page, "onConnected", { contactId });
  await openSession(page, contactId);
}

/** Opens the library's session for a contact that the page shows; what it is told is kept under the contact's id. */
function openSession(page, contactId) {
  return page.evaluate(async (contactId) => {
    const contact = window.agent.getContacts().find((one) => one.getContactId() === contactId);
    const session = await contact.getAgentConnection().getMediaController();
    window.sessions ??= {};
    window.heard ??= {};
    window.sessions[contactId] = session;
    window.heard[contactId] = [];
    for (const name of [
      "onMessage",
      "onTyping",
      "onReadReceipt",
      "onDeliveredReceipt",
      "onEnded",
      "onConnectionBroken",
    ]) {
      session[name]?.((event) => window.heard[contactId].push({ name, data: event?.data }));
    }
  }, contactId);
}

const session = (page, contactId, method, argument) =>
  page.evaluate(
    async ({ contactId, method, argument }) => {
      try {
        return (await window.sessions[contactId][method](argument))?.data ?? null;
      } catch (error) {
        return { problem: JSON.stringify(error) };
      }
    },
    { contactId, method, argument },
  );

const heard = (page, contactId) => page.evaluate((contactId) => window.heard[contactId], contactId);

const hears = (page, contactId, what, pick) => until(what, async () => (await heard(page, contactId)).find(pick));

describe("an agent on the stock chat library", () => {
  test("H23 the session uses the agent's own socket and two tokens of one chat, and acknowledges without a Type", async () => {
    const page = await desktop("agent1");
    const { contactId } = await arrive(server, { ContactFlowId: flow });
    const sockets = [];
    page.on("websocket", (socket) => sockets.push(socket.url()));
    await take(page, contactId);
    await until("the acknowledgement", () =>
      proxy.requests.some((one) => one.path === "/participant/connection" && one.method === "POST"),
    );
    const acknowledgements = proxy.requests.filter(
      (one) => one.path === "/participant/connection" && one.method === "POST",
    );
    for (const { body } of acknowledgements) assert.deepEqual(JSON.parse(body), { ConnectParticipant: true });
    assert.deepEqual(sockets, [], "no socket of its own");
    const tokens = proxy.requests
      .filter((one) => one.headers["x-amz-target"]?.endsWith(".CreateTransport"))
      .map((one) => JSON.parse(one.body).transportType);
    assert.ok(tokens.includes("chat_token"));
    const bearer = acknowledgements[0].headers["x-amz-bearer"];
    const response = await fetch(`${server.endpoint}/participant/connection`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-amz-bearer": bearer },
      body: JSON.stringify({ ConnectParticipant: true }),
    });
    assert.deepEqual([response.status, await response.json()], [200, {}]);
  });

  test("H5, H6 messages go both ways, once each, with names and both contact ids", async () => {
    const page = await desktop("agent1");
    const customer = await arrive(server, { ContactFlowId: flow });
    const { contactId, participant, socket } = customer;
    await take(page, contactId);
    const asked = await participant.say("Is anybody there?");
    const { data } = await hears(page, contactId, "the question", (one) => one.data?.Id === asked.Id);
    assert.equal(data.ParticipantRole, "CUSTOMER");
    assert.equal(data.DisplayName, "Casey Customer");
    assert.deepEqual([data.InitialContactId, data.ContactId], [contactId, contactId]);
    const answered = await session(page, contactId, "sendMessage", {
      contentType: "text/markdown",
      message: "**Yes**",
    });
    const item = await socket.item("the answer", (one) => one.Id === answered.Id);
    assert.deepEqual([item.ContentType, item.Content, item.ParticipantRole], ["text/markdown", "**Yes**", "AGENT"]);
    await hears(page, contactId, "its own echo", (one) => one.data?.Id === answered.Id);
    assert.equal((await heard(page, contactId)).filter((one) => one.data?.Id === answered.Id).length, 1);
  });

  test("H8, H11 typing and receipts of both sides", async () => {
    const page = await desktop("agent1");
    const { contactId, participant, socket, participantId } = await arrive(server, { ContactFlowId: flow });
    await take(page, contactId);
    await participant.event("typing");
    await hears(
      page,
      contactId,
      "the customer's typing",
      (one) => one.name === "onTyping" && one.data.ParticipantId === participantId,
    );
    await session(page, contactId, "sendEvent", { contentType: kind("event.typing") });
    await socket.item(
      "the agent's typing",
      (one) => one.ContentType === kind("event.typing") && one.ParticipantRole === "AGENT",
    );
    const said = await session(page, contactId, "sendMessage", { contentType: "text/plain", message: "Look at this" });
    await participant.event("message.read", { messageId: said.Id });
    const { data } = await hears(
      page,
      contactId,
      "the receipt",
      (one) => one.name === "onReadReceipt" && one.data.MessageMetadata.MessageId === said.Id,
    );
    assert.equal(data.MessageMetadata.Receipts[0].RecipientParticipantId, participantId);
    const asked = await participant.say("I see");
    void session(page, contactId, "sendEvent", {
      contentType: kind("event.message.read"),
      content: JSON.stringify({ messageId: asked.Id, disableThrottle: true }),
    }).catch(() => undefined); // The library answers after a pause; the page may be gone by then.
    await socket.item(
      "the agent's receipt",
      (one) => one.Type === "MESSAGEMETADATA" && one.MessageMetadata.MessageId === asked.Id,
    );
  });

  test("H9 the agent reads the conversation from before the chat was accepted", async () => {
    const page = await desktop("agent1");
    const { contactId, participant } = await arrive(server, {
      ContactFlowId: flow,
      InitialMessage: { ContentType: "text/plain", Content: "My parcel is lost" },
    });
    const more = await participant.say("It was a big one");
    await take(page, contactId);
    const { Transcript } = await session(page, contactId, "getTranscript", { maxResults: 100, sortOrder: "ASCENDING" });
    const texts = Transcript.filter((one) => one.ParticipantRole === "CUSTOMER" && one.Type === "MESSAGE").map(
      (one) => one.Content,
    );
    assert.deepEqual(texts, ["My parcel is lost", "It was a big one"]);
    assert.ok(Transcript.some((one) => one.Id === more.Id));
  });

  test("H13 a file of the agent reaches the customer unchanged", async () => {
    const page = await desktop("agent1");
    const { contactId, participant, socket } = await arrive(server, { ContactFlowId: flow });
    await take(page, contactId);
    const problem = await page.evaluate(async (contactId) => {
      try {
        await window.sessions[contactId].sendAttachment({
          attachment: new File(["%PDF-1.7 label"], "label.pdf", { type: "application/pdf" }),
        });
      } catch (error) {
        return JSON.stringify(error);
      }
    }, contactId);
    assert.equal(problem, undefined);
    const item = await socket.item(
      "the file",
      (one) => one.Type === "ATTACHMENT" && one.Attachments[0].Status === "APPROVED",
    );
    assert.equal(item.Attachments[0].AttachmentName, "label.pdf");
    const { Url } = await participant.call("attachment", { AttachmentId: item.Attachments[0].AttachmentId });
    assert.equal(await (await fetch(Url)).text(), "%PDF-1.7 label");
  });

  test("H24 two chats of one agent on one socket do not mix", async () => {
    const page = await desktop("agent1");
    const customers = [await arrive(server, { ContactFlowId: flow }), await arrive(server, { ContactFlowId: flow })];
    for (const { contactId } of customers) await take(page, contactId);
    const said = [];
    for (const [index, { participant }] of customers.entries()) said.push((await participant.say(`from ${index}`)).Id);
    for (const [index, { contactId }] of customers.entries()) {
      await hears(page, contactId, "its message", (one) => one.data?.Id === said[index]);
      const others = (await heard(page, contactId)).filter(
        (one) => one.data?.ContactId && one.data.ContactId !== contactId,
      );
      assert.deepEqual(others, []);
      const { Id } = await session(page, contactId, "sendMessage", {
        contentType: "text/plain",
        message: `to ${index}`,
      });
      await customers[index].socket.item("its answer", (one) => one.Id === Id);
    }
    for (const [index, { socket }] of customers.entries()) {
      await socket.settle();
      assert.deepEqual(
        socket
          .items()
          .filter((one) => one.ParticipantRole === "AGENT" && one.Type === "MESSAGE")
          .map((one) => one.Content),
        [`to ${index}`],
      );
    }
  });

  test("H25 a transfer: the first agent is told and hears no more, the second sees the history, the customer both", async () => {
    const page = await desktop("agent1");
    const { contactId, participant, socket } = await arrive(server, { ContactFlowId: flow });
    await take(page, contactId);
    const before = await session(page, contactId, "sendMessage", {
      contentType: "text/plain",
      message: "I hand you over",
    });
    const { data } = await act(page, "endpoints");
    await agents[1].status("Available");
    await act(page, "transfer", { contactId, endpoint: data.endpoints.find((one) => one.name === "agent2") });
    const offered = await agents[1].contact("connecting");
    const taken = await agents[1].accept(offered.contactId);
    assert.equal(taken.initialContactId, contactId);
    await hears(
      page,
      contactId,
      "the transfer's success",
      (one) => one.data?.ContentType === kind("event.transfer.succeeded") || one.name === "onConnectionBroken",
    );
    await isTold(page, "onEnded", { contactId });
    const second = await agents[1].speaker(taken);
    const { Transcript } = await second.transcript();
    assert.ok(
      Transcript.some((one) => one.Id === before.Id),
      "the second agent sees the history",
    );
    const later = await second.say("I am the second one");
    await socket.item("the second agent", (one) => one.Id === later.Id);
    const last = await participant.say("Good to know");
    await socket.item("the customer's own", (one) => one.Id === last.Id);
    const after = (await heard(page, contactId)).filter((one) => [later.Id, last.Id].includes(one.data?.Id));
    assert.deepEqual(after, []);
    assert.ok(!socket.items().some((one) => one.ContentType === kind("event.chat.ended")));
  });

  test("H31 a supervisor listens unseen, barges in as SUPERVISOR, and is silent again", async () => {
    const page = await desktop("agent1");
    const overseer = await openDesktop("supervisor");
    const { contactId, participant, socket } = await arrive(server, { ContactFlowId: flow });
    await take(page, contactId);
    await letMonitor(server, contactId, "supervisor");
    await isTold(overseer, "onConnected", { contactId });
    await openSession(overseer, contactId);
    const asked = await participant.say("Is anybody there?");
    await hears(overseer, contactId, "the question", (one) => one.data?.Id === asked.Id);
    const { Transcript } = await session(overseer, contactId, "getTranscript", { maxResults: 100 });
    assert.ok(Transcript.some((one) => one.Id === asked.Id));
    const silent = await session(overseer, contactId, "sendMessage", { contentType: "text/plain", message: "psst" });
    assert.ok(silent.problem, "who listens cannot speak");

    const ofSupervisor = (what) => (one) =>
      one.ContentType === kind(`event.participant.${what}`) && one.ParticipantRole === "SUPERVISOR";
    assert.deepEqual(await act(overseer, "bargeIn", { contactId }), { data: {} });
    const joined = await socket.item("the supervisor's coming", ofSupervisor("joined"));
    assert.equal(joined.DisplayName, "Sam");
    await hears(page, contactId, "the supervisor's coming", (one) => one.data && ofSupervisor("joined")(one.data));
    await hears(overseer, contactId, "their own coming", (one) => one.data && ofSupervisor("joined")(one.data));
    const helped = await session(overseer, contactId, "sendMessage", {
      contentType: "text/plain",
      message: "Let me help",
    });
    const item = await socket.item("the supervisor's words", (one) => one.Id === helped.Id);
    assert.deepEqual([item.Content, item.ParticipantRole], ["Let me help", "SUPERVISOR"]);
    await hears(page, contactId, "the supervisor's words", (one) => one.data?.Id === helped.Id);
    await hears(overseer, contactId, "their echo", (one) => one.data?.Id === helped.Id);

    assert.deepEqual(await act(overseer, "silentMonitor", { contactId }), { data: {} });
    await socket.item("the supervisor's going", ofSupervisor("left"));
    const thanked = await participant.say("Thank you");
    await hears(overseer, contactId, "what follows", (one) => one.data?.Id === thanked.Id);
    await participant.call("disconnect");
    await isTold(overseer, "onDestroy", { contactId });
    const seen = socket.items().filter((one) => one.ParticipantRole === "SUPERVISOR" && one.Type === "EVENT");
    assert.equal(seen.length, 2, "they were seen to come and to go, once each");
    assert.ok(!socket.items().some((one) => one.Content === "psst"));
  });

  test("H20 a customer who leaves ends the agent's session", async () => {
    const page = await desktop("agent1");
    const { contactId, participant } = await arrive(server, { ContactFlowId: flow });
    await take(page, contactId);
    await participant.call("disconnect");
    await hears(page, contactId, "the end", (one) => one.name === "onEnded");
    await isTold(page, "onEnded", { contactId });
  });

  test("H23 an agent's tokens for a chat end with the sign-in, and the library comes to rest", async () => {
    const page = await desktop("agent1");
    const { contactId, participant, socket } = await arrive(server, { ContactFlowId: flow });
    await take(page, contactId);
    await session(page, contactId, "sendMessage", { contentType: "text/plain", message: "before" });
    await socket.item("the message", (item) => item.Content === "before");
    const contact = await agents[0].contact("connected", contactId);
    const speaker = await agents[0].speaker(contact);
    const { ConnectionAuthenticationToken } = JSON.parse(agents[0].connection(contact).chatMediaInfo.connectionData);
    const out = await fetch(`${server.endpoint}/auth/logout`, {
      method: "POST",
      headers: { cookie: agents[0].cookie },
    });
    assert.equal(out.status, 200);
    const late = new Participant(server.endpoint, ConnectionAuthenticationToken);
    for (const [one, path, body] of [
      [speaker, "message", { ContentType: "text/plain", Content: "too late" }],
      [speaker, "transcript", {}],
      [speaker, "disconnect", {}],
      [late, "connection", { Type: ["WEBSOCKET", "CONNECTION_CREDENTIALS"] }],
    ]) {
      const { status, type } = await one.ask(path, body);
      assert.deepEqual([status, type], [403, "AccessDeniedException"], path);
    }
    // The page has signed in by itself, and its tokens are those of its own session.
    const { Id } = await session(page, contactId, "sendMessage", { contentType: "text/plain", message: "still here" });
    await socket.item("the message of the other session", (item) => item.Id === Id);

    const [cookie] = await page.context().cookies(server.endpoint);
    await fetch(`${server.endpoint}/auth/logout`, {
      method: "POST",
      headers: { cookie: `${cookie.name}=${cookie.value}` },
    });
    proxy.requests.length = 0;
    const { problem } = await session(page, contactId, "sendMessage", {
      contentType: "text/plain",
      message: "too late",
    });
    assert.ok(problem, "the message was taken");
    const asked = (what) => proxy.requests.filter(what).length;
    await until(
      "the agent library to have asked again",
      () => asked((one) => one.headers["x-amz-target"]?.endsWith(".GetAgentSnapshot")) > 1,
      15_000,
    );
    const chats = asked((one) => one.path.startsWith("/participant/"));
    assert.ok(chats < 10, `the chat library asked ${chats} times`);
    const { Transcript } = await participant.transcript();
    assert.ok(!Transcript.some((item) => item.Content === "too late"));
    agents = await Promise.all(["agent1", "agent2"].map((name) => Agent.signIn(server, name)));
  });
});

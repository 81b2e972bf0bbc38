/** The stock chat library as a customer, in a real browser on a page of another origin (checklist H, and W15, W16). */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { Agent, Participant } from "./support/agent.mjs";
import { launch } from "./support/browser.mjs";
import { begin, call, heard, hears, openShop } from "./support/chat-page.mjs";
import { connect, endChats, startChat } from "./support/customer.mjs";
import { straightToQueue } from "./support/flows.mjs";
import { Host } from "./support/host.mjs";
import { Network } from "./support/network.mjs";
import { Server } from "./support/server.mjs";
import { Socket } from "./support/socket.mjs";
import { until } from "./support/until.mjs";

const kind = (name) => `application/vnd.amazonaws.connect.${name}`;

let server;
let proxy;
let host;
let browser;
let agent;
let flow;

before(async () => {
  [server, host, browser] = await Promise.all([Server.start(), Host.start(), launch()]);
  proxy = await Network.before(server);
  flow = await straightToQueue(server);
  agent = await Agent.signIn(server, "agent1");
});

after(async () => {
  await browser?.close();
  await proxy?.stop();
  await Promise.all([host?.stop(), server?.stop()]);
});

afterEach(async () => {
  await endChats(server);
  await agent.goHome();
  await Promise.all(browser.contexts().map((context) => context.close()));
  proxy.answer = () => undefined;
  proxy.loses = () => false;
  proxy.requests.length = 0;
});

/** A customer's page in a chat that waits in the queue. */
async function waiting(request = {}, { through = server, options } = {}) {
  const chat = await startChat(server, { ContactFlowId: flow, ...request });
  const page = await openShop(browser, host, options);
  await begin(page, { endpoint: through.endpoint, region: server.region }, chat);
  await joins(page);
  return { ...chat, page };
}

/** A customer's page in a chat with the agent. */
async function talking(request, how) {
  await agent.status("Available");
  const customer = await waiting(request, how);
  const contact = await agent.accept(customer.contactId);
  const speaker = await agent.speaker(contact);
  return { ...customer, contact, speaker };
}

/** Waits until the customer is in the chat; the library says "established" before its socket is open. */
function joins(page) {
  return hears(page, "onMessage", { ContentType: "application/vnd.amazonaws.connect.event.participant.joined" });
}

describe("a customer on the stock chat library", () => {
  test("H1 the endpoint given is used for every call, also with a path before it", async () => {
    const prefixed = await Network.before(server);
    try {
      // Where the path ends is where the contact centre begins, as behind a reverse proxy.
      prefixed.rewrite = (path) => path.replace(/^\/contact-centre/, "");
      const { page, participantToken } = await waiting(
        {},
        { through: { endpoint: `${prefixed.endpoint}/contact-centre` } },
      );
      const { Id } = await call(page, "sendMessage", { contentType: "text/plain", message: "hello" });
      assert.ok(Id);
      assert.ok(participantToken);
      const paths = prefixed.requests.filter((one) => one.method === "POST").map((one) => one.path);
      assert.deepEqual(paths, ["/contact-centre/participant/connection", "/contact-centre/participant/message"]);
    } finally {
      await prefixed.stop();
    }
  });

  test("H2, H32 only the preflights and calls of the chat service leave the page, and all are allowed", async () => {
    const page = await openShop(browser, host);
    const addresses = [];
    page.on("request", (request) => addresses.push(new URL(request.url()).host));
    const failures = [];
    page.on("requestfailed", (request) => {
      // The library lets go of answers that it has read to their end.
      if (request.failure()?.errorText !== "net::ERR_ABORTED") failures.push(request.url());
    });
    const chat = await startChat(server, { ContactFlowId: flow });
    await begin(page, server, chat);
    await joins(page);
    const { Id } = await call(page, "sendMessage", { contentType: "text/plain", message: "hello" });
    await hears(page, "onMessage", { Id });
    assert.deepEqual([...new Set(addresses)], [new URL(server.endpoint).host]);
    assert.deepEqual(failures, []);
    assert.deepEqual(page.complaints, []);
  });

  test("H3 connecting gives an address, a token and a time until which they are good", async () => {
    const chat = await startChat(server, { ContactFlowId: flow });
    const connection = await new Participant(server.endpoint, chat.participantToken).call("connection", {
      Type: ["WEBSOCKET", "CONNECTION_CREDENTIALS"],
    });
    const { Websocket, ConnectionCredentials } = connection;
    assert.match(Websocket.Url, /^wss?:\/\//);
    assert.ok(Websocket.Url.length <= 2000);
    assert.ok(ConnectionCredentials.ConnectionToken.length <= 1000);
    const left = Date.parse(ConnectionCredentials.Expiry) - Date.now();
    assert.ok(left > 60_000 && left < 24.8 * 24 * 3_600_000, `the token is good for ${left} ms`);
    assert.ok(Date.parse(Websocket.ConnectionExpiry) > Date.now() + 60_000);
  });

  test("H4 the connection is established within a second of connecting", async () => {
    const { page } = await waiting();
    const [{ at }] = await heard(page, "onConnectionEstablished");
    assert.ok(at < 1000, `it took ${at} ms`);
  });

  test("H5 a message gets an id, and comes back once over the socket with the same id", async () => {
    const { page } = await waiting();
    const { Id, AbsoluteTime } = await call(page, "sendMessage", { contentType: "text/plain", message: "Grüße 👋" });
    assert.match(AbsoluteTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const echo = await hears(page, "onMessage", { Id });
    assert.equal(echo.data.Content, "Grüße 👋");
    assert.equal(echo.data.ParticipantRole, "CUSTOMER");
    const second = await call(page, "sendMessage", { contentType: "text/plain", message: "next" });
    await hears(page, "onMessage", { Id: second.Id });
    const all = await heard(page, "onMessage");
    assert.equal(all.filter((one) => one.data.Id === Id).length, 1);
  });

  test("H6, H7 an agent's message arrives with role, name and both contact ids", async () => {
    const { page, speaker, contactId } = await talking();
    const { Id } = await speaker.say("How can I help?");
    const { data } = await hears(page, "onMessage", { Id });
    assert.equal(data.Type, "MESSAGE");
    assert.equal(data.ParticipantRole, "AGENT");
    assert.ok(data.DisplayName.length > 0);
    for (const one of await heard(page, "onMessage")) {
      assert.equal(one.data.InitialContactId, contactId);
      assert.equal(one.data.ContactId, contactId);
    }
  });

  test("H8 typing is told both ways, and the library's own limit holds", async () => {
    const { page, speaker, contact, participantId } = await talking();
    await speaker.event("typing");
    const seen = await hears(page, "onTyping", { ParticipantRole: "AGENT" });
    assert.equal(seen.data.ContentType, kind("event.typing"));

    const socket = await Socket.subscribed(await agent.socketUrl(), "aws/chat");
    for (const _ of [1, 2, 3]) void call(page, "sendEvent", { contentType: kind("event.typing") });
    await socket.item(
      "the customer's typing",
      (item) => item.ContentType === kind("event.typing") && item.ParticipantId === participantId,
    );
    const { Id } = await call(page, "sendMessage", { contentType: "text/plain", message: "done" });
    await socket.item("the message", (item) => item.Id === Id);
    const typing = socket
      .items()
      .filter((item) => item.ContentType === kind("event.typing") && item.ParticipantId === participantId);
    assert.equal(typing.length, 1);
    assert.equal(typing[0].ContactId, contact.contactId);
    socket.close();
    const { Transcript } = await speaker.transcript();
    assert.ok(!Transcript.some((item) => item.ContentType === kind("event.typing")), "typing is not kept");
  });

  test("H9 the transcript pages back to its beginning without doubles, fifteen at a time", async () => {
    const { page, participant } = await longChat();
    const wanted = (await participant.transcript()).Transcript.map((item) => item.Id);
    const pages = [];
    let nextToken;
    do {
      const data = await call(page, "getTranscript", {
        scanDirection: "BACKWARD",
        sortOrder: "ASCENDING",
        ...(nextToken ? { nextToken } : {}),
      });
      pages.unshift(data.Transcript.map((item) => item.Id));
      nextToken = data.NextToken;
    } while (nextToken);
    assert.deepEqual(pages.flat(), wanted);
    assert.equal(pages.at(-1).length, 15);
    assert.ok(pages.length >= 3);
    const { InitialContactId } = await call(page, "getTranscript", {});
    assert.ok(InitialContactId);
  });

  test("H10 a transcript starts by item, by time or by the newest, in either direction", async () => {
    const { page, participant } = await longChat();
    const all = (await participant.transcript()).Transcript;
    const get = async (startPosition, scanDirection, maxResults = 5) => {
      const { Transcript } = await call(page, "getTranscript", {
        startPosition,
        scanDirection,
        maxResults,
        sortOrder: "ASCENDING",
      });
      return Transcript.map((item) => item.Id);
    };
    const ids = all.map((item) => item.Id);
    const middle = all[20];
    const forward = await get({ id: middle.Id }, "FORWARD");
    const backward = await get({ id: middle.Id }, "BACKWARD");
    assert.equal(forward.length, 5);
    assert.equal(backward.length, 5);
    // Whether the named item itself is part of the page is the server's choice; the pages join at it.
    assert.ok([20, 21].includes(ids.indexOf(forward[0])), `forward begins at ${ids.indexOf(forward[0])}`);
    assert.deepEqual(forward, ids.slice(ids.indexOf(forward[0]), ids.indexOf(forward[0]) + 5));
    assert.ok([19, 20].includes(ids.indexOf(backward.at(-1))), `backward ends at ${ids.indexOf(backward.at(-1))}`);
    const byTime = await get({ absoluteTime: middle.AbsoluteTime }, "FORWARD", 100);
    assert.ok(byTime.length > 0 && byTime.every((id) => all[ids.indexOf(id)].AbsoluteTime >= middle.AbsoluteTime));
    assert.deepEqual(await get({ mostRecent: 3 }, "BACKWARD", 3), ids.slice(-3));
  });

  test("H11 receipts reach the other side, and only it", async () => {
    const { page, speaker, participantId, contact } = await talking();
    const said = await speaker.say("Have you got this?");
    await hears(page, "onMessage", { Id: said.Id });
    const socket = await Socket.subscribed(await agent.socketUrl(), "aws/chat");
    for (const receipt of ["delivered", "read"]) {
      const stamp = receipt === "read" ? "ReadTimestamp" : "DeliveredTimestamp";
      void call(page, "sendEvent", {
        contentType: kind(`event.message.${receipt}`),
        content: JSON.stringify({ messageId: said.Id, disableThrottle: true }),
      });
      const item = await socket.item(
        `the ${receipt} receipt`,
        (one) =>
          one.Type === "MESSAGEMETADATA" &&
          one.MessageMetadata.MessageId === said.Id &&
          one.MessageMetadata.Receipts.some((each) => each[stamp]),
      );
      assert.equal(item.MessageMetadata.Receipts[0].RecipientParticipantId, participantId);
    }
    socket.close();
    const asked = await call(page, "sendMessage", { contentType: "text/plain", message: "Yes. And you?" });
    for (const [receipt, callback] of [
      ["delivered", "onDeliveredReceipt"],
      ["read", "onReadReceipt"],
    ]) {
      await speaker.event(`message.${receipt}`, { messageId: asked.Id });
      const { data } = await hears(page, callback);
      assert.equal(data.MessageMetadata.MessageId, asked.Id);
      assert.equal(data.MessageMetadata.Receipts[0].RecipientParticipantId, agent.connection(contact).connectionId);
    }
    const own = [...(await heard(page, "onReadReceipt")), ...(await heard(page, "onDeliveredReceipt"))];
    assert.ok(
      own.every((one) => one.data.MessageMetadata.MessageId === asked.Id),
      "the reader hears nothing of its own receipts",
    );
  });

  test("H12 Markdown and interactive messages arrive, and an answer to one is taken", async () => {
    const { page, speaker } = await talking();
    const bold = await speaker.say("**Really** good", "text/markdown");
    assert.equal((await hears(page, "onMessage", { Id: bold.Id })).data.ContentType, "text/markdown");
    const picker = {
      templateType: "ListPicker",
      version: "1.0",
      data: { content: { title: "Which size?", elements: [{ title: "Small" }, { title: "Large" }] } },
    };
    const offered = await speaker.say(JSON.stringify(picker), kind("message.interactive"));
    const { data } = await hears(page, "onMessage", { Id: offered.Id });
    assert.deepEqual(JSON.parse(data.Content), picker);
    const answer = {
      templateIdentifier: offered.Id,
      action: "Select",
      version: "1.0",
      data: { content: { title: "Large" } },
    };
    const sent = await call(page, "sendMessage", {
      contentType: kind("message.interactive.response"),
      message: JSON.stringify(answer),
    });
    assert.ok(sent.Id, JSON.stringify(sent));
    const { Transcript } = await speaker.transcript();
    const kept = Transcript.find((item) => item.Id === sent.Id);
    assert.equal(kept.ContentType, kind("message.interactive.response"));
    assert.deepEqual(JSON.parse(kept.Content), answer);
  });

  test("H13 a file goes up, is approved, shows for both sides and comes down unchanged", async () => {
    const { page, speaker } = await talking();
    const problem = await page.evaluate(async () => {
      try {
        const bytes = new Uint8Array(70_000).map((_, index) => index % 251);
        await window.session.sendAttachment({
          attachment: new File([bytes], "proof ä.pdf", { type: "application/pdf" }),
        });
      } catch (error) {
        return JSON.stringify(error);
      }
    });
    assert.equal(problem, undefined);
    const { data } = await hears(page, "onMessage", { Type: "ATTACHMENT" });
    const [attachment] = data.Attachments;
    assert.equal(attachment.AttachmentName, "proof ä.pdf");
    assert.equal(attachment.ContentType, "application/pdf");
    await until("the approval", async () => {
      const messages = await heard(page, "onMessage");
      return messages.some((one) => one.data.Attachments?.some((each) => each.Status === "APPROVED"));
    });
    const size = await page.evaluate(async (attachmentId) => {
      const blob = await window.session.downloadAttachment({ attachmentId });
      const bytes = new Uint8Array(await blob.arrayBuffer());
      return { size: bytes.length, same: bytes.every((byte, index) => byte === index % 251) };
    }, attachment.AttachmentId);
    assert.deepEqual(size, { size: 70_000, same: true });
    const { Url } = await speaker.call("attachment", { AttachmentId: attachment.AttachmentId });
    assert.equal((await (await fetch(Url)).arrayBuffer()).byteLength, 70_000);
    const { Transcript } = await speaker.transcript();
    assert.equal(Transcript.filter((item) => item.Type === "ATTACHMENT").length, 1);
  });

  test("H14 completing an upload that never happened is refused with 400", async () => {
    const { page } = await talking();
    // The library does not look at how its upload ended.
    await page.route("**/attachments/**", (route) =>
      route.fulfill({ status: 200, headers: { "access-control-allow-origin": "*" } }),
    );
    const refusal = await page.evaluate(async () => {
      try {
        await window.session.sendAttachment({ attachment: new File(["x"], "a.txt", { type: "text/plain" }) });
      } catch (error) {
        return {
          status: error?.$metadata?.httpStatusCode ?? error?.statusCode,
          type: error?.name ?? error?.type,
          all: JSON.stringify(error),
        };
      }
    });
    assert.equal(refusal?.status, 400, JSON.stringify(refusal));
    assert.ok(!(await heard(page, "onMessage")).some((one) => one.data.Type === "ATTACHMENT"));
  });

  test("H15 forbidden kinds and sizes of files are refused before the upload", async () => {
    const { page } = await talking();
    const refusals = await page.evaluate(async () => {
      const files = [
        new File(["MZ"], "run.exe", { type: "application/x-msdownload" }),
        new File([new Uint8Array(21 * 1024 * 1024)], "big.pdf", { type: "application/pdf" }),
      ];
      const statuses = [];
      for (const attachment of files) {
        try {
          await window.session.sendAttachment({ attachment });
          statuses.push(200);
        } catch (error) {
          statuses.push(error?.$metadata?.httpStatusCode ?? error?.statusCode ?? JSON.stringify(error));
        }
      }
      return statuses;
    });
    for (const status of refusals) assert.ok([400, 402].includes(status), `refused with ${status}`);
  });

  test("H16 a message sent twice with one token is one message", async () => {
    const { page } = await waiting();
    const message = { contentType: "text/plain", message: "once", clientToken: crypto.randomUUID() };
    const first = await call(page, "sendMessage", message);
    const second = await call(page, "sendMessage", message);
    assert.equal(second.Id, first.Id);
    const last = await call(page, "sendMessage", { contentType: "text/plain", message: "end" });
    await hears(page, "onMessage", { Id: last.Id });
    assert.equal((await heard(page, "onMessage")).filter((one) => one.data.Content === "once").length, 1);
    const { Transcript } = await call(page, "getTranscript", {});
    assert.equal(Transcript.filter((item) => item.Content === "once").length, 1);
  });

  test("H17 messages too long or of a wrong kind are refused with 400, and the page is told", async () => {
    const { page } = await waiting();
    const wrong = [
      { contentType: "text/plain", message: "x".repeat(16_385) },
      { contentType: "image/png", message: "x" },
    ];
    for (const message of wrong) {
      const { problem } = await call(page, "sendMessage", message);
      assert.ok(problem, `${message.contentType} was taken`);
      const participant = await connection(page);
      const { status, type } = await participant.ask("message", {
        ContentType: message.contentType,
        Content: message.message,
      });
      assert.deepEqual({ status, type }, { status: 400, type: "ValidationException" });
    }
  });

  test("H18 after a network loss the library reconnects and the transcript closes the gap", async () => {
    const { page, speaker } = await talking({}, { through: proxy });
    const before = (await heard(page, "onConnectionEstablished")).length;
    await proxy.takeOff(page);
    await hears(page, "onConnectionLost", {}, 15_000);
    const missed = await speaker.say("Are you still there?");
    await proxy.bringBack(page);
    await until(
      "the connection to be back",
      async () => (await heard(page, "onConnectionEstablished")).length > before,
      20_000,
    );
    const { Transcript } = await call(page, "getTranscript", { maxResults: 100 });
    assert.equal(Transcript.filter((item) => item.Id === missed.Id).length, 1);
    const next = await speaker.say("Good.");
    await hears(page, "onMessage", { Id: next.Id });
    assert.deepEqual(await heard(page, "onEnded"), []);
  });

  test("H19 a chat that ended while the customer was away is over when they come back, and not before", async () => {
    const { page, contact, participantToken } = await talking({}, { through: proxy });
    assert.deepEqual(await heard(page, "onEnded"), []);
    await proxy.takeOff(page);
    await hears(page, "onConnectionLost", {}, 15_000);
    await agent.leave(contact);
    const late = new Participant(server.endpoint, participantToken);
    await until(
      "the chat to be over",
      async () => (await late.ask("connection", { Type: ["WEBSOCKET"] })).status === 403,
    );
    await proxy.bringBack(page);
    await hears(page, "onEnded", {}, 20_000);
  });

  test("H20 a customer who leaves is told so within a second, and so is the agent; later sends are refused with 403", async () => {
    const { page, contactId } = await talking();
    const participant = await connection(page);
    const socket = await Socket.subscribed(await agent.socketUrl(), "aws/chat");
    const started = performance.now();
    void page.evaluate(() => window.session.disconnectParticipant());
    await Promise.all([
      hears(page, "onEnded"),
      socket.item("the end", (item) => item.ContentType === kind("event.chat.ended")),
    ]);
    assert.ok(performance.now() - started < 1500, `it took ${performance.now() - started} ms`);
    const ended = socket.items().at(-1);
    assert.equal(ended.ContentType, kind("event.chat.ended"));
    assert.equal(ended.Type, "EVENT");
    socket.close();
    const { status } = await participant.ask("message", { ContentType: "text/plain", Content: "too late" });
    assert.equal(status, 403);
    await agent.contact("ended", contactId);
  });

  test("H21, W16 the library moves to a new socket after 59 minutes, and no message is lost", async () => {
    const page = await openShop(browser, host);
    await page.clock.install();
    const opened = [];
    page.on("websocket", (socket) => opened.push(socket));
    await agent.status("Available");
    const chat = await startChat(server, { ContactFlowId: flow });
    await begin(page, server, chat);
    await joins(page);
    const speaker = await agent.speaker(await agent.accept(chat.contactId));
    assert.equal(opened.length, 1);
    const sent = [(await speaker.say("before")).Id];
    await page.clock.fastForward(3540 * 1000);
    for (let count = 0; opened.length < 2 || !opened[0].isClosed(); count += 1) {
      assert.ok(count < 200, `the socket has not moved: ${opened.length} opened`);
      sent.push((await speaker.say(`during ${count}`)).Id);
      await page.clock.runFor(100);
    }
    sent.push((await speaker.say("after")).Id);
    await hears(page, "onMessage", { Id: sent.at(-1) });
    const got = new Set((await heard(page, "onMessage")).map((one) => one.data.Id));
    assert.deepEqual(
      sent.filter((id) => !got.has(id)),
      [],
    );
    assert.deepEqual(await heard(page, "onEnded"), []);
  });

  test("H22 the connection token is renewed before it expires, without hurry and without a break", async () => {
    const chat = await startChat(server, { ContactFlowId: flow, ChatDurationInMinutes: 60 });
    const page = await openShop(browser, host);
    await page.clock.install();
    await begin(page, proxy, chat);
    await joins(page);
    const connections = () =>
      proxy.requests.filter((one) => one.path === "/participant/connection" && one.method === "POST").length;
    assert.equal(connections(), 1);
    // To half a minute before the token's end: it must have been renewed by then.
    await page.clock.fastForward(59.5 * 60 * 1000);
    await until("the renewal", () => connections() >= 2);
    const sent = await call(page, "sendMessage", { contentType: "text/plain", message: "still good" });
    assert.ok(sent.Id, JSON.stringify(sent));
    await page.clock.resume();
    const hurried = until("many more connections", () => connections() > 5, 2000).then(
      () => true,
      () => false,
    );
    assert.equal(await hurried, false, "the library asks for one connection after the other until the chat's end");
  });

  test("H23a connecting needs a Type or ConnectParticipant, and a customer's web chat only takes a Type", async () => {
    const chat = await startChat(server, { ContactFlowId: flow });
    const customer = new Participant(server.endpoint, chat.participantToken);
    assert.equal((await customer.ask("connection", {})).status, 400);
    assert.equal((await customer.ask("connection", { Type: ["WEBRTC_CONNECTION"] })).status, 400);
    assert.equal(
      (await new Participant(server.endpoint, "nonsense").ask("connection", { Type: ["WEBSOCKET"] })).status,
      400,
    );
  });

  test("H26 what the server says of silent participants reaches its callbacks", async () => {
    const { page, speaker } = await talking({}, { through: proxy });
    // The shortest times are minutes, so the notices are put on the way as the core's own tests have them.
    const { Transcript } = await speaker.transcript();
    const joined = Transcript.find((item) => item.ContentType === kind("event.participant.joined"));
    for (const [event, callback] of [
      ["idle", "onParticipantIdle"],
      ["returned", "onParticipantReturned"],
      ["autodisconnection", "onAutoDisconnection"],
    ]) {
      const item = { ...joined, Id: crypto.randomUUID(), ContentType: kind(`event.participant.${event}`) };
      assert.deepEqual(await heard(page, callback), []);
      proxy.push({ topic: "aws/chat", content: JSON.stringify(item) });
      const { data } = await hears(page, callback, { Id: item.Id });
      assert.deepEqual(data, item);
    }
  });

  test("H28 a rehydrated chat says so and has the old conversation, under its first contact id", async () => {
    const first = await talking();
    const old = await first.speaker.say("We will look into it.");
    await hears(first.page, "onMessage", { Id: old.Id });
    await leaves(first.page);
    await agent.goHome();
    const { page } = await waiting({
      PersistentChat: {
        SourceContactId: first.contactId,
        RehydrationType: "ENTIRE_PAST_SESSION",
        ParticipantToken: first.participantToken,
      },
    });
    const data = await until("the old conversation", async () => {
      const answer = await call(page, "getTranscript", { maxResults: 100 });
      return answer.Transcript?.some((item) => item.Id === old.Id) && answer;
    });
    assert.ok(data.InitialContactId);
    await hears(page, "onChatRehydrated");
  });

  test("H30 a view that does not exist is refused with 404", async () => {
    const { page } = await waiting();
    const { problem } = await call(page, "describeView", { viewToken: "no-such-view" });
    assert.ok(problem);
    const participant = await connection(page);
    const response = await fetch(`${server.endpoint}/participant/views/no-such-view`, {
      headers: { "x-amz-bearer": participant.token },
    });
    assert.equal(response.status, 404);
    assert.equal(response.headers.get("x-amzn-errortype"), "ResourceNotFoundException");
  });

  test("W14 an address whose time is over is refused, and the library fetches another", async () => {
    // The server takes an address for three seconds; the page's clock makes an hour of the library's waiting short.
    const brief = await Server.start({ SWITCHROOM_LIMITS_SOCKET_SECONDS: "3" });
    const way = await Network.before(brief);
    try {
      const straight = await straightToQueue(brief);
      const chat = await startChat(brief, { ContactFlowId: straight });
      const page = await openShop(browser, host);
      await page.clock.install();
      const asked = () =>
        way.requests.filter((one) => one.path === "/participant/connection" && one.method === "POST").length;
      // The first address is on its way for so long that its time is over when it arrives.
      way.changes = ({ path }) => path === "/participant/connection" && asked() === 1;
      way.change = async (_request, body) => {
        await until(
          "the address's time to be over",
          () => Date.parse(body.Websocket.ConnectionExpiry) + 200 < Date.now(),
        );
        return body;
      };
      await begin(page, way, chat);
      let waited = 0;
      await until(
        "another address",
        async () => {
          await page.clock.runFor(1000);
          if (asked() === 1 && way.refused.length > 0) waited += 1000;
          return asked() > 1;
        },
        30_000,
      );
      assert.ok(way.refused.length > 0 && way.refused.every((status) => status === 403), `${way.refused}`);
      assert.ok(waited < 100_000, `the library asked for another after ${waited} ms`);
      await joins(page);
      const { Id } = await call(page, "sendMessage", { contentType: "text/plain", message: "still here" });
      await hears(page, "onMessage", { Id });
      assert.deepEqual(await heard(page, "onConnectionBroken"), []);
      assert.deepEqual(await heard(page, "onEnded"), []);
    } finally {
      await way.stop();
      await brief.stop();
    }
  });

  test("W20 a proxy that cuts what is silent for a minute leaves the library's socket alone", async () => {
    // A minute in six seconds, for the proxy and for the library's heartbeats alike.
    const strict = await Network.before(server);
    strict.idle = 6000;
    try {
      const chat = await startChat(server, { ContactFlowId: flow });
      const page = await openShop(browser, host);
      await page.clock.install();
      const sockets = [];
      page.on("websocket", (socket) => sockets.push(socket));
      await begin(page, strict, chat);
      await joins(page);
      const { url } = await connect(server, chat);
      const silent = await Socket.subscribed(
        url.replace(new URL(server.endpoint).host, new URL(strict.endpoint).host),
        "aws/chat",
      );
      const began = performance.now();
      let added = 0;
      await until(
        "two minutes of the page to be over and the silent socket to be cut",
        async () => {
          const minutes = (performance.now() - began) / 6000;
          // The page's own clock goes on besides.
          const due = minutes * 54_000 - added;
          added += due;
          await page.clock.runFor(due);
          return minutes > 2 && silent.closed;
        },
        30_000,
      );
      assert.equal(strict.cutIdle, 1);
      assert.equal(sockets.length, 1);
      assert.ok(!sockets[0].isClosed());
      const { Id } = await call(page, "sendMessage", { contentType: "text/plain", message: "still here" });
      await hears(page, "onMessage", { Id });
    } finally {
      await strict.stop();
    }
  });

  test("W15 after the server was away the same page goes on with the same token, and nothing is lost or doubled", async () => {
    const own = await Server.start();
    try {
      const straight = await straightToQueue(own);
      const chat = await startChat(own, { ContactFlowId: straight });
      const page = await openShop(browser, host);
      await begin(page, own, chat);
      await joins(page);
      const before = await call(page, "sendMessage", { contentType: "text/plain", message: "before" });
      await own.kill();
      // The library takes a server that refuses connections for a final failure and says so; the page begins anew.
      await hears(page, "onConnectionBroken", {}, 20_000);
      assert.deepEqual(await heard(page, "onEnded"), []);
      await own.start();
      await begin(page, own, chat);
      await hears(page, "onConnectionEstablished");
      const after = await call(page, "sendMessage", { contentType: "text/plain", message: "after" });
      await hears(page, "onMessage", { Id: after.Id });
      const { Transcript } = await call(page, "getTranscript", { maxResults: 100 });
      const said = Transcript.filter((item) => item.ParticipantRole === "CUSTOMER" && item.Type === "MESSAGE");
      assert.deepEqual(
        said.map((item) => item.Id),
        [before.Id, after.Id],
      );
    } finally {
      await own.stop();
    }
  });
});

/** The customer leaves. */
async function leaves(page) {
  await page.evaluate(() => void window.session.disconnectParticipant());
  await hears(page, "onEnded");
}

/** The participant service with a connection token of the page's participant. */
async function connection(page) {
  const token = await page.evaluate(() => window.session.getChatDetails().participantToken);
  const { ConnectionCredentials } = await new Participant(server.endpoint, token).call("connection", {
    Type: ["CONNECTION_CREDENTIALS"],
  });
  return new Participant(server.endpoint, ConnectionCredentials.ConnectionToken);
}

/** A chat with forty messages. */
async function longChat() {
  const customer = await waiting();
  const participant = await connection(customer.page);
  for (let count = 0; count < 40; count += 1) await participant.say(`line ${count}`);
  return { ...customer, participant };
}

/** Websockets as the stock websocket manager uses them (checklist W of the client protocols). */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Agent } from "./support/agent.mjs";
import { connect, startChat } from "./support/customer.mjs";
import { straightToQueue } from "./support/flows.mjs";
import { Server } from "./support/server.mjs";
import { Socket } from "./support/socket.mjs";
import { until } from "./support/until.mjs";

let server;
let flow;

before(async () => {
  server = await Server.start();
  flow = await straightToQueue(server);
});

after(() => server.stop());

/** A chat that nobody has answered, with its socket's address. */
async function waitingChat() {
  const chat = await startChat(server, { ContactFlowId: flow });
  return { ...chat, ...(await connect(server, chat)) };
}

describe("sockets", { concurrency: 8 }, () => {
  test("W1 a socket opens without cookies and subprotocol", async () => {
    const { url } = await waitingChat();
    assert.match(url, /^ws:\/\/127\.0\.0\.1:\d+\//);
    const socket = await Socket.open(url);
    assert.equal(socket.socket.protocol, "");
    socket.close();
    assert.equal((await socket.end()).code, 1000);
  });

  test("W2 three heartbeats in a row are answered, each within a second", async () => {
    const socket = await Socket.open((await waitingChat()).url);
    for (const _ of [1, 2, 3]) {
      const started = performance.now();
      await socket.settle();
      assert.ok(performance.now() - started < 1000);
    }
    assert.deepEqual(socket.frames, Array(3).fill({ topic: "aws/heartbeat" }));
    socket.close();
  });

  test("W3 a deep heartbeat is answered with its status", async () => {
    const socket = await Socket.open((await waitingChat()).url);
    socket.send({ topic: "aws/ping" });
    const answer = await socket.frame("the answer", (frame) => frame.topic === "aws/ping");
    assert.deepEqual(answer, { topic: "aws/ping", statusCode: 200, statusContent: "OK" });
    socket.close();
  });

  test("W4 a subscription is confirmed with its topic within a second", async () => {
    const socket = await Socket.open((await waitingChat()).url);
    const started = performance.now();
    socket.send({ topic: "aws/subscribe", content: { topics: ["aws/chat"] } });
    const answer = await socket.frame("the answer", (frame) => frame.topic === "aws/subscribe");
    assert.ok(performance.now() - started < 1000);
    assert.deepEqual(answer.content, { status: "success", topics: ["aws/chat"] });
    socket.close();
  });

  test("W5 an unknown topic is refused and the socket stays open", async () => {
    const socket = await Socket.open((await waitingChat()).url);
    socket.send({ topic: "aws/subscribe", content: { topics: ["aws/nothing"] } });
    const answer = await socket.frame("the answer", (frame) => frame.topic === "aws/subscribe");
    assert.deepEqual(answer.content, { status: "failure", topics: ["aws/nothing"] });
    await socket.settle();
    socket.close();
  });

  test("W6 a push carries its content as a text", async () => {
    const { url, participant } = await waitingChat();
    const socket = await Socket.subscribed(url, "aws/chat");
    const { Id } = await participant.say("hello");
    await socket.item("the message", (item) => item.Id === Id);
    for (const frame of socket.frames.filter((one) => one.topic === "aws/chat")) {
      assert.equal(typeof frame.content, "string");
    }
    const item = socket.items().find((one) => one.Id === Id);
    assert.equal(item.Content, "hello");
    assert.equal(item.Type, "MESSAGE");
    socket.close();
  });

  test("W7 a topic that was not subscribed brings nothing", async () => {
    const { url, participant } = await waitingChat();
    const deaf = await Socket.open(url);
    const hearing = await Socket.subscribed(url, "aws/chat");
    const { Id } = await participant.say("hello");
    await hearing.item("the message", (item) => item.Id === Id);
    await deaf.settle();
    assert.deepEqual(deaf.items(), []);
    deaf.close();
    hearing.close();
  });

  test("W8 malformed frames get an error frame and the socket stays open", async () => {
    const socket = await Socket.open((await waitingChat()).url);
    const wrong = ["{", "[]", "7", '{"topic":7}', '{"topic":"aws/subscribe"}', '{"topic":"aws/softphone"}'];
    for (const frame of wrong) socket.send(frame);
    await until("an error for each", () => socket.frames.filter((frame) => frame.message).length === wrong.length);
    for (const frame of socket.frames) {
      assert.equal(frame.topic, undefined);
      assert.ok(frame.connectionId && frame.requestId);
    }
    await socket.settle();
    socket.close();
  });

  test("W9, W12 a silent socket is closed after 30 s, and its address can be used again", async () => {
    const { url } = await waitingChat();
    const socket = await Socket.subscribed(url, "aws/chat");
    const started = performance.now();
    const { code } = await socket.end("the server to give up", 40_000);
    const silence = performance.now() - started;
    assert.equal(code, 1008);
    assert.ok(silence > 25_000 && silence < 35_000, `closed after ${silence} ms`);
    const again = await Socket.subscribed(url, "aws/chat");
    again.close();
  });

  test("W9, W14 an address can be used again until its time is over, and then is refused at the upgrade", async () => {
    // An hour in three seconds: a minute is a twentieth of a second, and the grace for reconnecting a tenth.
    const brief = await Server.start({ SWITCHROOM_LIMITS_SOCKET_SECONDS: "3" });
    try {
      const chat = await startChat(brief);
      const { url } = await connect(brief, chat);
      const given = performance.now();
      const first = await Socket.subscribed(url, "aws/chat");
      first.close();
      await first.end();
      await until("two minutes of the hour to be over", () => performance.now() - given > 100);
      const again = await Socket.subscribed(url, "aws/chat");
      const { code } = await again.end("the address's time to be over");
      assert.equal(code, 1008);
      const life = performance.now() - given;
      assert.ok(life > 2900 && life < 3600, `it was good for ${life} ms`);
      await assert.rejects(Socket.open(url), { status: 403 });
      // The chat goes on at another address.
      const { url: next } = await connect(brief, chat);
      const socket = await Socket.subscribed(next, "aws/chat");
      socket.close();
    } finally {
      await brief.stop();
    }
  });

  test("W10 both sockets of one participant get a push", async () => {
    const { url, participant } = await waitingChat();
    const sockets = await Promise.all([Socket.subscribed(url, "aws/chat"), Socket.subscribed(url, "aws/chat")]);
    const { Id } = await participant.say("hello");
    for (const socket of sockets) {
      await socket.item("the message", (item) => item.Id === Id);
      socket.close();
    }
  });

  test("W11 closing the older of two sockets leaves the newer intact", async () => {
    const { url, participant } = await waitingChat();
    const older = await Socket.subscribed(url, "aws/chat");
    const newer = await Socket.subscribed(url, "aws/chat");
    older.close(1000);
    await older.end();
    const { Id } = await participant.say("still here");
    await newer.item("the message", (item) => item.Id === Id);
    newer.close();
  });

  test("W13 nobody gets what is somebody else's", async () => {
    const [mine, theirs] = [await waitingChat(), await waitingChat()];
    const listening = await Socket.subscribed(mine.url, "aws/chat");
    const agent = await Agent.signIn(server, "supervisor");
    const agentSocket = await Socket.subscribed(await agent.socketUrl(), "aws/chat", "aws/task");
    const own = await Socket.subscribed(theirs.url, "aws/chat");
    const { Id } = await theirs.participant.say("a secret");
    await own.item("the message", (item) => item.Id === Id);
    for (const socket of [listening, agentSocket]) {
      await socket.settle();
      assert.ok(!socket.items().some((item) => item.Content === "a secret" || item.ContactId === theirs.contactId));
      socket.close();
    }
    own.close();
  });

  test("W14 an address that is not (any more) valid is refused at the upgrade", async () => {
    const { url, participant } = await waitingChat();
    await Socket.subscribed(url, "aws/chat");
    const forged = `${url.slice(0, -2)}${url.endsWith("AA") ? "BB" : "AA"}`;
    for (const wrong of [forged, url.replace(/token=.*/, "token="), url.replace(/\?.*/, "")]) {
      await assert.rejects(Socket.open(wrong), /refused with 40[03]/, wrong);
    }
    await assert.rejects(Socket.open(forged), { status: 403 });
    await participant.call("disconnect");
    await assert.rejects(Socket.open(url), { status: 403 });
  });

  test("W17 500 messages in a burst arrive once each and in one order", async () => {
    const { url, participant } = await waitingChat();
    const sockets = await Promise.all([Socket.subscribed(url, "aws/chat"), Socket.subscribed(url, "aws/chat")]);
    const sent = [];
    for (let group = 0; group < 50; group += 1) {
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) => participant.say(`${group * 10 + index}`)),
      );
      sent.push(...answers.map((answer) => answer.Id));
    }
    const orders = [];
    for (const socket of sockets) {
      const messages = () =>
        socket.items().filter((item) => item.ParticipantRole === "CUSTOMER" && item.Type === "MESSAGE");
      await until("all messages", () => messages().length >= 500, 10_000);
      await socket.settle();
      const got = messages();
      assert.deepEqual(got.map((item) => item.Id).toSorted(), sent.toSorted());
      for (let at = 1; at < got.length; at += 1) {
        assert.ok(Math.floor(got[at].Content / 10) >= Math.floor(got[at - 1].Content / 10), "out of order");
      }
      orders.push(got.map((item) => item.Id));
      socket.close();
    }
    assert.deepEqual(orders[0], orders[1]);
  });

  test("W18 a server that stops says goodbye with 1001", async () => {
    const own = await Server.start();
    try {
      const chat = await startChat(own);
      const { url } = await connect(own, chat);
      const socket = await Socket.subscribed(url, "aws/chat");
      own.signal("SIGTERM");
      assert.equal((await socket.end("the goodbye", 10_000)).code, 1001);
      await own.ended();
    } finally {
      await own.stop();
    }
  });
});

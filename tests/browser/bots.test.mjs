/** Bots as customers on the stock chat library see them (checklist H27). */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { launch } from "./support/browser.mjs";
import { begin, call, heard, hears, openShop } from "./support/chat-page.mjs";
import { publish } from "./support/flows.mjs";
import { Host } from "./support/host.mjs";
import { BINARY, Server } from "./support/server.mjs";

const run = promisify(execFile);
const REPLY = ["Your ", "parcel ", "is on ", "its way."];

let server;
let host;
let browser;
let model;
let folder;
let flow;

/** A model server that tells its reply in four pieces, each only after the last one was seen. */
class Model {
  static async start() {
    const model = new Model();
    model.http = createServer(async (request, response) => {
      for await (const _ of request);
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const content of REPLY) {
        response.write(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
        await new Promise((seen) => {
          model.goOn = seen;
          if (model.hurried) seen();
        });
      }
      response.end("data: [DONE]\n\n");
    });
    await new Promise((ready) => model.http.listen(0, "127.0.0.1", ready));
    model.url = `http://127.0.0.1:${model.http.address().port}/v1`;
    return model;
  }

  stop() {
    this.http.closeAllConnections();
    this.http.close();
  }
}

before(async () => {
  [server, host, browser, model] = await Promise.all([Server.start(), Host.start(), launch(), Model.start()]);
  folder = await mkdtemp(join(tmpdir(), "switchroom-bot-"));
  const file = join(folder, "bot.json");
  const adapter = { Type: "Model", Url: model.url, Model: "small" };
  await writeFile(file, JSON.stringify({ Version: "1", Name: "Streams", Adapter: adapter }));
  const { stdout } = await run(BINARY, ["bot", "import", file, "--data", server.data]);
  const arn = /(arn:\S+) live/.exec(stdout)[1];
  const ends = ["NoMatchingError", "NoMatchingCondition"].map((ErrorType) => ({ NextAction: "End", ErrorType }));
  flow = await publish(server, "Asks a model", [
    {
      Identifier: "Ask",
      Type: "ConnectParticipantWithLexBot",
      Parameters: { Text: "How can I help?", LexV2Bot: { AliasArn: arn } },
      Transitions: { NextAction: "End", Conditions: [], Errors: ends },
    },
    { Identifier: "End", Type: "DisconnectParticipant", Parameters: {}, Transitions: {} },
  ]);
});

after(async () => {
  await browser?.close();
  model?.stop();
  await Promise.all([host?.stop(), server?.stop(), folder && rm(folder, { recursive: true })]);
});

afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));

/** A customer's page in a chat with the bot. */
async function chatting(ResponseMode) {
  const started = await server.api("PUT", "/contact/chat", {
    InstanceId: server.instanceId,
    ContactFlowId: flow,
    ParticipantDetails: { DisplayName: "Casey" },
    ParticipantConfiguration: { ResponseMode },
  });
  const chat = {
    contactId: started.ContactId,
    participantId: started.ParticipantId,
    participantToken: started.ParticipantToken,
  };
  const page = await openShop(browser, host);
  await begin(page, { endpoint: server.endpoint, region: server.region }, chat);
  await hears(page, "onMessage", { Content: "How can I help?" });
  return page;
}

/** What the transcript holds of the bot's reply. */
async function kept(page) {
  const { Transcript } = await call(page, "getTranscript", { maxResults: 100, scanDirection: "BACKWARD" });
  return Transcript.filter((item) => item.Content?.startsWith("Your"));
}

describe("a bot that tells its reply piece by piece", () => {
  test("H27 pieces are put together as they come, and the complete reply is kept once", async () => {
    model.hurried = false;
    const page = await chatting("INCREMENTAL");
    await call(page, "sendMessage", { contentType: "text/plain", message: "where is my parcel" });
    let said = "";
    for (const [index, piece] of REPLY.entries()) {
      said += piece;
      const { data } = await hears(page, "onMessage", { Content: said.trimEnd() });
      assert.equal(data.ParticipantRole, "SYSTEM");
      assert.equal(data.MessageMetadata.ChunkNumber, index + 1);
      assert.equal(data.MessageMetadata.MessageCompleted, false);
      assert.equal((await kept(page)).length, 0, "nothing is kept before the reply is complete");
      model.goOn();
    }
    const { data } = await hears(page, "onMessage", {
      MessageMetadata: { ChunkNumber: REPLY.length + 1, MessageCompleted: true },
    });
    assert.equal(data.Content, REPLY.join(""));
    const seen = await heard(page, "onMessage");
    const ids = new Set(seen.filter((one) => one.data.Content?.startsWith("Your")).map((one) => one.data.Id));
    assert.equal(ids.size, 1, "all pieces are one message");
    const items = await kept(page);
    assert.deepEqual(
      items.map((item) => [item.Id, item.Content]),
      [[data.Id, REPLY.join("")]],
    );
  });

  test("H27 a customer who did not ask for pieces gets the complete reply only", async () => {
    model.hurried = true;
    const page = await chatting("COMPLETE");
    await call(page, "sendMessage", { contentType: "text/plain", message: "where is my parcel" });
    const { data } = await hears(page, "onMessage", { Content: REPLY.join("") });
    assert.equal(data.MessageMetadata, undefined);
    const seen = await heard(page, "onMessage");
    assert.equal(seen.filter((one) => one.data.Content?.startsWith("Your")).length, 1);
  });
});

/** Calls from a page to an agent's panel, with real sound both ways (checklist R, as far as a browser shows it). */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { Agent } from "./support/agent.mjs";
import { byId, CALLING, launch, openDesk, openPage, setStatus } from "./support/browser.mjs";
import { basicQueue, publish, straightToQueue } from "./support/flows.mjs";
import { Server, WITH_CALLS } from "./support/server.mjs";
import { until } from "./support/until.mjs";

let server;
let browser;
let toQueue;
let agent;
const pages = [];

before(async () => {
  [server, browser] = await Promise.all([Server.start(WITH_CALLS), launch(...CALLING)]);
  toQueue = await straightToQueue(server);
  agent = await Agent.signIn(server, "agent1");
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

afterEach(async () => {
  const complaints = pages.splice(0).flatMap((page) => page.complaints);
  await Promise.all(browser.contexts().map((context) => context.close()));
  await agent.goHome();
  assert.deepEqual(complaints, [], "scripts of the pages fail");
});

/** Remembers the connections that a page makes, so that a test can ask for their figures. */
function remember(page, relay) {
  return page.addInitScript((relay) => {
    const Original = window.RTCPeerConnection;
    window.connections = [];
    window.RTCPeerConnection = class extends Original {
      constructor(configuration = {}) {
        super(relay ? { ...configuration, iceServers: [relay], iceTransportPolicy: "relay" } : configuration);
        window.connections.push(this);
      }
    };
  }, relay);
}

/** The sound that a page has received so far, and how its connection goes; of the connection that receives most. */
function figures(page) {
  return page.evaluate(async () => {
    const best = { energy: 0, duration: 0, packets: 0, lost: 0, local: undefined };
    for (const connection of window.connections.filter((one) => one.connectionState !== "closed")) {
      const all = [...(await connection.getStats()).values()];
      const inbound = all.find((one) => one.type === "inbound-rtp" && one.kind === "audio");
      if (!inbound || (inbound.packetsReceived ?? 0) < best.packets) continue;
      const pair = all.find((one) => one.type === "candidate-pair" && one.nominated);
      Object.assign(best, {
        energy: inbound.totalAudioEnergy ?? 0,
        duration: inbound.totalSamplesDuration ?? 0,
        packets: inbound.packetsReceived ?? 0,
        lost: inbound.packetsLost ?? 0,
        local: all.find((one) => one.id === pair?.localCandidateId)?.candidateType,
      });
    }
    return best;
  });
}

/** Waits until a page hears something: its sound has energy, over the next second. */
async function hears(page, what) {
  const before = await figures(page);
  await until(`${what} is heard`, async () => (await figures(page)).energy - before.energy > 0.0005, 20_000);
}

/** The customer's page, calling with this flow. */
async function calls(flow = toQueue, relay = undefined) {
  const page = await openPage(browser, undefined, { viewport: { width: 420, height: 760 } });
  pages.push(page);
  await remember(page, relay);
  await page.goto(`${server.endpoint}/call?flow=${flow}&name=Cora`);
  await byId(page, "call-start").click();
  await byId(page, "call-time").waitFor();
  return page;
}

describe("a call from a page", () => {
  test("is answered by a flow, whose prompt is heard and which is given keys", async () => {
    const { Arn } = await basicQueue(server);
    const flow = await publish(server, "Press two", [
      {
        Identifier: "Ask",
        Type: "GetParticipantInput",
        Parameters: { Text: "Welcome. Press two to wait in the queue.", InputTimeLimitSeconds: "15", StoreInput: "False" },
        Transitions: {
          NextAction: "End",
          Conditions: [{ NextAction: "Choose", Condition: { Operator: "Equals", Operands: ["2"] } }],
          Errors: ["InputTimeLimitExceeded", "NoMatchingCondition", "NoMatchingError"].map((ErrorType) => ({
            NextAction: "End",
            ErrorType,
          })),
        },
      },
      {
        Identifier: "Choose",
        Type: "UpdateContactTargetQueue",
        Parameters: { QueueId: Arn },
        Transitions: { NextAction: "Wait", Errors: [{ NextAction: "End", ErrorType: "NoMatchingError" }] },
      },
      {
        Identifier: "Wait",
        Type: "TransferContactToQueue",
        Parameters: {},
        Transitions: {
          NextAction: "End",
          Errors: ["QueueAtCapacity", "NoMatchingError"].map((ErrorType) => ({ NextAction: "End", ErrorType })),
        },
      },
      { Identifier: "End", Type: "DisconnectParticipant", Parameters: {}, Transitions: {} },
    ]);
    const page = await calls(flow);
    await hears(page, "the prompt");
    await byId(page, "call-pad").click();
    await byId(page, "key-2").click();
    await agent.status("Available");
    await agent.contact("connecting");
    await byId(page, "call-hang-up").click();
    await byId(page, "call-ended").getByText("You have hung up.").waitFor();
    await agent.until("no offer any more", ({ contacts }) => contacts.every((one) => one.state.type !== "connecting"));
  });

  test("ends on the page when the flow ends it", async () => {
    const flow = await publish(server, "At once", [
      { Identifier: "End", Type: "DisconnectParticipant", Parameters: {}, Transitions: {} },
    ]);
    const page = await openPage(browser, `${server.endpoint}/call?flow=${flow}`);
    pages.push(page);
    await byId(page, "call-start").click();
    await byId(page, "call-ended").getByText("The call is over.").waitFor();
    await byId(page, "call-start").getByText("Call again").waitFor();
  });

  test("says what is wrong with the microphone, and that all lines are busy", async () => {
    const page = await openPage(browser, undefined);
    pages.push(page);
    await page.addInitScript(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", window.failure ?? "NotFoundError"));
    });
    await page.goto(`${server.endpoint}/call`);
    await byId(page, "call-start").click();
    await byId(page, "call-problem").getByText("No microphone was found").waitFor();
    await page.evaluate(() => {
      window.failure = "NotAllowedError";
    });
    await byId(page, "call-start").click();
    await byId(page, "call-problem").getByText("may not be used").waitFor();
    const busy = await openPage(browser, `${server.endpoint}/call`);
    pages.push(busy);
    await busy.route("**/widget/call", (route) => route.fulfill({ status: 429, body: '{"message":"busy"}' }));
    await byId(busy, "call-start").click();
    await byId(busy, "call-problem").getByText("All our lines are busy").waitFor();
  });
});

describe("through the relay", () => {
  for (const transport of ["udp", "tcp"]) {
    test(`R1, R6 a browser that uses nothing but the relay has sound, over ${transport}`, async () => {
      const { softphoneTransport } = await agent.call("CreateTransport", { transportType: "softphone" });
      const [relay] = softphoneTransport.softphoneMediaConnections;
      const urls = relay.urls.filter((url) => url.endsWith(`transport=${transport}`));
      assert.equal(urls.length, 1);
      const page = await calls(toQueue, { ...relay, urls });
      await hears(page, "the music of the queue");
      const { local, lost } = await figures(page);
      assert.deepEqual([local, lost], ["relay", 0]);
      await byId(page, "call-hang-up").click();
      await byId(page, "call-ended").waitFor();
    });
  }
});

describe("a call with an agent", () => {
  test("R8 has sound both ways once it is accepted, and ends on both sides", async () => {
    const desk = await openDeskRemembering();
    await setStatus(desk, "Available");
    const page = await calls();
    await hears(page, "the music of the queue");
    await byId(desk, "contact-accept").waitFor();
    await until("the sound of the agent to be up while it rings", async () => (await figures(desk)).packets > 0, 20_000);
    assert.ok((await figures(desk)).energy < 0.0005, "the customer is not heard before");
    await byId(desk, "contact-accept").click();
    await byId(desk, "call-controls").waitFor();
    await hears(desk, "the customer");
    await hears(page, "the agent");
    await byId(page, "call-hang-up").click();
    await agent.until("the contact to end", ({ contacts }) => contacts.some((one) => one.state.type === "ended"));
    await until("the agent's sound to be closed", () =>
      desk.evaluate(() => window.connections.every((one) => one.connectionState === "closed")),
    );
  });

  test("the sound comes back when the connection of the agent breaks", async () => {
    const desk = await openDeskRemembering();
    await setStatus(desk, "Available");
    const page = await calls();
    await byId(desk, "contact-accept").click();
    await hears(desk, "the customer");
    const before = await desk.evaluate(() => {
      // As after a change of the network: everything the connection had is gone.
      window.connections.at(-1).close();
      window.connections.at(-1).onconnectionstatechange?.();
      return window.connections.length;
    });
    await until("a new connection", () => desk.evaluate((before) => window.connections.length > before, before));
    await hears(desk, "the customer again");
    await hears(page, "the agent again");
    await byId(page, "call-hang-up").click();
    await agent.until("the contact to end", ({ contacts }) => contacts.some((one) => one.state.type === "ended"));
  });
});

/** The agent's panel; its connections are remembered. */
async function openDeskRemembering() {
  const page = await openDesk(
    {
      newContext: async (options) => {
        const context = await browser.newContext(options);
        await remember(context);
        return context;
      },
    },
    server,
    "agent1",
    "/ccp-v2",
    { viewport: { width: 420, height: 760 } },
  );
  pages.push(page);
  return page;
}

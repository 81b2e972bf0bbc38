/** A draft tried out in the designer: by mouse and keyboard, unsaved, backwards, in several worlds, in light and dark. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { byId, launch, openPage, signIn } from "./support/browser.mjs";
import { basicQueue } from "./support/flows.mjs";
import { Server } from "./support/server.mjs";
import { until } from "./support/until.mjs";

let server;
let browser;
let admin;
const pages = [];
/** Where pictures go that people look at; none are made without it. */
const pictures = process.env.PICTURES;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  admin = Object.keys(server.users).find((name) => name.startsWith("admin"));
  if (pictures) mkdirSync(pictures, { recursive: true });
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

afterEach(async () => {
  const complaints = pages.splice(0).flatMap((page) => page.complaints);
  await Promise.all(browser.contexts().map((context) => context.close()));
  assert.deepEqual(complaints, [], "scripts of the pages fail");
});

const to = (target) => ({ NextAction: target, Errors: [{ NextAction: target, ErrorType: "NoMatchingError" }] });

/** Asks for a wish, keeps it, and sends the customer to a queue. */
async function shop(name) {
  const { Arn } = await basicQueue(server);
  const places = { hello: 0, ask: 1, sales: 2, other: 2, queue: 3, go: 4, bye: 5 };
  const at = ([id, column]) => [id, { position: { x: 240 + column * 320, y: id === "other" ? 420 : 60 } }];
  const wish = (topic) => ({ Attributes: { topic }, TargetContact: "Current" });
  const actions = [
    ["hello", "MessageParticipant", { Text: "Welcome to the shop" }, to("ask")],
    [
      "ask",
      "ConnectParticipantWithLexBot",
      {
        Text: "Sales or other?",
        LexV2Bot: { AliasArn: "arn:aws:lex:us-east-1:123456789012:bot-alias/builtin/menu" },
        LexTimeoutSeconds: { Text: "300" },
      },
      {
        NextAction: "other",
        Conditions: [{ NextAction: "sales", Condition: { Operator: "Equals", Operands: ["Sales"] } }],
        Errors: ["NoMatchingCondition", "InputTimeLimitExceeded", "NoMatchingError"].map((ErrorType) => ({
          NextAction: "other",
          ErrorType,
        })),
      },
    ],
    ["sales", "UpdateContactAttributes", wish("Sales"), to("queue")],
    ["other", "UpdateContactAttributes", wish("Other"), to("queue")],
    ["queue", "UpdateContactTargetQueue", { QueueId: Arn }, to("go")],
    [
      "go",
      "TransferContactToQueue",
      {},
      {
        NextAction: "bye",
        Errors: ["QueueAtCapacity", "NoMatchingError"].map((ErrorType) => ({ NextAction: "bye", ErrorType })),
      },
    ],
    ["bye", "DisconnectParticipant", {}, {}],
  ];
  const made = await server.api("PUT", `/contact-flows/${server.instanceId}`, {
    Name: name,
    Type: "CONTACT_FLOW",
    Status: "SAVED",
    Content: JSON.stringify({
      Version: "2019-10-30",
      StartAction: "hello",
      Metadata: {
        entryPointPosition: { x: 40, y: 60 },
        ActionMetadata: Object.fromEntries(Object.entries(places).map(at)),
      },
      Actions: actions.map(([Identifier, Type, Parameters, Transitions]) => ({
        Identifier,
        Type,
        Parameters,
        Transitions,
      })),
    }),
  });
  return made.ContactFlowId;
}

async function open(id, options = {}) {
  const page = await openPage(browser, `${server.endpoint}/console/flows/${id}`, {
    viewport: { width: 1500, height: 950 },
    ...options,
  });
  pages.push(page);
  await signIn(page, server, admin);
  await byId(page, "designer").waitFor();
  await byId(page, "try-open").click();
  await byId(page, "try").waitFor();
  return page;
}

const picture = (page, name) => pictures && page.screenshot({ path: join(pictures, `${name}.png`) });
const say = async (page, text) => {
  await byId(page, "try-say").locator("input").fill(text);
  await byId(page, "try-send").click();
};
const hears = (page, text) => byId(page, "try-talk").getByText(text).waitFor();
const at = (page, place) => until(place, async () => (await byId(page, "try-at").innerText()) === place);
const node = (page, id) => page.locator(`.react-flow__node[data-id="${id}"] .block`);
const tried = (page, id, state) =>
  until(`${id} ${state}`, async () => (await node(page, id).getAttribute("data-tried")) === state);
const taken = (page) => page.locator(".react-flow__edge.wire--taken").count();
const state = (page, text) => until(text, async () => (await byId(page, "try-state").innerText()).includes(text));
const inSight = async (page, id) => {
  const frame = await page.locator(".designer__canvas").boundingBox();
  const box = await node(page, id).boundingBox();
  return box && box.x >= frame.x && box.x + box.width <= frame.x + frame.width;
};

describe("trying out", () => {
  test("a customer is played: the path, the values, and the way back", async () => {
    const page = await open(await shop("Shop"));
    await hears(page, "Sales or other?");
    await state(page, "waits for the customer");
    await tried(page, "hello", "visited");
    await tried(page, "ask", "current");
    assert.equal(await taken(page), 2, "from the start and from hello");
    await say(page, "sales");
    await state(page, "In the queue BasicQueue");
    const values = byId(page, "try-values");
    await until("the attribute", async () => /topic\s+Sales/.test(await values.innerText()));
    await tried(page, "sales", "visited");
    assert.equal(await page.locator('[data-id="other"] .block[data-tried]').count(), 0, "not taken");
    await picture(page, "queue-light");

    // Back step by step with the keyboard: the block that is shown stays in sight.
    await byId(page, "try-steps").locator("[aria-current=step]").focus();
    await page.keyboard.press("Home");
    await tried(page, "hello", "current");
    await until("hello in sight", () => inSight(page, "hello"));
    await page.keyboard.press("ArrowRight");
    await tried(page, "ask", "current");
    await byId(page, "try-next").click();
    await tried(page, "sales", "current");
    await until("the change", async () => (await values.locator("tr[data-changed]").innerText()).includes("topic"));
    await values.scrollIntoViewIfNeeded();
    await picture(page, "steps-light");
    await byId(page, "try-previous").click();
    await until("no topic yet", async () => !(await values.innerText()).includes("topic"));

    // Without the last input the flow waits again.
    await byId(page, "try-back").click();
    await state(page, "waits for the customer");
    await say(page, "nothing of this");
    await until("the other way", async () => /topic\s+Other/.test(await values.innerText()));
    await byId(page, "try-AGENT_ANSWERS").click();
    await state(page, "With an agent");
    await byId(page, "try-AGENT_LEAVES").click();
    await state(page, "Ended");
    await byId(page, "try-restart").click();
    await at(page, "Step 2 of 2");
    await byId(page, "try-LEAVES").click();
    await state(page, "Ended");
  });

  test("the draft runs as it stands, unsaved, and what is opened beside the panel stays in sight", async () => {
    const id = await shop("Unsaved");
    const page = await open(id);
    await hears(page, "Welcome to the shop");
    await node(page, "hello").dblclick();
    await byId(page, "properties").waitFor();
    await byId(page, "value-Text").locator("textarea").fill("Welcome, changed");
    await hears(page, "Welcome, changed");
    await byId(page, "properties").getByRole("button", { name: "Close", exact: true }).click();
    await byId(page, "try").getByRole("button", { name: "Close", exact: true }).click();
    await until("the mark is gone", async () => (await node(page, "hello").getAttribute("data-tried")) === null);
    const saved = await server.api("GET", `/contact-flows/${server.instanceId}/${encodeURIComponent(`${id}:$SAVED`)}`);
    assert.ok(!saved.ContactFlow.Content.includes("changed"), "nothing was saved");
    assert.equal(await byId(page, "dock-search").count(), 1, "the dock is back");
    // A block at the right edge is not hidden by the panel that it opens.
    const edge = page.locator(".react-flow__node-block").last();
    await edge.dblclick();
    const chosen = await edge.getAttribute("data-id");
    await until("the block beside its panel", () => inSight(page, chosen));
  });

  test("another world, another way; time passes at once; in German and in the dark", async () => {
    const page = await open(await shop("Worlds"), { colorScheme: "dark", locale: "de-DE" });
    await hears(page, "Sales or other?");
    await byId(page, "try-WAITS").click();
    await until("a place", async () => (await byId(page, "try-state").innerText()).includes("In der Warteschlange"));
    await picture(page, "queue-dark");
    await page.getByText("Kontakt und Umgebung").click();
    await byId(page, "try-queues").locator("button").first().click();
    await page.getByRole("option", { name: "Voll" }).click();
    await state(page, "Beendet");
    await tried(page, "bye", "current");
    await byId(page, "try-attributes").locator("textarea").fill("tier");
    await page.getByText("Schreiben Sie jede Zeile").waitFor();
    await byId(page, "try-attributes").locator("textarea").fill("tier = gold");
    await until("the attribute", async () => /tier\s+gold/.test(await byId(page, "try-values").innerText()));
    await picture(page, "world-dark");
  });
});

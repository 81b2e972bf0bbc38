/** Two windows: a customer on the chat page and an agent in the workspace, from the first word to the closed contact. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { Agent } from "./support/agent.mjs";
import { byId, launch, openDesk, openPage, setStatus } from "./support/browser.mjs";
import { endChat } from "./support/customer.mjs";
import { Network } from "./support/network.mjs";
import { Server } from "./support/server.mjs";
import { until } from "./support/until.mjs";

const screenshots = resolve(import.meta.dirname, "../../target/screenshots");

let server;
let browser;
/** The customer's way to the server, and the agent's. */
let street;
let office;
let agents;
const pages = [];

before(async () => {
  mkdirSync(screenshots, { recursive: true });
  [server, browser] = await Promise.all([Server.start(), launch()]);
  [street, office] = await Promise.all([Network.before(server), Network.before(server)]);
  agents = await Promise.all(["agent1", "agent2"].map((name) => Agent.signIn(server, name)));
});

after(async () => {
  await browser?.close();
  await street?.stop();
  await office?.stop();
  await server?.stop();
});

afterEach(async () => {
  street.loses = () => false;
  street.silent = false;
  // A chat that a failed test has left must not be offered in the next one.
  for (const page of pages) {
    const kept = await page.evaluate(() => sessionStorage.getItem("persistedChatSession")).catch(() => null);
    if (kept) await endChat(server, JSON.parse(kept));
  }
  const complaints = pages.splice(0).flatMap((page) => page.complaints);
  await Promise.all(browser.contexts().map((context) => context.close()));
  agents = await Promise.all(["agent1", "agent2"].map((name) => Agent.signIn(server, name)));
  for (const agent of agents) await agent.goHome();
  assert.deepEqual(complaints, [], "scripts of the pages fail");
});

/** Pictures of a window in light and dark colours. */
async function picture(page, name) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(screenshots, `${name}-${colorScheme}.png`) });
  }
  await page.emulateMedia({ colorScheme: "light" });
}

/** What a window shows of the conversation between people, in order, as [author, text]. */
function said(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll("[data-testid=chat-entry]")].map((entry) => [
      entry.querySelector(".chat__by b").textContent,
      (entry.querySelector(".chat__bubble") ?? entry.querySelector("section"))?.textContent.trim(),
    ]),
  );
}

/** The texts of the conversation, without those of the flow. */
async function talk(page) {
  return (await said(page)).filter(([author]) => !["System", "Assistant"].includes(author)).map(([, text]) => text);
}

async function write(page, text) {
  await byId(page, "chat-input").fill(text);
  await byId(page, "chat-send").click();
}

/** Types in one window until the other says so; the library tells of typing once in ten seconds. */
async function typesUntilSeen(page, other, text) {
  await until(
    text,
    async () => {
      await byId(page, "chat-input").press("x");
      await byId(page, "chat-input").press("Backspace");
      return (await byId(other, "chat-typing").getByText(text).count()) > 0;
    },
    15_000,
  );
}

const shows = (page, text) => byId(page, "chat-log").getByText(text, { exact: true }).first().waitFor();

/** A customer who opens the chat page and gives a name. */
async function customerOpens(name = "Robin Ross", query = "") {
  const page = await openPage(browser, `${street.endpoint}/chat${query}`, { viewport: { width: 420, height: 720 } });
  pages.push(page);
  await byId(page, "chat-name").fill(name);
  await byId(page, "chat-start").click();
  await byId(page, "chat-input").waitFor();
  return page;
}

async function agentOpens(username = "agent1", path = "/agent-app-v2") {
  const through = { endpoint: office.endpoint, users: server.users };
  const page = await openDesk(browser, through, username, path, { viewport: { width: 1200, height: 760 } });
  pages.push(page);
  return page;
}

/** Both windows in conversation. */
async function together(path) {
  const agent = await agentOpens("agent1", path);
  await setStatus(agent, "Available");
  const customer = await customerOpens();
  await shows(customer, "Hello and welcome! We are glad that you write to us.");
  await write(customer, "service");
  await byId(agent, "contact-accept").click();
  await byId(agent, "chat-input").waitFor();
  await byId(customer, "chat-log").getByText("Alex has joined").waitFor();
  return { customer, agent };
}

/** Both windows show the same conversation, nothing missing and nothing twice. */
async function bothShow({ customer, agent }, texts) {
  for (const page of [customer, agent]) {
    await until(
      `${texts.length} messages in ${page === agent ? "the agent's" : "the customer's"} window`,
      async () => {
        const shown = await talk(page);
        if (shown.length >= texts.length) return true;
        throw new Error(`it shows ${JSON.stringify(shown)}`);
      },
      20_000,
    );
    assert.deepEqual(await talk(page), texts);
  }
}

describe("a customer and an agent", () => {
  test("from the chat page through the menu and the queue to the agent, and back to an empty desk", async () => {
    const agent = await agentOpens("agent1");
    const later = await agentOpens("agent2");
    await setStatus(agent, "Available");
    await byId(agent, "status-name").getByText("Available").waitFor();
    await setStatus(later, "Available");
    await byId(later, "status-name").getByText("Available").waitFor();

    const customer = await openPage(browser, `${street.endpoint}/chat?attr.order=4711`, {
      viewport: { width: 420, height: 720 },
    });
    pages.push(customer);
    await byId(customer, "chat-start").waitFor();
    await picture(customer, "customer-form");
    await byId(customer, "chat-name").fill("Robin Ross");
    await byId(customer, "chat-start").click();
    await shows(customer, "Hello and welcome! We are glad that you write to us.");
    await byId(customer, "chat-log").getByText("How can we help?").waitFor();
    await write(customer, "nonsense");
    await shows(customer, "Sorry, that was not one of the choices.");
    await write(customer, "2");
    await byId(customer, "chat-log").getByText("We will connect you with an agent").waitFor();

    // The one who has been available longest.
    const card = byId(agent, "ring-card");
    await card.getByText("Robin Ross").waitFor();
    assert.equal(await byId(later, "ring-card").count(), 0);
    const details = byId(agent, "contact-details").getByTestId("contact-attributes");
    // What a customer's page says is marked as such.
    for (const text of ["HostedWidget-order", "4711", "topic", "Service"])
      await details.getByText(text, { exact: true }).waitFor();
    await picture(agent, "agent-ringing");
    await byId(agent, "contact-accept").click();
    await byId(agent, "chat-input").waitFor();
    await byId(customer, "chat-log").getByText("Alex has joined").waitFor();

    await typesUntilSeen(agent, customer, "Alex is typing");
    await write(agent, "Good day");
    await shows(customer, "Good day");
    await byId(agent, "chat-entry")
      .filter({ hasText: "Good day" })
      .getByText("Read", { exact: true })
      .waitFor({ timeout: 15_000 });

    await typesUntilSeen(customer, agent, "Robin Ross is typing");
    await write(customer, "My parcel is **lost**");
    await byId(agent, "chat-log").locator("strong", { hasText: "lost" }).waitFor();
    await byId(customer, "chat-entry")
      .filter({ hasText: "My parcel is" })
      .getByText("Read", { exact: true })
      .waitFor({ timeout: 15_000 });

    await byId(customer, "chat-file").setInputFiles({
      name: "receipt.pdf",
      mimeType: "application/pdf",
      buffer: Buffer.from("%PDF-1.7 receipt"),
    });
    await byId(agent, "chat-entry").filter({ hasText: "receipt.pdf" }).waitFor();
    const download = agent.waitForEvent("download");
    await byId(agent, "chat-download").click();
    assert.equal((await download).suggestedFilename(), "receipt.pdf");

    await picture(customer, "customer-chat");
    await picture(agent, "agent-chat");

    await byId(agent, "contact-end").click();
    await byId(agent, "contact-end-confirm").click();
    await byId(agent, "status-name").getByText("After-contact work").waitFor();
    await picture(agent, "agent-after-contact-work");
    await byId(agent, "contact-clear").click();
    await byId(agent, "no-contacts").waitFor();
    await byId(agent, "status-name").getByText("Available").waitFor();
    await picture(agent, "agent-empty");
    const survey = customer.locator("[data-testid=chat-over]").or(byId(customer, "chat-input"));
    await survey.first().waitFor();
    if (await byId(customer, "chat-end").count()) {
      await byId(customer, "chat-end").click();
      await byId(customer, "chat-end-confirm").click();
    }
    await byId(customer, "chat-over").waitFor();
    await picture(customer, "customer-over");
    await byId(customer, "chat-new").click();
    await byId(customer, "chat-form").waitFor();
  });

  test("an interactive message is shown, answered with one press, and the answer reaches the agent", async () => {
    const { customer, agent } = await together();
    // The workspace has no button for interactive messages; the same agent's program sends one.
    const speaker = await agents[0].speaker(await agents[0].contact("connected"));
    const picker = {
      templateType: "ListPicker",
      version: "1.0",
      data: {
        content: { title: "What shall we do?", elements: [{ title: "Send it again" }, { title: "Money back" }] },
      },
    };
    await speaker.say(JSON.stringify(picker), "application/vnd.amazonaws.connect.message.interactive");
    const offer = byId(customer, "offer-ListPicker");
    await offer.getByText("What shall we do?").waitFor();
    await picture(customer, "customer-offer");
    await picture(agent, "agent-offer");
    await offer.getByRole("button", { name: "Send it again" }).click();
    await until("the answer in the agent's window", async () =>
      (await said(agent)).some(([author, text]) => author === "Robin Ross" && text === "Send it again"),
    );
    assert.equal(await byId(customer, "chat-resend").count(), 0);
    assert.ok(await offer.getByRole("button", { name: "Money back" }).isDisabled(), "an offer is answered once");
  });

  test("both windows are reloaded in the middle, and nothing is lost or doubled", async () => {
    const both = await together();
    const { customer, agent } = both;
    const texts = ["service"];
    for (const [page, text] of [
      [customer, "one"],
      [agent, "two"],
      [customer, "three"],
    ]) {
      await write(page, text);
      texts.push(text);
      await bothShow(both, texts);
    }
    await customer.reload();
    await write(agent, "while you were away");
    await agent.reload();
    await byId(customer, "chat-input").waitFor();
    await write(customer, "back again");
    await byId(agent, "chat-input").waitFor();
    await write(agent, "me too");
    await bothShow(both, [...texts, "while you were away", "back again", "me too"]);
    assert.equal(await byId(agent, "contact-phase").getAttribute("data-phase"), "connected");
  });

  test("the customer's network drops: what was said meanwhile arrives once, and what was written is sent again once", async () => {
    const both = await together();
    const { customer, agent } = both;
    await write(customer, "before");
    await bothShow(both, ["service", "before"]);
    await street.takeOff(customer);
    await byId(customer, "chat-connection-lost").waitFor();
    await write(agent, "are you there?");
    await write(customer, "written offline");
    await byId(customer, "chat-resend").waitFor();
    await street.bringBack(customer);
    await byId(customer, "chat-connection-lost").waitFor({ state: "detached", timeout: 20_000 });
    await shows(customer, "are you there?");
    await byId(customer, "chat-resend").click();
    await bothShow(both, ["service", "before", "are you there?", "written offline"]);
    await write(agent, "good");
    await bothShow(both, ["service", "before", "are you there?", "written offline", "good"]);
  });

  test("the agent's network drops: the contact stays, and what was said meanwhile arrives once", async () => {
    const both = await together();
    const { customer, agent } = both;
    await write(agent, "before");
    await bothShow(both, ["service", "before"]);
    await office.takeOff(agent);
    await byId(agent, "desk-socket-down").waitFor({ timeout: 20_000 });
    await write(customer, "are you there?");
    await shows(customer, "are you there?");
    await office.bringBack(agent);
    await byId(agent, "desk-socket-down").waitFor({ state: "detached", timeout: 30_000 });
    await bothShow(both, ["service", "before", "are you there?"]);
    await write(agent, "yes");
    await bothShow(both, ["service", "before", "are you there?", "yes"]);
    assert.equal(await byId(agent, "contact-phase").getAttribute("data-phase"), "connected");
  });

  test("the answer to a message gets lost: the library sends it again, and it is there once", async () => {
    const both = await together();
    const { customer } = both;
    let lost = 0;
    street.loses = ({ path, method }) => method === "POST" && path === "/participant/message" && lost++ === 0;
    await write(customer, "only once");
    await until("the answer to be lost", () => lost > 0);
    await write(customer, "the end");
    await bothShow(both, ["service", "only once", "the end"]);
  });

  test("the network drops after a message was taken but before its answer came: it is there once, also after it was sent again", async () => {
    const both = await together();
    const { customer } = both;
    street.silent = true;
    street.loses = ({ path, method }) => method === "POST" && path === "/participant/message";
    await write(customer, "only once");
    await byId(customer, "chat-resend").waitFor({ timeout: 20_000 });
    await street.takeOff(customer);
    street.requests.length = 0;
    street.silent = false;
    street.loses = () => false;
    await street.bringBack(customer);
    await byId(customer, "chat-connection-lost").waitFor({ state: "detached", timeout: 20_000 });
    // Either the page has found out by itself that the message had arrived, or it still offers to send it again.
    const again = byId(customer, "chat-resend");
    await until(
      "the transcript to be read again",
      async () => (await again.count()) === 0 || street.requests.some((one) => one.path === "/participant/transcript"),
    );
    if (await again.count()) await again.click();
    await write(customer, "the end");
    await bothShow(both, ["service", "only once", "the end"]);
  });

  for (const [away, path] of [
    [0, "/agent-app-v2"],
    [20_000, "/ccp-v2"],
  ]) {
    test(`W15 the server is killed and comes back after ${away / 1000} s: chat page and ${path} go on by themselves, and nothing is lost or doubled`, async () => {
      const both = await together(path);
      const { customer, agent } = both;
      await write(customer, "before");
      await write(agent, "also before");
      await bothShow(both, ["service", "before", "also before"]);
      for (const page of [customer, agent]) await page.evaluate(() => void (window.sameDocument = true));
      await server.kill();
      const killed = performance.now();
      await byId(customer, "chat-connection-lost").waitFor({ timeout: 20_000 });
      await until("the server to have been away", () => performance.now() - killed >= away, away + 5000);
      await server.start();
      for (const [page, notice] of [
        [customer, "chat-connection-lost"],
        [agent, "desk-socket-down"],
      ]) {
        await byId(page, notice).waitFor({ state: "detached", timeout: 60_000 });
      }
      await write(customer, "after");
      await shows(agent, "after");
      await write(agent, "also after");
      await bothShow(both, ["service", "before", "also before", "after", "also after"]);
      for (const page of [customer, agent]) assert.ok(await page.evaluate(() => window.sameDocument), "no reload");
    });
  }

  test("the customer ends the chat, and the agent closes it", async () => {
    const { customer, agent } = await together();
    await byId(customer, "chat-end").click();
    await byId(customer, "chat-end-confirm").click();
    await byId(customer, "chat-over").waitFor();
    await byId(agent, "status-name").getByText("After-contact work").waitFor();
    const download = customer.waitForEvent("download");
    await byId(customer, "chat-transcript").click();
    assert.equal((await download).suggestedFilename(), "conversation.txt");
    await byId(agent, "contact-clear").click();
    await byId(agent, "no-contacts").waitFor();
    await customer.reload();
    await byId(customer, "chat-form").waitFor();
  });
});

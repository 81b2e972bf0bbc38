/** Our own contact panel and workspace, used by hand. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { Agent } from "./support/agent.mjs";
import { byId, launch, openDesk, openPage, setStatus, signIn } from "./support/browser.mjs";
import { arrive, endChats } from "./support/customer.mjs";
import { straightToQueue } from "./support/flows.mjs";
import { Server } from "./support/server.mjs";
import { enableBarge, letMonitor } from "./support/supervision.mjs";
import { until } from "./support/until.mjs";

let server;
let browser;
let flow;
let agents;
const pages = [];

before(async () => {
  [server, browser] = await Promise.all([Server.start({ SWITCHROOM_AGENTS_OFFER_SECONDS: "6" }), launch()]);
  flow = await straightToQueue(server);
  await enableBarge(server);
  await server.api("PUT", `/agent-status/${server.instanceId}`, { Name: "Lunch", State: "ENABLED" });
  agents = await Promise.all(["agent1", "agent2"].map((name) => Agent.signIn(server, name)));
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

afterEach(async () => {
  const complaints = pages.splice(0).flatMap((page) => page.complaints);
  await Promise.all(browser.contexts().map((context) => context.close()));
  await endChats(server);
  agents = await Promise.all(["agent1", "agent2"].map((name) => Agent.signIn(server, name)));
  for (const agent of agents) await agent.goHome();
  assert.deepEqual(complaints, [], "scripts of the pages fail");
});

async function desk(username = "agent1", path = "/ccp-v2", options = { viewport: { width: 420, height: 720 } }) {
  const page = await openDesk(browser, server, username, path, options);
  pages.push(page);
  return page;
}

const statusShows = (page, name) => byId(page, "status-name").getByText(name, { exact: true }).waitFor();

/** A panel in a chat with a customer. */
async function talking(page, request) {
  await setStatus(page, "Available");
  const customer = await arrive(server, { ContactFlowId: flow, ...request });
  await byId(page, "contact-accept").click();
  await byId(page, "chat-input").waitFor();
  return customer;
}

async function endAndClose(page) {
  await byId(page, "contact-end").click();
  await byId(page, "contact-end-confirm").click();
  await byId(page, "contact-clear").or(byId(page, "desk-notice")).waitFor();
  assert.deepEqual(await byId(page, "desk-notice").allInnerTexts(), []);
  await byId(page, "contact-clear").click();
  await byId(page, "no-contacts").waitFor();
}

describe("the contact panel", () => {
  test("signing in: wrong passwords are refused in words, the right one opens the panel, and a reload keeps it open", async () => {
    const page = await openPage(browser, `${server.endpoint}/ccp-v2`);
    pages.push(page);
    await byId(page, "sign-in-username").fill("agent1");
    await byId(page, "sign-in-password").fill("wrong");
    await byId(page, "sign-in-submit").click();
    await byId(page, "sign-in-problem").waitFor();
    await signIn(page, server, "agent1");
    await statusShows(page, "Offline");
    await page.reload();
    await statusShows(page, "Offline");
    await byId(page, "settings-menu").click();
    await byId(page, "sign-out").click();
    await byId(page, "sign-in-form").waitFor();
  });

  test("the status is chosen from all that exist, and the panel shows what other windows choose", async () => {
    const page = await desk();
    await byId(page, "no-contacts").waitFor();
    for (const name of ["Available", "Lunch", "Offline"]) {
      await setStatus(page, name);
      await statusShows(page, name);
      assert.equal((await agents[0].snapshot()).state.name, name);
    }
    await agents[0].status("Lunch");
    await statusShows(page, "Lunch");
  });

  test("an incoming chat shows who it is and what is known; accepting opens the conversation", async () => {
    const page = await desk();
    await setStatus(page, "Available");
    const { participant } = await arrive(server, {
      ContactFlowId: flow,
      DisplayName: "Robin Ross",
      Attributes: { order: "4711" },
      InitialMessage: { ContentType: "text/plain", Content: "My parcel is lost" },
    });
    const card = byId(page, "ring-card");
    await card.getByText("Robin Ross").waitFor();
    await card.getByText("4711").waitFor();
    await card.getByText("BasicQueue").waitFor();
    await byId(page, "contact-accept").click();
    const log = byId(page, "chat-log");
    await log.getByText("My parcel is lost").waitFor();
    assert.equal(await byId(page, "contact-phase").getAttribute("data-phase"), "connected");
    await participant.say("Hello?");
    await log.getByText("Hello?").waitFor();
    await byId(page, "details-toggle").click();
    await byId(page, "contact-attributes").getByText("4711").waitFor();
  });

  test("the time that is left to answer is the one the server gives", async () => {
    const page = await desk();
    await setStatus(page, "Available");
    await arrive(server, { ContactFlowId: flow });
    const left = Number.parseInt(await byId(page, "ring-left").textContent(), 10);
    assert.ok(left <= 6, `the panel gives ${left} seconds where the server gives 6`);
  });

  test("H8, H11 messages, typing and receipts in the panel", async () => {
    const page = await desk();
    const { participant, socket } = await talking(page);
    await participant.event("typing");
    await byId(page, "chat-typing").getByText("Casey Customer is typing").waitFor();
    await byId(page, "chat-input").fill("Good morning");
    await socket.item(
      "the agent's typing",
      (item) => item.ContentType.endsWith("event.typing") && item.ParticipantRole === "AGENT",
    );
    await byId(page, "chat-send").click();
    const message = await socket.item("the message", (item) => item.Content === "Good morning");
    const entry = page.locator(`[data-item-id="${message.Id}"]`);
    await participant.event("message.delivered", { messageId: message.Id });
    await entry.getByText("Delivered").waitFor();
    await participant.event("message.read", { messageId: message.Id });
    await entry.getByText("Read", { exact: true }).waitFor();
    const answer = await participant.say("And to you");
    await socket.item(
      "the agent's receipt",
      (item) => item.Type === "MESSAGEMETADATA" && item.MessageMetadata.MessageId === answer.Id,
      10_000,
    ); // the library sends one in five seconds
    assert.equal(await byId(page, "chat-entry").filter({ hasText: "Good morning" }).count(), 1);
  });

  test("H12, H13 Markdown is shown as such, and files go both ways", async () => {
    const page = await desk();
    const { participant, socket } = await talking(page);
    await participant.say("**bold** and <img src=x onerror=alert(1)>", "text/markdown");
    await byId(page, "chat-log").locator("strong", { hasText: "bold" }).waitFor();
    assert.equal(await byId(page, "chat-log").locator("img").count(), 0);
    await byId(page, "chat-file").setInputFiles({
      name: "label.pdf",
      mimeType: "application/pdf",
      buffer: Buffer.from("%PDF-1.7 label"),
    });
    const item = await socket.item(
      "the file",
      (one) => one.Type === "ATTACHMENT" && one.Attachments[0].Status === "APPROVED",
    );
    assert.equal(item.Attachments[0].AttachmentName, "label.pdf");
    const download = page.waitForEvent("download");
    await byId(page, "chat-download").click();
    assert.equal((await download).suggestedFilename(), "label.pdf");
    assert.equal(await byId(page, "chat-entry").filter({ hasText: "label.pdf" }).count(), 1);
  });

  test("ending, after-contact work and closing", async () => {
    const page = await desk();
    const { socket } = await talking(page);
    await byId(page, "contact-end").click();
    await byId(page, "contact-end-confirm").click();
    await socket.item("the end", (item) => item.ContentType.endsWith("event.chat.ended"));
    await statusShows(page, "After-contact work");
    assert.equal(await byId(page, "contact-phase").getAttribute("data-phase"), "ended");
    assert.equal(await byId(page, "chat-input").count(), 0);
    await byId(page, "contact-clear").click();
    await byId(page, "no-contacts").waitFor();
    await statusShows(page, "Available");
  });

  test("C13 a status chosen during a contact waits for its end", async () => {
    const page = await desk();
    await talking(page);
    await setStatus(page, "Lunch");
    await byId(page, "status-next").getByText("Lunch").waitFor();
    await endAndClose(page);
    await statusShows(page, "Lunch");
  });

  test("C16 a missed chat is said so, and clearing lets the agent go on", async () => {
    const page = await desk();
    await setStatus(page, "Available");
    await arrive(server, { ContactFlowId: flow });
    await byId(page, "ring-card").waitFor();
    await byId(page, "lost-card").waitFor({ timeout: 12_000 });
    await statusShows(page, "Missed contact");
    await byId(page, "contact-clear").click();
    await byId(page, "ring-card").waitFor();
  });

  test("C38 a rejected chat goes to somebody else", async () => {
    const page = await desk();
    await setStatus(page, "Available");
    const { contactId } = await arrive(server, { ContactFlowId: flow });
    await byId(page, "ring-card").waitFor();
    await agents[1].status("Available");
    await byId(page, "contact-reject").click();
    await agents[1].accept(contactId);
    await byId(page, "ring-card").waitFor({ state: "detached" });
  });

  test("C20, H25 a chat is handed over to another agent by quick connect", async () => {
    const page = await desk();
    const { contactId, socket } = await talking(page);
    await agents[1].status("Available");
    await byId(page, "contact-transfer").click();
    await byId(page, "transfer-search").fill("agent2");
    await byId(page, "transfer-dialog").getByText("agent2").click();
    await byId(page, "transfer-confirm").click();
    const offered = await agents[1].contact("connecting");
    assert.equal(offered.initialContactId, contactId);
    const taken = await agents[1].accept(offered.contactId);
    await (await agents[1].speaker(taken)).say("I take over");
    await socket.item("the second agent", (item) => item.Content === "I take over");
    await byId(page, "contact-clear").click();
    await byId(page, "no-contacts").waitFor();
  });

  test("C28 a supervisor reads along, barges in, only listens again, and leaves", async () => {
    await agents[0].status("Available");
    const { contactId, participant, socket } = await arrive(server, { ContactFlowId: flow });
    await agents[0].accept(contactId);
    const page = await desk("supervisor");
    await byId(page, "no-contacts").waitFor();
    await letMonitor(server, contactId, "supervisor");
    await byId(page, "contact-barge").waitFor();
    await participant.say("Is anybody there?");
    await byId(page, "chat-log").getByText("Is anybody there?").waitFor();
    assert.equal(await byId(page, "chat-input").count(), 0, "who listens cannot write");
    await byId(page, "contact-barge").click();
    await byId(page, "chat-input").fill("Let me help");
    await byId(page, "chat-input").press("Enter");
    const item = await socket.item("the supervisor's words", (one) => one.Content === "Let me help");
    assert.equal(item.ParticipantRole, "SUPERVISOR");
    await byId(page, "contact-listen").click();
    await byId(page, "chat-input").waitFor({ state: "detached" });
    await byId(page, "contact-end").click();
    await byId(page, "contact-end-confirm").click();
    await byId(page, "no-contacts").waitFor();
    await agents[0].contact("connected", contactId);
  });

  test("H24 two chats are told apart: messages stay in theirs, and the other one says that something is new", async () => {
    const page = await desk();
    const first = await talking(page, { DisplayName: "First Customer" });
    const second = await arrive(server, { ContactFlowId: flow, DisplayName: "Second Customer" });
    const row = (chat) => page.locator(`[data-testid=contact-row][data-contact-id="${chat.contactId}"]`);
    await row(second).click();
    await byId(page, "contact-accept").click();
    await byId(page, "chat-input").waitFor();
    await second.participant.say("I am the second");
    await byId(page, "chat-log").getByText("I am the second").waitFor();
    await first.participant.say("I am the first");
    await row(first).getByText("I am the first").waitFor();
    assert.equal(await byId(page, "chat-log").getByText("I am the first").count(), 0);
    await row(first).click();
    await byId(page, "chat-log").getByText("I am the first").waitFor();
    assert.equal(await byId(page, "chat-log").getByText("I am the second").count(), 0);
  });

  test("C25 a task is created for oneself, taken, paused, resumed and finished", async (context) => {
    const page = await desk();
    await setStatus(page, "Available");
    await byId(page, "task-new").click();
    await byId(page, "task-name").fill("Call the shop");
    await byId(page, "task-description").fill("Ask about parcel 4711");
    const assign = byId(page, "task-assign");
    await until("the choice of agents", async () => (await assign.locator("option").count()) > 1);
    await assign.selectOption({
      label: (await assign.locator("option").allInnerTexts()).find((text) => text.startsWith("agent1")),
    });
    await byId(page, "task-create").click();
    await byId(page, "ring-card").getByText("Call the shop").waitFor();
    const { contacts } = await agents[0].snapshot();
    context.after(() => server.stopContact(contacts[0].contactId).catch(() => undefined)); // over already where all went well
    await byId(page, "contact-accept").click();
    await byId(page, "task-text").getByText("Ask about parcel 4711").waitFor();
    await byId(page, "contact-pause").click();
    await byId(page, "contact-resume").click();
    await byId(page, "contact-pause").waitFor();
    await endAndClose(page);
  });

  test("C25 where there is a template, tasks are created by its form", async (context) => {
    const named = (name) => ({ Id: { Name: name } });
    const { Id } = await server.api("PUT", `/instance/${server.instanceId}/task/template`, {
      Name: "Refund",
      Fields: [
        { ...named("Title"), Type: "NAME" },
        { ...named("Order"), Type: "NUMBER" },
        { ...named("Colour"), Type: "SINGLE_SELECT", SingleSelectOptions: ["red", "blue"] },
        { ...named("To"), Type: "QUICK_CONNECT" },
        { ...named("Source"), Type: "TEXT" },
      ],
      Constraints: {
        RequiredFields: [named("Title"), named("Order"), named("To")],
        InvisibleFields: [named("Source")],
      },
      Defaults: { DefaultFieldValues: [{ ...named("Source"), DefaultValue: "Panel" }] },
    });
    context.after(() => server.api("DELETE", `/instance/${server.instanceId}/task/template/${Id}`));
    const page = await desk();
    await setStatus(page, "Available");
    await byId(page, "task-new").click();
    await byId(page, "task-field-Title").fill("Pay back");
    assert.equal(await byId(page, "task-field-Source").count(), 0);
    await byId(page, "task-field-Colour").selectOption("blue");
    const assign = byId(page, "task-field-To");
    await until("the choice of agents", async () => (await assign.locator("option").count()) > 1);
    await assign.selectOption({ label: "agent1" });
    await byId(page, "task-create").click();
    assert.equal(await byId(page, "task-dialog").getByRole("alert").count(), 1, "the order is missing");
    await byId(page, "task-field-Order").fill("4711");
    await byId(page, "task-create").click();
    await byId(page, "ring-card").getByText("Pay back").waitFor();
    const [{ contactId, references }] = (await agents[0].snapshot()).contacts;
    context.after(() => server.stopContact(contactId).catch(() => undefined)); // over already where all went well
    assert.deepEqual(
      Object.entries(references).map(([name, one]) => `${name}=${one.type}:${one.value}`).toSorted(),
      ["Colour=STRING:blue", "Order=NUMBER:4711", "Source=STRING:Panel"],
    );
    await byId(page, "contact-accept").click();
    await endAndClose(page);
  });

  test("C33 two windows of one browser stay in step", async () => {
    const page = await desk();
    const other = await page.context().newPage();
    await other.goto(`${server.endpoint}/agent-app-v2`);
    await statusShows(other, "Offline");
    await talking(page);
    await byId(other, "chat-input").waitFor();
    await byId(other, "chat-input").fill("From the other window");
    await byId(other, "chat-send").click();
    await byId(page, "chat-log").getByText("From the other window").waitFor();
    await endAndClose(other);
    await byId(page, "no-contacts").waitFor();
  });

  test("an administrator without the permission for the panel is told so", async () => {
    const page = await openPage(browser, `${server.endpoint}/ccp-v2`);
    pages.push(page);
    const { SecurityProfileSummaryList } = await server.api("GET", `/security-profiles-summary/${server.instanceId}`);
    const { SecurityProfileId } = await server.api("PUT", `/security-profiles/${server.instanceId}`, {
      SecurityProfileName: "Viewers",
      Permissions: ["Users.View"],
    });
    assert.ok(SecurityProfileSummaryList.length > 0);
    const { RoutingProfileSummaryList } = await server.api("GET", `/routing-profiles-summary/${server.instanceId}`);
    await server.api("PUT", `/users/${server.instanceId}`, {
      Username: "viewer",
      Password: "Look-But-9-Touch",
      IdentityInfo: { FirstName: "Vivian", LastName: "Viewer" },
      PhoneConfig: { PhoneType: "SOFT_PHONE", AutoAccept: false, AfterContactWorkTimeLimit: 0 },
      SecurityProfileIds: [SecurityProfileId],
      RoutingProfileId: RoutingProfileSummaryList[0].Id,
    });
    await byId(page, "sign-in-username").fill("viewer");
    await byId(page, "sign-in-password").fill("Look-But-9-Touch");
    await byId(page, "sign-in-submit").click();
    await byId(page, "desk-denied").waitFor();
  });
});

/** Views: what customers see of them in a chat and agents beside their contacts, answered by mouse and by keyboard. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { Agent } from "./support/agent.mjs";
import { byId, launch, openDesk, openPage, setStatus, signIn } from "./support/browser.mjs";
import { arrive, endChat, endChats } from "./support/customer.mjs";
import { basicQueue, publish } from "./support/flows.mjs";
import { Server } from "./support/server.mjs";
import { until } from "./support/until.mjs";

const screenshots = resolve(import.meta.dirname, "../../target/screenshots");

let server;
let browser;
let kept;

before(async () => {
  mkdirSync(screenshots, { recursive: true });
  [server, browser] = await Promise.all([Server.start(), launch()]);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

afterEach(async () => {
  if (kept) await endChat(server, kept);
  kept = undefined;
  await endChats(server);
  await Promise.all(browser.contexts().map((context) => context.close()));
  const agent = await Agent.signIn(server, "agent1");
  await agent.goHome();
});

const failing = (next, kinds = ["NoMatchingError"]) => kinds.map((ErrorType) => ({ NextAction: next, ErrorType }));

/** Shows a view; the branches lead to the actions of their names. */
function show(id, view, data, branches, more = {}) {
  return {
    Identifier: id,
    Type: "ShowView",
    Parameters: { ViewResource: view, InvocationTimeLimitSeconds: "600", ViewData: data, ...more },
    Transitions: {
      NextAction: "nothing",
      Conditions: Object.entries(branches).map(([operand, next]) => ({
        NextAction: next,
        Condition: { Operator: "Equals", Operands: [operand] },
      })),
      Errors: failing("nothing", ["NoMatchingCondition", "NoMatchingError", "TimeLimitExceeded"]),
    },
  };
}
const says = (id, Text, next) => ({
  Identifier: id,
  Type: "MessageParticipant",
  Parameters: { Text },
  Transitions: { NextAction: next, Errors: failing(next) },
});
const step = (id, Type, Parameters, next) => ({
  Identifier: id,
  Type,
  Parameters,
  Transitions: next ? { NextAction: next, Errors: failing(next) } : {},
});
const stay = {
  Identifier: "stay",
  Type: "Wait",
  Parameters: { TimeLimitSeconds: "3600" },
  Transitions: {
    NextAction: "bye",
    Conditions: [{ NextAction: "bye", Condition: { Operator: "Equals", Operands: ["WaitCompleted"] } }],
    Errors: failing("bye"),
  },
};
const bye = { Identifier: "bye", Type: "DisconnectParticipant", Parameters: {}, Transitions: {} };

const sections = [
  {
    Type: "FormSection",
    Heading: "Your order",
    Items: [
      { Type: "FormInput", Label: "Order number", Name: "order", Required: true },
      {
        Type: "RadioGroup",
        Label: "What is wrong?",
        Name: "reason",
        Required: true,
        Options: [
          { Label: "It is broken", Value: "broken", Description: "We send another one." },
          { Label: "It never arrived", Value: "lost" },
        ],
      },
      { Type: "DatePicker", Label: "When did you order?", Name: "when" },
    ],
  },
];

/** Cards, a form, a confirmation and a detail page, as one conversation. */
const conversation = () => [
  show(
    "cards",
    { Id: "cards", Version: "Latest" },
    {
      Heading: "How can we help?",
      Cards: [
        {
          Summary: { Id: "refund", Heading: "Refund", Description: "Money back for an order", Icon: "plus" },
          Detail: {
            Heading: "Refund",
            Sections: [{ TemplateString: "<p>You get your money back within <b>three days</b>.</p>" }],
            Actions: ["Ask for a refund"],
          },
        },
        {
          Summary: {
            Id: "long",
            Heading: "Something with a name that is so long that it has to be broken into several lines",
            Status: "new",
          },
        },
      ],
      NoMatchFound: { Label: "Something else" },
    },
    { ActionSelected: "form", NoMatchFound: "nothing" },
  ),
  show(
    "form",
    { Id: "form", Version: "Latest" },
    {
      Heading: "Refund",
      SubHeading: "Tell us about your order",
      Wizard: [{ Heading: "Order", Selected: true }, { Heading: "Review" }],
      Sections: sections,
      Next: { Label: "Continue" },
      Back: { Label: "Topics" },
    },
    { Next: "confirm", Back: "cards" },
  ),
  show(
    "confirm",
    { Id: "confirmation", Version: "Latest" },
    {
      Heading: "Order $.Views.ViewResultData.FormData.order",
      SubHeading: "Because: $.Views.ViewResultData.FormData.reason",
      Next: { Label: "That is right" },
    },
    { Next: "done" },
  ),
  says("done", "Thank you, that is noted.", "stay"),
  says("nothing", "A person will look at it.", "stay"),
  stay,
  bye,
];

async function customerOf(flow) {
  const page = await openPage(browser, `${server.endpoint}/chat?flow=${flow}&name=Robin%20Ross`, {
    viewport: { width: 420, height: 760 },
  });
  await byId(page, "chat-start").click();
  await byId(page, "chat-input").waitFor();
  kept = JSON.parse(await page.evaluate(() => sessionStorage.getItem("persistedChatSession")));
  return page;
}

async function picture(page, name) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(screenshots, `${name}-${colorScheme}.png`) });
  }
  await page.emulateMedia({ colorScheme: "light" });
}

/** Goes on with the Tab key until something has the focus. */
async function tabTo(page, target, key = "Tab") {
  for (let steps = 0; steps < 60; steps += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  assert.fail(`${target} is out of reach of the keyboard`);
}

const view = (page) => byId(page, "view");
const said = (page, text) => byId(page, "chat-log").getByText(text, { exact: true }).waitFor();

describe("views in a chat", () => {
  test("a customer goes through views by mouse; what is missing is said, and answers stay readable", async () => {
    const flow = await publish(server, "By mouse", conversation());
    const page = await customerOf(flow);
    await view(page).getByRole("heading", { name: "How can we help?" }).waitFor();
    await picture(page, "view-cards");
    await view(page).getByRole("button", { name: "Refund" }).click();
    await view(page).getByText("three days").waitFor();
    await picture(page, "view-cards-detail");
    await view(page).getByRole("button", { name: "Ask for a refund" }).click();
    await view(page).getByRole("heading", { name: "Your order" }).waitFor();
    await byId(page, "view-next").click();
    assert.equal(await view(page).getByText("Please fill this in.").count(), 2);
    await picture(page, "view-form-missing");
    await view(page).getByLabel("Order number").fill("A-4711");
    await view(page).getByLabel("It is broken").check();
    await byId(page, "view-next").click();
    await view(page).getByRole("heading", { name: "Order A-4711" }).waitFor();
    await view(page).getByText("Because: broken").waitFor();
    await picture(page, "view-confirmation");
    // A reload goes on where the conversation is.
    await page.reload();
    await view(page).getByRole("button", { name: "That is right" }).click();
    await said(page, "Thank you, that is noted.");
    assert.equal(await view(page).count(), 0, "nothing waits for an answer any more");
    await said(page, "order: A-4711, reason: broken");
    await picture(page, "view-answered");
    assert.deepEqual(page.complaints, []);
  });

  test("a customer goes through views by keyboard alone", async () => {
    const flow = await publish(server, "By keyboard", conversation());
    const page = await customerOf(flow);
    await view(page).getByRole("heading", { name: "How can we help?" }).waitFor();
    await byId(page, "chat-input").focus();
    await tabTo(page, view(page).getByRole("button", { name: "Refund" }), "Shift+Tab");
    await page.keyboard.press("Enter");
    await tabTo(page, view(page).getByRole("button", { name: "Ask for a refund" }), "Tab");
    await page.keyboard.press("Enter");
    await view(page).getByRole("heading", { name: "Your order" }).waitFor();
    await byId(page, "chat-input").focus();
    await tabTo(page, view(page).getByLabel("Order number"), "Shift+Tab");
    await page.keyboard.type("B-12");
    await tabTo(page, view(page).getByLabel("It never arrived"));
    await page.keyboard.press("Space");
    await tabTo(page, byId(page, "view-next"));
    await page.keyboard.press("Space");
    await view(page).getByText("Because: lost").waitFor();
    await byId(page, "chat-input").focus();
    await tabTo(page, view(page).getByRole("button", { name: "That is right" }), "Shift+Tab");
    await page.keyboard.press("Enter");
    await said(page, "Thank you, that is noted.");
    assert.deepEqual(page.complaints, []);
  });

  test("a text in place of an answer takes the branch for what does not match", async () => {
    const flow = await publish(server, "By text", conversation());
    const page = await customerOf(flow);
    await view(page).waitFor();
    await byId(page, "chat-input").fill("I do not want cards");
    await byId(page, "chat-send").click();
    await said(page, "A person will look at it.");
    assert.equal(await view(page).count(), 0);
  });

  test("an answer that must not be told is not told", async () => {
    const hides = { SensitiveDataConfiguration: { HideResponseOn: ["TRANSCRIPT"] } };
    const flow = await publish(server, "Hidden", [
      show(
        "form",
        { Id: "form", Version: "Latest" },
        {
          Heading: "Card",
          Sections: [{ Type: "FormSection", Items: [{ Type: "FormInput", Label: "Number", Name: "n" }] }],
        },
        { Submit: "done" },
        hides,
      ),
      says("done", "Noted.", "stay"),
      says("nothing", "Nothing.", "stay"),
      stay,
      bye,
    ]);
    const page = await customerOf(flow);
    await view(page).getByLabel("Number").fill("4111 1111");
    await byId(page, "view-next").click();
    await said(page, "Noted.");
    await page.reload();
    await said(page, "Answered. The answer is not shown.");
    assert.equal(await page.getByText("4111 1111").count(), 0);
  });

  test("a view of one's own is laid out and answered; what is hostile in it does nothing", async () => {
    const evil = `<img src=x onerror="window.ran=1"><script>window.ran=1</script><a href="javascript:window.ran=1">x</a>`;
    const covering = `<div style="position:fixed;inset:0;z-index:99;background:red" onclick="window.ran=1">over</div>`;
    const template = {
      Head: { Title: "Offer", Configuration: { Layout: { Columns: ["6", "6"] } } },
      Body: [
        { _id: "t", Type: "TextContent", Props: {}, Content: ["$.Text"] },
        { _id: "c", Type: "Card", Props: { Id: "c1", Heading: "$.Heading", Action: "Taken" } },
        { _id: "e", Type: "TextContent", Props: {}, Content: [evil + covering] },
        { _id: "b", Type: "Button", Props: { Action: "Skipped" }, Content: ["Skip"] },
      ],
    };
    const { View } = await server.api("PUT", `/views/${server.instanceId}`, {
      Name: "Offer",
      Status: "PUBLISHED",
      Content: { Template: JSON.stringify(template), Actions: ["Taken", "Skipped"] },
    });
    const flow = await publish(server, "Own", [
      show("own", { Id: View.Id, Version: "Latest" }, { Heading: evil, Text: evil }, { Taken: "done" }),
      says("done", "You took $.Views.ViewResultData.Id.", "stay"),
      says("nothing", "Nothing.", "stay"),
      stay,
      bye,
    ]);
    const page = await customerOf(flow);
    const card = view(page).locator("button.view__card");
    await card.waitFor();
    await picture(page, "view-own-hostile");
    assert.equal(await view(page).locator("img, script, [onclick], [onerror], a[href^=javascript]").count(), 0);
    const covers = await view(page)
      .getByText("over", { exact: true })
      .evaluate((element) => getComputedStyle(element).position);
    assert.equal(covers, "static");
    await card.click();
    await said(page, "You took c1.");
    assert.equal(await page.evaluate(() => window.ran), undefined);
    assert.deepEqual(page.complaints, []);
  });
});

describe("guides", () => {
  before(async () => {
    const { SecurityProfileSummaryList } = await server.api("GET", `/security-profiles-summary/${server.instanceId}`);
    const { Id } = SecurityProfileSummaryList.find((one) => one.Name === "Agent");
    const { Permissions } = await server.api("GET", `/security-profiles-permissions/${server.instanceId}/${Id}`);
    await server.api("POST", `/security-profiles/${server.instanceId}/${Id}`, {
      Permissions: [...Permissions, "CustomViews.Access"],
    });
  });

  /** A chat with an agent in the workspace; a guide at its start and another at its end. */
  async function guided() {
    const start = await publish(server, `Start ${Math.random()}`, [
      show(
        "pop",
        { Id: "detail", Version: "Latest" },
        {
          Heading: "A $.Attributes.tier customer",
          Description: "What we know",
          AttributeBar: [{ Label: "Tier", Value: "$.Attributes.tier", Copyable: true }],
          Sections: [{ TemplateString: "<p>Ask for the <b>order number</b>.</p>" }],
          Actions: ["Refund", "Repair"],
        },
        { ActionSelected: "form" },
      ),
      show(
        "form",
        { Id: "form", Version: "Latest" },
        { Heading: "$.Views.ViewResultData.actionName", Sections: sections, Next: "Save" },
        { Next: "keep" },
      ),
      step("keep", "UpdateContactAttributes", { Attributes: { reason: "$.Views.ViewResultData.FormData.reason" } }, "bye"),
      says("nothing", "Nothing.", "bye"),
      bye,
    ]);
    const end = await publish(server, `End ${Math.random()}`, [
      show(
        "wrap",
        { Id: "list", Version: "Latest" },
        { Heading: "How did it end?", Items: [{ Heading: "Solved", Id: "solved" }, { Heading: "Open", Id: "open" }] },
        { ActionSelected: "keep" },
      ),
      step("keep", "UpdateContactAttributes", { Attributes: { disposition: "$.Views.ViewResultData.actionName" } }, "bye"),
      says("nothing", "Nothing.", "bye"),
      bye,
    ]);
    const { Arn } = await basicQueue(server);
    const flow = await publish(server, `Guided ${Math.random()}`, [
      step("hooks", "UpdateContactEventHooks", { EventHooks: { DefaultAgentUI: start } }, "note"),
      step("note", "UpdateContactAttributes", { Attributes: { tier: "gold", DisconnectFlowForAgentUI: end } }, "choose"),
      step("choose", "UpdateContactTargetQueue", { QueueId: Arn }, "wait"),
      {
        ...step("wait", "TransferContactToQueue", {}),
        Transitions: { NextAction: "bye", Errors: failing("bye", ["QueueAtCapacity", "NoMatchingError"]) },
      },
      bye,
    ]);
    const desk = await openDesk(browser, server, "agent1", "/agent-app-v2", { viewport: { width: 1280, height: 800 } });
    await setStatus(desk, "Available");
    const customer = await arrive(server, { ContactFlowId: flow });
    await byId(desk, "contact-accept").click();
    return { desk, customer };
  }

  const attributes = async (contactId) =>
    (await server.api("GET", `/contact/attributes/${server.instanceId}/${contactId}`)).Attributes;

  test("an agent is guided through a contact and after it, and the answers are the contact's attributes", async () => {
    const { desk, customer } = await guided();
    const guides = byId(desk, "guides");
    await guides.getByRole("heading", { name: "A gold customer" }).waitFor();
    await picture(desk, "guide-start");
    // Also after a reload the guide is where it was.
    await desk.reload();
    await guides.getByRole("button", { name: "Repair" }).click();
    await guides.getByRole("heading", { name: "Repair" }).waitFor();
    await guides.getByLabel("Order number").fill("A-1");
    await guides.getByLabel("It is broken").check();
    await picture(desk, "guide-form");
    await byId(desk, "view-next").click();
    await byId(desk, "guide-over").waitFor();
    assert.equal((await attributes(customer.contactId)).reason, "broken");

    await byId(desk, "contact-end").click();
    await byId(desk, "contact-end-confirm").click();
    await guides.getByRole("heading", { name: "How did it end?" }).waitFor();
    await byId(guides, "guide-over").waitFor();
    assert.equal(await guides.locator(".sr-alert").count(), 0, "the first guide is over, and nothing is wrong with it");
    await picture(desk, "guide-end");
    await guides.getByRole("button", { name: "Solved" }).focus();
    await desk.keyboard.press("Enter");
    await until("the disposition", async () => (await attributes(customer.contactId)).disposition === "solved");
    await byId(desk, "contact-clear").click();
    await until("the guides to be gone", async () => (await guides.count()) === 0);
    assert.deepEqual(desk.complaints, []);
  });

  test("P22 the frame for views of a contact shows its guide, and an agent without one sees that there is none", async () => {
    const { desk, customer } = await guided();
    await byId(desk, "guides").waitFor();
    const frame = await desk.context().newPage();
    await frame.goto(`${server.endpoint}/stargate/app?currentContactId=${customer.contactId}`);
    await byId(frame, "guides").getByRole("button", { name: "Refund" }).waitFor();
    await picture(frame, "guide-frame");
    await frame.goto(`${server.endpoint}/stargate/app?currentContactId=${server.instanceId}`);
    await byId(frame, "no-views").waitFor();
  });
});

describe("the console", () => {
  async function administer(path, marker) {
    const page = await openPage(browser, server.endpoint + path, { viewport: { width: 1440, height: 950 } });
    const admin = Object.keys(server.users).find((name) => name.startsWith("admin"));
    await signIn(page, server, admin);
    await byId(page, marker).waitFor();
    return page;
  }

  const described = async (id) =>
    (await server.api("GET", `/views/${server.instanceId}/${encodeURIComponent(id)}`)).View;

  test("a managed view is copied, changed, checked while it is written, tried out, published and deleted", async () => {
    const page = await administer("/console/views", "views");
    await page.getByRole("link", { name: "Confirmation" }).waitFor();
    await picture(page, "console-views");
    await page.getByRole("link", { name: "Confirmation" }).click();
    await byId(page, "view-preview").getByRole("button", { name: "Go on" }).click();
    await byId(page, "view-answer").getByText("Next").waitFor();
    assert.equal(await byId(page, "view-save").count(), 0, "a managed view is not saved");
    await byId(page, "view-copy").click();
    await byId(page, "view-save").waitFor();
    await byId(page, "view-sound").waitFor();
    const id = page.url().split("/").at(-1);
    assert.equal((await described(`${id}:$SAVED`)).Status, "SAVED");

    await byId(page, "view-name").locator("input").fill("Good bye");
    const template = byId(page, "view-template");
    const button = { _id: "b", Type: "Button", Props: { Action: "Again" }, Content: ["Once more"] };
    await template.fill(JSON.stringify({ Head: { Title: "Bye" }, Body: [button] }, null, 2));
    await byId(page, "view-problems").getByText('"Again" is not in Actions').waitFor();
    await byId(page, "view-publish").click();
    await byId(page, "view-problem").getByText("Body[0].Props.Action").waitFor();
    await byId(page, "view-actions").locator("textarea").fill("Next\nAgain");
    await byId(page, "view-sound").waitFor();
    await byId(page, "view-preview").getByRole("button", { name: "Once more" }).click();
    await byId(page, "view-answer").getByText('"Action": "Again"').waitFor();
    await picture(page, "console-view");
    await byId(page, "view-publish").click();
    await byId(page, "view-versions").getByRole("cell", { name: "1", exact: true }).waitFor();
    const published = await described(id);
    assert.deepEqual(
      [published.Name, published.Status, published.Version, published.Content.Actions],
      ["Good bye", "PUBLISHED", 1, ["Next", "Again"]],
    );

    // A draft leaves what is published; a version comes back into the editor.
    await template.fill(JSON.stringify({ Body: [{ ...button, Content: ["Twice more"] }] }));
    await byId(page, "view-save").click();
    await until("the draft", async () => (await described(`${id}:$SAVED`)).Status === "SAVED");
    assert.deepEqual((await described(id)).Content, published.Content);
    await page.getByRole("button", { name: "Put version 1 into the editor" }).click();
    await byId(page, "view-preview").getByRole("button", { name: "Once more" }).waitFor();

    // What a published flow shows stays; nothing else does.
    const flow = await publish(server, "Says good bye", [
      show("bye-bye", { Id: id, Version: "1" }, {}, { Again: "bye" }),
      says("nothing", "Nothing.", "bye"),
      bye,
    ]);
    await page.goto(`${server.endpoint}/console/views`);
    await page.getByRole("button", { name: "Delete Good bye" }).click();
    await byId(page, "confirm-delete-yes").click();
    await byId(page, "confirm-delete").getByText("Says good bye").waitFor();
    await server.api("DELETE", `/contact-flows/${server.instanceId}/${flow}`);
    await byId(page, "confirm-delete-yes").click();
    await until("the view to be gone", async () => (await page.getByRole("link", { name: "Good bye" }).count()) === 0);
    assert.deepEqual(page.complaints, []);
  });

  test("the designer offers the views, their inputs as fields and their actions as branches", async () => {
    const made = await server.api("PUT", `/contact-flows/${server.instanceId}`, {
      Name: "To be drawn",
      Type: "CONTACT_FLOW",
      Status: "SAVED",
      Content: JSON.stringify({
        Version: "2019-10-30",
        StartAction: "view",
        Metadata: { ActionMetadata: { view: { position: { x: 240, y: 40 } }, bye: { position: { x: 700, y: 40 } } } },
        Actions: [
          {
            Identifier: "view",
            Type: "ShowView",
            Parameters: { InvocationTimeLimitSeconds: "300" },
            Transitions: { Errors: failing("bye", ["NoMatchingCondition", "NoMatchingError", "TimeLimitExceeded"]) },
          },
          bye,
        ],
      }),
    });
    const page = await administer(`/console/flows/${made.ContactFlowId}`, "designer");
    await page.locator(".react-flow__node-block").first().dblclick();
    const fields = byId(page, "show-view");
    await byId(fields, "value-Id").locator("button").first().click();
    await page.getByRole("option", { name: "Detail" }).first().click();
    await fields.getByLabel("Sections as JSON").waitFor();
    await fields.getByLabel("Sections as JSON").fill('[{"TemplateString": "<p>$.Attributes.tier</p>"}]');
    await byId(page, "add-view-branches").click();
    await picture(page, "designer-show-view");
    await byId(page, "target-condition:0").waitFor();
    for (const [index, target] of ["bye", "bye"].entries()) {
      await byId(page, `target-condition:${index}`).locator("button").first().click();
      await page.getByRole("option", { name: target }).first().click();
    }
    await byId(page, "flow-save").click();
    await page.getByText("was saved", { exact: false }).first().waitFor();
    const saved = JSON.parse(
      (
        await server.api(
          "GET",
          `/contact-flows/${server.instanceId}/${encodeURIComponent(`${made.ContactFlowId}:$SAVED`)}`,
        )
      ).ContactFlow.Content,
    );
    const [block] = saved.Actions;
    assert.deepEqual(block.Parameters.ViewResource, { Id: "detail", Version: "Latest" });
    assert.deepEqual(block.Parameters.ViewData, { Sections: [{ TemplateString: "<p>$.Attributes.tier</p>" }] });
    assert.deepEqual(
      block.Transitions.Conditions.map((one) => one.Condition.Operands[0]),
      ["ActionSelected", "Back"],
    );
    assert.deepEqual(page.complaints, []);
  });
});

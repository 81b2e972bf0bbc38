/** Two authors of one flow or module: nobody overwrites the other unawares, and what is refused changes nothing. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { byId, launch, openPage, signIn } from "./support/browser.mjs";
import { Server } from "./support/server.mjs";
import { until } from "./support/until.mjs";

let server;
let browser;
let admin;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  admin = Object.keys(server.users).find((name) => name.startsWith("admin"));
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A content that says this before it ends by such a block. */
function says(Text, end, more = {}) {
  const say = {
    Identifier: "greet",
    Type: "MessageParticipant",
    Parameters: { Text },
    Transitions: { NextAction: "end", Errors: [{ ErrorType: "NoMatchingError", NextAction: "end" }], Conditions: [] },
  };
  const Actions = [say, { Identifier: "end", Type: end, Parameters: {}, Transitions: {} }];
  return JSON.stringify({ Version: "2019-10-30", StartAction: "greet", ...more, Metadata: {}, Actions });
}

const settings = { InputParameters: [], OutputParameters: [], Transitions: [] };

const kinds = {
  flow: {
    page: "flows",
    address: () => `/contact-flows/${server.instanceId}`,
    members: { Type: "CONTACT_FLOW" },
    content: (text) => says(text, "DisconnectParticipant"),
    id: (made) => made.ContactFlowId,
    of: (answer) => answer.ContactFlow,
  },
  module: {
    page: "flow-modules",
    address: () => `/contact-flow-modules/${server.instanceId}`,
    members: {},
    content: (text) => says(text, "EndFlowModuleExecution", { Settings: settings }),
    id: (made) => made.Id,
    of: (answer) => answer.ContactFlowModule,
  },
};

/** One that the API made, open in the designer. */
async function opened(kind, Name) {
  const { page: path, address, members, content, id: idOf, of } = kinds[kind];
  const id = idOf(await server.api("PUT", address(), { Name, Content: content("first"), ...members }));
  const page = await openPage(browser, `${server.endpoint}/console/${path}/${id}`, {
    viewport: { width: 1500, height: 950 },
  });
  await signIn(page, server, admin);
  await byId(page, "designer").waitFor();
  const draft = `${address()}/${encodeURIComponent(`${id}:$SAVED`)}`;
  return {
    page,
    /** Somebody else saves a draft. */
    theyWrite: (text) => server.api("POST", `${draft}/content`, { Content: content(text) }),
    described: async (suffix = ":$SAVED") =>
      of(await server.api("GET", `${address()}/${encodeURIComponent(`${id}${suffix}`)}`)),
  };
}

const said = ({ Content }) => JSON.parse(Content).Actions.find((one) => one.Identifier === "greet").Parameters.Text;

/** Writes the words that are said, on the canvas. */
async function write(page, text) {
  await page.locator(".react-flow__node-block", { hasText: "greet" }).first().dblclick();
  await byId(page, "value-Text").locator("textarea, input").first().fill(text);
}

for (const kind of Object.keys(kinds)) {
  test(`a ${kind} that somebody else has saved meanwhile is overwritten only by choice`, async () => {
    const { page, theyWrite, described } = await opened(kind, `Shared ${kind}`);
    await write(page, "mine");
    await theyWrite("theirs");

    await byId(page, "flow-publish").click();
    await byId(page, "meanwhile").getByText("by somebody else").waitFor();
    await byId(page, "meanwhile-cancel").click();
    await byId(page, "meanwhile").waitFor({ state: "detached" });
    assert.equal(said(await described()), "theirs", "nothing is written before the choice");
    assert.equal(said(await described("")), "first");

    await byId(page, "flow-save").click();
    await byId(page, "meanwhile-mine").click();
    await until("mine to be kept", async () => said(await described()) === "mine");
    await byId(page, "meanwhile").waitFor({ state: "detached" });

    // What was stored from here is nobody else's change.
    await write(page, "mine again");
    await byId(page, "flow-publish").click();
    await until("mine to be published", async () => said(await described("")) === "mine again");
    assert.equal(await byId(page, "meanwhile").count(), 0);

    await theyWrite("theirs again");
    await write(page, "lost");
    await byId(page, "flow-save").click();
    await byId(page, "meanwhile-theirs").click();
    await byId(page, "meanwhile").waitFor({ state: "detached" });
    await write(page, "after theirs");
    await byId(page, "flow-save").click();
    await until("the newest to be saved", async () => said(await described()) === "after theirs");
    assert.equal(await byId(page, "meanwhile").count(), 0, "the editor has begun anew with theirs");
    assert.deepEqual(page.complaints, [], "scripts of the pages fail");
  });

  test(`a ${kind} whose publishing is refused keeps its name and tags`, async () => {
    const { page, described } = await opened(kind, `Refused ${kind}`);
    await write(page, "");
    await byId(page, "flow-more").locator("button").first().click();
    await page.getByRole("menuitem", { name: /^Name/ }).click();
    await byId(page, "flow-name").locator("input").fill("Renamed");
    await byId(page, "tag-add").click();
    await byId(page, "tag-key-0").locator("input").fill("team");
    await byId(page, "about-close").click();
    await byId(page, "flow-publish").click();
    await byId(page, "flow-problem").waitFor();
    const { Name, Tags } = await described("");
    assert.deepEqual([Name, Tags ?? {}], [`Refused ${kind}`, {}]);

    await write(page, "good again");
    await byId(page, "flow-publish").click();
    await until("the new name", async () => (await described("")).Name === "Renamed");
    await until("the new tag", async () => "team" in ((await described("")).Tags ?? {}));
    assert.equal(said(await described("")), "good again");
  });
}

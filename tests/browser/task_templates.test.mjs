/** Task templates in the console: made, put in order, refused at the right field, seen by agents, deleted. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { byId, launch, openDesk, openPage, signIn } from "./support/browser.mjs";
import { Server } from "./support/server.mjs";
import { until } from "./support/until.mjs";

let server;
let browser;
let admin;
let agent;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  const names = Object.keys(server.users);
  admin = names.find((name) => name.startsWith("admin"));
  agent = names.find((name) => name.startsWith("agent"));
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const base = () => `/instance/${server.instanceId}/task/template`;
const templates = async () => (await server.api("GET", base())).TaskTemplates;
const input = (page, id) => byId(page, id).locator("input");
const choose = async (page, id, name) => {
  await byId(page, id).locator("button").first().click();
  // Where a choice has a description, it is part of the accessible name.
  await page.getByRole("option", { name: new RegExp(`^${name}( |$)`) }).first().click();
};

async function open(path, options = {}) {
  const page = await openPage(browser, `${server.endpoint}/console/task-templates${path}`, {
    viewport: { width: 1300, height: 1400 },
    ...options,
  });
  await signIn(page, server, admin);
  return page;
}

test("a template is made with fields in an order of the author's, previewed, and used by an agent", async () => {
  const page = await open("");
  await page.getByText("There are no task templates yet.").waitFor();
  await byId(page, "task-templates-create").first().click();
  await input(page, "template-name").fill("Refund");
  await input(page, "field-name-1").fill("Title");

  await byId(page, "field-add").click();
  await input(page, "field-name-2").fill("Colour");
  await choose(page, "field-type-2", "One of several");
  await byId(page, "form-save").click();
  await page.getByText("Give at least one choice.").waitFor();
  await page.getByText("Choose a flow, or add a field").waitFor();
  await byId(page, "field-options-2").locator("textarea").fill("red\nblue");
  await byId(page, "field-add").click();
  await input(page, "field-name-3").fill("Order");
  await choose(page, "field-type-3", "Number");
  await byId(page, "field-required-3").locator("input").check();
  await choose(page, "template-flow", "Sample queue customer");

  const order = () => byId(page, "template-preview").locator(".sr-field__label").allInnerTexts();
  assert.deepEqual(await order(), ["Title", "Colour", "Order"]);
  // By keyboard, by button, by mouse.
  await byId(page, "field-grip-3").focus();
  await page.keyboard.press("ArrowUp");
  await until("one up", async () => (await order()).join() === "Title,Order,Colour");
  await page.keyboard.press("ArrowUp");
  await until("the focus stays with the field", async () => (await order()).join() === "Order,Title,Colour");
  await byId(page, "field-down-1").click();
  await until("one down", async () => (await order()).join() === "Title,Order,Colour");
  await byId(page, "field-grip-3").dragTo(byId(page, "field-grip-1"));
  await until("dragged to the top", async () => (await order()).join() === "Colour,Title,Order");

  await byId(page, "form-save").click();
  await page.getByRole("link", { name: "Refund" }).waitFor();
  const [made] = await templates();
  const kept = await server.api("GET", `${base()}/${made.Id}`);
  assert.deepEqual(kept.Fields.map((one) => [one.Id.Name, one.Type]), [
    ["Colour", "SINGLE_SELECT"],
    ["Title", "NAME"],
    ["Order", "NUMBER"],
  ]);
  assert.deepEqual(kept.Constraints.RequiredFields.map((one) => one.Id.Name), ["Title", "Order"]);

  const desk = await openDesk(browser, server, agent);
  await byId(desk, "task-new").click();
  await byId(desk, "task-dialog").waitFor();
  const labels = await byId(desk, "task-dialog").locator(".sr-field__label").allInnerTexts();
  assert.deepEqual(labels.slice(1), ["Colour", "Title", "Order"]);
  await byId(desk, "task-field-Title").fill("Pay back");
  await byId(desk, "task-create").click();
  await byId(desk, "task-dialog").getByRole("alert").first().waitFor();
  await byId(desk, "task-field-Order").fill("7");
  await byId(desk, "task-create").click();
  await byId(desk, "task-dialog").waitFor({ state: "detached" });
  await desk.context().close();

  // One that is no longer offered is gone from the panel.
  await page.getByRole("link", { name: "Refund" }).click();
  await byId(page, "template-active").locator("input").uncheck();
  await byId(page, "form-save").click();
  await page.getByText("Not offered").waitFor();
  assert.equal((await server.api("GET", `${base()}/${made.Id}`)).Status, "INACTIVE");
  await page.getByRole("button", { name: "Delete Refund" }).click();
  await byId(page, "confirm-delete-yes").click();
  await until("it to be gone", async () => (await templates()).length === 0);
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

test("what the server refuses is told at its field", async () => {
  const flows = (await server.api("GET", `/contact-flows-summary/${server.instanceId}`)).ContactFlowSummaryList;
  const ContactFlowId = flows.find((one) => one.Name === "Sample queue customer").Id;
  const Id = { Name: "Title" };
  await server.api("PUT", base(), {
    Name: "Taken",
    ContactFlowId,
    Fields: [{ Id, Type: "NAME" }],
    Constraints: { RequiredFields: [{ Id }] },
  });
  const page = await open("/new");
  await input(page, "template-name").fill("Taken");
  await choose(page, "template-flow", "Sample queue customer");
  await byId(page, "field-add").click();
  await input(page, "field-name-2").fill("Count");
  await choose(page, "field-type-2", "Number");
  await input(page, "field-default-2").fill("many");
  await byId(page, "field-add").click();
  await input(page, "field-name-3").fill("Hidden");
  await byId(page, "field-invisible-3").locator("input").check();
  await byId(page, "field-required-3").locator("input").check();
  await byId(page, "form-save").click();
  await page.getByText('The default of "Count" must be a number.').first().waitFor();
  const near = async (text, id) => {
    const [problem, control] = [await page.getByText(text).first().boundingBox(), await byId(page, id).boundingBox()];
    assert.ok(problem && control, `${text} at ${id}`);
    assert.ok(problem.y >= control.y && problem.y - control.y < 90, `${text} stands beneath ${id}`);
  };
  await near('The default of "Count" must be a number.', "field-default-2");
  await near('Nobody can fill in "Hidden"', "field-default-3");
  await near('A task template named "Taken" exists already.', "template-name");
  await input(page, "field-default-2").fill("3");
  await input(page, "field-default-3").fill("x");
  await input(page, "template-name").fill("Free");
  await byId(page, "form-save").click();
  await page.getByRole("link", { name: "Free" }).waitFor();
  assert.equal((await templates()).length, 2);
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

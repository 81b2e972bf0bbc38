/** The flow designer, used by hand: with the mouse, with the keyboard alone, and with flows made elsewhere. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { byId, launch, openPage, signIn } from "./support/browser.mjs";
import { Server } from "./support/server.mjs";
import { until } from "./support/until.mjs";

let server;
let browser;
let admin;
const pages = [];

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  admin = Object.keys(server.users).find((name) => name.startsWith("admin"));
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

async function open(path, options = {}) {
  const page = await openPage(browser, server.endpoint + path, {
    viewport: { width: 1500, height: 950 },
    permissions: ["clipboard-read", "clipboard-write"],
    ...options,
  });
  pages.push(page);
  await signIn(page, server, admin);
  await byId(page, "designer").waitFor();
  return page;
}

/** A saved flow with this content; its id. */
async function flow(name, content, type = "CONTACT_FLOW") {
  const made = await server.api("PUT", `/contact-flows/${server.instanceId}`, {
    Name: name,
    Type: type,
    Status: "SAVED",
    Content: typeof content === "string" ? content : JSON.stringify(content),
  });
  return made.ContactFlowId;
}

const saved = async (id) =>
  JSON.parse(
    (await server.api("GET", `/contact-flows/${server.instanceId}/${encodeURIComponent(`${id}:$SAVED`)}`)).ContactFlow
      .Content,
  );

const blocks = (page) => page.locator(".react-flow__node-block");
const problems = (page, count) =>
  until(`${count} problems`, async () => {
    const shown = byId(page, "problems");
    if (count === 0) return (await shown.getAttribute("data-count")) === "0";
    return (await shown.innerText()).startsWith(`${count} problem`);
  });

/** Chooses from a list of the console's kind. */
async function choose(page, list, text) {
  await list.locator("button").first().click();
  await page.getByRole("option", { name: text }).first().click();
}

/** Drags a wire from one connector to another. */
async function wire(page, from, to) {
  const wires = await page.locator(".react-flow__edge").count();
  const middle = ({ x, y, width, height }) => [x + width / 2, y + height / 2];
  await page.mouse.move(...middle(await from.boundingBox()));
  await page.mouse.down();
  await page.mouse.move(...middle(await to.boundingBox()), { steps: 8 });
  await page.mouse.up();
  await until("the wire", async () => (await page.locator(".react-flow__edge").count()) >= wires);
}

async function save(page) {
  await byId(page, "flow-save").click();
  await page.getByText("was saved", { exact: false }).first().waitFor();
}

const two = (more = {}) => ({
  Version: "2019-10-30",
  StartAction: "hello",
  Metadata: {
    entryPointPosition: { x: 40, y: 40 },
    ActionMetadata: { hello: { position: { x: 240, y: 40 } }, bye: { position: { x: 620, y: 40 } } },
    ...more,
  },
  Actions: [
    {
      Identifier: "hello",
      Type: "MessageParticipant",
      Parameters: { Text: "Hello" },
      Transitions: { NextAction: "bye", Errors: [{ NextAction: "bye", ErrorType: "NoMatchingError" }] },
    },
    { Identifier: "bye", Type: "DisconnectParticipant", Parameters: {}, Transitions: {} },
  ],
});

describe("the designer", () => {
  test("a flow is made, wired by mouse, checked, published, and it talks to a customer", async () => {
    const page = await open("/console/flows/new");
    await byId(page, "flow-name").locator("input").fill("Made by hand");
    assert.equal(await blocks(page).count(), 1, "the end is there already");
    await byId(page, "dock-search").locator("input").fill("play prompt");
    await byId(page, "dock-MessageParticipant").click();
    await byId(page, "properties").waitFor();
    await byId(page, "value-Text").locator("textarea").fill("Welcome $.Customer");
    await until("problems", async () => /^[1-9]/.test(await byId(page, "problems").innerText()));
    await byId(page, "value-Text").locator("textarea").fill("Welcome");
    const block = blocks(page).filter({ hasText: "Play prompt" });
    const end = blocks(page).filter({ hasText: "Disconnect" });
    await byId(page, "properties").getByRole("button", { name: "Close", exact: true }).click();
    await page.getByRole("button", { name: "Show the whole flow" }).click();
    const handle = (node, id) => node.locator(`.react-flow__handle[data-handleid="${id}"]`);
    await wire(page, handle(block, "next"), handle(end, "in"));
    await wire(page, handle(block, "error:NoMatchingError"), handle(end, "in"));
    await wire(page, handle(page.locator(".react-flow__node-start"), "start"), handle(block, "in"));
    await problems(page, 0);
    await byId(page, "flow-publish").click();
    await page.waitForURL(/\/console\/flows\/[0-9a-f-]{36}$/);
    const id = page.url().split("/").pop();
    const made = await saved(id);
    assert.equal(made.Actions.length, 2);
    assert.equal(made.Actions.find((one) => one.Identifier === made.StartAction).Parameters.Text, "Welcome");
    const started = await server.api("PUT", "/contact/chat", {
      InstanceId: server.instanceId,
      ContactFlowId: id,
      ParticipantDetails: { DisplayName: "Cora" },
    });
    assert.ok(started.ContactId);
  });

  test("everything with the keyboard alone: block added, named, filled, wired, undone, saved", async () => {
    const id = await flow("By keyboard", two());
    const page = await open(`/console/flows/${id}`);
    await byId(page, "dock-search").locator("input").focus();
    await page.keyboard.type("working queue");
    await page.keyboard.press("Tab");
    // The clear button of the search, the group, then its first block.
    await byId(page, "dock-UpdateContactTargetQueue").focus();
    await page.keyboard.press("Enter");
    await byId(page, "block-name").locator("input").focus();
    await page.keyboard.type("Choose queue");
    await page.keyboard.press("Enter");
    await until("the name", async () => (await blocks(page).filter({ hasText: "Choose queue" }).count()) === 1);
    const list = async (testId, text) => {
      await byId(page, testId).locator("button").first().focus();
      await page.keyboard.press("Enter");
      await page.keyboard.type(text);
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
    };
    await list("value-QueueId", "BasicQueue");
    await list("target-next", "bye");
    await list("target-error:NoMatchingError", "bye");
    await problems(page, 1); // Nothing leads to the new block yet.
    await save(page);
    const kept = await saved(id);
    const made = kept.Actions.find((one) => one.Identifier === "Choose queue");
    assert.match(made.Parameters.QueueId, /:instance\/.*\/queue\//);
    assert.deepEqual(made.Transitions, {
      NextAction: "bye",
      Errors: [{ NextAction: "bye", ErrorType: "NoMatchingError" }],
    });
    assert.deepEqual(kept.Actions.slice(0, 2), two().Actions, "the others are as they were");
    // Back to the beginning, step by step.
    for (let step = 0; step < 12 && (await byId(page, "undo").isEnabled()); step += 1) await byId(page, "undo").click();
    assert.equal(await blocks(page).count(), 2);
    await save(page);
    assert.deepEqual(await saved(id), two());
  });

  test("blocks are copied into another flow, notes kept, blocks found and removed", async () => {
    const [from, to] = [await flow("Copied from", two()), await flow("Copied to", two())];
    const page = await open(`/console/flows/${from}`);
    await blocks(page).filter({ hasText: "Play prompt" }).click();
    await page.keyboard.press("Control+c");
    await page.goto(`${server.endpoint}/console/flows/${to}`);
    await byId(page, "designer").waitFor();
    await until("two blocks", async () => (await blocks(page).count()) === 2);
    await page.locator(".react-flow__pane").click({ position: { x: 300, y: 300 } });
    await page.keyboard.press("Control+v");
    await until("three blocks", async () => (await blocks(page).count()) === 3);
    await byId(page, "add-note").click();
    await page.locator(".note__text").fill("Remember 👋");
    await page.locator(".react-flow__pane").click({ position: { x: 300, y: 400 } });
    await page.keyboard.press("Control+Shift+F");
    await page.keyboard.type("remember");
    await page.getByText("1 found").waitFor();
    await byId(page, "find").locator("input").fill("");
    await save(page);
    const kept = await saved(to);
    assert.equal(kept.Actions.length, 3);
    assert.equal(kept.Actions[2].Parameters.Text, "Hello");
    assert.equal(kept.Metadata.Annotations[0].content, "Remember 👋");
    await page.locator(".react-flow__pane").click({ position: { x: 300, y: 400 } });
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Delete");
    await until("no blocks", async () => (await blocks(page).count()) === 0);
    await page.keyboard.press("Control+z");
    await until("three blocks again", async () => (await blocks(page).count()) === 3);
    await page.evaluate(() => navigator.clipboard.writeText("{broken"));
    await page.keyboard.press("Control+v");
    await page.getByText("no blocks that can be pasted").first().waitFor();
  });

  test("a flow without places is laid out, and what is wrong leads to its block", async () => {
    const content = two();
    delete content.Metadata;
    content.Actions[0].Parameters = {};
    const id = await flow("Without places", content);
    const page = await open(`/console/flows/${id}`);
    await until("places", async () => {
      const boxes = await Promise.all((await blocks(page).all()).map((one) => one.boundingBox()));
      return boxes.length === 2 && boxes.every(Boolean) && boxes[0].x + boxes[0].width < boxes[1].x;
    });
    await problems(page, 1);
    await byId(page, "problems").locator("button").click();
    await page.getByRole("menuitem").first().click();
    await byId(page, "properties").getByText("PromptId", { exact: false }).first().waitFor();
    await page.locator(".react-flow__minimap").waitFor();
    await page.getByRole("button", { name: "Hide map" }).click();
    await page.locator(".react-flow__minimap").waitFor({ state: "detached" });
    assert.deepEqual(await saved(id), content, "looking at a flow changes nothing");
  });

  test("JSON and canvas show the same; what is not JSON is told with its place", async () => {
    const id = await flow("As JSON", two());
    const page = await open(`/console/flows/${id}`);
    await page.getByRole("button", { name: "JSON" }).click();
    const text = byId(page, "flow-content");
    await text.fill((await text.inputValue()).replace('"Hello"', '"Good day"'));
    await page.getByRole("button", { name: "Canvas", exact: true }).click();
    await blocks(page).filter({ hasText: "Good day" }).waitFor();
    await byId(page, "undo").click();
    await blocks(page).filter({ hasText: "Hello" }).waitFor();
    await page.getByRole("button", { name: "JSON" }).click();
    await text.fill('{\n  "Actions": [,]}');
    await page.getByText("line 2", { exact: false }).first().waitFor();
    assert.ok(await page.getByRole("button", { name: "Canvas", exact: true }).isDisabled());
  });

  test("a file of another type is refused, one of this type is taken with what it carries", async () => {
    const id = await flow("Imported", two());
    const page = await open(`/console/flows/${id}`);
    const file = (name, type) => {
      const path = join(tmpdir(), `switchroom-${process.pid}-${name}.json`);
      writeFileSync(path, JSON.stringify({ ...two({ name, type, status: "published", hash: {} }), Own: true }));
      return path;
    };
    await byId(page, "flow-import").setInputFiles(file("wrong", "agentWhisper"));
    await byId(page, "flow-problem").getByText("another type", { exact: false }).waitFor();
    await byId(page, "flow-import").setInputFiles(file("right", "contactFlow"));
    await byId(page, "flow-problem").waitFor({ state: "detached" });
    await save(page);
    assert.deepEqual(await saved(id), { ...two(), Own: true });
  });

  test("an older file is converted, and says what was found by its name and what was not", async () => {
    const page = await open("/console/flows/new");
    const far = "arn:aws:connect:eu-west-2:111111111111:instance/x/queue/";
    const queue = (id, name, next) => ({
      id,
      type: "SetQueue",
      parameters: [{ name: "Queue", value: far + id, namespace: null, resourceName: name }],
      branches: ["Success", "Error"].map((condition) => ({ condition, transition: next })),
      metadata: { position: { x: 300, y: 20 } },
    });
    const path = join(tmpdir(), `switchroom-${process.pid}-older.json`);
    const end = { id: "end", type: "Disconnect", parameters: [], branches: [], metadata: { position: { x: 600, y: 20 } } };
    writeFileSync(
      path,
      JSON.stringify({
        modules: [queue("a", "BasicQueue", "b"), queue("b", "Nowhere", "end"), end],
        ...{ version: "1", type: "contactFlow", start: "a", metadata: { name: "Older flow", status: "saved" } },
      }),
    );
    await byId(page, "flow-import").setInputFiles(path);
    await byId(page, "import.byName").getByText("BasicQueue", { exact: false }).waitFor();
    await byId(page, "import.missing").getByText("Nowhere", { exact: false }).waitFor();
    await byId(page, "import-close").click();
    assert.equal(await byId(page, "flow-name").locator("input").inputValue(), "Older flow");
    assert.equal(await blocks(page).count(), 3);
    await byId(page, "flow-save").click();
    await page.waitForURL(/flows\/[0-9a-f-]{36}/);
  });

  test("leaving with changes asks first", async () => {
    const id = await flow("Left", two());
    const page = await open(`/console/flows/${id}`);
    await blocks(page).filter({ hasText: "Play prompt" }).dblclick();
    await byId(page, "value-Text").locator("textarea").fill("Changed");
    const asked = [];
    page.once("dialog", (dialog) => {
      asked.push(dialog.message());
      void dialog.dismiss();
    });
    await page.getByRole("link", { name: "Prompts" }).first().click();
    await until("the question", () => asked.length === 1);
    assert.match(page.url(), new RegExp(id));
  });

  test("a flow is archived, restored, archived again and deleted", async () => {
    const id = await flow("Put away", two());
    const page = await open(`/console/flows/${id}`);
    const answer = (dialog) => void dialog.accept();
    page.on("dialog", answer);
    const archive = async () => {
      await byId(page, "flow-more").locator("button").first().click();
      await page.getByRole("menuitem", { name: "Archive" }).click();
      await page.waitForURL(/\/console\/flows$/);
    };
    const row = () => page.getByRole("row").filter({ hasText: "Put away" });
    await archive();
    await until("the row to be gone", async () => (await row().count()) === 0);
    await byId(page, "flows-state").getByRole("button", { name: "Archived" }).click();
    await row().getByRole("button", { name: "Restore Put away" }).click();
    await until("the row to be gone", async () => (await row().count()) === 0);
    await byId(page, "flows-state").getByRole("button", { name: "In use" }).click();
    await row().getByRole("link").click();
    await byId(page, "designer").waitFor();
    await archive();
    await byId(page, "flows-state").getByRole("button", { name: "Archived" }).click();
    await row().getByTestId("flows-delete").click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await until("the row to be gone", async () => (await row().count()) === 0);
  });

  test("flows made elsewhere open, and saving one after moving one block changes that place only", async (context) => {
    const folder = resolve(import.meta.dirname, "../../../shared/flows/current");
    if (!existsSync(folder)) return context.skip("the folder of real flows is not there");
    const page = await open(`/console/flows/${await flow("First", two())}`);
    const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
    assert.ok(files.length > 0);
    for (const name of files.slice(0, 12)) {
      const content = JSON.parse(readFileSync(join(folder, name), "utf8"));
      const id = await flow(`Elsewhere ${name}`, content);
      await page.goto(`${server.endpoint}/console/flows/${id}`);
      await byId(page, "designer").waitFor();
      await blocks(page).first().waitFor();
      await blocks(page).first().focus();
      await page.keyboard.press("Enter");
      await byId(page, "properties").waitFor();
      await byId(page, "block-name").locator("input").fill("Renamed here");
      await page.keyboard.press("Enter");
      await save(page);
      const kept = await saved(id);
      const before = content.Actions.map((one) => one.Identifier);
      const after = kept.Actions.map((one) => one.Identifier);
      const index = after.indexOf("Renamed here");
      assert.ok(index >= 0, name);
      const back = JSON.parse(JSON.stringify(kept).replaceAll('"Renamed here"', JSON.stringify(before[index])));
      delete back.Metadata?.ActionMetadata?.[before[index]]?.isFriendlyName;
      const expected = structuredClone(content);
      delete expected.Metadata?.ActionMetadata?.[before[index]]?.isFriendlyName;
      assert.deepEqual(back, expected, name);
    }
  });

  test("a flow of 250 blocks stays fluent", async (context) => {
    const content = two();
    content.Actions = Array.from({ length: 250 }, (_, index) => ({
      Identifier: `b${index}`,
      Type: index === 249 ? "DisconnectParticipant" : "MessageParticipant",
      Parameters: index === 249 ? {} : { Text: `Text ${index}` },
      Transitions:
        index === 249
          ? {}
          : { NextAction: `b${index + 1}`, Errors: [{ NextAction: "b249", ErrorType: "NoMatchingError" }] },
    }));
    content.StartAction = "b0";
    content.Metadata.ActionMetadata = Object.fromEntries(
      content.Actions.map((one, index) => [
        one.Identifier,
        { position: { x: 240 + (index % 25) * 290, y: 40 + Math.floor(index / 25) * 200 } },
      ]),
    );
    const page = await open(`/console/flows/${await flow("Large", content)}`);
    await problems(page, 0);
    // Frames while the canvas is dragged about and zoomed.
    await page.evaluate(() => {
      window.frames_ = [];
      let last = performance.now();
      const frame = (now) => {
        window.frames_.push(now - last);
        last = now;
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    });
    const pane = await page.locator(".react-flow__pane").boundingBox();
    await page.mouse.move(pane.x + 300, pane.y + 500);
    await page.mouse.down();
    for (let step = 0; step < 60; step += 1) await page.mouse.move(pane.x + 300 - step * 4, pane.y + 500 - step * 3);
    await page.mouse.up();
    for (let step = 0; step < 20; step += 1) await page.mouse.wheel(0, step < 10 ? 120 : -120);
    const frames = (await page.evaluate(() => window.frames_)).slice(2).sort((a, b) => a - b);
    const at = (share) => frames[Math.floor((frames.length - 1) * share)];
    context.diagnostic(
      `${frames.length} frames, p50 ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms`,
    );
    assert.ok(frames.length > 20);
  });
});

/** Prompts in the console: uploaded, recorded, spoken, played, deleted. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, test } from "node:test";
import { byId, launch, openPage, signIn } from "./support/browser.mjs";
import { Server } from "./support/server.mjs";
import { until } from "./support/until.mjs";

const speech = (process.env.PATH ?? "").split(":").some((folder) => existsSync(`${folder}/espeak-ng`));
const withoutSpeech = speech ? false : "espeak-ng is not installed (apt-get install espeak-ng)";

let server;
let browser;
let admin;

before(async () => {
  [server, browser] = await Promise.all([
    Server.start(),
    // A microphone that beeps, given without asking; sounds may be played without a click.
    launch(
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      "--autoplay-policy=no-user-gesture-required",
    ),
  ]);
  admin = Object.keys(server.users).find((name) => name.startsWith("admin"));
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function open(path, options = {}) {
  const page = await openPage(browser, server.endpoint + path, { viewport: { width: 1300, height: 1000 }, ...options });
  await signIn(page, server, admin);
  return page;
}

/** A WAV file with a steady tone. */
function wav(seconds, rate = 22_050) {
  const count = Math.round(seconds * rate);
  const file = Buffer.alloc(44 + count * 2);
  file.write("RIFF", 0);
  file.writeUInt32LE(file.length - 8, 4);
  file.write("WAVEfmt ", 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(rate * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36);
  file.writeUInt32LE(count * 2, 40);
  for (let index = 0; index < count; index += 1) {
    file.writeInt16LE(Math.round(9000 * Math.sin((index / rate) * 2 * Math.PI * 440)), 44 + index * 2);
  }
  return file;
}

async function promptNamed(name) {
  const list = await server.api("GET", `/prompts-summary/${server.instanceId}`);
  return list.PromptSummaryList.find((one) => one.Name === name);
}

/** The samples of a prompt as callers get them, as bytes of µ-law. */
async function soundOf(name) {
  const { Id } = await promptNamed(name);
  const { PromptPresignedUrl } = await server.api("GET", `/prompts/${server.instanceId}/${Id}/file`);
  const file = Buffer.from(await (await fetch(PromptPresignedUrl)).arrayBuffer());
  assert.deepEqual([file.readUInt16LE(20), file.readUInt16LE(22), file.readUInt32LE(24)], [7, 1, 8000]);
  return file.subarray(58);
}

const source = (page, name) => byId(page, "prompt-source").getByRole("button", { name }).click();
const field = (page, id) => byId(page, id).locator("input, textarea");
const file = (page) => byId(page, "prompt-file").locator('input[type="file"]');

test("a file is uploaded, what is wrong with another is said, and the prompt is played from the list", async () => {
  const page = await open("/console/prompts/new");
  await field(page, "prompt-name").fill("Welcome");
  await byId(page, "form-save").click();
  await page.getByText("Choose a WAV file.").waitFor();
  await file(page).setInputFiles({ name: "song.wav", mimeType: "audio/wav", buffer: Buffer.from("ID3\x04 not a wave") });
  await page.getByText(/not a WAV file but MP3/).waitFor();
  await file(page).setInputFiles({ name: "welcome.wav", mimeType: "audio/wav", buffer: wav(1.5) });
  await byId(page, "prompt-taken").waitFor();
  assert.match(await byId(page, "prompt-taken").innerText(), /16-bit PCM, 22\.05 kHz, channels: 1\. Length 0:02/);
  await field(page, "prompt-description").fill("Said first");
  await byId(page, "tag-add").click();
  await field(page, "tag-key-0").fill("department");
  await field(page, "tag-value-0").fill("sales");
  await byId(page, "form-save").click();
  const row = byId(page, "prompts").locator("tr", { hasText: "Welcome" });
  await row.waitFor();
  await row.getByText("0:02").waitFor();
  await row.getByText("department: sales").waitFor();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await row.getByRole("button", { name: "Copy the ARN of Welcome" }).click();
  const { Arn } = await promptNamed("Welcome");
  await until("the ARN to be copied", async () => (await page.evaluate(() => navigator.clipboard.readText())) === Arn);
  const filter = page.getByPlaceholder("Filter");
  await filter.fill("sales");
  await byId(page, "prompts").locator("tr", { hasText: "Beep.wav" }).waitFor({ state: "detached" });
  await filter.fill("");
  assert.equal((await soundOf("Welcome")).length, 12_000);

  const asked = page.waitForResponse((answer) => answer.url().includes("/prompt-files/"));
  await byId(page, "play-Welcome").click();
  assert.equal((await asked).status(), 200);
  await byId(page, "prompts").getByRole("button", { name: "Stop Welcome" }).waitFor();
  // It stops by itself at its end.
  await byId(page, "prompts").getByRole("button", { name: "Play Welcome" }).waitFor();

  await page.getByRole("link", { name: "Welcome" }).click();
  await field(page, "prompt-description").fill("");
  await byId(page, "form-save").click();
  await page.getByText("A description can be changed, but not taken away.").waitFor();
  await field(page, "prompt-description").fill("Said at last");
  await source(page, "File");
  await file(page).setInputFiles({ name: "next.wav", mimeType: "audio/wav", buffer: wav(0.5, 48_000) });
  await byId(page, "prompt-taken").waitFor();
  await byId(page, "form-save").click();
  await row.waitFor();
  assert.equal((await soundOf("Welcome")).length, 4_000);
  const { Id } = await promptNamed("Welcome");
  const described = await server.api("GET", `/prompts/${server.instanceId}/${Id}`);
  assert.equal(described.Prompt.Description, "Said at last");
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

test("a prompt is recorded, cropped, listened to and saved", async () => {
  const page = await open("/console/prompts/new");
  await field(page, "prompt-name").fill("Recorded");
  await source(page, "Record");
  await byId(page, "record-start").click();
  await byId(page, "record-stop").waitFor();
  // The microphone beeps once in a second.
  await until("the level to move", async () => (await byId(page, "record-level").evaluate((it) => it.value)) > 0.02);
  await byId(page, "record-time").getByText("0:02").waitFor();
  await byId(page, "record-stop").click();
  const end = byId(page, "crop-end");
  await end.waitFor();
  const whole = Number(await end.getAttribute("max"));
  assert.ok(whole > 1 && whole < 5, `${whole} s were recorded`);
  assert.ok((await page.locator(".wave__kept").count()) > 100, "the wave is drawn");
  await end.focus();
  await page.keyboard.press("Home");
  // It stops just after the beginning, which the other end keeps.
  assert.ok(Number(await end.inputValue()) <= 0.1);
  await end.fill("1");
  await byId(page, "crop-start").fill("0.25");
  await byId(page, "crop-length").getByText("length 0:00.8").waitFor();
  await byId(page, "record-crop").click();
  await until("the rest to be whole", async () => Math.abs(Number(await end.getAttribute("max")) - 0.75) < 0.01);
  await byId(page, "record-listen").click();
  await byId(page, "record-listen").getByText("Stop").waitFor();
  await byId(page, "record-listen").getByText("Listen").waitFor();
  await byId(page, "form-save").click();
  await byId(page, "prompts").locator("tr", { hasText: "Recorded" }).waitFor();
  const sound = await soundOf("Recorded");
  assert.ok(Math.abs(sound.length - 6_000) < 80, `${sound.length} samples`);
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

test("a recording is cleared, and a page without a microphone says what to do", async () => {
  const page = await open("/console/prompts/new");
  await source(page, "Record");
  await byId(page, "record-start").click();
  await byId(page, "record-time").getByText("0:01").waitFor();
  await byId(page, "record-stop").click();
  await byId(page, "record-clear").click();
  await byId(page, "record-start").waitFor();
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await byId(page, "record-start").click();
  await page.getByText(/does not let this page use the microphone/).waitFor();
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

test("a text is listened to in a voice and becomes a prompt", { skip: withoutSpeech }, async () => {
  const page = await open("/console/prompts/new");
  await field(page, "prompt-name").fill("Spoken");
  await source(page, "Text to speech");
  await byId(page, "speech-voice").locator("button").first().click();
  await page.getByRole("option", { name: /^Matthew/ }).click();
  await byId(page, "speech-kind").getByRole("button", { name: "SSML" }).click();
  await field(page, "speech-text").fill("<speak>One moment");
  await byId(page, "speech-listen").click();
  await page.getByText(/an element is not closed/).waitFor();
  await field(page, "speech-text").fill('<speak>One moment.<break time="1s"/></speak>');
  const spoken = page.waitForResponse((answer) => answer.url().includes("/speech-preview/"));
  await byId(page, "speech-listen").click();
  const { VoiceId, DurationMilliseconds } = await (await spoken).json();
  assert.equal(VoiceId, "Matthew");
  await byId(page, "speech-listen").getByText("Stop").waitFor();
  await byId(page, "form-save").click();
  await byId(page, "prompts").locator("tr", { hasText: "Spoken" }).waitFor();
  const sound = await soundOf("Spoken");
  assert.ok(Math.abs(sound.length / 8 - DurationMilliseconds) < 2);
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

test("a text of a flow is listened to in the designer", { skip: withoutSpeech }, async () => {
  const Content = JSON.stringify({
    Version: "2019-10-30",
    StartAction: "greet",
    Metadata: {},
    Actions: [
      {
        Identifier: "greet",
        Type: "MessageParticipant",
        Parameters: { Text: "Hello $.Attributes.FirstName" },
        Transitions: { NextAction: "end", Errors: [{ ErrorType: "NoMatchingError", NextAction: "end" }] },
      },
      { Identifier: "end", Type: "DisconnectParticipant", Parameters: {}, Transitions: {} },
    ],
  });
  const flow = { Name: "Greets", Type: "CONTACT_FLOW", Content };
  const { ContactFlowId } = await server.api("PUT", `/contact-flows/${server.instanceId}`, flow);
  const page = await open(`/console/flows/${ContactFlowId}`);
  await byId(page, "designer").waitFor();
  await page.locator(".react-flow__node-block").filter({ hasText: "Play prompt" }).dblclick();
  const asked = page.waitForRequest((request) => request.url().includes("/speech-preview/"));
  await byId(page, "text-listen").click();
  assert.equal((await asked).postDataJSON().Text, "Hello FirstName");
  await byId(page, "text-listen").getByText("Stop").waitFor();
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

test("before a prompt is deleted, the flows that play it are named", async () => {
  const place = await server.api("POST", `/switchroom/prompt-uploads/${server.instanceId}`, {});
  await fetch(place.UploadUrl, { method: "PUT", body: wav(0.2) });
  const made = await server.api("PUT", `/prompts/${server.instanceId}`, { Name: "Doomed", S3Uri: place.S3Uri });
  const Content = JSON.stringify({
    Version: "2019-10-30",
    StartAction: "play",
    Metadata: {},
    Actions: [
      {
        Identifier: "play",
        Type: "MessageParticipant",
        Parameters: { PromptId: made.PromptARN },
        Transitions: { NextAction: "end", Errors: [{ ErrorType: "NoMatchingError", NextAction: "end" }] },
      },
      { Identifier: "end", Type: "DisconnectParticipant", Parameters: {}, Transitions: {} },
    ],
  });
  const flow = { Name: "Plays it", Type: "CONTACT_FLOW", Content };
  await server.api("PUT", `/contact-flows/${server.instanceId}`, flow);
  const page = await open("/console/prompts");
  const row = byId(page, "prompts").locator("tr", { hasText: "Doomed" });
  await row.getByRole("button", { name: "Delete Doomed" }).click();
  await byId(page, "prompt-uses").getByRole("link", { name: "Plays it" }).waitFor();
  await byId(page, "confirm-delete-yes").click();
  await row.waitFor({ state: "detached" });
  assert.equal(await promptNamed("Doomed"), undefined);
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

/** Phone numbers in the console: claimed from the inventory, led to a flow, released. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { byId, launch, openPage, signIn } from "./support/browser.mjs";
import { Server } from "./support/server.mjs";
import { until } from "./support/until.mjs";

const trunks = `
[[telephony.trunks]]
name = "carrier"
numbers = ["+12065550100-+12065550119", "+14255550100", "+18005550100"]
`;

let server;
let browser;
let page;

before(async () => {
  [server, browser] = await Promise.all([Server.start({}, trunks), launch()]);
  const admin = Object.keys(server.users).find((name) => name.startsWith("admin"));
  page = await openPage(browser, `${server.endpoint}/console/phone-numbers`, {
    viewport: { width: 1300, height: 1000 },
    locale: "en-US",
  });
  await signIn(page, server, admin);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** The numbers that the dialog offers. */
const offered = async () => (await byId(page, "claim-numbers").innerText()).split("\n").filter((line) => line.trim());

/** Chooses in a field of choices by what it says. */
async function choose(testId, text) {
  await byId(page, testId).getByRole("button").click();
  await page.getByRole("option", { name: text }).first().click();
}

test("an empty list says how numbers come into the inventory", async () => {
  await byId(page, "phone-numbers").getByText("This centre has no phone numbers yet.").waitFor();
  assert.match(await byId(page, "inventory-help").innerText(), /\[\[telephony\.trunks\]\]/);
});

test("a number is claimed with a flow", async () => {
  await byId(page, "phone-numbers-claim").click();
  await byId(page, "claim-numbers").waitFor();
  assert.equal((await offered()).length, 10);
  await byId(page, "claim-more").click();
  await until("all numbers", async () => (await offered()).length === 20);

  await choose("claim-country", "Germany");
  await byId(page, "claim-none").waitFor();
  await choose("claim-country", "United States");
  await choose("claim-type", "Toll-free");
  await until("the toll-free number", async () => (await offered()).join() === "+1 800 555 0100");
  await choose("claim-type", "Local or mobile");
  await byId(page, "claim-prefix").locator("input").fill("area");
  await page.getByText("Enter up to 11 digits").waitFor();
  await byId(page, "claim-prefix").locator("input").fill("+1 425");
  await until("the numbers of Bellevue", async () => (await offered()).join() === "+1 425 555 0100");

  await byId(page, "claim-save").click();
  await page.getByText("Choose a number.").waitFor();
  // By keyboard as well as by mouse.
  await byId(page, "claim-numbers").getByRole("radio").first().focus();
  await page.keyboard.press("Space");
  await byId(page, "claim-description").locator("textarea").fill("Service line");
  await choose("claim-flow", "Sample inbound flow");
  await byId(page, "claim-save").click();
  const row = byId(page, "phone-numbers").locator("tr", { hasText: "+1 425 555 0100" });
  await row.getByText("Sample inbound flow").waitFor();
  assert.match(await row.innerText(), /United States\s+Local or mobile\s+Service line/);

  const { ListPhoneNumbersSummaryList: numbers } = await server.api("POST", "/phone-number/list", {
    InstanceId: server.instanceId,
  });
  assert.deepEqual(
    numbers.map((one) => [one.PhoneNumber, one.PhoneNumberDescription]),
    [["+14255550100", "Service line"]],
  );
});

test("a number is edited, and released after what follows was told", async () => {
  await byId(page, "phone-numbers").getByRole("link", { name: "+1 425 555 0100" }).click();
  await page.getByText("Claimed", { exact: true }).waitFor();
  await byId(page, "phone-number-description").locator("textarea").fill("Night line");
  await choose("phone-number-flow", "No flow");
  await byId(page, "form-save").click();
  const row = byId(page, "phone-numbers").locator("tr", { hasText: "+1 425 555 0100" });
  await row.getByText("Night line").waitFor();
  await row.getByText("No flow").waitFor();

  // While a queue shows it to those it calls, it stays.
  const { ListPhoneNumbersSummaryList: numbers } = await server.api("POST", "/phone-number/list", {});
  const { QueueSummaryList: queues } = await server.api("GET", `/queues-summary/${server.instanceId}?queueTypes=STANDARD`);
  const config = `/queues/${server.instanceId}/${queues[0].Id}/outbound-caller-config`;
  const OutboundCallerIdNumberId = numbers[0].PhoneNumberId;
  await server.api("POST", config, { OutboundCallerConfig: { OutboundCallerIdNumberId } });
  await row.getByRole("link").click();
  await byId(page, "phone-number-release").click();
  await byId(page, "release").getByText("For 30 days nobody can claim it").waitFor();
  await byId(page, "release-yes").click();
  await byId(page, "release").getByText(queues[0].Name).waitFor();
  await server.api("POST", config, { OutboundCallerConfig: {} });
  await byId(page, "release-yes").click();
  await byId(page, "phone-numbers").getByText("This centre has no phone numbers yet.").waitFor();
  // It rests, so that the list of free numbers is without it.
  await byId(page, "phone-numbers-claim").click();
  await byId(page, "claim-prefix").locator("input").fill("+1425");
  await byId(page, "claim-none").waitFor();
  assert.deepEqual(page.complaints, [], "scripts of the pages fail");
});

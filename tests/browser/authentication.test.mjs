/** Customers sign in during a chat: with the stock chat library on a page of another origin (H29), and on the chat page. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { Agent } from "./support/agent.mjs";
import { byId, launch, openPage } from "./support/browser.mjs";
import { begin, call, hears, openShop } from "./support/chat-page.mjs";
import { startChat } from "./support/customer.mjs";
import { signIn } from "./support/flows.mjs";
import { Host } from "./support/host.mjs";
import { IdentityProvider } from "./support/identity-provider.mjs";
import { Server } from "./support/server.mjs";
import { until } from "./support/until.mjs";

const screenshots = resolve(import.meta.dirname, "../../target/screenshots");
const pool = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_example";
const client = "shop";
const kind = (name) => `application/vnd.amazonaws.connect.event.${name}`;

let provider;
let server;
let host;
let browser;
let flow;
let agent;
/** Two customers who do nothing, from the beginning on: one asks for the address, one does not. */
let idle;

before(async () => {
  mkdirSync(screenshots, { recursive: true });
  provider = await IdentityProvider.start(client);
  const config = `[[identity_providers]]\nuser_pool_arn = "${pool}"\nclient_id = "${client}"\nissuer = "${provider.issuer}"\n`;
  [server, host, browser] = await Promise.all([Server.start({}, config), Host.start(), launch()]);
  flow = await signIn(server, { pool, client });
  const short = await signIn(server, { pool, client, minutes: "3" }, "Sign in soon");
  agent = await Agent.signIn(server, "agent1");
  await agent.status("Available");
  idle = { expired: await asked(short), timeout: await asked(short) };
  const { problem } = await call(idle.timeout.page, "getAuthenticationUrl", {
    sessionId: idle.timeout.sessionId,
    redirectUri: `${host.origin}/customer`,
  });
  assert.equal(problem, undefined);
});

after(async () => {
  await browser?.close();
  await Promise.all([host?.stop(), server?.stop(), provider?.stop()]);
});

/** A customer of a shop on the stock library, who was asked to sign in. */
async function asked(ContactFlowId = flow) {
  const chat = await startChat(server, { ContactFlowId });
  const page = await openShop(browser, host);
  await begin(page, server, chat);
  const { data } = await hears(page, "onAuthenticationInitiated");
  assert.equal(data.ContentType, kind("authentication.initiated"));
  return { ...chat, page, sessionId: JSON.parse(data.Content).SessionId };
}

/** The customer goes to the provider in another tab and decides; the query with which they come back to the shop. */
async function decide({ page, sessionId }, decision) {
  const redirectUri = `${host.origin}/customer`;
  const { AuthenticationUrl } = await call(page, "getAuthenticationUrl", { sessionId, redirectUri });
  const tab = await page.context().newPage();
  await tab.goto(AuthenticationUrl);
  await tab.click(`#${decision}`);
  await tab.waitForURL((url) => url.href.startsWith(`${redirectUri}?`));
  return new URL(tab.url()).searchParams;
}

/** What the shop's own server does with it. */
function update(answer) {
  const body = { InstanceId: server.instanceId, State: answer.get("state") };
  const [Code, Error] = [answer.get("code"), answer.get("error")];
  return server.api("POST", "/contact/update-participant-authentication", {
    ...body,
    ...(Code ? { Code } : { Error }),
  });
}

const says = (page, Content) => hears(page, "onMessage", { Content });

describe("a customer on the stock chat library signs in", () => {
  test("H29 success reaches the customer, the flow and the agent", async () => {
    const customer = await asked();
    await update(await decide(customer, "yes"));
    const { data } = await hears(customer.page, "onAuthenticationSuccessful");
    assert.equal(data.ContentType, kind("authentication.succeeded"));
    const renamed = await hears(customer.page, "onParticipantDisplayNameUpdated");
    assert.equal(renamed.data.DisplayName, "Cornelia");
    assert.equal(renamed.data.ParticipantId, customer.participantId);
    await says(customer.page, "Welcome, cornelia-1.");
    const offered = await agent.contact("connecting", customer.contactId);
    const { ValueMap } = offered.segmentAttributes["connect:CustomerAuthentication"];
    assert.equal(ValueMap.Status.ValueString, "AUTHENTICATED");
    assert.equal(ValueMap.IdentityProvider.ValueString, provider.issuer);
    const again = await call(customer.page, "getAuthenticationUrl", {
      sessionId: customer.sessionId,
      redirectUri: `${host.origin}/customer`,
    });
    assert.equal(again.problem?.type, "ValidationException", JSON.stringify(again));
  });

  test("H29 a refusal of the provider is a failure", async () => {
    const customer = await asked();
    await update(await decide(customer, "no"));
    await hears(customer.page, "onAuthenticationFailed");
    await says(customer.page, "We could not find out who you are.");
  });

  test("H29 the customer may go on without signing in", async () => {
    const customer = await asked();
    const answer = await call(customer.page, "cancelParticipantAuthentication", { sessionId: customer.sessionId });
    assert.equal(answer?.problem, undefined);
    await hears(customer.page, "onAuthenticationCanceled");
    await says(customer.page, "You stay unknown.");
  });
});

/** Opens the chat page and starts a chat; the customer is asked to sign in. */
async function hosted() {
  const page = await openPage(browser, `${server.endpoint}/chat?flow=${flow}&name=Casey`, {
    viewport: { width: 700, height: 760 },
  });
  await byId(page, "chat-start").click();
  await byId(page, "sign-in").waitFor();
  return page;
}

async function picture(page, name) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(screenshots, `${name}-${colorScheme}.png`) });
  }
  await page.emulateMedia({ colorScheme: "light" });
}

/** Presses "Sign in" and decides in the window that opens. */
async function decideInWindow(page, decision) {
  const [popup] = await Promise.all([page.waitForEvent("popup"), byId(page, "sign-in-open").click()]);
  await popup.click(`#${decision}`);
  return popup;
}

// What is shown is also announced.
const shows = (page, text) => page.getByText(text).first().waitFor();

describe("a customer on the chat page signs in", () => {
  test("a window opens, and the chat goes on by itself when the customer is back", async () => {
    const page = await hosted();
    await picture(page, "sign-in");
    const popup = await decideInWindow(page, "yes");
    await shows(page, "Welcome, cornelia-1.");
    await until("the window to close", () => popup.isClosed());
    assert.equal(await byId(page, "sign-in").count(), 0);
    await shows(page, "The sign-in has succeeded.");
    await picture(page, "signed-in");
    assert.deepEqual(page.complaints, []);
  });

  test("a provider that cuts the tie between windows does no harm", async () => {
    provider.strict = true;
    try {
      const page = await hosted();
      await byId(page, "sign-in-open").click();
      // The browser gives such a window no opener, so it is found among all.
      const popup = await until("the provider's page", async () => {
        for (const one of page.context().pages()) if (one.url().startsWith(provider.issuer)) return one;
      });
      await popup.click("#yes");
      await shows(page, "Welcome, cornelia-1.");
    } finally {
      provider.strict = false;
    }
  });

  test("where no window may open, the page itself goes to the provider and comes back", async () => {
    const page = await hosted();
    await page.evaluate(() => {
      window.open = () => null;
    });
    await byId(page, "sign-in-open").click();
    await page.click("#yes");
    await page.waitForURL(`${server.endpoint}/chat`);
    await shows(page, "Welcome, cornelia-1.");
  });

  test("a refusal of the provider is shown, and the chat goes on", async () => {
    const page = await hosted();
    await decideInWindow(page, "no");
    await shows(page, "The sign-in has not succeeded.");
    await shows(page, "We could not find out who you are.");
  });

  test("the customer may go on without signing in, also after a reload", async () => {
    const page = await hosted();
    await page.reload();
    await byId(page, "sign-in").waitFor();
    await until("the address", () => byId(page, "sign-in-open").isEnabled());
    await byId(page, "sign-in-skip").click();
    await shows(page, "You stay unknown.");
    assert.equal(await byId(page, "sign-in").count(), 0);
  });

  test("the page that customers come back to says what to do when nobody has sent them", async () => {
    const page = await openPage(browser, `${server.endpoint}/chat/signed-in`);
    await shows(page, "This page was not opened by a chat.");
    const lone = await openPage(browser, `${server.endpoint}/chat/signed-in?state=x.y&code=z`);
    await shows(lone, "You can close this window");
    assert.equal(new URL(lone.url()).search, "", "the code is out of the address");
  });
});

describe("a customer who does nothing", () => {
  test("H29 the address is given out for a minute, and the flow waits as long as it says", {
    timeout: 240_000,
  }, async () => {
    await hears(idle.expired.page, "onAuthenticationExpired", {}, 90_000);
    await says(idle.expired.page, "That took too long.");
    await hears(idle.timeout.page, "onAuthenticationTimeout", {}, 200_000);
    await says(idle.timeout.page, "That took too long.");
  });
});

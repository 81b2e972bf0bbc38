/** A customer in a real browser on the stock chat library, on a page of another origin. */
import { openPage } from "./browser.mjs";

/** Opens a page with the library loaded and nothing begun. */
export async function openShop(browser, host, options) {
  const page = await openPage(browser, `${host.origin}/customer`, options);
  await page.waitForFunction(() => window.connect?.ChatSession);
  return page;
}

/** Begins a session in the page; everything that its callbacks are told is kept in `window.seen`. */
export function begin(page, { endpoint, region }, chat) {
  return page.evaluate(
    async ({ endpoint, region, chat }) => {
      const { ChatSession } = window.connect;
      ChatSession.setGlobalConfig({
        endpoint,
        region,
        loggerConfig: { level: ChatSession.LogLevel.ERROR, useDefaultLogger: false },
      });
      const session = ChatSession.create({
        chatDetails: chat,
        type: "CUSTOMER",
        options: { region },
        disableCSM: true,
      });
      window.session = session;
      window.seen = [];
      window.began = performance.now();
      const callbacks = [
        "onMessage",
        "onTyping",
        "onReadReceipt",
        "onDeliveredReceipt",
        "onConnectionEstablished",
        "onConnectionLost",
        "onConnectionBroken",
        "onEnded",
        "onChatRehydrated",
        "onParticipantIdle",
        "onParticipantReturned",
        "onAutoDisconnection",
        "onAuthenticationInitiated",
        "onAuthenticationSuccessful",
        "onAuthenticationFailed",
        "onAuthenticationTimeout",
        "onAuthenticationExpired",
        "onAuthenticationCanceled",
        "onParticipantDisplayNameUpdated",
      ];
      for (const name of callbacks) {
        session[name]?.((event) => {
          window.seen.push({ name, at: performance.now() - window.began, data: event?.data });
        });
      }
      await session.connect();
    },
    { endpoint, region, chat },
  );
}

/** What a callback has been told, oldest first. */
export function heard(page, name) {
  return page.evaluate((name) => window.seen.filter((one) => one.name === name), name);
}

/** Waits until a callback was told something like `like` (members compared as JSON), and gives that. */
export async function hears(page, name, like = {}, timeout = 5000) {
  const handle = await page
    .waitForFunction(
      ({ name, like }) =>
        window.seen.find(
          (one) =>
            one.name === name &&
            Object.entries(like).every(([key, value]) => JSON.stringify(one.data?.[key]) === JSON.stringify(value)),
        ),
      { name, like },
      { timeout, polling: 20 },
    )
    .catch(async (error) => {
      const seen = await page.evaluate(() => window.seen);
      throw new Error(`still waiting for ${name} ${JSON.stringify(like)}; heard: ${JSON.stringify(seen)}`, {
        cause: error,
      });
    });
  return handle.jsonValue();
}

/** Calls a method of the session; gives its data, or { problem } with what was thrown. */
export function call(page, method, argument) {
  return page.evaluate(
    async ({ method, argument }) => {
      try {
        return (await window.session[method](argument))?.data ?? null;
      } catch (error) {
        const status = error?._debug?.$metadata?.httpStatusCode ?? error?.$metadata?.httpStatusCode;
        return {
          problem: {
            type: error?.type ?? error?.name ?? String(error),
            message: error?.message,
            status,
            debug: JSON.stringify(error?._debug ?? null),
          },
        };
      }
    },
    { method, argument },
  );
}

/** Headless Chromium, and what tests do with pages again and again. */
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const candidates = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** A browser whose microphone beeps once a second, and which lets every page use it. */
export const CALLING = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

/** Starts it; further flags may be given, such as those of a fake microphone. */
export function launch(...flags) {
  const executablePath = candidates.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error("Browser tests need Chromium: install it, or name it in CHROMIUM.");
  return chromium.launch({
    executablePath,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...flags,
    ],
  });
}

/** A new window of a browser profile of its own; `page.complaints` gathers errors of its scripts. */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 760 }, ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  gatherComplaints(page);
  if (url) await page.goto(url);
  return page;
}

export function gatherComplaints(page) {
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(`${error.message}\n${error.stack ?? ""}`));
}

export const byId = (page, id) => page.getByTestId(id);

/** Signs in through the form that a page shows. */
export async function signIn(page, server, username) {
  await byId(page, "sign-in-username").fill(username);
  await byId(page, "sign-in-password").fill(server.users[username].password);
  await byId(page, "sign-in-submit").click();
}

/** Opens the panel or the workspace as an agent and waits until it is ready. */
export async function openDesk(browser, server, username, path = "/ccp-v2", options) {
  const page = await openPage(browser, server.endpoint + path, options);
  await signIn(page, server, username);
  await byId(page, "status-picker").waitFor();
  return page;
}

export async function setStatus(page, name) {
  await byId(page, "status-picker").click();
  await byId(page, `status-${name}`).click();
}

/** Somebody else's desktop: a page of another origin that embeds the contact panel with the stock library. */
import { openPage } from "./browser.mjs";

/** Lets pages of this origin embed the panel, as an administrator does. */
export function approve(server, origin) {
  return server.api("PUT", `/instance/${server.instanceId}/approved-origin`, { Origin: origin });
}

export function disapprove(server, origin) {
  return server.api("DELETE", `/instance/${server.instanceId}/approved-origin?origin=${encodeURIComponent(origin)}`);
}

/** A browser context in which a user is signed in already. */
export async function signedInContext(browser, server, username) {
  const context = await browser.newContext({ viewport: { width: 900, height: 760 } });
  context.setDefaultTimeout(10_000);
  const answer = await context.request.post(`${server.endpoint}/auth/login`, {
    data: { username, password: server.users[username].password },
  });
  if (!answer.ok()) throw new Error(`${username} cannot sign in: ${answer.status()}`);
  return context;
}

/** Opens the desktop; the panel is embedded by `embed`. */
export async function openCrm(browserOrContext, host) {
  const page = browserOrContext.newContext
    ? await openPage(browserOrContext, `${host.origin}/crm`)
    : await browserOrContext.newPage();
  if (!browserOrContext.newContext) await page.goto(`${host.origin}/crm`);
  await page.waitForFunction(() => window.connect?.core && window.connect?.ChatSession);
  return page;
}

/** Embeds the panel; everything the library tells the page is kept in `window.told`. */
export function embed(page, server, options = {}) {
  return page.evaluate(
    ({ endpoint, region, options }) => {
      const { connect } = window;
      window.told = [];
      const tell = (name, more = {}) => window.told.push({ name, at: performance.now(), ...more });
      window.began = performance.now();
      window.addEventListener("message", (event) => {
        if (typeof event.data?.event === "string")
          tell(`message ${event.data.event}`, {
            data: event.data.event === "acknowledge" ? event.data.data : undefined,
          });
        if (event.data?.type === "cross-domain-adapter-init") tell("adapter");
      });
      connect.getLog().setEchoLevel("ERROR");
      connect.ChatSession.setGlobalConfig({ endpoint, region });
      connect.core.initCCP(document.getElementById("panel"), {
        ccpUrl: `${endpoint}/ccp-v2`,
        loginPopup: false,
        region,
        softphone: { allowFramedSoftphone: false, disableRingtone: true },
        chat: { disableRingtone: true },
        pageOptions: { enableAudioDeviceSettings: false },
        ...options,
      });
      const bus = connect.core.getEventBus();
      for (const name of ["ack_timeout", "iframe_retries_exhausted", "terminated", "auth_fail", "access_denied"]) {
        bus.subscribe(name, () => tell(name));
      }
      connect.core.onInitialized?.(() => tell("initialized"));
      connect.agent((agent) => {
        window.agent = agent;
        tell("agent");
        agent.onRoutable(() => tell("routable"));
        agent.onNotRoutable(() => tell("not_routable"));
        agent.onOffline(() => tell("offline"));
        agent.onAfterCallWork(() => tell("acw"));
        agent.onError(() => tell("error"));
        agent.onEnqueuedNextState(() => tell("enqueued_next_state"));
        agent.onStateChange((change) => tell("state_change", { from: change.oldState, to: change.newState }));
        bus.subscribe("agent::cleared_next_state", () => tell("cleared_next_state"));
      });
      connect.contact((contact) => {
        const contactId = contact.getContactId();
        const about = () => ({ contactId, state: contact.getState().type });
        tell("contact", about());
        for (const name of [
          "onIncoming",
          "onPending",
          "onConnecting",
          "onAccepted",
          "onMissed",
          "onEnded",
          "onConnected",
          "onACW",
          "onError",
          "onDestroy",
        ]) {
          contact[name](() => tell(name, name === "onDestroy" ? { contactId } : about()));
        }
      });
    },
    { endpoint: server.endpoint, region: server.region, options },
  );
}

/** Waits until the page was told something, and gives that. */
export async function isTold(page, name, like = {}, timeout = 10_000) {
  const handle = await page
    .waitForFunction(
      ({ name, like }) =>
        window.told.find(
          (one) => one.name === name && Object.entries(like).every(([key, value]) => one[key] === value),
        ),
      { name, like },
      { timeout, polling: 20 },
    )
    .catch(async (error) => {
      const told = await page.evaluate(() =>
        window.told
          .filter((one) => !/^message (log|.*metric|server_bound_internal_log|master_response)$/.test(one.name))
          .map(({ name, contactId, state }) => [name, contactId, state].filter(Boolean).join(" ")),
      );
      const frames = await Promise.all(
        page
          .frames()
          .map(
            async (frame) =>
              `${frame.url()}: ${await frame.evaluate(() => document.body?.textContent.slice(0, 300)).catch(() => "?")}`,
          ),
      );
      throw new Error(
        `still waiting for ${name} ${JSON.stringify(like)}; told: ${told.join(", ")}; frames: ${frames.join(" | ")}`,
        {
          cause: error,
        },
      );
    });
  return handle.jsonValue();
}

/** How often the page was told something about a contact. */
export function countTold(page, name, contactId) {
  return page.evaluate(
    ({ name, contactId }) =>
      window.told.filter((one) => one.name === name && (!contactId || one.contactId === contactId)).length,
    { name, contactId },
  );
}

/** Does something with the agent or a contact through the library; resolves to what the failure callback was given, if it was. */
export function act(page, action, argument) {
  return page.evaluate(
    ({ action, argument }) => {
      const { agent } = window;
      const contact =
        argument?.contactId && agent.getContacts().find((one) => one.getContactId() === argument.contactId);
      const callbacks = (resolve) => ({
        success: (data) => resolve({ data: data ?? null }),
        failure: (error) => resolve({ failure: error }),
      });
      const actions = {
        state: (how) => {
          const state = agent.getAgentStates().find((one) => one.name === argument.name);
          agent.setState(state ?? argument.state, how, { enqueueNextState: argument.enqueue ?? false });
        },
        accept: (how) => contact.accept(how),
        reject: (how) => contact.reject(how),
        clear: (how) => contact.clear(how),
        complete: (how) => contact.complete(how),
        destroy: (how) => contact.getAgentConnection().destroy(how),
        endpoints: (how) => agent.getEndpoints(agent.getAllQueueARNs(), how),
        transfer: (how) => contact.addConnection(argument.endpoint, how),
        pause: (how) => contact.pause(how),
        bargeIn: (how) => contact.bargeIn(how),
        silentMonitor: (how) => contact.silentMonitor(how),
        resume: (how) => contact.resume(how),
        task: (how) => connect.core.getClient().call("createTaskContact", argument.task, how),
        listTemplates: (how) => connect.core.getClient().call("listTaskTemplates", argument, how),
        template: (how) => connect.core.getClient().call("getTaskTemplate", argument, how),
        templatedTask: (how) => connect.core.getClient().call("createTemplatedTask", argument.task, how),
        updateTask: (how) => connect.core.getClient().call("updateContact", argument.task, how),
        dial: (how) => agent.connect(connect.Endpoint.byPhoneNumber(argument.number), how),
      };
      return Promise.race([
        new Promise((resolve) => actions[action](callbacks(resolve))),
        new Promise((_, reject) => setTimeout(() => reject(new Error(`${action}: no callback was called`)), 8000)),
      ]);
    },
    { action, argument },
  );
}

/** What the library knows about a contact. */
export function describe(page, contactId) {
  return page.evaluate((contactId) => {
    const contact = window.agent.getContacts().find((one) => one.getContactId() === contactId);
    if (!contact) return null;
    return {
      state: contact.getState().type,
      type: contact.getType(),
      queue: contact.getQueue()?.name,
      attributes: Object.fromEntries(
        Object.entries(contact.getAttributes()).map(([key, { name, value }]) => [key, { name, value }]),
      ),
      references: contact.getReferences(),
      segmentAttributes: contact.getSegmentAttributes?.(),
      subtype: contact.getContactSubtype?.(),
      name: contact.getName(),
      description: contact.getDescription(),
      inbound: contact.isInbound(),
      initialContactId: contact.getInitialContactId(),
      connections: contact.getConnections().map((one) => ({
        id: one.getConnectionId(),
        type: one.getType(),
        state: one.getState().type,
        initial: one.isInitialConnection(),
      })),
      media: contact.getAgentConnection().getMediaInfo?.(),
    };
  }, contactId);
}

/** An agent without a browser: signs in and speaks the agent service as the stock worker does. */
import { until } from "./until.mjs";

export class Agent {
  static async signIn(server, username) {
    const agent = new Agent(server.endpoint, username);
    const login = await fetch(`${server.endpoint}/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username, password: server.users[username].password }),
    });
    if (!login.ok) throw new Error(`${username} cannot sign in: ${login.status} ${await login.text()}`);
    agent.cookie = login.headers.getSetCookie()[0].split(";")[0];
    const authorize = await fetch(`${server.endpoint}/auth/authorize`, { headers: { cookie: agent.cookie } });
    if (!authorize.ok) throw new Error(`${username} gets no token: ${authorize.status} ${await authorize.text()}`);
    ({ accessToken: agent.token, expiration: agent.expiration } = await authorize.json());
    return agent;
  }

  constructor(endpoint, username) {
    this.endpoint = endpoint;
    this.username = username;
  }

  /** The plain answer to one operation: status, body and how long it took in milliseconds. */
  async ask(operation, input = {}, { token = this.token, authenticated = true, signal } = {}) {
    const started = performance.now();
    const response = await fetch(`${this.endpoint}/api`, {
      method: "POST",
      signal,
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `AmazonConnectCTIService.${operation}`,
        ...(token === null ? {} : { "x-amz-bearer": token }),
      },
      body: JSON.stringify({ ...(authenticated ? { authentication: { authToken: token } } : {}), ...input }),
    });
    const body = await response.json();
    const code = body.__type?.split("#").pop();
    return { status: response.status, body, code, took: performance.now() - started };
  }

  /** The answer to one operation; refusals are thrown. */
  async call(operation, input, options) {
    const { status, body } = await this.ask(operation, input, options);
    if (status !== 200) throw new Error(`${operation}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  async snapshot() {
    return (await this.call("GetAgentSnapshot", { timeout: 30_000 })).snapshot;
  }

  async status(name, enqueueNextState = false) {
    const { states } = await this.call("GetAgentStates", { maxResults: 500 });
    const state = states.find((one) => one.name === name);
    if (!state) throw new Error(`there is no status ${name}`);
    await this.call("PutAgentState", { state, enqueueNextState });
  }

  /** The snapshot in which something is so. */
  until(what, look, deadline) {
    return until(
      `${this.username}: ${what}`,
      async () => {
        const snapshot = await this.snapshot();
        return (await look(snapshot)) && snapshot;
      },
      deadline,
    );
  }

  /** The contact of that id when it is in that state; without an id, any contact in that state. */
  async contact(state, contactId, deadline) {
    const pick = ({ contacts }) =>
      contacts.find((one) => one.state.type === state && (contactId === undefined || one.contactId === contactId));
    return pick(await this.until(`a contact ${contactId ?? ""} in state ${state}`, pick, deadline));
  }

  /** Waits for the offer of a contact and takes it. */
  async accept(contactId, deadline) {
    const offered = await this.contact("connecting", contactId, deadline);
    await this.call("AcceptContact", { contactId: offered.contactId });
    return this.contact("connected", offered.contactId);
  }

  connection(contact) {
    return contact.connections.find((one) => one.type === "agent");
  }

  async leave(contact) {
    await this.call("DestroyConnection", {
      contactId: contact.contactId,
      connectionId: this.connection(contact).connectionId,
    });
  }

  clear(contactId) {
    return this.call("ClearContact", { contactId }, { authenticated: false });
  }

  /** Ends and clears whatever is there and goes offline, so that the next test finds nothing. */
  async goHome() {
    await this.status("Offline");
    await this.until("no contact left", async ({ contacts }) => {
      for (const contact of contacts) {
        const gone = ["ended", "missed", "error", "rejected"].includes(contact.state.type);
        const operation = gone
          ? "ClearContact"
          : contact.state.type === "connecting"
            ? "RejectContact"
            : "DestroyConnection";
        const input = { contactId: contact.contactId };
        if (operation === "DestroyConnection") input.connectionId = this.connection(contact).connectionId;
        await this.ask(operation, input, { authenticated: operation === "DestroyConnection" });
      }
      return contacts.length === 0;
    });
    await this.status("Offline");
  }

  /** The participant service as this agent in a chat. */
  async speaker(contact) {
    const connection = this.connection(contact);
    const { chatTokenTransport } = await this.call("CreateTransport", {
      transportType: "chat_token",
      participantId: connection.connectionId,
      contactId: contact.contactId,
    });
    return new Participant(this.endpoint, chatTokenTransport.participantToken);
  }

  /** The address of the agent's websocket. It always asks for TLS, which panels insist on; a server without it is reached without. */
  async socketUrl() {
    const { webSocketTransport } = await this.call("CreateTransport", { transportType: "web_socket" });
    return this.endpoint.startsWith("http:") ? webSocketTransport.url.replace(/^wss:/, "ws:") : webSocketTransport.url;
  }
}

/** The participant service with one connection token. */
export class Participant {
  constructor(endpoint, token) {
    this.endpoint = endpoint;
    this.token = token;
  }

  async ask(path, body = {}) {
    const response = await fetch(`${this.endpoint}/participant/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-amz-bearer": this.token },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    const type = response.headers.get("x-amzn-errortype");
    return { status: response.status, type, body: text ? JSON.parse(text) : {} };
  }

  async call(path, body) {
    const { status, type, body: answer } = await this.ask(path, body);
    if (status !== 200) throw new Error(`${path}: ${status} ${type} ${JSON.stringify(answer)}`);
    return answer;
  }

  say(content, contentType = "text/plain", more = {}) {
    return this.call("message", { ContentType: contentType, Content: content, ...more });
  }

  event(name, content) {
    const more = content === undefined ? {} : { Content: JSON.stringify(content) };
    return this.call("event", { ContentType: `application/vnd.amazonaws.connect.event.${name}`, ...more });
  }

  transcript(body = {}) {
    return this.call("transcript", { MaxResults: 100, SortOrder: "ASCENDING", ...body });
  }
}

/** A Switchroom server of a test's own: a fresh data folder, a free port, ended by its own process. */
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { signedCall } from "./signature.mjs";
import { until, within } from "./until.mjs";

const root = resolve(import.meta.dirname, "../../..");
/** The program under test. */
export const BINARY = process.env.SWITCHROOM_BIN ?? join(root, "target/debug/switchroom");

/** Tests run side by side, and most need no calls: those that do take ports of their own. */
const ordinary = { SWITCHROOM_LIMITS_API_RATE_FACTOR: "0", SWITCHROOM_TELEPHONY_ENABLED: "false" };
/** Settings of a server that takes calls. */
export const WITH_CALLS = {
  SWITCHROOM_TELEPHONY_ENABLED: "true",
  SWITCHROOM_TELEPHONY_PORT: "0",
  SWITCHROOM_TELEPHONY_RELAY_PORT: "0",
  SWITCHROOM_TELEPHONY_THREADS: "2",
};

export class Server {
  #environment;
  #child;
  #http = "127.0.0.1:0";
  #arguments = [];

  /** With these settings: environment variables, and the text of a configuration file. */
  constructor(environment = {}, config = undefined) {
    this.folder = mkdtempSync(join(tmpdir(), "switchroom-browser-"));
    this.data = join(this.folder, "data");
    this.#environment = environment;
    if (config !== undefined) {
      const file = join(this.folder, "switchroom.toml");
      writeFileSync(file, config);
      this.#arguments = ["--config", file];
    }
  }

  static async start(environment, config) {
    const server = new Server(environment, config);
    await server.start();
    return server;
  }

  async start() {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !name.startsWith("SWITCHROOM_") || name === "SWITCHROOM_WEB_FOLDER",
    );
    const log = openSync(join(this.folder, "log"), "a");
    const bootstrap = join(this.data, "bootstrap.json");
    const before = statSync(bootstrap, { throwIfNoEntry: false })?.mtimeMs;
    this.#child = spawn(BINARY, ["serve", "--data", this.data, "--http", this.#http, ...this.#arguments], {
      env: { ...Object.fromEntries(inherited), ...ordinary, ...this.#environment },
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    await until(
      "the server to be up",
      async () => {
        if (this.#child.exitCode !== null) throw new Error(`it ended with ${this.#child.exitCode}: ${this.log()}`);
        const now = statSync(bootstrap, { throwIfNoEntry: false })?.mtimeMs;
        if (now === undefined || now === before) return false;
        Object.assign(this, JSON.parse(readFileSync(bootstrap, "utf8")));
        return (await fetch(`${this.endpoint}/health`)).ok;
      },
      30_000,
    );
    // A restart comes back at the same address.
    this.#http = this.endpoint.slice("http://".length);
  }

  /** What the server has written to its log. */
  log() {
    return readFileSync(join(this.folder, "log"), "utf8").split("\n").slice(-20).join("\n");
  }

  signal(name) {
    this.#child.kill(name);
  }

  async ended(deadline = 30_000) {
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null) {
      await within(deadline, "the server to end", new Promise((resume) => child.once("exit", resume)));
    }
  }

  async kill() {
    this.signal("SIGKILL");
    await this.ended();
  }

  async stop() {
    if (this.#child?.exitCode === null && this.#child.signalCode === null) {
      // Nobody waits for sockets of pages that are closed anyway.
      this.signal("SIGKILL");
      await this.ended();
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Ends a contact whatever its state, as an operator does. */
  stopContact(contactId) {
    return this.api("POST", "/contact/stop", { InstanceId: this.instanceId, ContactId: contactId });
  }

  /** Calls the public API as its operator does; gives the body, throws for refusals. */
  api(method, path, body) {
    return signedCall(this, method, path, body);
  }
}

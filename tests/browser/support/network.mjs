/** A network between browser and server that a test can cut, let answers get lost in, and put errors into. */
import { request as ask, createServer } from "node:http";
import { connect } from "node:net";

export class Network {
  #sockets = new Set();
  #websockets = new Set();
  #port = 0;

  /** Given the request (with its body as text), the answer to give in place of the server's, if any: { status, body, headers }. */
  answer = () => undefined;
  /** Given the request, whether the server's answer gets lost on its way. */
  loses = () => false;
  /** Whether what sockets push gets lost on its way; a socket that has lost something should be cut before it is mended. */
  silent = false;
  /** Given the request and the server's JSON answer, the answer that arrives, or a promise of it; only asked where `changes` says so. */
  change = (_request, body) => body;
  changes = () => false;
  /** Given the request, a script to put before the one that is asked for, such as one that makes a clock run faster. */
  before = () => undefined;
  /** Milliseconds after which a socket on which nothing passes is cut, in either direction; none without. */
  idle = 0;
  /** The status of every upgrade that the server refused. */
  refused = [];
  /** How many sockets were cut for being idle. */
  cutIdle = 0;
  /** Given a path, the one under which the server knows it. */
  rewrite = (path) => path;
  /** Every request that came through: method, path, headers and body. */
  requests = [];

  /** Stands at a port of its own before a server; `http` is its address without the scheme. */
  static async before(server) {
    const proxy = new Network();
    proxy.target = new URL(server.endpoint);
    await proxy.#listen();
    proxy.endpoint = `http://127.0.0.1:${proxy.#port}`;
    return proxy;
  }

  async #listen() {
    this.http = createServer((request, response) => void this.#pass(request, response));
    this.http.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
    this.http.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => undefined); // a cut network is the point
    });
    await new Promise((resume, fail) => {
      this.http.once("error", fail);
      this.http.listen(this.#port, "127.0.0.1", resume);
    });
    this.#port = this.http.address().port;
  }

  async #pass(request, response) {
    const parts = [];
    try {
      for await (const part of request) parts.push(part);
    } catch {
      return; // the client has gone
    }
    const body = Buffer.concat(parts);
    const seen = { method: request.method, path: request.url, headers: request.headers, body: body.toString() };
    this.requests.push(seen);
    const own = this.answer(seen);
    if (own) {
      response.writeHead(own.status, { "content-type": "application/json", ...own.headers });
      response.end(JSON.stringify(own.body ?? {}));
      return;
    }
    const onward = ask(
      {
        host: this.target.hostname,
        port: this.target.port,
        method: request.method,
        path: this.rewrite(request.url),
        headers: { ...request.headers, "accept-encoding": "identity" },
      },
      (answer) => {
        if (this.loses(seen)) {
          answer.resume();
          answer.on("end", () => request.socket.destroy());
          return;
        }
        const before = this.before(seen);
        if (before !== undefined) {
          void this.#prefixed(before, answer, response);
          return;
        }
        if (this.changes(seen)) {
          void this.#changed(seen, answer, response);
          return;
        }
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on("error", () => request.socket.destroy());
    response.on("close", () => onward.destroy());
    onward.end(body);
  }

  async #changed(seen, answer, response) {
    const parts = [];
    for await (const part of answer) parts.push(part);
    const body = JSON.stringify(await this.change(seen, JSON.parse(Buffer.concat(parts).toString())));
    const { "content-length": _length, "transfer-encoding": _encoding, ...headers } = answer.headers;
    response.writeHead(answer.statusCode, { ...headers, "content-length": Buffer.byteLength(body) });
    response.end(body);
  }

  async #prefixed(before, answer, response) {
    const parts = [];
    for await (const part of answer) parts.push(part);
    const { "content-length": _length, "transfer-encoding": _encoding, ...headers } = answer.headers;
    response.writeHead(answer.statusCode, headers);
    response.end(`${before}\n${Buffer.concat(parts)}`);
  }

  /** Pushes a frame to the browser over every socket that is open, as the server would. */
  push(frame) {
    const text = Buffer.from(JSON.stringify(frame));
    const length = text.length < 126 ? [text.length] : [126, text.length >> 8, text.length & 255];
    for (const socket of this.#websockets) socket.write(Buffer.concat([Buffer.from([0x81, ...length]), text]));
  }

  /** Breaks every websocket that is open; the network itself goes on. */
  breakSockets() {
    for (const socket of this.#websockets) socket.destroy();
  }

  #upgrade(request, socket, head) {
    this.#websockets.add(socket);
    socket.on("close", () => this.#websockets.delete(socket));
    const onward = connect(Number(this.target.port), this.target.hostname, () => {
      if (this.idle > 0) {
        for (const side of [socket, onward]) {
          side.setTimeout(this.idle, () => {
            this.cutIdle += 1;
            socket.destroy();
          });
        }
      }
      const lines = [`${request.method} ${request.url} HTTP/1.1`];
      for (let at = 0; at < request.rawHeaders.length; at += 2) {
        lines.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`);
      }
      onward.write(`${lines.join("\r\n")}\r\n\r\n`);
      onward.write(head);
      onward.once("data", (data) => {
        const status = Number(data.toString("latin1").split(" ")[1]);
        if (status !== 101) this.refused.push(status);
      });
      onward.on("data", (data) => {
        if (!this.silent) socket.write(data);
      });
      socket.pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    onward.on("close", () => socket.destroy());
    socket.on("close", () => onward.destroy());
  }

  /** Cuts the network: what is under way breaks, and nothing comes through until it is mended. */
  async cut() {
    const closed = new Promise((resume) => this.http.close(resume));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  mend() {
    return this.#listen();
  }

  /** Takes a page off the network as the browser sees it: what is open breaks, and the page knows that it is offline. */
  async takeOff(page) {
    await page.context().setOffline(true);
    await this.cut();
    // The chat library looks every quarter of a second whether it is online; a shorter break it does not notice.
    await page.waitForFunction(
      (until) => performance.now() > until,
      (await page.evaluate(() => performance.now())) + 600,
    );
  }

  /** Brings the page back onto the network. */
  async bringBack(page) {
    await this.mend();
    await page.context().setOffline(false);
  }

  async stop() {
    if (this.http.listening) await this.cut();
  }
}

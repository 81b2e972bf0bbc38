/** One websocket of the chat protocol, with everything it has been sent kept in order. */
import WebSocket from "ws";
import { until, within } from "./until.mjs";

export class Socket {
  frames = [];
  closed = undefined;

  constructor(url) {
    this.socket = new WebSocket(url);
    this.socket.on("message", (data) => this.frames.push(JSON.parse(data.toString())));
    this.socket.on("close", (code, reason) => {
      this.closed = { code, reason: reason.toString(), at: performance.now() };
    });
    this.socket.on("error", () => undefined); // seen as a close
  }

  /** Opens a socket; a refusal at the upgrade is thrown with its status. */
  static open(url) {
    const socket = new Socket(url);
    return within(
      5000,
      "the socket to open",
      new Promise((resolve, reject) => {
        socket.socket.once("open", () => resolve(socket));
        socket.socket.once("unexpected-response", (_, response) => {
          reject(Object.assign(new Error(`refused with ${response.statusCode}`), { status: response.statusCode }));
        });
        socket.socket.once("error", reject);
      }),
    );
  }

  /** Opens a socket and subscribes it to topics. */
  static async subscribed(url, ...topics) {
    const socket = await Socket.open(url);
    socket.send({ topic: "aws/subscribe", content: { topics } });
    await socket.frame("the subscription", (frame) => frame.topic === "aws/subscribe");
    return socket;
  }

  send(frame) {
    this.socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  frame(what, pick, deadline = 5000) {
    return until(what, () => this.frames.find(pick), deadline);
  }

  /** What was pushed for a topic, unpacked, in order. */
  items(topic = "aws/chat") {
    return this.frames.filter((frame) => frame.topic === topic).map((frame) => JSON.parse(frame.content));
  }

  item(what, pick, deadline = 5000) {
    return until(what, () => this.items().find(pick), deadline);
  }

  /** Everything the server had sent before is here when this is over. */
  async settle() {
    const before = this.frames.filter((frame) => frame.topic === "aws/heartbeat").length;
    this.send({ topic: "aws/heartbeat" });
    await until("the heartbeat", () => this.frames.filter((frame) => frame.topic === "aws/heartbeat").length > before);
  }

  close(code = 1000) {
    this.socket.close(code);
  }

  end(what = "the socket to end", deadline = 5000) {
    return until(what, () => this.closed, deadline);
  }
}

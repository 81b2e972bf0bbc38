/** Only our own host, and only on plain http, is opened without TLS. */
import { expect, test } from "vitest";
import { installOwnHostSocket } from "./own-host-socket";

function opened(protocol: string, host: string, url: string): string {
  let seen = "";
  class FakeSocket {
    constructor(address: string | URL) {
      seen = String(address);
    }
  }
  const scope = { location: { protocol, host }, WebSocket: FakeSocket as unknown as typeof WebSocket };
  installOwnHostSocket(scope);
  new scope.WebSocket(url);
  return seen;
}

test.each([
  ["http:", "box:8080", "wss://box:8080/ws?t=1", "ws://box:8080/ws?t=1"],
  ["http:", "box:8080", "wss://other:8080/ws", "wss://other:8080/ws"],
  ["http:", "box", "wss://box.evil.test/ws", "wss://box.evil.test/ws"],
  ["https:", "box", "wss://box/ws", "wss://box/ws"],
])("%s//%s opening %s", (protocol, host, url, expected) => {
  expect(opened(protocol, host, url)).toBe(expected);
});

test("the printed function runs by itself, as in the worker script", () => {
  class FakeSocket {}
  const scope = { location: { protocol: "http:", host: "box" }, WebSocket: FakeSocket };
  new Function("self", `(${installOwnHostSocket.toString()})(self)`)(scope);
  expect(scope.WebSocket).not.toBe(FakeSocket);
});

/** Shared workers are left alone where there are any, and replaced by one of the page's own where not. */
import { expect, test } from "vitest";
import { installOwnWorker, serveOwnPage } from "./own-worker";

class FakeWorker {
  static made: { url: string; ports: MessagePort[] }[] = [];
  constructor(readonly url: string | URL) {}
  postMessage(_message: unknown, ports: MessagePort[]) {
    FakeWorker.made.push({ url: String(this.url), ports });
  }
}

class Shared {}
const storage = {} as Storage;
const withheld = {
  get localStorage(): Storage {
    throw new DOMException("denied", "SecurityError");
  },
};

test("shared workers are used where the browser has them", () => {
  const scope = { SharedWorker: Shared, Worker: FakeWorker as unknown as typeof Worker, localStorage: storage };
  installOwnWorker(scope);
  expect(scope.SharedWorker).toBe(Shared);
});

test.each([
  ["there are none", { SharedWorker: undefined, localStorage: storage }],
  [
    "storage is withheld",
    Object.defineProperties({ SharedWorker: Shared }, Object.getOwnPropertyDescriptors(withheld)),
  ],
])("the page has a worker of its own where %s", (_where, part) => {
  FakeWorker.made = [];
  const scope = part as unknown as Parameters<typeof installOwnWorker>[0] & { SharedWorker: typeof SharedWorker };
  scope.Worker = FakeWorker as unknown as typeof Worker;
  installOwnWorker(scope);
  const worker = new scope.SharedWorker("/worker.js");
  expect(worker.port.postMessage).toBeTypeOf("function");
  expect(FakeWorker.made.map((one) => [one.url, one.ports.length])).toEqual([["/worker.js", 1]]);
});

test("the worker's script, printed by itself, takes the page's port unless it is shared", () => {
  const seen: unknown[] = [];
  const install = (scope: object) => new Function("self", `(${serveOwnPage.toString()})(self)`)(scope);
  const own = { onmessage: undefined as unknown, onconnect: undefined as unknown };
  Reflect.deleteProperty(own, "onconnect");
  install(own);
  own.onconnect = (event: unknown) => seen.push(event);
  (own.onmessage as (event: object) => void)({ data: "connect", ports: ["a port"] });
  expect(seen).toEqual([{ ports: ["a port"] }]);
  const shared = { onconnect: null, onmessage: undefined };
  install(shared);
  expect(shared.onmessage).toBeUndefined();
});

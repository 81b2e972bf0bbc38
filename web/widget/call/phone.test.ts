/** A customer's call on a browser that is made up: what the page shows when things go well, and when they do not. */
import { afterEach, expect, test, vi } from "vitest";
import { type Means, microphoneProblem, Phone } from "./phone";

class Transport {
  state = "connected";
  onstatechange?: () => void;
}

class Connection {
  connectionState = "new";
  localDescription = { sdp: "an offer" };
  onconnectionstatechange?: () => void;
  ontrack?: (event: unknown) => void;
  transport = new Transport();
  closed = false;
  pressed = "";
  private readonly sender = {
    transport: this.transport,
    dtmf: { canInsertDTMF: true, toneBuffer: "", insertDTMF: (keys: string) => (this.pressed += keys) },
  };
  addTrack = () => this.sender;
  getSenders = () => [this.sender];
  createOffer = async () => ({});
  setLocalDescription = async () => undefined;
  setRemoteDescription = async () => undefined;
  close = () => {
    this.closed = true;
  };
  goes(state: string) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

function world(answers: Record<string, number> = {}) {
  const track = { enabled: true, stop: vi.fn() };
  const stream = { getAudioTracks: () => [track], getTracks: () => [track] } as unknown as MediaStream;
  const connections: Connection[] = [];
  const asked: string[] = [];
  const means: Means = {
    microphone: vi.fn(async () => stream),
    connection: () => {
      const connection = new Connection();
      connections.push(connection);
      return connection as unknown as RTCPeerConnection;
    },
    now: () => Date.now(),
  };
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    const status = answers[path] ?? 200;
    const body = { ParticipantToken: "token", Sdp: "an answer", message: "refused in words" };
    return new Response(JSON.stringify(body), { status });
  });
  return { phone: new Phone(means), means, connections, asked, track };
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("a call is made, has sound, is muted, given keys and hung up", async () => {
  const { phone, connections, asked, track } = world();
  await phone.call({ displayName: "Cora" });
  expect(phone.snapshot().phase).toBe("calling");
  connections[0]?.goes("connected");
  expect(phone.snapshot().phase).toBe("connected");
  phone.setMuted(true);
  expect([track.enabled, phone.snapshot().muted]).toEqual([false, true]);
  phone.press("4");
  expect(connections[0]?.pressed).toBe("4");
  phone.hangUp();
  expect(phone.snapshot()).toMatchObject({ phase: "ended", ended: "here" });
  expect(asked).toEqual(["/widget/call", "/widget/call/offer", "/widget/call/end"]);
  expect([track.stop.mock.calls.length, connections[0]?.closed]).toEqual([1, true]);
});

test("the other side ends the call", async () => {
  const { phone, connections } = world();
  await phone.call({});
  connections[0]?.goes("connected");
  const transport = connections[0]?.transport as Transport;
  transport.state = "closed";
  transport.onstatechange?.();
  expect(phone.snapshot()).toMatchObject({ phase: "ended", ended: "there" });
});

test("lost sound is brought up anew, and given up after some tries", async () => {
  vi.useFakeTimers();
  const { phone, connections } = world();
  await phone.call({});
  connections[0]?.goes("connected");
  connections[0]?.goes("disconnected");
  await vi.advanceTimersByTimeAsync(1_600);
  expect([phone.snapshot().phase, connections.length, connections[0]?.closed]).toEqual(["reconnecting", 2, true]);
  connections[1]?.goes("connected");
  expect(phone.snapshot().phase).toBe("connected");
  for (const number of [1, 2, 3]) {
    connections[number]?.goes("failed");
    await vi.advanceTimersByTimeAsync(0);
  }
  connections[4]?.goes("failed");
  expect(phone.snapshot()).toMatchObject({ phase: "ended", ended: "lost" });
});

test.each([
  ["/widget/call", 429, { problem: "busy" }],
  ["/widget/call", 503, { problem: "noCalls" }],
  ["/widget/call/offer", 400, { problem: "other", message: "refused in words" }],
])("%s answers %i", async (path, status, expected) => {
  const { phone, track } = world({ [path]: status });
  await phone.call({});
  expect(phone.snapshot()).toMatchObject({ phase: "idle", ...expected });
  expect(track.stop).toHaveBeenCalled();
});

test("sound that never comes up is a problem of its own", async () => {
  vi.useFakeTimers();
  const { phone } = world();
  await phone.call({});
  await vi.advanceTimersByTimeAsync(4 * 15_000 + 100);
  expect(phone.snapshot()).toMatchObject({ phase: "idle", problem: "noSound" });
});

test.each([
  ["NotAllowedError", "notAllowed"],
  ["NotFoundError", "noMicrophone"],
  ["NotReadableError", "microphoneBusy"],
  ["SecurityError", "insecure"],
])("a microphone that fails with %s", (name, problem) => {
  expect(microphoneProblem(new DOMException("x", name))).toBe(problem);
});

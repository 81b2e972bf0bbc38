/** The agent's end of a call on a browser that is made up: what it says to the server, and what it is told. */
import { afterEach, expect, test, vi } from "vitest";
import { RtcSession, rtcErrors, type Sockets } from "./rtc-session";

class Connection {
  connectionState = "new";
  iceGatheringState = "complete";
  localDescription = { sdp: "an offer" };
  onconnectionstatechange?: () => void;
  closed = false;
  addTrack = () => undefined;
  createOffer = async () => ({});
  setLocalDescription = async () => undefined;
  setRemoteDescription = async () => undefined;
  getStats = async () => new Map();
  close = () => {
    this.closed = true;
  };
  goes(state: string) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

interface Sent {
  jsonRpcMsg: { id: string; method: string; params: Record<string, unknown> };
}

/** A server that answers invites with this. */
function world(answer: object | undefined = { result: { sdp: "an answer" } }) {
  const connections: Connection[] = [];
  const sent: Sent[] = [];
  const track = { stop: vi.fn() };
  const listeners = new Set<(frame: unknown) => void>();
  const state: { answer?: object } = { answer };
  vi.stubGlobal(
    "RTCPeerConnection",
    class extends Connection {
      constructor() {
        super();
        connections.push(this);
      }
    },
  );
  const stream = { getAudioTracks: () => [track], getTracks: () => [track] };
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: async () => stream } });
  const sockets: Sockets = {
    subscribeTopics: () => undefined,
    onMessage: (_, listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    sendMessage: (frame) => {
      sent.push(frame as Sent);
      const { id, method } = (frame as Sent).jsonRpcMsg;
      if (method !== "invite" || !state.answer) return;
      const noise = JSON.stringify({ jsonRpcMsg: { id: "another", result: { sdp: "not ours" } } });
      const content = JSON.stringify({ jsonRpcMsg: { id, ...state.answer } });
      queueMicrotask(() => {
        for (const listener of listeners) for (const one of [noise, "odd", content]) listener({ content: one });
      });
    },
  };
  const session = new RtcSession(undefined, [], "token", undefined, "contact", "connection", sockets);
  const told: unknown[] = [];
  session.onLocalStreamAdded = () => told.push("microphone");
  session.onSessionConnected = () => told.push("connected");
  session.onSessionCompleted = () => told.push("completed");
  session.onSessionFailed = (_, reason) => told.push(reason);
  const methods = () => sent.map((one) => one.jsonRpcMsg.method);
  return { session, connections, sent, told, methods, track, state, listeners };
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("sound comes up and is ended", async () => {
  const { session, connections, told, methods, sent, track, listeners } = world();
  session.connect();
  await vi.waitFor(() => expect(methods()).toEqual(["invite", "accept"]));
  expect(sent[0]?.jsonRpcMsg.params).toMatchObject({
    sdp: "an offer",
    contactId: "contact",
    callContextToken: "token",
  });
  connections[0]?.goes("connected");
  session.hangup();
  expect(told).toEqual(["microphone", "connected", "completed"]);
  expect([methods().at(-1), connections[0]?.closed, track.stop.mock.calls.length]).toEqual(["bye", true, 1]);
  expect(listeners.size).toBe(0);
  expect(() => session.hangup()).toThrow();
});

test.each([
  [486, rtcErrors.USER_BUSY],
  [404, rtcErrors.CALL_NOT_FOUND],
  [403, rtcErrors.SIGNALLING_HANDSHAKE_FAILURE],
])("refused with %i", async (code, reason) => {
  const { session, told } = world({ error: { code, message: "no" } });
  session.connect();
  await vi.waitFor(() => expect(told).toEqual(["microphone", reason]));
});

test("no answer", async () => {
  vi.useFakeTimers();
  const { session, told, state } = world();
  state.answer = undefined;
  session.connect();
  await vi.advanceTimersByTimeAsync(5_100);
  expect(told).toEqual(["microphone", rtcErrors.SIGNALLING_CONNECTION_FAILURE]);
});

test("lost sound is brought up anew; a call that is over meanwhile has just ended", async () => {
  vi.useFakeTimers();
  const { session, connections, told, state } = world();
  session.connect();
  await vi.advanceTimersByTimeAsync(0);
  connections[0]?.goes("connected");
  connections[0]?.goes("disconnected");
  await vi.advanceTimersByTimeAsync(1_600);
  expect([connections.length, connections[0]?.closed]).toEqual([2, true]);
  connections[1]?.goes("connected");
  state.answer = { error: { code: 404, message: "over" } };
  connections[1]?.goes("failed");
  await vi.advanceTimersByTimeAsync(10);
  expect(told).toEqual(["microphone", "connected", "completed"]);
});

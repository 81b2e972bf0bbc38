/** A customer's call: the microphone, the connection to the server's sound, and what became of it. */
import { callServer, ServerError } from "@kit/api/session";

export type Problem =
  | "noMicrophone"
  | "notAllowed"
  | "microphoneBusy"
  | "insecure"
  | "busy"
  | "noCalls"
  | "noSound"
  | "other";

export interface CallState {
  phase: "idle" | "asking" | "calling" | "connected" | "reconnecting" | "ended";
  /** Since when there is sound, epoch milliseconds. */
  since?: number;
  /** How long the call lasted, in milliseconds. */
  lasted?: number;
  /** Who ended it. */
  ended?: "here" | "there" | "lost";
  problem?: Problem;
  /** What the server said about a problem that has no words of its own. */
  message?: string;
  muted: boolean;
  /** The voice of the other side. */
  remote?: MediaStream;
}

export interface CallForm {
  displayName?: string;
  flowId?: string;
  attributes?: Record<string, string>;
}

/** The browser's means, which tests put others in place of. */
export interface Means {
  microphone(): Promise<MediaStream>;
  connection(): RTCPeerConnection;
  now(): number;
}

const browser: Means = {
  microphone: () => {
    if (!navigator.mediaDevices) throw new DOMException("no devices on this page", "SecurityError");
    return navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
  },
  connection: () => new RTCPeerConnection(),
  now: () => Date.now(),
};

/** How long sound may take to come up, and how long it may be away before it is brought up anew, in milliseconds. */
const soundWithin = 15_000;
const awayFor = 1_500;
/** How often lost sound is brought up anew before the call counts as lost. */
const tries = 3;

const fresh: CallState = { phase: "idle", muted: false };

/** What a failure of the microphone means for the caller. */
export function microphoneProblem(error: unknown): Problem {
  switch (error instanceof Error || error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
      return "notAllowed";
    case "NotFoundError":
    case "OverconstrainedError":
      return "noMicrophone";
    case "SecurityError":
      return "insecure";
    default:
      return "microphoneBusy";
  }
}

/** What a refusal of the server means for the caller. */
export function serverProblem(error: unknown): Pick<CallState, "problem" | "message"> {
  const status = error instanceof ServerError ? error.status : -1;
  if (status === 429) return { problem: "busy" };
  if (status === 503 || status === 0) return { problem: "noCalls" };
  return { problem: "other", message: error instanceof Error ? error.message : String(error) };
}

export class Phone {
  private state: CallState = fresh;
  private readonly listeners = new Set<() => void>();
  private token?: string;
  private microphone?: MediaStream;
  private connection?: RTCPeerConnection;
  private timer?: ReturnType<typeof setTimeout>;
  private tried = 0;

  constructor(private readonly means: Means = browser) {}

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  snapshot = () => this.state;

  /** The caller's own voice, while there is a call. */
  own = () => this.microphone;

  async call(form: CallForm): Promise<void> {
    if (["asking", "calling", "connected", "reconnecting"].includes(this.state.phase)) return;
    this.state = fresh;
    this.tried = 0;
    this.set({ phase: "asking" });
    try {
      this.microphone = await this.means.microphone();
    } catch (error) {
      this.set({ phase: "idle", problem: microphoneProblem(error) });
      return;
    }
    this.set({ phase: "calling" });
    try {
      this.token = await start(form);
      await this.connect();
    } catch (error) {
      this.release();
      this.set({ phase: "idle", ...serverProblem(error) });
    }
  }

  setMuted(muted: boolean): void {
    for (const track of this.microphone?.getAudioTracks() ?? []) track.enabled = !muted;
    this.set({ muted });
  }

  press(key: string): void {
    const sender = this.connection?.getSenders()[0]?.dtmf;
    if (sender?.canInsertDTMF) sender.insertDTMF(sender.toneBuffer + key, 120, 70);
    else void send("/widget/call/key", { ParticipantToken: this.token, Keys: key }).catch(() => undefined);
  }

  hangUp(): void {
    const token = this.token;
    this.over("here");
    // The server notices by itself, only later.
    if (token) void send("/widget/call/end", { ParticipantToken: token }).catch(() => undefined);
  }

  /** The page is being left: there is no time for an answer. */
  leave(): void {
    if (!this.token) return;
    const body = new Blob([JSON.stringify({ ParticipantToken: this.token })], { type: "application/json" });
    navigator.sendBeacon("/widget/call/end", body);
  }

  private async connect(): Promise<void> {
    this.connection?.close();
    const connection = this.means.connection();
    this.connection = connection;
    const mine = () => this.connection === connection;
    for (const track of this.microphone?.getAudioTracks() ?? []) {
      connection.addTrack(track, this.microphone as MediaStream);
    }
    connection.ontrack = (event) => {
      if (!mine()) return;
      this.set({ remote: event.streams[0] ?? new MediaStream([event.track]) });
    };
    connection.onconnectionstatechange = () => mine() && this.changed(connection.connectionState);
    await connection.setLocalDescription(await connection.createOffer());
    const answer = await send<{ Sdp: string }>("/widget/call/offer", {
      ParticipantToken: this.token,
      Sdp: connection.localDescription?.sdp,
    });
    if (!mine()) return;
    await connection.setRemoteDescription({ type: "answer", sdp: answer.Sdp });
    const transport = connection.getSenders()[0]?.transport;
    if (transport) transport.onstatechange = () => mine() && transport.state === "closed" && this.over("there");
    this.wait(soundWithin, () => this.away());
  }

  private changed(state: RTCPeerConnectionState): void {
    if (state === "connected") {
      clearTimeout(this.timer);
      this.tried = 0;
      this.set({ phase: "connected", since: this.state.since ?? this.means.now() });
    } else if (state === "disconnected") {
      this.wait(awayFor, () => this.away());
    } else if (state === "failed") {
      this.away();
    } else if (state === "closed") {
      this.over("there");
    }
  }

  /** The sound is away: it is brought up anew, a few times. */
  private away(): void {
    clearTimeout(this.timer);
    if (this.state.phase === "ended" || this.state.phase === "idle") return;
    this.tried += 1;
    if (this.tried > tries) {
      if (this.state.since === undefined) {
        this.hangUp();
        this.set({ phase: "idle", problem: "noSound" });
      } else {
        this.over("lost");
      }
      return;
    }
    if (this.state.since !== undefined) this.set({ phase: "reconnecting" });
    this.connect().catch((error) => {
      if (error instanceof ServerError && (error.status === 410 || error.status === 403)) this.over("lost");
      else this.wait(1_000, () => this.away());
    });
  }

  private over(ended: CallState["ended"]): void {
    if (this.state.phase === "ended" || this.state.phase === "idle") return;
    const { since } = this.state;
    this.release();
    this.set({
      phase: "ended",
      remote: undefined,
      ended,
      lasted: since === undefined ? undefined : this.means.now() - since,
    });
  }

  private release(): void {
    clearTimeout(this.timer);
    for (const track of this.microphone?.getTracks() ?? []) track.stop();
    const connection = this.connection;
    this.token = this.microphone = this.connection = undefined;
    connection?.close();
  }

  private wait(milliseconds: number, then: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(then, milliseconds);
  }

  private set(change: Partial<CallState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}

async function start(form: CallForm): Promise<string> {
  const answer = await send<{ ParticipantToken: string }>("/widget/call", {
    ...(form.displayName ? { DisplayName: form.displayName } : {}),
    ...(form.flowId ? { ContactFlowId: form.flowId } : {}),
    ...(form.attributes && Object.keys(form.attributes).length > 0 ? { Attributes: form.attributes } : {}),
  });
  return answer.ParticipantToken;
}

function send<T>(path: string, body: unknown): Promise<T> {
  return callServer<T>(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

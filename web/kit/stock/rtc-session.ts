/**
 * The sound of an agent's call, as the stock desk library wants it done: it makes one session per call and is told when
 * there is sound. The library that usually does this is not among those we ship; this one speaks the same signalling
 * over the same websocket, and besides brings lost sound up anew by itself.
 */

/** What the desk library gives: frames of topics over the agent's websocket. */
export interface Sockets {
  subscribeTopics(topics: string[]): void;
  onMessage(topic: string, listener: (frame: unknown) => void): () => void;
  sendMessage(frame: object): void;
}

/** Reasons of failures, by the names that the desk library tells agents about. */
export const rtcErrors = {
  ICE_COLLECTION_TIMEOUT: "Ice Collection Timeout",
  USER_BUSY: "User Busy",
  SIGNALLING_CONNECTION_FAILURE: "Signalling Connection Failure",
  SIGNALLING_HANDSHAKE_FAILURE: "Signalling Handshake Failure",
  SET_REMOTE_DESCRIPTION_FAILURE: "Set Remote Description Failure",
  CREATE_OFFER_FAILURE: "Create Offer Failure",
  SET_LOCAL_DESCRIPTION_FAILURE: "Set Local Description Failure",
  INVALID_REMOTE_SDP: "Invalid Remote SDP",
  NO_REMOTE_ICE_CANDIDATE: "No Remote ICE Candidate",
  GUM_TIMEOUT_FAILURE: "GUM Timeout Failure",
  GUM_OTHER_FAILURE: "GUM Other Failure",
  CALL_NOT_FOUND: "Call Not Found",
} as const;

const topic = "aws/softphone";
/** Limits in milliseconds. */
const microphoneWithin = 10_000;
const answerWithin = 5_000;
const soundWithin = 15_000;
const gatherFor = 2_000;
/** How long sound may be away before it is brought up anew, and how often that is tried. */
const awayFor = 1_500;
const tries = 5;

class Failure extends Error {
  constructor(
    readonly reason: string,
    readonly code?: number,
  ) {
    super(reason);
  }
}

interface Message {
  id?: string;
  method?: string;
  result?: { sdp: string; candidates?: RTCIceCandidateInit[] };
  error?: { code: number; message: string };
}

/** Requests and answers in the topic, told apart by their ids. */
class Signalling {
  constructor(
    private readonly sockets: Sockets,
    private readonly connectionId: string,
  ) {
    sockets.subscribeTopics([topic]);
  }

  async ask(method: string, params: object): Promise<NonNullable<Message["result"]>> {
    const id = crypto.randomUUID();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let forget: (() => void) | undefined;
    try {
      const answer = await new Promise<Message>((resolve, reject) => {
        timer = setTimeout(() => reject(new Failure(rtcErrors.SIGNALLING_CONNECTION_FAILURE)), answerWithin);
        forget = this.sockets.onMessage(topic, (frame) => {
          const message = read(frame);
          if (message?.id === id) resolve(message);
        });
        this.send(method, params, id);
      });
      if (answer.error) throw new Failure(reasonOf(answer.error.code), answer.error.code);
      return answer.result ?? { sdp: "" };
    } finally {
      clearTimeout(timer);
      forget?.();
    }
  }

  send(method: string, params: object, id: string = crypto.randomUUID()): void {
    const jsonRpcMsg = { jsonrpc: "2.0", method, params, id };
    this.sockets.sendMessage({ topic, connectionId: this.connectionId, jsonRpcMsg });
  }
}

/** The message in a frame of the server: an object in a text in an object. */
function read(frame: unknown): Message | undefined {
  try {
    const { content } = frame as { content: string };
    return (JSON.parse(content) as { jsonRpcMsg?: Message }).jsonRpcMsg;
  } catch {
    return undefined;
  }
}

function reasonOf(code: number): string {
  if (code === 486) return rtcErrors.USER_BUSY;
  if (code === 404) return rtcErrors.CALL_NOT_FOUND;
  return rtcErrors.SIGNALLING_HANDSHAKE_FAILURE;
}

/** Figures of one direction, as the desk library reports them. */
interface AudioStats {
  timestamp: Date;
  packetsCount: number;
  packetsLost: number;
  audioLevel: number | null;
  rttMilliseconds: number | null;
  jbMilliseconds: number | null;
}

type Told = (session: RtcSession, detail?: unknown) => void;
const nobody: Told = () => undefined;

export class RtcSession {
  echoCancellation = true;
  mediaStream?: MediaStream;
  remoteAudioElement?: HTMLAudioElement;
  onLocalStreamAdded: Told = nobody;
  onSessionConnected: Told = nobody;
  onSessionCompleted: Told = nobody;
  onSessionFailed: Told = nobody;
  /** Times and failures of this session. */
  readonly sessionReport: Record<string, unknown> = {};
  _pc?: RTCPeerConnection;
  readonly _isUserProvidedStream = false;

  private readonly signalling: Signalling;
  private ownMicrophone = false;
  private connected = false;
  private over = false;
  private tried = 0;
  private timer?: ReturnType<typeof setTimeout>;
  private since = 0;

  constructor(
    _endpoint: string | undefined,
    private readonly iceServers: RTCIceServer[],
    private readonly callContextToken: string,
    _logger: unknown,
    private readonly contactId: string,
    connectionId: string,
    sockets: Sockets,
  ) {
    this.signalling = new Signalling(sockets, connectionId);
  }

  /** Begins; what comes of it is told. */
  connect(): void {
    this.sessionReport.sessionStartTime = new Date();
    this.run().catch((error) => this.failed(error));
  }

  /** Ends the session; throws when it has ended before. */
  hangup(): void {
    if (this.over) throw new Error("the session has ended");
    this.signalling.send("bye", {
      contactId: this.contactId,
      persistentConnection: false,
      callContextToken: this.callContextToken,
    });
    this.end();
    this.onSessionCompleted(this);
  }

  getUserAudioStats(): Promise<AudioStats> {
    return this.stats("remote-inbound-rtp", "outbound-rtp");
  }

  getRemoteAudioStats(): Promise<AudioStats> {
    return this.stats("inbound-rtp", "inbound-rtp");
  }

  private async run(): Promise<void> {
    await this.listen();
    if (this.over) return;
    this.onLocalStreamAdded(this, this.mediaStream);
    await this.bringUp();
  }

  private async listen(): Promise<void> {
    if (this.mediaStream) return;
    const begun = Date.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Failure(rtcErrors.GUM_TIMEOUT_FAILURE)), microphoneWithin);
    });
    const asked = navigator.mediaDevices
      .getUserMedia({ audio: { echoCancellation: this.echoCancellation } })
      .catch(() => Promise.reject(new Failure(rtcErrors.GUM_OTHER_FAILURE)));
    try {
      this.mediaStream = await Promise.race([asked, late]);
      this.ownMicrophone = true;
    } finally {
      clearTimeout(timer);
      this.sessionReport.gumTimeMillis = Date.now() - begun;
    }
    if (this.over) this.silence();
  }

  /** A new connection in place of the one there may be: offer, answer, sound. */
  private async bringUp(): Promise<void> {
    this._pc?.close();
    const connection = new RTCPeerConnection({ iceServers: this.iceServers });
    this._pc = connection;
    const mine = () => this._pc === connection && !this.over;
    for (const track of this.mediaStream?.getAudioTracks() ?? []) {
      connection.addTrack(track, this.mediaStream as MediaStream);
    }
    connection.ontrack = ({ streams, track }) => {
      if (mine() && this.remoteAudioElement) this.remoteAudioElement.srcObject = streams[0] ?? new MediaStream([track]);
    };
    connection.onconnectionstatechange = () => mine() && this.changed(connection.connectionState);
    const begun = Date.now();
    await connection.setLocalDescription(await connection.createOffer());
    const candidates = await gathered(connection);
    this.sessionReport.iceCollectionTimeMillis = Date.now() - begun;
    if (!mine()) return;
    const answer = await this.signalling.ask("invite", {
      sdp: connection.localDescription?.sdp,
      candidates,
      callContextToken: this.callContextToken,
      contactId: this.contactId,
      persistentConnection: false,
      iceRestart: false,
    });
    this.sessionReport.handshakingTimeMillis = Date.now() - begun;
    if (!mine()) return;
    this.signalling.send("accept", { contactId: this.contactId, persistentConnection: false });
    try {
      await connection.setRemoteDescription({ type: "answer", sdp: answer.sdp });
    } catch {
      throw new Failure(rtcErrors.SET_REMOTE_DESCRIPTION_FAILURE);
    }
    this.wait(soundWithin, () => this.away());
  }

  private changed(state: RTCPeerConnectionState): void {
    if (state === "connected") {
      clearTimeout(this.timer);
      this.tried = 0;
      if (this.connected) return;
      this.connected = true;
      this.since = Date.now();
      this.onSessionConnected(this);
    } else if (state === "disconnected" || state === "closed") {
      this.wait(awayFor, () => this.away());
    } else if (state === "failed") {
      this.away();
    }
  }

  /** The sound is away: it is brought up anew, unless the call is over or it was tried too often. */
  private away(): void {
    clearTimeout(this.timer);
    if (this.over) return;
    this.tried += 1;
    if (this.tried > tries) {
      this.failed(new Failure(rtcErrors.ICE_COLLECTION_TIMEOUT));
      return;
    }
    this.bringUp().catch((error) => {
      const final = error instanceof Failure && error.code !== undefined && error.code !== 500;
      if (final || !this.connected) this.failed(error);
      else this.wait(1_000, () => this.away());
    });
  }

  private failed(error: unknown): void {
    if (this.over) return;
    const reason = error instanceof Failure ? error.reason : rtcErrors.CREATE_OFFER_FAILURE;
    this.end();
    // A call that is gone while its sound was brought up anew has simply ended.
    if (this.connected && reason === rtcErrors.CALL_NOT_FOUND) this.onSessionCompleted(this);
    else this.onSessionFailed(this, reason);
  }

  private end(): void {
    this.over = true;
    clearTimeout(this.timer);
    this.sessionReport.sessionEndTime = new Date();
    this.sessionReport.talkingTimeMillis = this.connected ? Date.now() - this.since : 0;
    this._pc?.close();
    if (this.remoteAudioElement) this.remoteAudioElement.srcObject = null;
    this.silence();
  }

  private silence(): void {
    if (this.ownMicrophone) for (const track of this.mediaStream?.getTracks() ?? []) track.stop();
  }

  private wait(milliseconds: number, then: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(then, milliseconds);
  }

  private async stats(lossOf: string, countOf: string): Promise<AudioStats> {
    const report = await this._pc?.getStats();
    const all: Record<string, number & string>[] = report ? [...report.values()] : [];
    const of = (type: string) => all.find((one) => one.type === type && (one.kind ?? "audio") === "audio");
    const loss = of(lossOf);
    const count = of(countOf);
    const source = countOf === "outbound-rtp" ? of("media-source") : count;
    const round = of("remote-inbound-rtp")?.roundTripTime;
    const emitted = count?.jitterBufferEmittedCount;
    return {
      timestamp: new Date(),
      packetsCount: count?.packetsSent ?? count?.packetsReceived ?? 0,
      packetsLost: loss?.packetsLost ?? 0,
      audioLevel: source?.audioLevel === undefined ? null : Math.round(source.audioLevel * 32_767),
      rttMilliseconds: round === undefined ? null : Math.round(round * 1000),
      jbMilliseconds: emitted ? Math.round(((count?.jitterBufferDelay ?? 0) / emitted) * 1000) : null,
    };
  }
}

/** The candidates of a connection: all of them, or those there are after a while once there is one. */
function gathered(connection: RTCPeerConnection): Promise<RTCIceCandidateInit[]> {
  const found: RTCIceCandidateInit[] = [];
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      connection.onicecandidate = null;
      resolve(found);
    };
    const timer = setTimeout(done, gatherFor);
    connection.onicecandidate = ({ candidate }) => {
      if (candidate) found.push(candidate.toJSON());
      else done();
    };
    if (connection.iceGatheringState === "complete") done();
  });
}

/** A chat session that does as it is told, in place of the stock one. */
import type { WireItem } from "@kit/chat/items";
import type { ChatSession } from "@kit/chat/model";
import type { ViewContent } from "@kit/view/template";

type Handlers = { [Name in keyof ChatSession as Name extends `on${string}` ? Name : never]?: (event: never) => void };

export class FakeSession {
  readonly handlers: Handlers = {};
  readonly sent: { contentType: string; message: string; clientToken: string }[] = [];
  /** What was tried, with or without success. */
  readonly tried: { clientToken: string }[] = [];
  readonly events: { contentType: string; content?: string }[] = [];
  transcript: WireItem[][] = [[]];
  /** Views by their token. */
  readonly views: Record<string, { Content: ViewContent }> = {};
  failSending = false;
  readonly addressesAskedFor: { sessionId: string; redirectUri: string }[] = [];
  readonly declined: string[] = [];
  failSigningIn = false;
  private count = 0;

  /** The session as a conversation takes it. */
  asSession(): ChatSession {
    const on = (name: keyof Handlers) => (handler: never) => {
      this.handlers[name] = handler;
    };
    return {
      connect: async () => undefined,
      getTranscript: async (args) => {
        const page = Number((args as { nextToken?: string }).nextToken ?? 0);
        const NextToken = page + 1 < this.transcript.length ? String(page + 1) : undefined;
        return { data: { Transcript: this.transcript[page] ?? [], NextToken } };
      },
      sendMessage: async (args) => {
        this.tried.push(args);
        if (this.failSending) throw new Error("no network");
        this.sent.push(args);
        this.count += 1;
        return { data: { Id: `sent-${this.count}`, AbsoluteTime: "2026-01-02T10:00:00.000Z" } };
      },
      describeView: async ({ viewToken }) => ({ data: { View: this.views[viewToken] } }),
      sendEvent: async (args) => {
        this.events.push(args);
      },
      sendAttachment: async () => undefined,
      downloadAttachment: async () => new Blob(["x"]),
      disconnectParticipant: async () => undefined,
      getAuthenticationUrl: async (args) => {
        this.addressesAskedFor.push(args);
        if (this.failSigningIn) throw new Error("no provider");
        return { data: { AuthenticationUrl: `https://id.example.com/?state=${args.sessionId}.secret` } };
      },
      cancelParticipantAuthentication: async ({ sessionId }) => {
        this.declined.push(sessionId);
      },
      onMessage: on("onMessage"),
      onTyping: on("onTyping"),
      onReadReceipt: on("onReadReceipt"),
      onDeliveredReceipt: on("onDeliveredReceipt"),
      onParticipantIdle: on("onParticipantIdle"),
      onParticipantReturned: on("onParticipantReturned"),
      onAutoDisconnection: on("onAutoDisconnection"),
      onAuthenticationInitiated: on("onAuthenticationInitiated"),
      onAuthenticationSuccessful: on("onAuthenticationSuccessful"),
      onAuthenticationFailed: on("onAuthenticationFailed"),
      onAuthenticationTimeout: on("onAuthenticationTimeout"),
      onAuthenticationExpired: on("onAuthenticationExpired"),
      onAuthenticationCanceled: on("onAuthenticationCanceled"),
      onChatRehydrated: on("onChatRehydrated"),
      onEnded: on("onEnded"),
      onConnectionEstablished: on("onConnectionEstablished"),
      onConnectionLost: on("onConnectionLost"),
      onConnectionBroken: on("onConnectionBroken"),
    } as ChatSession;
  }

  /** Lets an event happen. */
  fire(name: keyof Handlers, event: object = {}): void {
    (this.handlers[name] as ((event: object) => void) | undefined)?.(event);
  }
}

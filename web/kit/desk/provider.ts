/** The module-SDK requests the panel answers, for its own pages and for a page that embeds it (11 §2.7). */

/** Answers one request or throws `Unsupported`, which the caller must turn into an error reply at once. */
export type Answer = (namespace: string, command: string) => unknown;

export class Unsupported extends Error {
  constructor(
    readonly namespace: string,
    readonly command: string,
  ) {
    super(`${namespace} ${command} is not offered by this contact panel`);
    this.name = "Unsupported";
  }
}

/** What we answer: the details of the instance; everything else is refused by name. */
export function instanceAnswers(instance: { region: string; origin: string }): Answer {
  return (namespace, command) => {
    if (namespace === "aws.connect.contact" && command === "contact/getInstanceDetails") return instance;
    throw new Unsupported(namespace, command);
  };
}

type Handler = (...args: unknown[]) => void;

/** The provider object stock streams expects on its own page, answering without any message channel. */
export interface LocalProvider {
  id: string;
  config: object;
  getProxy(): object;
  onError(handler: Handler): void;
  offError(handler: Handler): void;
}

export function localProvider(answer: Answer): LocalProvider {
  const ignore = () => undefined;
  const proxy = {
    connectionStatus: "ready",
    proxyType: "switchroom-local",
    init: ignore,
    request: async (namespace: string, command: string) => answer(namespace, command),
    // The topics of our own page reach it through streams itself; subscriptions are taken and never served.
    subscribe: ignore,
    unsubscribe: ignore,
    onConnectionStatusChange: ignore,
    offConnectionStatusChange: ignore,
    onError: ignore,
    offError: ignore,
    log: ignore,
    sendMetric: ignore,
  };
  return { id: "switchroom-panel", config: {}, getProxy: () => proxy, onError: ignore, offError: ignore };
}

/** A message on the channel to the embedding page. */
interface Upstream {
  type: string;
  namespace?: string;
  command?: string;
  requestId?: string;
}

/** The reply to one message, or undefined where none is due. */
export function replyTo(
  message: Upstream,
  answer: Answer,
  connectionId: string,
  now: number,
  counter: number,
): object | undefined {
  switch (message.type) {
    case "cross-domain-site-ready":
      return {
        type: "acknowledge",
        connectionId,
        status: { startTime: new Date(now), status: "ready" },
        healthCheckInterval: 0,
      };
    case "request": {
      const { namespace = "", command = "", requestId } = message;
      try {
        return { type: "response", requestId, isError: false, data: answer(namespace, command) };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return {
          type: "response",
          requestId,
          isError: true,
          errorKey: "unsupportedCommand",
          reason,
          namespace,
          command,
          details: {},
        };
      }
    }
    case "healthCheck":
      return { type: "healthCheckResponse", time: now, counter };
    default:
      return undefined; // Subscriptions, logs and metrics need no reply.
  }
}

/** Opens the channel to the page that embeds us. */
export function openHostChannel(parent: Window, answer: Answer): void {
  const channel = new MessageChannel();
  const connectionId = `panel-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  let counter = 0;
  channel.port1.onmessage = (event: MessageEvent<Upstream>) => {
    counter += 1;
    const reply = replyTo(event.data, answer, connectionId, Date.now(), counter);
    if (reply) channel.port1.postMessage(reply);
  };
  // The embedding page checks our origin itself; who may embed us is decided by the server's frame-ancestors.
  parent.postMessage({ type: "cross-domain-adapter-init" }, "*", [channel.port2]);
}

/// <reference types="amazon-connect-streams" />
/** Typed access to the global the stock libraries define, with the internal parts a contact panel page must call itself. */
import type { ChatSession } from "../chat/model";
import type { LocalProvider } from "../desk/provider";

interface Subscription {
  unsubscribe(): void;
}

interface EventBus {
  subscribe(event: string, handler: (data: unknown) => void): Subscription;
  trigger(event: string, data?: unknown): void;
}

export interface SharedWorkerParameters {
  sharedWorkerUrl: string;
  authToken: string;
  refreshToken: string;
  authTokenExpiration: number;
  region: string;
  authCookieName: string;
  agentAppEndpoint: string;
  taskTemplatesEndpoint: string;
  endpoint: string;
  authorizeEndpoint: string;
  loginEndpoint: string;
}

interface Ringtone {
  disabled?: boolean;
  ringtoneUrl?: string;
}

/** What `connect.core` offers to the page that is the contact panel. */
export interface StockCore {
  _amazonConnectProviderData: { provider: LocalProvider; isStreamsProvider: boolean };
  hasReceivedCRMConfigure?: boolean;
  initSharedWorker(parameters: SharedWorkerParameters): void;
  initPageOptions(parameters: object): void;
  initApiProxyService(): void;
  initSoftphoneManager(parameters: object): void;
  initRingtoneEngines(parameters: { ringtone: Record<string, Ringtone> }): void;
  checkIfConfigureReceived(conduit: unknown): void;
  getUpstream(): unknown;
  getEventBus(): EventBus;
  getWebSocketManager(): unknown;
  getSkew(): number;
  getClient(): { call(method: string, parameters: object, callbacks: connect.SuccessFailOptions): void };
}

export interface StockChat {
  setGlobalConfig(config: { endpoint: string; region: string; loggerConfig?: object; features?: object }): void;
  create(args: object): ChatSession;
  LogLevel: { ERROR: number; WARN: number };
}

export interface StockConnect {
  core: StockCore;
  ChatSession: StockChat;
  EventType: { CONFIGURE: string; TERMINATE: string; ACKNOWLEDGE: string };
  agent(handler: (agent: connect.Agent) => void): void;
  getLog(): { setEchoLevel(level: string): void };
}

/** The stock libraries of this page. */
export function stock(): StockConnect {
  return (globalThis as unknown as { connect: StockConnect }).connect;
}

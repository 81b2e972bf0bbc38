/** Brings stock streams up as the contact panel page itself (11 §2.3, §2.6): only ever after sign-in, because the first acknowledgement must not be sent before. */
import type { DeskToken, Session } from "../api/session";
import { stock } from "../stock/connect";
import { installOwnHostSocket } from "../stock/own-host-socket";
import { installOwnWorker } from "../stock/own-worker";
import { RtcSession, rtcErrors } from "../stock/rtc-session";
import { instanceAnswers, localProvider, openHostChannel } from "./provider";
import ring from "./ring.wav";

function workerUrl(): string {
  const url = document.querySelector<HTMLMetaElement>("meta[name=switchroom-desk-worker]")?.content;
  if (!url) throw new Error("the page does not name its worker script");
  return url;
}

/** Starts the shared worker and everything a panel page owns. Returns once streams is set up; data follows by events. */
export function startDesk(session: Session, token: DeskToken): void {
  const { core, ChatSession, EventType, getLog } = stock();
  const { origin } = location;
  installOwnHostSocket(window);
  installOwnWorker(window);
  getLog().setEchoLevel("WARN");

  const answer = instanceAnswers({ region: session.region, origin });
  core._amazonConnectProviderData = { provider: localProvider(answer), isStreamsProvider: true };
  // The participant endpoint is read once, when the first chat session is made.
  ChatSession.setGlobalConfig({ endpoint: origin, region: session.region });

  core.initSharedWorker({
    sharedWorkerUrl: workerUrl(),
    authToken: token.accessToken,
    // Nothing is refreshed with it: the cookie session is the authority, but the library insists on a value.
    refreshToken: token.accessToken,
    authTokenExpiration: token.expiration,
    region: session.region,
    authCookieName: "switchroom",
    agentAppEndpoint: `${origin}/agent-app/api`,
    taskTemplatesEndpoint: `${origin}/task-templates/api/ccp`,
    endpoint: `${origin}/api`,
    authorizeEndpoint: `${origin}/auth/authorize`,
    loginEndpoint: `/login?next=${encodeURIComponent(location.pathname + location.search)}`,
  });
  core.initPageOptions({});
  core.initApiProxyService();
  const quiet = { disabled: true };
  core.initRingtoneEngines({
    ringtone: {
      voice: { ringtoneUrl: ring },
      additionalVoice: { ringtoneUrl: ring },
      queue_callback: { ringtoneUrl: ring },
      chat: { ringtoneUrl: ring },
      task: { ringtoneUrl: ring },
      email: { ringtoneUrl: ring },
      autoAcceptTone: quiet,
    },
  });
  // It asks for the microphone as soon as it starts, which nobody should be asked for who cannot have calls.
  if (session.calls) {
    Object.assign(stock(), { RTCSession: RtcSession, RTCErrors: rtcErrors });
    core.initSoftphoneManager({});
  }

  if (window.parent !== window) {
    core.getEventBus().subscribe(EventType.CONFIGURE, () => {
      core.hasReceivedCRMConfigure = true;
    });
    openHostChannel(window.parent, answer);
    core.checkIfConfigureReceived(core.getUpstream());
  }
}

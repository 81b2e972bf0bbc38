/** The session, the API client and the notices of the console. */
import type { ConnectClient } from "@aws-sdk/client-connect";
import type { Session } from "@kit/api/session";
import { type I18n, useI18n } from "@kit/i18n";
import { announce } from "@kit/ui/Live";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { createClient } from "./api";

export interface Notice {
  id: string;
  type: "success" | "error" | "info";
  text: string;
}

interface ConsoleContext {
  session: Session;
  client: ConnectClient;
  /** The instance id every operation needs. */
  InstanceId: string;
  notices: Notice[];
  say(type: Notice["type"], text: string): void;
  dismiss(id: string): void;
  /** Whether the user holds one of these permissions. */
  may(...permissions: string[]): boolean;
}

const Context = createContext<ConsoleContext | undefined>(undefined);

let count = 0;

/** How long good news stays on screen, in milliseconds. */
const noticeShownFor = 8000;

export function ConsoleProvider({ session, children }: { session: Session; children: ReactNode }) {
  const [notices, setNotices] = useState<Notice[]>([]);
  const client = useMemo(() => createClient(session), [session]);
  const dismiss = useCallback((id: string) => setNotices((all) => all.filter((one) => one.id !== id)), []);
  const say = useCallback(
    (type: Notice["type"], text: string) => {
      count += 1;
      const notice = { id: String(count), type, text };
      setNotices((all) => [notice, ...all].slice(0, 4));
      announce(text, type === "error" ? "urgent" : "polite");
      if (type !== "error") setTimeout(() => dismiss(notice.id), noticeShownFor);
    },
    [dismiss],
  );
  const may = useCallback(
    (...permissions: string[]) => permissions.some((one) => session.permissions.includes(one)),
    [session],
  );
  const value = useMemo(
    () => ({ session, client, InstanceId: session.instanceId, notices, say, dismiss, may }),
    [session, client, notices, say, dismiss, may],
  );
  return <Context value={value}>{children}</Context>;
}

export function useConsole(): ConsoleContext {
  const value = useContext(Context);
  if (!value) throw new Error("useConsole needs a ConsoleProvider above it");
  return value;
}

/** What our own routes answer with has a status instead of a name. */
function explainStatus(status: number | undefined, said: string, t: I18n["t"]): string {
  switch (status) {
    case 0:
      return t("failure.network");
    case 400:
      return t("problem.invalid", { message: said });
    case 401:
      return t("failure.signedOut");
    case 403:
      return t("problem.denied");
    case 404:
      return t("problem.gone");
    case 429:
      return t("problem.throttled");
    default:
      return t("failure.unknown", { message: said });
  }
}

/** Says what an API error means and what to do, in the user's language. */
export function explain(error: unknown, t: I18n["t"]): string {
  const { name = "", message = "", Message = "" } = (error ?? {}) as Record<"name" | "message" | "Message", string>;
  const said = message || Message || name;
  switch (name) {
    case "AccessDeniedException":
      return t("problem.denied");
    case "ResourceNotFoundException":
      return t("problem.gone");
    case "DuplicateResourceException":
      return t("problem.duplicate");
    case "ResourceInUseException":
    case "ResourceConflictException":
      return t("problem.inUse", { message: said });
    case "LimitExceededException":
    case "ServiceQuotaExceededException":
      return t("problem.quota", { message: said });
    case "ThrottlingException":
    case "TooManyRequestsException":
      return t("problem.throttled");
    case "InvalidParameterException":
    case "InvalidRequestException":
    case "PropertyValidationException":
      return t("problem.invalid", { message: said });
    case "NotImplementedException":
    case "UnknownOperationException":
      return t("problem.notBuilt", { message: said });
    case "ExpiredTokenException":
    case "UnrecognizedClientException":
    case "UnauthorizedException":
      return t("failure.signedOut");
    case "ServerError":
      return explainStatus((error as { status?: number }).status, said, t);
    case "TypeError":
      // What the browser throws when nothing answers.
      return t("failure.network");
    default:
      return t("failure.unknown", { message: said || String(error) });
  }
}

export function useExplain(): (error: unknown) => string {
  const { t } = useI18n();
  return useCallback((error: unknown) => explain(error, t), [t]);
}

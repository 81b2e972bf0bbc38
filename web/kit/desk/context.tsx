/** Gives the screens of the desk its store, the session and one way to run actions and show their failures. */
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import type { Session } from "../api/session";
import { type I18n, type MessageKey, useI18n } from "../i18n";
import { announce } from "../ui/Live";
import type { Desk } from "./desk";
import { type AgentStatus, type ContactView, type DeskView, isRinging } from "./view";

export interface Notice {
  kind: "bad" | "good";
  text: string;
}

interface DeskContext {
  desk: Desk;
  session: Session;
  view: DeskView;
  notice: Notice | undefined;
  say(notice: Notice | undefined): void;
  /** Runs an action; a failure becomes a notice. Resolves to whether it worked. */
  run(action: () => Promise<void>): Promise<boolean>;
}

const Context = createContext<DeskContext | undefined>(undefined);

export function DeskProvider({ desk, session, children }: { desk: Desk; session: Session; children: ReactNode }) {
  const i18n = useI18n();
  const view = useSyncExternalStore(desk.subscribe, desk.snapshot);
  const [notice, say] = useState<Notice>();
  const run = useCallback(
    async (action: () => Promise<void>) => {
      try {
        await action();
        say(undefined);
        return true;
      } catch (error) {
        say({
          kind: "bad",
          text: i18n.t("desk.failed", { message: error instanceof Error ? error.message : String(error) }),
        });
        return false;
      }
    },
    [i18n],
  );
  useEffect(() => {
    if (notice?.kind !== "good") return;
    const timer = setTimeout(() => say(undefined), 6000);
    return () => clearTimeout(timer);
  }, [notice]);
  useAlerts(desk, i18n);
  const value = useMemo(() => ({ desk, session, view, notice, say, run }), [desk, session, view, notice, run]);
  return <Context value={value}>{children}</Context>;
}

export function useDesk(): DeskContext {
  const value = useContext(Context);
  if (!value) throw new Error("useDesk needs a DeskProvider above it");
  return value;
}

/** The name to show for a contact. */
export function contactTitle(contact: ContactView, t: I18n["t"]): string {
  return contact.title || t(contact.channel === "task" ? "contact.untitledTask" : "contact.nobody");
}

/** A status in the user's language where it is one of the built-in ones; names given by administrators stay as they are. */
export function statusName(status: Pick<AgentStatus, "name" | "type">, i18n: I18n): string {
  const key = `status.${status.name}` as MessageKey;
  const known = i18n.t(key);
  if (known !== key) return known;
  return status.type === "error" ? i18n.t("status.error") : status.name;
}

export function ringText(contact: ContactView, t: I18n["t"]): string {
  const name = contactTitle(contact, t);
  return contact.channel === "task"
    ? t("contact.ringingTask", { name })
    : t("contact.ringing", { channel: t(`channel.${contact.channel}`), name });
}

/** Says that a contact rings: to screen readers, in the title, and as a system notification while the page is hidden. */
function useAlerts(desk: Desk, i18n: I18n): void {
  useEffect(() => {
    const title = document.title;
    const unfollow = desk.onPhase((contact) => {
      if (!isRinging(contact)) return;
      const text = ringText(contact, i18n.t);
      announce(text, "urgent");
      document.title = `● ${text}`;
      if (document.hidden && typeof Notification === "function" && Notification.permission === "granted") {
        const notification = new Notification(text, { tag: contact.id });
        notification.onclick = () => window.focus();
      }
    });
    const unsubscribe = desk.subscribe(() => {
      if (!desk.snapshot().contacts.some(isRinging)) document.title = title;
    });
    return () => {
      unfollow();
      unsubscribe();
    };
  }, [desk, i18n]);
}

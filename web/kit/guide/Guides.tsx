/** The guides of a contact: pages that its flow shows to the agent (07 §1). */
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { type Endpoint, type JoinedChat, joinChat, type Ticket } from "../chat/customer";
import { contentTypes } from "../chat/items";
import { useI18n } from "../i18n";
import { Alert } from "../ui/Alert";
import { Button } from "../ui/Button";
import { announce } from "../ui/Live";
import { viewHeading } from "../view/answer";
import { ShownView } from "../view/ShownView";
import { readEndpoint, readGuides, showing } from "./guides";

const sameAs = (one: Ticket) => (other: Ticket) => one.contactId === other.contactId;

interface GuidesProps {
  contactId: string;
  /** The guides are asked for again when it changes: a contact that ends may have one more. */
  phase: string;
  /** The agent's name. */
  displayName: string;
  /** Shown where there are none. */
  none?: React.ReactNode;
}

export function Guides({ contactId, phase, displayName, none }: GuidesProps) {
  const { t } = useI18n();
  const [guides, setGuides] = useState<Ticket[]>();
  const [endpoint, setEndpoint] = useState<Endpoint>();
  const [problem, setProblem] = useState<string>();
  const load = useCallback(async () => {
    setProblem(undefined);
    try {
      const found = await readGuides(contactId, displayName);
      if (found.length > 0) {
        const answered = await readEndpoint();
        // The same place as before must not make open guides join anew.
        setEndpoint((before) => before ?? answered);
      }
      // A guide that is over stays until the agent has read its end.
      setGuides((before = []) => [...found.filter((one) => !before.some(sameAs(one))), ...before]);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }, [contactId, displayName]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new phase is the reason to ask again
  useEffect(() => {
    void load();
  }, [load, phase]);
  if (problem) {
    return (
      <Alert
        kind="bad"
        action={
          <Button small onClick={load}>
            {t("action.retry")}
          </Button>
        }
      >
        {t("guide.failed", { message: problem })}
      </Alert>
    );
  }
  if (!guides || guides.length === 0 || !endpoint) return guides ? none : null;
  return (
    <section aria-label={t("guide.title")} data-testid="guides">
      {guides.map((guide) => (
        <Guide key={guide.contactId} ticket={guide} endpoint={endpoint} />
      ))}
    </section>
  );
}

function Guide({ ticket, endpoint }: { ticket: Ticket; endpoint: Endpoint }) {
  const { t } = useI18n();
  const [chat, setChat] = useState<JoinedChat>();
  const [problem, setProblem] = useState<string>();
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt is the reason to join again
  useEffect(() => {
    let left = false;
    let joined: JoinedChat | undefined;
    setProblem(undefined);
    joinChat(ticket, endpoint).then(
      (chat) => {
        joined = chat;
        if (left) chat.stop();
        else setChat(chat);
      },
      (error: Error) => {
        if (!left) setProblem(error.message);
      },
    );
    return () => {
      left = true;
      joined?.stop();
    };
  }, [ticket, endpoint, attempt]);
  return (
    <div className="guide" data-testid="guide">
      {problem && (
        <Alert
          kind="bad"
          action={
            <Button small onClick={() => setAttempt(attempt + 1)}>
              {t("action.retry")}
            </Button>
          }
        >
          {t("guide.failed", { message: problem })}
        </Alert>
      )}
      {!problem && !chat && <Working />}
      {chat && <Showing chat={chat} />}
    </div>
  );
}

function Showing({ chat }: { chat: JoinedChat }) {
  const { t } = useI18n();
  const { model } = chat;
  const state = useSyncExternalStore(model.subscribe, model.snapshot);
  const { texts, view, failed } = showing(state.items, model.selfId);
  const describe = useCallback((token: string) => model.describeView(token), [model]);
  const answer = useCallback((content: string) => void model.send(content, contentTypes.interactiveResponse), [model]);
  const heading = view && (viewHeading(view) ?? t("view.name"));
  const box = useRef<HTMLDivElement>(null);
  const token = view?.token;
  useEffect(() => {
    if (!token || !heading) return;
    announce(heading);
    // The pressed button is gone with the page before.
    if (document.activeElement === document.body) box.current?.focus({ preventScroll: true });
  }, [token, heading]);
  return (
    <div ref={box} tabIndex={-1}>
      {texts.map((text, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the texts never move
        <p key={index}>{text}</p>
      ))}
      {failed && (
        <Alert
          kind="bad"
          action={
            <Button small onClick={() => void model.resend(failed)}>
              {t("action.retry")}
            </Button>
          }
        >
          {t("guide.notSent")}
        </Alert>
      )}
      {state.ended ? (
        <p className="muted" data-testid="guide-over">
          {t("guide.over")}
        </p>
      ) : view ? (
        <ShownView key={view.token} view={view} describe={describe} onAnswer={answer} />
      ) : (
        !failed && <Working />
      )}
    </div>
  );
}

function Working() {
  const { t } = useI18n();
  return (
    <div className="sr-busy" role="status">
      <span className="sr-spinner" />
      {t("guide.working")}
    </div>
  );
}

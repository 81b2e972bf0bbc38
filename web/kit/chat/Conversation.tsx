/** A whole conversation: entries, who is typing, connection notices and the input. */
import {
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { useI18n } from "../i18n";
import { Alert } from "../ui/Alert";
import { Button } from "../ui/Button";
import { announce } from "../ui/Live";
import { Composer } from "./Composer";
import { authorOf, Entry, entryText } from "./Entry";
import { answerAfter, type ChatItem, contentTypes, offerBefore } from "./items";
import type { ChatModel } from "./model";
import "./chat.css";

interface ConversationProps {
  model: ChatModel;
  /** Whether we may write: false for a chat that has not been accepted or is over. */
  writable: boolean;
  formatting: boolean;
  attachments: boolean;
  /** Customers may answer interactive messages. */
  answers?: boolean;
  /** Shown above the input: what the customer is asked for. */
  ask?: ReactNode;
  /** Shown in place of the input when it is not offered. */
  footer?: ReactNode;
}

export function Conversation({ model, writable, formatting, attachments, answers, ask, footer }: ConversationProps) {
  const { t } = useI18n();
  const state = useSyncExternalStore(model.subscribe, model.snapshot);
  const { items } = state;

  useAnnouncements(model);
  useReceipts(model, items, writable);

  const resend = useCallback((id: string) => void model.resend(id), [model]);
  const discard = useCallback((id: string) => model.discard(id), [model]);
  const describeView = useCallback((token: string) => model.describeView(token), [model]);
  const download = useCallback((id: string) => model.download(id), [model]);
  const log = useRef<HTMLDivElement>(null);
  const answer = useCallback(
    (text: string) => {
      void model.send(text, contentTypes.interactiveResponse);
      // The pressed button is about to be disabled, which would leave the keyboard nowhere.
      log.current?.focus({ preventScroll: true });
    },
    [model],
  );
  const open = writable && !state.ended;
  const answerable = answers && open ? openOffer(items, model.selfId) : undefined;

  return (
    <section className="chat">
      <ConnectionNotice connection={state.connection} ended={state.ended} />
      {state.loadProblem && (
        <Alert
          kind="bad"
          testId="chat-load-problem"
          action={
            <Button small onClick={() => void model.load()}>
              {t("action.retry")}
            </Button>
          }
        >
          {t("chat.loadFailed", { message: state.loadProblem })}
        </Alert>
      )}
      <Scroller box={log} items={items} selfId={model.selfId}>
        <ol className="chat__log" data-testid="chat-log">
          {items.length === 0 && (
            <li className="chat__notice">{t(state.loaded || state.loadProblem ? "chat.empty" : "chat.loading")}</li>
          )}
          {items.map((item) => (
            <Entry
              key={item.id}
              item={item}
              mine={item.participantId === model.selfId}
              offer={offerBefore(items, item)}
              offerMine={offerBefore(items, item)?.participantId === model.selfId}
              answer={answerAfter(items, item)}
              onAnswer={item.id === answerable ? answer : undefined}
              onResend={open ? resend : undefined}
              onDiscard={discard}
              onDownload={download}
              onDescribeView={describeView}
            />
          ))}
        </ol>
      </Scroller>
      <div className="chat__typing" aria-live="polite" data-testid="chat-typing">
        {state.typing !== undefined &&
          !state.ended &&
          (state.typing ? t("chat.typing", { name: state.typing }) : t("chat.typingNobody"))}
      </div>
      {open && ask}
      {open ? (
        <Composer
          key={model.selfId}
          initial={model.draft}
          onDraft={(text) => {
            model.draft = text;
          }}
          onSend={(text) => void model.send(text, formatting ? contentTypes.markdown : contentTypes.plain)}
          onTyping={() => model.typing()}
          onFile={attachments ? (file) => void model.attach(file) : undefined}
          formatting={formatting}
          autoFocus
        />
      ) : (
        footer
      )}
    </section>
  );
}

/** The interactive message that still waits for an answer: the newest one, if we have written nothing since. */
function openOffer(items: readonly ChatItem[], selfId: string): string | undefined {
  const newest = items.findLast(
    (item) => item.contentType === contentTypes.interactive || item.participantId === selfId,
  );
  return newest?.contentType === contentTypes.interactive ? newest.id : undefined;
}

function useAnnouncements(model: ChatModel): void {
  const i18n = useI18n();
  useEffect(
    () =>
      model.onArrival((item) => {
        if (item.incomplete) return;
        const name = authorOf(item, i18n.t);
        const text = entryText(item, i18n, offerBefore(model.snapshot().items, item)?.content);
        if (item.kind === "event") announce(text);
        else if (item.kind === "attachment") announce(i18n.t("chat.sentFile", { name, file: text }));
        else announce(i18n.t("chat.saidBy", { name, text }));
      }),
    [model, i18n],
  );
}

/** Delivered while the page is in the background, read when it is looked at. */
function useReceipts(model: ChatModel, items: readonly ChatItem[], taking: boolean): void {
  useEffect(() => {
    if (!taking) return;
    const tell = () => model.acknowledge(document.visibilityState === "visible");
    // The protocol asks for receipts a moment after display; reading within it sends one instead of two.
    const timer = items.length > 0 ? setTimeout(tell, 300) : undefined;
    document.addEventListener("visibilitychange", tell);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", tell);
    };
  }, [model, items, taking]);
}

function ConnectionNotice({ connection, ended }: { connection: string; ended: boolean }) {
  const { t } = useI18n();
  const [regained, setRegained] = useState(false);
  const wasLost = useRef(false);
  useEffect(() => {
    if (connection === "lost" || connection === "broken") {
      wasLost.current = true;
      setRegained(false);
      return;
    }
    if (connection !== "connected" || !wasLost.current) return;
    wasLost.current = false;
    setRegained(true);
    const timer = setTimeout(() => setRegained(false), 4000);
    return () => clearTimeout(timer);
  }, [connection]);
  if (ended) return null;
  if (connection === "lost" || connection === "broken") {
    return (
      <Alert
        kind="warn"
        testId="chat-connection-lost"
        action={
          connection === "broken" ? (
            <Button small onClick={() => location.reload()}>
              {t("action.reload")}
            </Button>
          ) : undefined
        }
      >
        {t(connection === "lost" ? "chat.lost" : "chat.broken")}
      </Alert>
    );
  }
  return regained ? (
    <Alert kind="good" testId="chat-connection-regained">
      {t("chat.regained")}
    </Alert>
  ) : null;
}

interface ScrollerProps {
  box: RefObject<HTMLDivElement | null>;
  items: readonly ChatItem[];
  selfId: string;
  children: ReactNode;
}

/** Keeps the newest entry in view while the reader is at the end; otherwise says how many have arrived below. */
function Scroller({ box, items, selfId, children }: ScrollerProps) {
  const { t, tn } = useI18n();
  const atEnd = useRef(true);
  const [unseen, setUnseen] = useState(0);
  const before = useRef(items.length);

  const toEnd = useCallback(() => {
    const element = box.current;
    if (element) element.scrollTop = element.scrollHeight;
    setUnseen(0);
  }, [box]);

  useLayoutEffect(() => {
    const grown = items.length - before.current;
    before.current = items.length;
    const last = items.at(-1);
    if (atEnd.current || (grown > 0 && last?.participantId === selfId)) toEnd();
    else if (grown > 0) setUnseen((count) => count + grown);
  }, [items, selfId, toEnd]);

  useEffect(() => {
    // Pictures arrive late, and windows change their size.
    const watch = new ResizeObserver(() => {
      if (atEnd.current) toEnd();
    });
    for (const element of [box.current, box.current?.firstElementChild]) if (element) watch.observe(element);
    return () => watch.disconnect();
  }, [box, toEnd]);

  return (
    <div
      ref={box}
      className="chat__scroll"
      role="log"
      aria-live="off"
      aria-label={t("chat.conversation")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      onScroll={(event) => {
        const element = event.currentTarget;
        atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
        if (atEnd.current) setUnseen(0);
      }}
    >
      {children}
      {unseen > 0 && (
        <Button className="chat__new" small kind="primary" icon="down" onClick={toEnd}>
          {tn("chat.newMessages", unseen)}
        </Button>
      )}
    </div>
  );
}

/** The panel in which an author talks with the draft as a customer would, and follows it step by step. */
import "./try.css";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Input from "@cloudscape-design/components/input";
import { useI18n } from "@kit/i18n";
import { useEffect, useRef, useState } from "react";
import type { FlowDocument } from "./document";
import type { Language } from "./language";
import { TrySteps } from "./TrySteps";
import { TryWorldFields } from "./TryWorldFields";
import { conversation, type TryAnswer, type TryInput, type TryLine } from "./try";
import type { Try } from "./useTry";

interface Props {
  tried: Try;
  document: FlowDocument;
  language: Language;
  onClose: () => void;
}

export function TryPanel({ tried, document, language, onClose }: Props) {
  const { t } = useI18n();
  const { answer, problem } = tried;
  return (
    <aside
      className="panel try"
      aria-label={t("designer.try")}
      data-testid="try"
      data-playing={tried.playing || undefined}
    >
      <div className="panel__head">
        <h2>{t("designer.try")}</h2>
        <button type="button" className="panel__close" onClick={onClose} aria-label={t("action.close")}>
          ×
        </button>
      </div>
      <p className="hint">{t("designer.try.hint")}</p>
      <ExpandableSection headerText={t("designer.try.world")} data-testid="try-world">
        <TryWorldFields world={tried.world} onChange={tried.setWorld} />
      </ExpandableSection>
      {problem && <Alert type="error">{problem}</Alert>}
      {answer && (
        <>
          <Conversation answer={answer} inputs={tried.inputs} onShow={tried.show} />
          <State answer={answer} />
          <Inputs answer={answer} tried={tried} />
          <TrySteps answer={answer} at={tried.at} onShow={tried.show} document={document} language={language} />
        </>
      )}
    </aside>
  );
}

interface ConversationProps {
  answer: TryAnswer;
  inputs: TryInput[];
  onShow: (step: number) => void;
}

function Conversation({ answer, inputs, onShow }: ConversationProps) {
  const { t } = useI18n();
  const list = useRef<HTMLDivElement>(null);
  const lines = conversation(answer, inputs);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is new is below.
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [answer]);
  return (
    <div
      className="try__talk"
      ref={list}
      role="log"
      aria-label={t("designer.try.conversation")}
      // A list that scrolls must be reachable by keyboard.
      // biome-ignore lint/a11y/noNoninteractiveTabindex: see above.
      tabIndex={0}
      data-testid="try-talk"
    >
      {lines.length === 0 && <p className="hint">{t("designer.try.silence")}</p>}
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place.
        <Line key={index} line={line} onShow={onShow} />
      ))}
    </div>
  );
}

function Line({ line, onShow }: { line: TryLine; onShow: (step: number) => void }) {
  const { t } = useI18n();
  if (line.kind === "note") return <p className="try__event">{line.text}</p>;
  if (line.kind === "said") {
    return (
      <button type="button" className="try__said" onClick={() => onShow(line.step)} title={t("designer.try.showStep")}>
        {line.text}
      </button>
    );
  }
  const unheard = line.unheard && <em className="try__unheard">{t("designer.try.unheard")}</em>;
  if (line.input.Kind === "SAYS") {
    return (
      <p className="try__mine">
        {line.input.Text}
        {unheard}
      </p>
    );
  }
  return (
    <p className="try__event">
      {line.input.Kind === "WAITS" && line.input.Seconds !== undefined
        ? t("designer.try.did.waitsSeconds", { count: line.input.Seconds })
        : t(`designer.try.did.${line.input.Kind}`)}
      {unheard}
    </p>
  );
}

/** Where the contact is, and what it waits for. */
function State({ answer }: { answer: TryAnswer }) {
  const { t } = useI18n();
  const waits =
    answer.WaitsFor === "CUSTOMER"
      ? t("designer.try.waits.CUSTOMER")
      : answer.WaitsFor && t(`designer.try.waits.${answer.WaitsFor}`);
  const left = answer.SecondsLeft !== null && t("designer.try.left", { time: timeText(answer.SecondsLeft) });
  return (
    <div className="try__state" data-place={answer.Place} data-testid="try-state">
      <strong>{t(`designer.try.place.${answer.Place}`, { queue: answer.Queue ?? "" })}</strong>
      {waits && <span>{waits}</span>}
      {left && <span>{left}</span>}
      {answer.Reason && <span className="try__reason">{answer.Reason}</span>}
      {answer.Stopped && <span className="try__reason">{t(`designer.try.stopped.${answer.Stopped}`)}</span>}
    </div>
  );
}

const timeText = (seconds: number) =>
  [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((one) => String(one).padStart(2, "0"))
    .join(":");

function Inputs({ answer, tried }: { answer: TryAnswer; tried: Try }) {
  const { t } = useI18n();
  const [text, setText] = useState("");
  const over = answer.Place === "ENDED" || answer.Place === "FAILED" || answer.Stopped !== null;
  const listens = answer.WaitsFor === "CUSTOMER" || answer.WaitsFor === "RETURN";
  const voice = tried.world.channel === "VOICE";
  const send = () => {
    if (text === "" || !listens) return;
    tried.give({ Kind: "SAYS", Text: text });
    setText("");
  };
  const does = (Kind: "RETURNS" | "LEAVES" | "AGENT_ANSWERS" | "AGENT_LEAVES" | "WAITS", shown: boolean) =>
    shown && (
      <Button onClick={() => tried.give({ Kind })} data-testid={`try-${Kind}`}>
        {t(`designer.try.do.${Kind}`)}
      </Button>
    );
  return (
    <div className="try__inputs">
      <div className="try__say">
        <Input
          value={text}
          disabled={!listens}
          placeholder={t(listens ? (voice ? "designer.try.sayVoice" : "designer.try.say") : "designer.try.noSay")}
          ariaLabel={t(voice ? "designer.try.sayVoice" : "designer.try.say")}
          onChange={({ detail }) => setText(detail.value.slice(0, 1024))}
          onKeyDown={({ detail }) => {
            if (detail.key === "Enter") send();
          }}
          data-testid="try-say"
        />
        <Button variant="primary" disabled={!listens || text === ""} onClick={send} data-testid="try-send">
          {t("designer.try.send")}
        </Button>
      </div>
      <div className="try__buttons">
        {does("WAITS", !over && answer.SecondsLeft !== null)}
        {does("RETURNS", !over && answer.WaitsFor === "RETURN")}
        {does("AGENT_ANSWERS", answer.Place === "QUEUE")}
        {does("AGENT_LEAVES", answer.Place === "AGENT")}
        {does("LEAVES", !over)}
        <Button iconName="undo" disabled={tried.inputs.length === 0} onClick={tried.stepBack} data-testid="try-back">
          {t("designer.try.stepBack")}
        </Button>
        <Button disabled={tried.inputs.length === 0} onClick={tried.restart} data-testid="try-restart">
          {t("designer.try.restart")}
        </Button>
      </div>
    </div>
  );
}

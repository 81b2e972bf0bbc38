/** The state of a flow that is tried out: inputs, world, the server's answer, and the step that is shown. */
import { useEffect, useMemo, useState } from "react";
import { useConsole, useExplain } from "../../../context";
import type { FlowType } from "../types";
import { type FlowDocument, printDocument } from "./document";
import {
  givenOf,
  pathTo,
  type TryAnswer,
  type TryInput,
  type TryPath,
  type TryWorld,
  tryFlow,
  usualWorld,
} from "./try";

/** How long after the last change the draft is played anew, in milliseconds. */
const playAfter = 250;

export interface Try {
  inputs: TryInput[];
  world: TryWorld;
  answer?: TryAnswer;
  /** Why there is no answer. */
  problem?: string;
  playing: boolean;
  /** The step that is shown. */
  at: number;
  path?: TryPath;
  show: (at: number) => void;
  give: (input: TryInput) => void;
  stepBack: () => void;
  restart: () => void;
  setWorld: (world: TryWorld) => void;
}

export function useTry(
  open: boolean,
  document: FlowDocument,
  type: FlowType | undefined,
  flowId: string | undefined,
): Try {
  const { session } = useConsole();
  const explain = useExplain();
  const [inputs, setInputs] = useState<TryInput[]>([]);
  const [world, setWorld] = useState<TryWorld>(usualWorld);
  const [played, setPlayed] = useState<{ answer: TryAnswer; inputs: TryInput[] }>();
  const [problem, setProblem] = useState<string>();
  const [playing, setPlaying] = useState(false);
  const [chosen, setChosen] = useState<number>();
  const content = useMemo(() => (open ? printDocument(document) : ""), [open, document]);

  useEffect(() => {
    if (!open || !type) return;
    const { given, problems } = givenOf(world);
    if (Object.keys(problems).length > 0) return;
    const stop = new AbortController();
    setPlaying(true);
    const request = { ContactFlowId: flowId, Type: type, Content: content, Given: given, Inputs: inputs };
    const timer = setTimeout(() => {
      tryFlow(session, request, stop.signal).then(
        (answer) => {
          setPlayed({ answer, inputs });
          setProblem(undefined);
          setPlaying(false);
        },
        (error) => {
          if (stop.signal.aborted) return;
          setProblem(explain(error));
          setPlaying(false);
        },
      );
    }, playAfter);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [open, session, explain, world, inputs, content, type, flowId]);

  const answer = played?.answer;
  const last = (answer?.Steps.length ?? 0) - 1;
  const at = Math.min(chosen ?? last, last);
  const path = useMemo(
    () => (open && answer ? pathTo(document, answer.Steps, at) : undefined),
    [open, answer, document, at],
  );
  const change = (next: TryInput[]) => {
    setChosen(undefined);
    setInputs(next);
  };
  return {
    inputs: played?.inputs ?? inputs,
    world,
    answer,
    problem,
    playing,
    at,
    path,
    show: (next) => setChosen(Math.max(0, Math.min(next, last))),
    give: (input) => change([...inputs, input]),
    stepBack: () => change(inputs.slice(0, -1)),
    restart: () => change([]),
    setWorld: (next) => {
      setChosen(undefined);
      setWorld(next);
    },
  };
}

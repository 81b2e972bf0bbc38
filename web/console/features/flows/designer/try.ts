/** A draft tried out: what is asked of the server, and what its answer means on the canvas. */
import { callServer, type Session } from "@kit/api/session";
import type { FlowType } from "../types";
import { actionOf, type FlowDocument } from "./document";
import { startNode } from "./edits";

export type TryInput =
  | { Kind: "SAYS"; Text: string }
  | { Kind: "WAITS"; Seconds?: number }
  | { Kind: "RETURNS" | "LEAVES" | "AGENT_ANSWERS" | "AGENT_LEAVES" };

export interface TryStep {
  /** Whether it belongs to the flow that is edited. */
  Draft: boolean;
  ContactFlowId: string;
  ContactFlowName: string;
  Identifier: string;
  Timestamp: string;
  /** How many inputs had come before. */
  Input: number;
  Branch: { Kind: "NEXT" } | { Kind: "CONDITION" | "ERROR"; Index: number } | null;
  Parameters: unknown;
  Results: unknown;
  Error: string | null;
  Changed: Record<string, unknown>;
}

export interface TryAnswer {
  Begun: Record<string, unknown>;
  Steps: TryStep[];
  Said: { Step: number; Input: number; Text: string }[];
  Notes: { Input: number; Text: string }[];
  Unheard: number[];
  Place: "FLOW" | "QUEUE" | "AGENT" | "ENDED" | "FAILED";
  Reason: string | null;
  Queue: string | null;
  WaitsFor: "CUSTOMER" | "RETURN" | "TIME" | null;
  SecondsLeft: number | null;
  Now: string;
  Stopped: "STEPS" | "BYTES" | "TIME" | null;
}

/** The world around the contact as the author sets it. */
export interface TryWorld {
  channel: "CHAT" | "TASK" | "VOICE";
  hours: "OPEN" | "CLOSED";
  queues: "STAFFED" | "UNSTAFFED" | "FULL";
  /** Percentages of distributions, in order, separated by commas. */
  percents: string;
  /** One `name = value` in a line. */
  attributes: string;
  /** What functions answer: an object of answers by name. */
  functions: string;
}

export const usualWorld: TryWorld = {
  channel: "CHAT",
  hours: "OPEN",
  queues: "STAFFED",
  percents: "",
  attributes: "",
  functions: "",
};

/** The fields of a world that cannot be understood. */
export type WorldProblems = Partial<Record<"percents" | "attributes" | "functions", true>>;

/** The world as the server takes it, and what of it cannot be understood. */
export function givenOf(world: TryWorld): { given: Record<string, unknown>; problems: WorldProblems } {
  const problems: WorldProblems = {};
  const given: Record<string, unknown> = { Channel: world.channel, Hours: world.hours };
  if (world.queues === "FULL") given.OtherQueues = { Full: true };
  if (world.queues === "UNSTAFFED") given.OtherQueues = { Online: 0, Staffed: 0, Available: 0 };
  const percents = world.percents.split(/[\s,;]+/).filter((one) => one !== "");
  const numbers = percents.map(Number);
  if (numbers.some((one) => !Number.isInteger(one) || one < 1 || one > 100)) problems.percents = true;
  else if (numbers.length > 0) given.Percents = numbers;
  const attributes: Record<string, string> = {};
  for (const line of world.attributes.split("\n")) {
    if (line.trim() === "") continue;
    const at = line.indexOf("=");
    const name = line.slice(0, at).trim();
    if (at < 0 || name === "") problems.attributes = true;
    else attributes[name] = line.slice(at + 1).trim();
  }
  given.Attributes = attributes;
  if (world.functions.trim() !== "") {
    const answers = readObject(world.functions);
    if (!answers) problems.functions = true;
    else {
      given.Functions = Object.fromEntries(
        Object.entries(answers).map(([name, answer]) => [name, functionAnswer(answer)]),
      );
    }
  }
  return { given, problems };
}

/** An answer stands for itself; a text is an error. */
const functionAnswer = (answer: unknown) => (typeof answer === "string" ? { Error: answer } : { Answer: answer });

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

export interface TryRequest {
  ContactFlowId?: string;
  Type: FlowType;
  Content: string;
  Given: Record<string, unknown>;
  Inputs: TryInput[];
}

/** Plays all inputs from the beginning. */
export const tryFlow = (session: Session, request: TryRequest, signal: AbortSignal) =>
  callServer<TryAnswer>(`/switchroom/flow-rehearsal/${session.instanceId}`, {
    method: "POST",
    signal,
    headers: { "content-type": "application/json", "x-switchroom-csrf": session.csrfToken },
    body: JSON.stringify(request),
  });

/** What the canvas shows of a play: blocks and wires that were taken up to a step, and the block of the step. */
export interface TryPath {
  blocks: ReadonlySet<string>;
  wires: ReadonlySet<string>;
  current?: string;
  /** The block that was last on this canvas, if the step is one of another flow. */
  last?: string;
}

/** The way up to a step, on the canvas of the draft. */
export function pathTo(document: FlowDocument, steps: TryStep[], at: number): TryPath {
  const blocks = new Set<string>();
  const wires = new Set<string>();
  const first = steps[0];
  if (first?.Draft && first.Identifier === document.StartAction) wires.add(startNode);
  for (const [index, step] of steps.slice(0, at + 1).entries()) {
    if (!step.Draft) continue;
    blocks.add(step.Identifier);
    const outlet = outletOf(document, step);
    // The way out of the step that is shown is still ahead.
    if (outlet && index < at) wires.add(`${step.Identifier} ${outlet}`);
  }
  const shown = steps[at];
  return { blocks, wires, current: shown?.Draft ? shown.Identifier : undefined, last: [...blocks].at(-1) };
}

/** The connector by which a step was left. */
export function outletOf(document: FlowDocument, step: TryStep): string | undefined {
  if (!step.Branch) return undefined;
  if (step.Branch.Kind === "NEXT") return "next";
  if (step.Branch.Kind === "CONDITION") return `condition:${step.Branch.Index}`;
  const error = actionOf(document, step.Identifier)?.Transitions?.Errors?.[step.Branch.Index];
  return error?.ErrorType === undefined ? undefined : `error:${error.ErrorType}`;
}

export interface Value {
  /** The reference without `$.`. */
  path: string;
  text: string;
  /** Whether the step changed it. */
  changed: boolean;
}

/** Roots that everybody looks for first. */
const order = ["Attributes", "FlowAttributes", "External", "Lex", "Queue"];

/** Everything that references find after a step, by root; values that are roots themselves stand under "". */
export function valuesAfter(answer: TryAnswer, at: number): { root: string; values: Value[] }[] {
  const state = new Map(Object.entries(answer.Begun));
  let before = new Map<string, string>();
  answer.Steps.slice(0, at + 1).forEach((step, index) => {
    if (index === at) before = flat(state);
    for (const [root, value] of Object.entries(step.Changed)) state.set(root, value);
  });
  const roots = new Map<string, Value[]>();
  for (const [path, text] of flat(state)) {
    // What is a value by itself stands together with its like.
    const root = path.includes(".") ? (path.split(".")[0] ?? path) : "";
    const values = roots.get(root) ?? [];
    values.push({ path, text, changed: at >= 0 && before.get(path) !== text });
    roots.set(root, values);
  }
  const rank = (root: string) => (order.includes(root) ? order.indexOf(root) : order.length + (root === "" ? 1 : 0));
  return [...roots]
    .map(([root, values]) => ({ root, values }))
    .sort((one, other) => rank(one.root) - rank(other.root) || one.root.localeCompare(other.root));
}

/** Values by their full path; what is empty is left out. */
function flat(state: ReadonlyMap<string, unknown>): Map<string, string> {
  const all = new Map<string, string>();
  const walk = (path: string, value: unknown, depth: number) => {
    if (value === null || value === undefined) return;
    if (typeof value === "object" && !Array.isArray(value) && depth < 5) {
      for (const [name, inner] of Object.entries(value)) walk(`${path}.${name}`, inner, depth + 1);
    } else {
      all.set(path, typeof value === "string" ? value : JSON.stringify(value));
    }
  };
  for (const [root, value] of state) walk(root, value, 0);
  return all;
}

/** One line of the conversation. */
export type TryLine =
  | { kind: "said"; text: string; step: number }
  | { kind: "input"; input: TryInput; index: number; unheard: boolean }
  | { kind: "note"; text: string };

/** The conversation in order: what was done, and what came of it. */
export function conversation(answer: TryAnswer, inputs: TryInput[]): TryLine[] {
  const lines: TryLine[] = [];
  for (let count = 0; count <= inputs.length; count++) {
    const input = inputs[count - 1];
    if (input) lines.push({ kind: "input", input, index: count - 1, unheard: answer.Unheard.includes(count - 1) });
    for (const one of answer.Said)
      if (one.Input === count) lines.push({ kind: "said", text: said(one.Text), step: one.Step });
    for (const one of answer.Notes) if (one.Input === count) lines.push({ kind: "note", text: one.Text });
  }
  return lines;
}

/** Of an interactive message its title and choices. */
function said(text: string): string {
  const template = text.startsWith("{") ? readObject(text) : undefined;
  const content = (template?.data as { content?: { title?: unknown; elements?: unknown } } | undefined)?.content;
  if (typeof template?.templateType !== "string" || typeof content?.title !== "string") return text;
  const elements = Array.isArray(content.elements) ? content.elements : [];
  const choices = elements.flatMap((one) => (typeof one?.title === "string" ? [`• ${one.title}`] : []));
  return [content.title, ...choices].join("\n");
}

/** Changes of a flow document. Each answers a new document; what it does not concern stays the same object. */
import {
  type Action,
  type ActionMetadata,
  type Condition,
  type FlowDocument,
  type Metadata,
  type Note,
  notesOf,
  type Point,
  type Transitions,
} from "./document";
import type { ActionType } from "./language";
import { fixedOperands } from "./outlets";

/** Most characters of a note, notes of one block, notes of one flow. */
export const noteLimits = { characters: 1000, perAction: 5, perFlow: 100 };

/** Characters and words that a block name must not have. */
const refusedCharacters = /[(%:\\/)=$,;[\]{}]/;
const refusedWords = new Set([
  "__proto__",
  "constructor",
  "__defineGetter__",
  "__defineSetter__",
  "toString",
  "hasOwnProperty",
  "isPrototypeOf",
  "propertyIsEnumerable",
  "toLocaleString",
  "valueOf",
]);

export type NameProblem = "empty" | "characters" | "word" | "taken";

/** Why an action cannot have this name, or undefined when it can. */
export function nameProblem(document: FlowDocument, id: string, name: string): NameProblem | undefined {
  if (name.trim() === "") return "empty";
  if (refusedCharacters.test(name)) return "characters";
  if (refusedWords.has(name)) return "word";
  return name !== id && document.Actions.some((one) => one.Identifier === name) ? "taken" : undefined;
}

function withMetadata(document: FlowDocument, change: (metadata: Metadata) => Metadata): FlowDocument {
  return { ...document, Metadata: change(document.Metadata ?? {}) };
}

function withActionMetadata(
  document: FlowDocument,
  change: (all: Record<string, ActionMetadata>) => Record<string, ActionMetadata>,
): FlowDocument {
  return withMetadata(document, (metadata) => ({
    ...metadata,
    ActionMetadata: change(metadata.ActionMetadata ?? {}),
  }));
}

function withAction(document: FlowDocument, id: string, change: (action: Action) => Action): FlowDocument {
  return { ...document, Actions: document.Actions.map((one) => (one.Identifier === id ? change(one) : one)) };
}

function withTransitions(document: FlowDocument, id: string, change: (of: Transitions) => Transitions): FlowDocument {
  return withAction(document, id, (action) => ({ ...action, Transitions: change(action.Transitions ?? {}) }));
}

/** A new action of a type; the first action of a flow is where it starts. */
export function addAction(document: FlowDocument, id: string, type: ActionType, position: Point): FlowDocument {
  const transitions: Transitions = {};
  const operands = fixedOperands(type).filter(() => type.conditions.kind !== "interrupt");
  if (operands.length > 0) {
    transitions.Conditions = operands.map((operand) => ({ Condition: { Operator: "Equals", Operands: [operand] } }));
  }
  const action: Action = { Identifier: id, Type: type.type, Parameters: {}, Transitions: transitions };
  const added = withActionMetadata({ ...document, Actions: [...document.Actions, action] }, (all) => ({
    ...all,
    [id]: { position },
  }));
  return document.Actions.length === 0 ? { ...added, StartAction: id } : added;
}

/** Takes actions and notes away, and every way that led to those actions. */
export function remove(document: FlowDocument, ids: ReadonlySet<string>): FlowDocument {
  const actions = document.Actions.filter((one) => !ids.has(one.Identifier)).map((one) => withoutTargets(one, ids));
  const metadata = { ...document.Metadata };
  if (metadata.ActionMetadata) {
    metadata.ActionMetadata = Object.fromEntries(
      Object.entries(metadata.ActionMetadata).filter(([id]) => !ids.has(id)),
    );
  }
  if (metadata.Annotations) {
    metadata.Annotations = metadata.Annotations.filter((one) => !ids.has(one.id) && !ids.has(one.actionId ?? ""));
  }
  const next: FlowDocument = { ...document, Metadata: metadata, Actions: actions };
  if (next.StartAction !== undefined && ids.has(next.StartAction)) next.StartAction = "";
  return next;
}

function withoutTargets(action: Action, ids: ReadonlySet<string>): Action {
  const { Transitions: of } = action;
  if (!of) return action;
  const gone = (target: string | undefined) => target !== undefined && ids.has(target);
  const hit =
    gone(of.NextAction) ||
    of.Conditions?.some((one) => gone(one.NextAction)) ||
    of.Errors?.some((one) => gone(one.NextAction));
  if (!hit) return action;
  const left: Transitions = { ...of };
  if (gone(left.NextAction)) delete left.NextAction;
  if (left.Conditions) left.Conditions = left.Conditions.map((one) => (gone(one.NextAction) ? without(one) : one));
  if (left.Errors) left.Errors = left.Errors.filter((one) => !gone(one.NextAction));
  return { ...action, Transitions: left };
}

function without<T extends { NextAction?: string }>(branch: T): T {
  const { NextAction: _, ...rest } = branch;
  return rest as T;
}

/** Moves actions, notes and the entry point (`start`). */
export function move(document: FlowDocument, places: ReadonlyMap<string, Point>): FlowDocument {
  const round = (point: Point) => ({ x: Math.round(point.x), y: Math.round(point.y) });
  return withMetadata(document, (metadata) => {
    const next: Metadata = { ...metadata };
    const all = { ...metadata.ActionMetadata };
    for (const one of document.Actions) {
      const place = places.get(one.Identifier);
      if (place) all[one.Identifier] = { ...all[one.Identifier], position: round(place) };
    }
    next.ActionMetadata = all;
    const start = places.get(startNode);
    if (start) next.entryPointPosition = round(start);
    if (metadata.Annotations) {
      next.Annotations = metadata.Annotations.map((note) => {
        const place = places.get(note.id);
        return place ? { ...note, position: round(place) } : note;
      });
    }
    return next;
  });
}

/** The node that stands for the entry point. */
export const startNode = "start";

/** Wires an outlet to an action, or with no target takes the wire away. */
export function connect(document: FlowDocument, from: string, outlet: string, to: string | undefined): FlowDocument {
  if (from === startNode) return { ...document, StartAction: to ?? "" };
  const set = <T extends { NextAction?: string }>(branch: T): T =>
    to === undefined ? without(branch) : { ...branch, NextAction: to };
  return withTransitions(document, from, (of) => {
    if (outlet === "next") return set(of);
    const [kind = "", ...rest] = outlet.split(":");
    const name = rest.join(":");
    if (kind === "condition") {
      const index = Number(name);
      return { ...of, Conditions: of.Conditions?.map((one, place) => (place === index ? set(one) : one)) };
    }
    if (kind === "operand") {
      if (to === undefined) return of;
      const made: Condition = { NextAction: to, Condition: { Operator: "Equals", Operands: [name] } };
      return { ...of, Conditions: [...(of.Conditions ?? []), made] };
    }
    const errors = of.Errors ?? [];
    if (to === undefined) return { ...of, Errors: errors.filter((one) => one.ErrorType !== name) };
    if (errors.some((one) => one.ErrorType === name)) {
      return { ...of, Errors: errors.map((one) => (one.ErrorType === name ? { ...one, NextAction: to } : one)) };
    }
    return { ...of, Errors: [...errors, { NextAction: to, ErrorType: name }] };
  });
}

/** Gives an action another name, wherever it is named. */
export function rename(document: FlowDocument, id: string, name: string): FlowDocument {
  const renamed = (target: string | undefined) => (target === id ? name : target);
  const branch = <T extends { NextAction?: string }>(one: T): T =>
    one.NextAction === id ? { ...one, NextAction: name } : one;
  const actions = document.Actions.map((one) => {
    const { Transitions: of } = one;
    let next = one.Identifier === id ? { ...one, Identifier: name } : one;
    if (!of) return next;
    const changed: Transitions = { ...of };
    if (changed.NextAction === id) changed.NextAction = name;
    if (changed.Conditions) changed.Conditions = changed.Conditions.map(branch);
    if (changed.Errors) changed.Errors = changed.Errors.map(branch);
    if (JSON.stringify(changed) !== JSON.stringify(of)) next = { ...next, Transitions: changed };
    return next;
  });
  const metadata = { ...document.Metadata };
  const all = metadata.ActionMetadata;
  if (all?.[id]) {
    metadata.ActionMetadata = Object.fromEntries(
      Object.entries(all).map(([key, value]) =>
        key === id ? [name, { ...value, isFriendlyName: true }] : [key, value],
      ),
    );
  }
  if (metadata.Annotations) {
    metadata.Annotations = metadata.Annotations.map((note) =>
      note.actionId === id ? { ...note, actionId: name } : note,
    );
  }
  return { ...document, StartAction: renamed(document.StartAction), Metadata: metadata, Actions: actions };
}

/** Sets the parameters of an action. */
export function setParameters(document: FlowDocument, id: string, parameters: Record<string, unknown>): FlowDocument {
  return withAction(document, id, (action) => ({ ...action, Parameters: parameters }));
}

/** Sets the conditions of an action. */
export function setConditions(document: FlowDocument, id: string, conditions: Condition[]): FlowDocument {
  return withTransitions(document, id, (of) => ({ ...of, Conditions: conditions }));
}

/** Adds a note; none when the flow or the block has as many as there may be. */
export function addNote(document: FlowDocument, id: string, position: Point, actionId = ""): FlowDocument | undefined {
  const notes = notesOf(document);
  const ofAction = notes.filter((one) => one.actionId === actionId).length;
  if (notes.length >= noteLimits.perFlow || (actionId !== "" && ofAction >= noteLimits.perAction)) return undefined;
  const note: Note = {
    type: "default",
    id,
    content: "",
    actionId,
    isFolded: false,
    position,
    size: { width: 300, height: 120 },
  };
  return withMetadata(document, (metadata) => ({ ...metadata, Annotations: [...notes, note] }));
}

/** Changes a note. */
export function setNote(document: FlowDocument, id: string, change: Partial<Note>): FlowDocument {
  return withMetadata(document, (metadata) => ({
    ...metadata,
    Annotations: notesOf(document).map((one) => (one.id === id ? { ...one, ...change } : one)),
  }));
}

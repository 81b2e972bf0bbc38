/** A flow document as the designer sees it. What it does not understand it carries along untouched. */

export interface Point {
  x: number;
  y: number;
}

export interface Condition {
  NextAction?: string;
  Condition?: { Operator?: string; Operands?: unknown[] };
  [other: string]: unknown;
}

export interface ErrorBranch {
  NextAction?: string;
  ErrorType?: string;
  [other: string]: unknown;
}

export interface Transitions {
  NextAction?: string;
  Conditions?: Condition[];
  Errors?: ErrorBranch[];
  [other: string]: unknown;
}

export interface Action {
  Identifier: string;
  Type: string;
  Parameters?: Record<string, unknown>;
  Transitions?: Transitions;
  [other: string]: unknown;
}

export interface Note {
  type?: string;
  id: string;
  content: string;
  actionId?: string;
  isFolded?: boolean;
  position: Point;
  size?: { width: number; height: number };
  [other: string]: unknown;
}

export interface ActionMetadata {
  position?: Point;
  isFriendlyName?: boolean;
  [other: string]: unknown;
}

export interface Metadata {
  entryPointPosition?: Point;
  ActionMetadata?: Record<string, ActionMetadata>;
  Annotations?: Note[];
  [other: string]: unknown;
}

export interface FlowDocument {
  Version?: string;
  StartAction?: string;
  Metadata?: Metadata;
  Actions: Action[];
  [other: string]: unknown;
}

/** Why text is not a document that can be drawn. */
export type Unreadable = { reason: "json" } | { reason: "shape"; where: string };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads flow content; the parts that the canvas draws must be there, everything else may be anything. */
export function readDocument(text: string): FlowDocument | Unreadable {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return { reason: "json" };
  }
  if (!isObject(root)) return { reason: "shape", where: "" };
  if (!Array.isArray(root.Actions)) return { reason: "shape", where: "Actions" };
  const seen = new Set<string>();
  for (const [index, action] of root.Actions.entries()) {
    const where = `Actions[${index}]`;
    if (!isObject(action)) return { reason: "shape", where };
    if (typeof action.Identifier !== "string" || action.Identifier === "" || seen.has(action.Identifier)) {
      return { reason: "shape", where: `${where}.Identifier` };
    }
    seen.add(action.Identifier);
    if (typeof action.Type !== "string") return { reason: "shape", where: `${where}.Type` };
    if (action.Parameters !== undefined && !isObject(action.Parameters)) {
      return { reason: "shape", where: `${where}.Parameters` };
    }
    const transitions = action.Transitions;
    if (transitions === undefined) continue;
    if (!isObject(transitions)) return { reason: "shape", where: `${where}.Transitions` };
    for (const branch of ["Conditions", "Errors"]) {
      const list = transitions[branch];
      if (list !== undefined && !(Array.isArray(list) && list.every(isObject))) {
        return { reason: "shape", where: `${where}.Transitions.${branch}` };
      }
    }
  }
  if (root.Metadata !== undefined) {
    if (!isObject(root.Metadata)) return { reason: "shape", where: "Metadata" };
    const notes = root.Metadata.Annotations;
    if (notes !== undefined && !(Array.isArray(notes) && notes.every(isNote))) {
      return { reason: "shape", where: "Metadata.Annotations" };
    }
  }
  return root as FlowDocument;
}

const isPoint = (value: unknown): value is Point =>
  isObject(value) && Number.isFinite(value.x) && Number.isFinite(value.y);

function isNote(value: unknown): boolean {
  return (
    isObject(value) && typeof value.id === "string" && typeof value.content === "string" && isPoint(value.position)
  );
}

export function isUnreadable(read: FlowDocument | Unreadable): read is Unreadable {
  return "reason" in read && !("Actions" in read);
}

export function printDocument(document: FlowDocument): string {
  return JSON.stringify(document, null, 2);
}

export function actionOf(document: FlowDocument, id: string): Action | undefined {
  return document.Actions.find((one) => one.Identifier === id);
}

/** Where an action stands, if its place is known. */
export function positionOf(document: FlowDocument, id: string): Point | undefined {
  const point = document.Metadata?.ActionMetadata?.[id]?.position;
  return isPoint(point) ? point : undefined;
}

/** Whether any action has no place yet, so that the flow needs to be laid out. */
export function needsLayout(document: FlowDocument): boolean {
  return document.Actions.some((one) => positionOf(document, one.Identifier) === undefined);
}

export const entryPosition = (document: FlowDocument): Point => {
  const point = document.Metadata?.entryPointPosition;
  return isPoint(point) ? point : { x: 40, y: 40 };
};

export const notesOf = (document: FlowDocument): Note[] => document.Metadata?.Annotations ?? [];

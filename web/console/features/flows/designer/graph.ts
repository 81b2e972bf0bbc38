/** A flow document as nodes and edges of the canvas. What has not changed stays the same object, so that it is not drawn anew. */
import type { Edge, Node } from "@xyflow/react";
import type { ChangeKind } from "../changes";
import type { BlockNode, StartNode } from "./Block";
import { blockName, groupOf, summaryOf } from "./blocks";
import { type Action, entryPosition, type FlowDocument, notesOf, positionOf } from "./document";
import { startNode } from "./edits";
import { type Language, type Problem, typeOf } from "./language";
import type { NoteNode } from "./NoteCard";
import { outletsOf } from "./outlets";
import { hasOwnName } from "./Properties";
import type { TryPath } from "./try";

export type CanvasNode = BlockNode | StartNode | NoteNode;

export interface Look {
  document: FlowDocument;
  language: Language;
  problems: Problem[];
  found: ReadonlySet<string>;
  editable: boolean;
  /** The way of a contact that is tried out. */
  path?: TryPath;
  /** How blocks differ from those of another content. */
  marks?: ReadonlyMap<string, ChangeKind>;
  onNoteText: (id: string, text: string) => void;
  onNoteFold: (id: string) => void;
}

/** Actions whose data was made before, so that the same action gives the same object. */
const made = new WeakMap<Action, { key: string; data: BlockNode["data"] }>();

export function nodesOf(look: Look): CanvasNode[] {
  const { document, language, problems, found } = look;
  const nodes: CanvasNode[] = [
    { id: startNode, type: "start", position: entryPosition(document), data: {}, deletable: false },
  ];
  const byAction = new Map<string, Problem[]>();
  for (const one of problems) {
    if (!one.Identifier) continue;
    byAction.set(one.Identifier, [...(byAction.get(one.Identifier) ?? []), one]);
  }
  document.Actions.forEach((action, index) => {
    const id = action.Identifier;
    nodes.push({
      id,
      type: "block",
      position: positionOf(document, id) ?? { x: 240 + (index % 8) * 300, y: 40 + Math.floor(index / 8) * 220 },
      data: blockData(look, action, byAction.get(id) ?? [], found.has(id), language),
    });
  });
  for (const note of notesOf(document)) {
    nodes.push({
      id: note.id,
      type: "note",
      position: note.position,
      zIndex: -1,
      data: {
        text: note.content,
        folded: note.isFolded === true,
        width: note.size?.width ?? 300,
        height: note.size?.height ?? 120,
        editable: look.editable,
        found: found.has(note.id),
        onText: (text) => look.onNoteText(note.id, text),
        onFold: () => look.onNoteFold(note.id),
      },
    });
  }
  return nodes;
}

function blockData(look: Look, action: Action, problems: Problem[], found: boolean, language: Language) {
  const own = hasOwnName(look.document, action);
  const text = problems.map((one) => one.Message).join("\n");
  const { path } = look;
  const id = action.Identifier;
  const tried = path?.current === id ? "current" : path?.blocks.has(id) ? "visited" : undefined;
  const mark = look.marks?.get(id);
  const key = `${own} ${found} ${tried} ${mark} ${text}`;
  const before = made.get(action);
  if (before?.key === key) return before.data;
  const type = typeOf(language, action.Type);
  const worst = problems.some((one) => one.Level === "ERROR") ? "ERROR" : problems.length > 0 ? "WARNING" : undefined;
  const data: BlockNode["data"] = {
    title: type ? blockName(language, type) : action.Type,
    name: own ? action.Identifier : undefined,
    summary: summaryOf(action),
    outlets: outletsOf(action, type),
    problem: worst,
    problemText: text,
    found,
    tried,
    mark,
    known: type !== undefined,
    group: type ? groupOf(type) : "unknown",
  };
  made.set(action, { key, data });
  return data;
}

export function edgesOf(document: FlowDocument, language: Language, path?: TryPath): Edge[] {
  const known = new Set(document.Actions.map((one) => one.Identifier));
  const edges: Edge[] = [];
  if (document.StartAction && known.has(document.StartAction)) {
    edges.push({
      id: startNode,
      source: startNode,
      sourceHandle: startNode,
      target: document.StartAction,
      targetHandle: "in",
      className: `wire wire--next${path?.wires.has(startNode) ? " wire--taken" : ""}`,
    });
  }
  for (const action of document.Actions) {
    for (const outlet of outletsOf(action, typeOf(language, action.Type))) {
      if (outlet.target === undefined || !known.has(outlet.target)) continue;
      const id = `${action.Identifier} ${outlet.id}`;
      edges.push({
        id,
        source: action.Identifier,
        sourceHandle: outlet.id,
        target: outlet.target,
        targetHandle: "in",
        className: `wire wire--${outlet.kind}${path?.wires.has(id) ? " wire--taken" : ""}`,
      });
    }
  }
  return edges;
}

/** Puts new nodes in the place of old ones and keeps what the canvas knows of them. */
export function merged(before: CanvasNode[], after: CanvasNode[], chosen: ReadonlySet<string>): CanvasNode[] {
  const known = new Map(before.map((one) => [one.id, one]));
  return after.map((node) => {
    const old = known.get(node.id);
    const selected = chosen.has(node.id);
    if (!old) return { ...node, selected };
    const same =
      old.data === node.data &&
      old.position.x === node.position.x &&
      old.position.y === node.position.y &&
      (old.selected ?? false) === selected;
    return same ? old : ({ ...old, ...node, selected, measured: old.measured } as Node as CanvasNode);
  });
}

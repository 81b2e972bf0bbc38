/** What was done to a flow, to be undone and done again. */
import type { FlowDocument } from "./document";

/** Most steps that can be undone. */
export const undoLimit = 100;

export interface Step {
  /** What was done, as a message key. */
  label: string;
  before: FlowDocument;
}

export interface History {
  past: Step[];
  present: FlowDocument;
  /** What was undone, the next to be done again first. */
  future: { label: string; after: FlowDocument }[];
  /** Changes with the same mark in a row are one step: the letters typed into one field. */
  mark?: string;
}

export const begin = (document: FlowDocument): History => ({ past: [], present: document, future: [] });

/** A change that can be undone. */
export function change(history: History, label: string, after: FlowDocument, mark?: string): History {
  if (after === history.present) return history;
  if (mark !== undefined && mark === history.mark && history.past.length > 0) {
    return { ...history, present: after, future: [] };
  }
  const past = [...history.past, { label, before: history.present }].slice(-undoLimit);
  return { past, present: after, future: [], mark };
}

export function undo(history: History, steps = 1): History {
  let { past, present, future } = history;
  for (let step = 0; step < steps; step += 1) {
    const last = past.at(-1);
    if (!last) break;
    future = [{ label: last.label, after: present }, ...future];
    present = last.before;
    past = past.slice(0, -1);
  }
  return { past, present, future };
}

export function redo(history: History): History {
  const [next, ...future] = history.future;
  if (!next) return history;
  return { past: [...history.past, { label: next.label, before: history.present }], present: next.after, future };
}

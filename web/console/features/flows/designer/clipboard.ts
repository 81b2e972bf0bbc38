/** Blocks on the clipboard: JSON that can be carried between flows. */
import {
  type Action,
  type ActionMetadata,
  entryPosition,
  type FlowDocument,
  type Note,
  notesOf,
  type Point,
  positionOf,
} from "./document";

interface Clip {
  switchroomFlowClip: 1;
  actions: Action[];
  metadata: Record<string, ActionMetadata>;
  notes: Note[];
}

/** The chosen blocks and notes, with the ways among those blocks. */
export function copy(document: FlowDocument, ids: ReadonlySet<string>): string {
  const actions = document.Actions.filter((one) => ids.has(one.Identifier)).map((one) => {
    const of = one.Transitions;
    if (!of) return one;
    const inside = (target: string | undefined) => target !== undefined && ids.has(target);
    const kept = { ...of };
    if (!inside(kept.NextAction)) delete kept.NextAction;
    if (kept.Conditions) {
      kept.Conditions = kept.Conditions.map((branch) => {
        if (inside(branch.NextAction)) return branch;
        const { NextAction: _, ...rest } = branch;
        return rest;
      });
    }
    if (kept.Errors) kept.Errors = kept.Errors.filter((branch) => inside(branch.NextAction));
    return { ...one, Transitions: kept };
  });
  const metadata = Object.fromEntries(
    actions.flatMap((one) => {
      const found = document.Metadata?.ActionMetadata?.[one.Identifier];
      return found ? [[one.Identifier, found]] : [];
    }),
  );
  const notes = notesOf(document).filter((one) => ids.has(one.id) || ids.has(one.actionId ?? ""));
  const clip: Clip = { switchroomFlowClip: 1, actions, metadata, notes };
  return JSON.stringify(clip, null, 2);
}

/** What text on the clipboard holds, if it is ours. */
export function readClip(text: string): Clip | undefined {
  try {
    const clip = JSON.parse(text) as Partial<Clip>;
    const good =
      clip?.switchroomFlowClip === 1 &&
      Array.isArray(clip.actions) &&
      clip.actions.every((one) => typeof one?.Identifier === "string" && typeof one?.Type === "string") &&
      typeof clip.metadata === "object" &&
      Array.isArray(clip.notes) &&
      clip.notes.every((one) => typeof one?.id === "string" && typeof one?.content === "string");
    return good ? (clip as Clip) : undefined;
  } catch {
    return undefined;
  }
}

/** Puts blocks into a flow under new names, moved so that their upper left corner comes to stand at a place. */
export function paste(
  document: FlowDocument,
  clip: Clip,
  at: Point,
  fresh: () => string,
): { document: FlowDocument; ids: Set<string> } {
  const taken = new Set(document.Actions.map((one) => one.Identifier));
  const names = new Map<string, string>();
  for (const one of clip.actions) {
    // A name that somebody gave stays where it can.
    const keeps = clip.metadata[one.Identifier]?.isFriendlyName && !taken.has(one.Identifier);
    const name = keeps ? one.Identifier : fresh();
    taken.add(name);
    names.set(one.Identifier, name);
  }
  const points = [
    ...clip.actions.map((one) => clip.metadata[one.Identifier]?.position),
    ...clip.notes.map((one) => one.position),
  ].filter((one): one is Point => one !== undefined);
  const corner = { x: Math.min(...points.map((one) => one.x)), y: Math.min(...points.map((one) => one.y)) };
  const moved = (point: Point | undefined): Point =>
    point ? { x: Math.round(point.x - corner.x + at.x), y: Math.round(point.y - corner.y + at.y) } : at;
  const target = <T extends { NextAction?: string }>(branch: T): T => {
    const to = names.get(branch.NextAction ?? "");
    return to === undefined ? branch : { ...branch, NextAction: to };
  };
  const actions = clip.actions.map((one) => {
    const of = one.Transitions;
    const next: Action = { ...one, Identifier: names.get(one.Identifier) ?? one.Identifier };
    if (of) {
      next.Transitions = target(of);
      if (of.Conditions) next.Transitions = { ...next.Transitions, Conditions: of.Conditions.map(target) };
      if (of.Errors) next.Transitions = { ...next.Transitions, Errors: of.Errors.map(target) };
    }
    return next;
  });
  const metadata = Object.fromEntries(
    clip.actions.map((one) => {
      const name = names.get(one.Identifier) ?? one.Identifier;
      return [name, { ...clip.metadata[one.Identifier], position: moved(clip.metadata[one.Identifier]?.position) }];
    }),
  );
  const notes = clip.notes.map((one) => ({
    ...one,
    id: fresh(),
    actionId: names.get(one.actionId ?? "") ?? "",
    position: moved(one.position),
  }));
  const pasted: FlowDocument = {
    ...document,
    Metadata: {
      ...document.Metadata,
      ActionMetadata: { ...document.Metadata?.ActionMetadata, ...metadata },
      ...(notes.length > 0 && { Annotations: [...notesOf(document), ...notes] }),
    },
    Actions: [...document.Actions, ...actions],
  };
  return { document: pasted, ids: new Set([...names.values(), ...notes.map((one) => one.id)]) };
}

/** Where something new is put when nothing is chosen: right of everything there is. */
export function freePlace(document: FlowDocument): Point {
  const points = document.Actions.map((one) => positionOf(document, one.Identifier)).filter(
    (one): one is Point => one !== undefined,
  );
  if (points.length === 0) {
    const entry = entryPosition(document);
    return { x: entry.x + 200, y: entry.y };
  }
  return { x: Math.max(...points.map((one) => one.x)) + 300, y: Math.min(...points.map((one) => one.y)) };
}

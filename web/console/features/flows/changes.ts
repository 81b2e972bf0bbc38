/** What differs between two contents of a flow, block by block. Places on the canvas are no difference. */
import { type Action, isUnreadable, readDocument } from "./designer/document";

export interface Changes {
  added: string[];
  removed: string[];
  changed: string[];
  /** The flow begins with another block. */
  start: boolean;
}

/** Undefined when one of the contents cannot be read. */
export function changesBetween(before: string, after: string): Changes | undefined {
  const [one, other] = [readDocument(before), readDocument(after)];
  if (isUnreadable(one) || isUnreadable(other)) return undefined;
  const [old, now] = [byName(one.Actions), byName(other.Actions)];
  return {
    added: [...now.keys()].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !now.has(name)),
    changed: [...now].flatMap(([name, text]) => (old.has(name) && old.get(name) !== text ? [name] : [])),
    start: one.StartAction !== other.StartAction,
  };
}

function byName(actions: Action[]): Map<string, string> {
  return new Map(actions.map((action) => [action.Identifier, JSON.stringify(sorted(action))]));
}

/** The same value with the keys of objects in order, as their order means nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

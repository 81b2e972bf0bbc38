/** What differs between two contents of a flow, block by block and field by field. Places on the canvas are no difference. */
import { type Action, isUnreadable, readDocument } from "./designer/document";

export type ChangeKind = "added" | "removed" | "changed";

/** A value of a block that differs. */
export interface FieldChange {
  /** Such as `Parameters.Text`. */
  path: string;
  /** As JSON, texts without quotation marks; undefined where it is not there. */
  before: string | undefined;
  after: string | undefined;
}

export interface BlockChange {
  name: string;
  type: string;
  kind: ChangeKind;
  /** What differs in a block that stays. */
  fields: FieldChange[];
}

export interface Changes {
  blocks: BlockChange[];
  /** The names of the first blocks, when the flow begins with another block. */
  start: FieldChange | undefined;
}

/** Undefined when one of the contents cannot be read. */
export function changesBetween(before: string, after: string): Changes | undefined {
  const [one, other] = [readDocument(before), readDocument(after)];
  if (isUnreadable(one) || isUnreadable(other)) return undefined;
  const [old, now] = [byName(one.Actions), byName(other.Actions)];
  const blocks: BlockChange[] = [];
  for (const action of one.Actions) {
    const next = now.get(action.Identifier);
    const of = { name: action.Identifier, type: next?.Type ?? action.Type };
    if (!next) {
      blocks.push({ ...of, kind: "removed", fields: [] });
      continue;
    }
    const fields = fieldsBetween(action, next);
    if (fields.length > 0) blocks.push({ ...of, kind: "changed", fields });
  }
  for (const action of other.Actions) {
    if (!old.has(action.Identifier)) {
      blocks.push({ name: action.Identifier, type: action.Type, kind: "added", fields: [] });
    }
  }
  const start =
    one.StartAction === other.StartAction
      ? undefined
      : { path: "StartAction", before: one.StartAction, after: other.StartAction };
  return { blocks, start };
}

const byName = (actions: Action[]) => new Map(actions.map((action) => [action.Identifier, action]));

function fieldsBetween(before: Action, after: Action): FieldChange[] {
  const [old, now] = [leavesOf(before), leavesOf(after)];
  const paths = [...new Set([...old.keys(), ...now.keys()])];
  const fields = paths.flatMap((path) => {
    const [was, is] = [old.get(path), now.get(path)];
    return was === is ? [] : [{ path, before: was, after: is }];
  });
  // The first condition that holds is taken: their order counts even where they are the same.
  const [first, second] = [before, after].map((one) =>
    branchesOf(one.Transitions?.Conditions ?? []).map(([key]) => key),
  );
  const [was, is] = [first?.join(" | "), second?.join(" | ")];
  if (was !== is && first?.length === second?.length && first?.every((key) => second?.includes(key))) {
    fields.push({ path: "Transitions.Conditions", before: was, after: is });
  }
  return fields;
}

/** Every value of a block by its path. Branches go by what they stand for, so that their order means nothing. */
function leavesOf(action: Action): Map<string, string> {
  const leaves = new Map<string, string>();
  const put = (path: string, value: unknown) => {
    if (Array.isArray(value)) {
      const texts = value.map((one) => printed(one));
      const named = path === "Transitions.Errors" || path === "Transitions.Conditions";
      if (named) for (const [key, to] of branchesOf(value)) leaves.set(`${path}.${key}`, to);
      else if (value.every((one) => typeof one !== "object" || one === null)) leaves.set(path, texts.join(", "));
      else for (const [index, one] of value.entries()) put(`${path}[${index}]`, one);
    } else if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) put(path === "" ? key : `${path}.${key}`, inner);
    } else if (value !== undefined) {
      leaves.set(path, printed(value));
    }
  };
  const { Identifier: _, ...rest } = action;
  put("", rest);
  return leaves;
}

/** What a branch stands for, and where it leads. */
function branchesOf(list: unknown[]): [string, string][] {
  return list.map((one) => {
    const branch = (one ?? {}) as {
      NextAction?: unknown;
      ErrorType?: unknown;
      Condition?: { Operator?: unknown; Operands?: unknown[] };
    };
    const condition = `${branch.Condition?.Operator ?? ""} ${(branch.Condition?.Operands ?? []).map(String).join(", ")}`;
    return [String(branch.ErrorType ?? condition).trim(), String(branch.NextAction ?? "")];
  });
}

const printed = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

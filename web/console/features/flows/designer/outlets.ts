/** The ways out of an action: what its type has, and what the document has besides. */
import type { Action } from "./document";
import type { ActionType } from "./language";

export type OutletKind = "start" | "next" | "condition" | "error";

export interface Outlet {
  /** Stable within its action: `next`, `condition:0`, `error:NoMatchingError`. */
  id: string;
  kind: OutletKind;
  /** The operand, the name of the error, or nothing for the way on. */
  label: string;
  operator?: string;
  target?: string;
  /** Whether publishing refuses the flow while it is not wired. */
  required: boolean;
}

/** Conditions whose operands the type fixes, for a new action. */
export function fixedOperands(type: ActionType | undefined): string[] {
  if (!type) return [];
  return ["all", "wait", "interrupt"].includes(type.conditions.kind) ? type.conditions.values : [];
}

/** All outlets of an action, in the order in which they are drawn. */
export function outletsOf(action: Action, type: ActionType | undefined): Outlet[] {
  const transitions = action.Transitions ?? {};
  const outlets: Outlet[] = [];
  const conditions = transitions.Conditions ?? [];
  const target = (to: unknown) => (typeof to === "string" && to !== "" ? to : undefined);
  const seen = new Set<string>();
  conditions.forEach((one, index) => {
    const operands = (one.Condition?.Operands ?? []).map(String);
    for (const operand of operands) seen.add(operand.toLowerCase());
    outlets.push({
      id: `condition:${index}`,
      kind: "condition",
      label: operands.join(", "),
      operator: one.Condition?.Operator,
      target: target(one.NextAction),
      required: true,
    });
  });
  for (const operand of fixedOperands(type)) {
    if (seen.has(operand.toLowerCase())) continue;
    const required = type?.conditions.kind === "all";
    outlets.push({ id: `operand:${operand}`, kind: "condition", label: operand, operator: "Equals", required });
  }
  const next = target(transitions.NextAction);
  if (next !== undefined || (type ? type.next !== "never" : "NextAction" in transitions)) {
    outlets.push({ id: "next", kind: "next", label: "", target: next, required: type?.next === "required" });
  }
  const errors = transitions.Errors ?? [];
  const named = new Map(errors.map((one) => [String(one.ErrorType ?? ""), target(one.NextAction)]));
  for (const error of type?.errors ?? []) {
    outlets.push({
      id: `error:${error.branch}`,
      kind: "error",
      label: error.branch,
      target: named.get(error.branch),
      required: error.need === "required",
    });
  }
  for (const [name, to] of named) {
    if (!type?.errors.some((one) => one.branch === name)) {
      outlets.push({ id: `error:${name}`, kind: "error", label: name, target: to, required: false });
    }
  }
  return outlets;
}

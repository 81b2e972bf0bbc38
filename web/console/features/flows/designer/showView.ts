/** What the block Show view asks for, by the view that it shows. */
import type { Condition } from "./document";

export type Values = Record<string, unknown>;

export const isValues = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The id in the name of a view: a bare id or a resource name, with a version or without. */
export const viewIdOf = (reference: string) => {
  const resource = reference.startsWith("arn:") ? (reference.split("/").at(-1) ?? "") : reference;
  return resource.split(":")[0] ?? "";
};

export interface Input {
  name: string;
  required: boolean;
  /** What is asked for is a list or an object. */
  json: boolean;
}

/** The inputs of a view: what it needs first, then the rest, then what the block gives besides. */
export function asked(schema: string, data: Values): Input[] {
  const { properties = {}, required = [] } = read(schema);
  const known = Object.entries(properties).map(([name, { type }]) => {
    const types = Array.isArray(type) ? type : type === undefined ? ["object"] : [type];
    return { name, required: required.includes(name), json: !types.includes("string") };
  });
  const others = Object.keys(data).filter((name) => !(name in properties));
  return [
    ...known.filter((one) => one.required),
    ...known.filter((one) => !one.required),
    ...others.map((name) => ({ name, required: false, json: typeof data[name] === "object" })),
  ];
}

interface Schema {
  properties?: Record<string, { type?: string | string[] }>;
  required?: string[];
}

function read(schema: string): Schema {
  try {
    return JSON.parse(schema) as Schema;
  } catch {
    return {}; // Without a schema only what the block gives is shown.
  }
}

/** A branch for each action that has none yet. */
export function missingBranches(actions: readonly string[], conditions: readonly Condition[]): Condition[] {
  const there = new Set(conditions.flatMap((one) => one.Condition?.Operands ?? []));
  return actions
    .filter((action) => !there.has(action))
    .map((action) => ({ Condition: { Operator: "Equals", Operands: [action] } }));
}

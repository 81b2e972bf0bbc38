/** The contract of a module: what it takes, what it gives back, and the branches by which it returns. */

export const valueTypes = ["string", "number", "boolean", "object", "array"] as const;
export type ValueType = (typeof valueTypes)[number];

export interface Value {
  name: string;
  type: ValueType;
  /** Whether callers must give it; only of input. */
  required: boolean;
}

export interface Branch {
  name: string;
  description: string;
}

export interface Contract {
  input: Value[];
  output: Value[];
  branches: Branch[];
}

/** Most branches of its own that a module can have. */
export const mostBranches = 8;

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const within = (value: unknown, ...path: string[]): unknown =>
  path.reduce((inner: unknown, key) => (isObject(inner) ? inner[key] : undefined), value);

/** Reads a contract; undefined when the text is more than lists of plain values and branches can say. */
export function readContract(settings: string | undefined): Contract | undefined {
  if (settings === undefined || settings.trim() === "") return { input: [], output: [], branches: [] };
  let root: unknown;
  try {
    root = JSON.parse(settings);
  } catch {
    return undefined;
  }
  if (!isObject(root)) return undefined;
  const contract: Contract = {
    input: valuesOf(within(root, "input", "schema")),
    output: valuesOf(within(root, "resultData", "schema")),
    branches: branchesOf(within(root, "transitions", "results")),
  };
  // What would be lost by writing it again is edited as JSON.
  return same(root, JSON.parse(printContract(contract))) ? contract : undefined;
}

function valuesOf(schema: unknown): Value[] {
  const properties = within(schema, "properties");
  const required = within(schema, "required");
  return Object.entries(isObject(properties) ? properties : {}).map(([name, property]) => ({
    name,
    type: (within(property, "type") ?? "string") as ValueType,
    required: Array.isArray(required) && required.includes(name),
  }));
}

function branchesOf(results: unknown): Branch[] {
  return (Array.isArray(results) ? results : []).map((one) => ({
    name: String(within(one, "name") ?? ""),
    description: String(within(one, "description") ?? ""),
  }));
}

/** The contract as it is kept; an empty one is `{}`. */
export function printContract({ input, output, branches }: Contract): string {
  const schema = (values: Value[]) => {
    const required = values.filter((one) => one.required).map((one) => one.name);
    return {
      schema: {
        type: "object",
        properties: Object.fromEntries(values.map((one) => [one.name, { type: one.type }])),
        ...(required.length > 0 ? { required } : {}),
      },
    };
  };
  const results = branches.map((one) =>
    one.description === "" ? { name: one.name } : { name: one.name, description: one.description },
  );
  return JSON.stringify({
    ...(input.length > 0 ? { input: schema(input) } : {}),
    ...(output.length > 0 ? { resultData: schema(output) } : {}),
    ...(results.length > 0 ? { transitions: { results } } : {}),
  });
}

/** Empty objects and lists say as little as their absence. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(sorted);
  if (!isObject(value)) return value === "" ? undefined : value;
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  const full = entries.filter(([, inner]) => inner !== undefined);
  if (full.length === 0 || (full.length === 1 && full[0]?.[0] === "type" && full[0][1] === "object")) return undefined;
  return Object.fromEntries(full.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export type ContractProblem = "empty" | "taken";

/** What is wrong with a name in a list. */
export function namesProblem(names: readonly string[], index: number): ContractProblem | undefined {
  const name = names[index]?.trim() ?? "";
  if (name === "") return "empty";
  return names.some((other, place) => place !== index && other.trim() === name) ? "taken" : undefined;
}

export function isGoodContract({ input, output, branches }: Contract): boolean {
  return [input, output, branches].every((list) => {
    const names = list.map((one: { name: string }) => one.name);
    return names.every((_, index) => namesProblem(names, index) === undefined);
  });
}

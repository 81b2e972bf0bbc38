/** What a change did to one field, in words people read. */

/** One field of a change, as the server tells it. */
export interface Field {
  Name: string;
  Before?: unknown;
  After?: unknown;
  /** A secret. */
  Hidden?: boolean;
  Cut?: boolean;
}

/** A value as text; nothing for what is not there. */
export function valueText(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((one) => typeof one !== "object")) return value.join(", ");
  return JSON.stringify(value, null, 2);
}

/** What was added to a list and what was taken from it; nothing when these are no lists, or one of them is new. */
export function listChange(field: Field): { added: string[]; removed: string[] } | undefined {
  const { Before, After } = field;
  if (field.Cut || !Array.isArray(Before) || !Array.isArray(After)) return undefined;
  const [before, after] = [Before.map(valueText), After.map(valueText)];
  const added = after.filter((one) => !before.includes(one));
  const removed = before.filter((one) => !after.includes(one));
  // In another order only, both lists tell more.
  return added.length + removed.length > 0 ? { added, removed } : undefined;
}

/** What stands for the content of a flow, which its versions keep. */
export function contentDigest(value: unknown): { characters: number; digest: string } | undefined {
  const { Sha256, Characters } = (value ?? {}) as { Sha256?: unknown; Characters?: unknown };
  return typeof Sha256 === "string" && typeof Characters === "number"
    ? { characters: Characters, digest: Sha256.slice(0, 12) }
    : undefined;
}

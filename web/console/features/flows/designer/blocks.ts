/** How the dock groups blocks, and what a block says of itself on the canvas. */
import type { MessageKey } from "@kit/i18n";
import type { Action } from "./document";
import type { ActionType, Language } from "./language";

export const groups = ["interact", "set", "check", "logic", "integrate", "transfer"] as const;
export type Group = (typeof groups)[number];

export const groupText: Record<Group, MessageKey> = {
  interact: "designer.group.interact",
  set: "designer.group.set",
  check: "designer.group.check",
  logic: "designer.group.logic",
  integrate: "designer.group.integrate",
  transfer: "designer.group.transfer",
};

const byWords: [Group, RegExp][] = [
  ["transfer", /^(Transfer|Disconnect|End flow|Return|Call phone)/],
  ["check", /^Check|metrics/],
  ["set", /^(Set|Contact tags|Change|Create persistent)/],
  ["interact", /^(Get|Store|Play|Loop prompts|Show|Hold|Start|Stop|Send|Authenticate)/],
  ["integrate", /^(Invoke|Cases|Customer profiles|Create task|Amazon|Connect assistant|Data table)/],
];

/** The group of the dock in which a block is listed, by what its name begins with. */
export function groupOf(type: ActionType): Group {
  return (
    byWords.find(([, words]) => words.test(type.block))?.[0] ?? (type.family === "interaction" ? "integrate" : "logic")
  );
}

/** `UpdateContactTargetQueue` as words, to tell apart the types behind one block. */
export function wordsOf(type: string): string {
  return type.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/([A-Z])([A-Z][a-z])/g, "$1 $2");
}

/** The name of a block: that of its type, and where several types share one, the type's own words too. */
export function blockName(language: Language, type: ActionType): string {
  const shared = language.actions.filter((one) => one.block === type.block).length > 1;
  return shared ? `${type.block} – ${wordsOf(type.type)}` : type.block;
}

/** The first thing worth reading in the parameters: a prompt, a name, an attribute. */
export function summaryOf(action: Action): string {
  const texts: string[] = [];
  const read = (value: unknown, name: string, depth: number) => {
    if (texts.length >= 2 || depth > 3) return;
    if (typeof value === "string" && value !== "") texts.push(shorten(name, value));
    else if (Array.isArray(value)) for (const one of value) read(one, name, depth + 1);
    else if (typeof value === "object" && value !== null) {
      for (const [key, one] of Object.entries(value)) read(one, key, depth + 1);
    }
  };
  for (const [name, value] of Object.entries(action.Parameters ?? {})) read(value, name, 0);
  return texts.join(" · ");
}

function shorten(name: string, value: string): string {
  if (["Text", "SSML", "Content"].includes(name)) return value;
  if (value.startsWith("arn:")) return `${wordsOf(name)}: …${value.slice(-6)}`;
  return `${wordsOf(name)}: ${value}`;
}

/** The types of flow and the shortest valid content of a new one. */
import type { I18n } from "@kit/i18n";

export const flowTypes = [
  "CONTACT_FLOW",
  "CUSTOMER_QUEUE",
  "CUSTOMER_HOLD",
  "CUSTOMER_WHISPER",
  "AGENT_HOLD",
  "AGENT_WHISPER",
  "OUTBOUND_WHISPER",
  "AGENT_TRANSFER",
  "QUEUE_TRANSFER",
] as const;
export type FlowType = (typeof flowTypes)[number];

/** What the designer edits: a flow of a type, or a module. */
export type EditedType = FlowType | "MODULE";

export function flowTypeText(type: string | undefined, t: I18n["t"]): string {
  if (type === "MODULE") return t("flowModules.one");
  const known = flowTypes.find((one) => one === type);
  return known ? t(`flowType.${known}`) : (type ?? "");
}

/** Types whose flows run beside a contact and end instead of disconnecting it. */
const besides: readonly EditedType[] = [
  "CUSTOMER_QUEUE",
  "CUSTOMER_HOLD",
  "CUSTOMER_WHISPER",
  "AGENT_HOLD",
  "AGENT_WHISPER",
  "OUTBOUND_WHISPER",
];

/** The block by which a type ends. */
function endOf(type: EditedType): string {
  if (type === "MODULE") return "EndFlowModuleExecution";
  return besides.includes(type) ? "EndFlowExecution" : "DisconnectParticipant";
}

/** Content that does nothing but end, to start writing from. */
export function emptyFlow(type: EditedType, identifier: string): string {
  const end = endOf(type);
  return JSON.stringify(
    {
      Version: "2019-10-30",
      StartAction: identifier,
      // This block tells a module from a flow; its contract is kept beside the content.
      ...(type === "MODULE" ? { Settings: { InputParameters: [], OutputParameters: [], Transitions: [] } } : {}),
      Metadata: {
        entryPointPosition: { x: 40, y: 40 },
        ActionMetadata: { [identifier]: { position: { x: 240, y: 40 } } },
      },
      Actions: [{ Identifier: identifier, Type: end, Parameters: {}, Transitions: {} }],
    },
    null,
    2,
  );
}

/** Flow content indented for reading; content that is not JSON is left as it is. */
export function pretty(content: string): string {
  try {
    return JSON.stringify(JSON.parse(content), null, 2);
  } catch {
    return content;
  }
}

/** Where JSON text is wrong, as line and column, or undefined when it can be read. */
export function jsonProblem(text: string): { line: number; column: number } | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    const before = text.slice(0, firstError(text)).split("\n");
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
}

/** Pieces JSON is made of; browsers do not all say where JSON went wrong, so we look ourselves. */
const space = /[ \t\r\n]*/y;
const scalar =
  /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const unclosed = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/uy;

/** The index of the first character that no JSON text could have there. */
function firstError(text: string): number {
  let at = 0;
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? "";
    at += found.length;
    return found;
  };
  const skip = () => take(space);
  const string = (): boolean => {
    if (text[at] !== '"') return false;
    if (take(scalar) !== "") return true;
    take(unclosed);
    return false;
  };
  const list = (close: string, member: () => boolean): boolean => {
    at += 1;
    skip();
    if (text[at] === close) {
      at += 1;
      return true;
    }
    while (member()) {
      skip();
      if (text[at] === close) {
        at += 1;
        return true;
      }
      if (text[at] !== ",") return false;
      at += 1;
      skip();
    }
    return false;
  };
  const value = (): boolean => {
    skip();
    if (text[at] === "{") return list("}", entry);
    if (text[at] === "[") return list("]", value);
    if (text[at] === '"') return string();
    return take(scalar) !== "";
  };
  const entry = (): boolean => {
    if (!string()) return false;
    skip();
    if (text[at] !== ":") return false;
    at += 1;
    return value();
  };
  if (value()) skip();
  return at;
}

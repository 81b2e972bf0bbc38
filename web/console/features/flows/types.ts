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

export function flowTypeText(type: string | undefined, t: I18n["t"]): string {
  const known = flowTypes.find((one) => one === type);
  return known ? t(`flowType.${known}`) : (type ?? "");
}

/** Types whose flows run beside a contact and end instead of disconnecting it. */
const besides: readonly FlowType[] = [
  "CUSTOMER_QUEUE",
  "CUSTOMER_HOLD",
  "CUSTOMER_WHISPER",
  "AGENT_HOLD",
  "AGENT_WHISPER",
  "OUTBOUND_WHISPER",
];

/** A flow that does nothing but end, to start writing from. */
export function emptyFlow(type: FlowType, identifier: string): string {
  const end = besides.includes(type) ? "EndFlowExecution" : "DisconnectParticipant";
  return JSON.stringify(
    {
      Version: "2019-10-30",
      StartAction: identifier,
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
export function jsonProblem(text: string): { line: number; column: number; message: string } | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const at = Number(/position (\d+)/.exec(message)?.[1] ?? 0);
    const before = text.slice(0, at).split("\n");
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, message };
  }
}

/** The table of action types as the server describes it: what each may carry, where it may stand, how it leaves. */
import { callServer, type Session } from "@kit/api/session";
import { useQuery } from "@tanstack/react-query";
import { useConsole } from "../../../context";
import type { EditedType, FlowType } from "../types";

export type ValueClass = "static" | "reference" | "path" | "template";

interface TextCommon {
  shape: "text";
  class: ValueClass;
}
export type TextShape = TextCommon &
  (
    | { kind: "text" | "keys"; most?: number }
    | { kind: "integer" | "number"; least: number; most: number | null }
    | { kind: "choice"; values: string[] }
    | { kind: "resource"; resource: string }
  );

export type Shape =
  | TextShape
  | { shape: "object"; members: Parameter[]; rules: Rule[] }
  | { shape: "map"; dynamicKeys: boolean; value: Shape; least: number; most: number | null }
  | { shape: "list"; item: Shape; least: number; most: number | null }
  | { shape: "textOr"; text: Shape; other: Shape }
  | { shape: "json" };

export interface Parameter {
  name: string;
  aliases: string[];
  required: boolean;
  shape: Shape;
}

export interface Rule {
  kind: "exactlyOne" | "atMostOne" | "atLeastOne";
  names: string[];
}

export type ConditionKind =
  | "none"
  | "equals"
  | "intents"
  | "any"
  | "all"
  | "some"
  | "numeric"
  | "shares"
  | "keys"
  | "wait"
  | "interrupt";

export interface ActionType {
  type: string;
  aliases: string[];
  block: string;
  logName: string;
  family: "contact" | "flowControl" | "interaction" | "participant";
  next: "required" | "optional" | "never";
  conditions: { kind: ConditionKind; values: string[] };
  errors: { branch: string; need: "required" | "advised" | "optional" | "conditional" }[];
  flowTypes: Partial<Record<FlowType, "yes" | "unusual">>;
  modules: boolean;
  channels: ("VOICE" | "CHAT" | "TASK")[];
  waits: boolean;
  parameters: Parameter[];
  rules: Rule[];
}

export interface Language {
  version: string;
  limits: { actions: number; characters: number };
  errors: string[];
  namespaces: { name: string; kind: "namespace" | "scalar" | "both" }[];
  actions: ActionType[];
}

export interface Problem {
  Rule: string;
  Path: string;
  Identifier: string | null;
  Message: string;
  Level: "ERROR" | "WARNING";
}

/** The flow language; it does not change while the server runs. */
export function useLanguage() {
  const { InstanceId } = useConsole();
  return useQuery({
    queryKey: ["flowLanguage"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => callServer<Language>(`/switchroom/flow-language/${InstanceId}`),
  });
}

/** Every problem of a flow as it stands, saved or not. */
export async function checkFlow(
  session: Session,
  type: EditedType,
  content: { text: string; settings?: string },
  signal: AbortSignal,
) {
  const what = type === "MODULE" ? { Module: true, Settings: content.settings } : { Type: type };
  const answer = await callServer<{ Problems: Problem[] }>(`/switchroom/flow-check/${session.instanceId}`, {
    method: "POST",
    signal,
    headers: { "content-type": "application/json", "x-switchroom-csrf": session.csrfToken },
    body: JSON.stringify({ ...what, Content: content.text }),
  });
  return answer.Problems;
}

/** Finds the row of an action type by its name or an alias. */
export function typeOf(language: Language, name: string): ActionType | undefined {
  return language.actions.find((one) => one.type === name || one.aliases.includes(name));
}

/** How usual an action is where it would stand; undefined where it may not stand at all. */
export function allowedIn(action: ActionType, type: EditedType): "yes" | "unusual" | undefined {
  if (type !== "MODULE") return action.flowTypes[type];
  if (!action.modules) return undefined;
  // The reference lets modules call modules, the administrators' guide does not: it is found by searching.
  return action.type === "InvokeFlowModule" ? "unusual" : "yes";
}

/** References to values of a contact: their namespaces, the keys that are known, and those a flow uses itself. */
import type { FlowDocument } from "./document";

/** Keys that every contact has below a namespace. */
export const knownKeys: Record<string, string[]> = {
  Queue: ["Name", "ARN", "OutboundCallerId.Address"],
  Agent: ["UserName", "FirstName", "LastName", "ARN"],
  CustomerEndpoint: ["Address", "Type"],
  SystemEndpoint: ["Address", "Type"],
  Lex: ["IntentName", "DialogState", "IntentConfidence.Score", "SentimentResponse.Label"],
  Metrics: [
    "Queue.Size",
    "Queue.OldestContactAge",
    "Queue.EstimatedWaitTime",
    "Contact.EstimatedWaitTime",
    "Contact.PositionInQueue",
    "Agents.Online.Count",
    "Agents.Available.Count",
    "Agents.Staffed.Count",
    "Agents.AfterContactWork.Count",
    "Agents.Busy.Count",
    "Agents.Missed.Count",
    "Agents.NonProductive.Count",
  ],
  Media: ["InitialMessage", "Sip.Headers.To", "Sip.Headers.From"],
  Modules: ["Input", "Result", "ResultData"],
  Views: ["Action", "ViewResultData"],
};

const reference = /\$\.([A-Za-z]+)(?:\.([A-Za-z0-9_.-]+)|\['([^']+)'\])/g;

/** Keys used anywhere in the flow, by namespace. */
export function usedKeys(document: FlowDocument): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const add = (namespace: string, key: string) => {
    const keys = found.get(namespace) ?? new Set();
    found.set(namespace, keys.add(key));
  };
  const read = (value: unknown) => {
    if (typeof value === "string") {
      for (const [, namespace = "", dotted, quoted] of value.matchAll(reference))
        add(namespace, dotted ?? quoted ?? "");
    } else if (typeof value === "object" && value !== null) {
      for (const one of Object.values(value)) read(one);
    }
  };
  for (const action of document.Actions) {
    read(action.Parameters);
    for (const name of ["Attributes", "FlowAttributes"]) {
      const made = action.Parameters?.[name];
      if (typeof made === "object" && made !== null) for (const key of Object.keys(made)) add(name, key);
    }
  }
  return found;
}

/** `$.Attributes.name`, with the quoted form where a key needs it. */
export function referenceTo(namespace: string, key: string): string {
  if (key === "") return `$.${namespace}`;
  return /^[A-Za-z0-9_.-]+$/.test(key) ? `$.${namespace}.${key}` : `$.${namespace}['${key}']`;
}

/** The parts of a text that is one reference and nothing else. */
export function partsOf(text: string): { namespace: string; key: string } | undefined {
  const match = /^\$\.([A-Za-z]+)(?:\.(.+)|\['([^']+)'\])?$/.exec(text.trim());
  return match ? { namespace: match[1] ?? "", key: match[2] ?? match[3] ?? "" } : undefined;
}

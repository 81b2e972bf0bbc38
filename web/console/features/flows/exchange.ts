/** Files that flows are carried in: the content with its name, description, type and status in the metadata. */
import { type FlowType, flowTypes } from "./types";

/** The types as exported files spell them. */
const spellings: Record<string, FlowType> = {
  contactFlow: "CONTACT_FLOW",
  customerQueue: "CUSTOMER_QUEUE",
  customerHold: "CUSTOMER_HOLD",
  customerWhisper: "CUSTOMER_WHISPER",
  agentHold: "AGENT_HOLD",
  agentWhisper: "AGENT_WHISPER",
  outboundWhisper: "OUTBOUND_WHISPER",
  agentTransfer: "AGENT_TRANSFER",
  queueTransfer: "QUEUE_TRANSFER",
};

interface About {
  name: string;
  description: string;
  type: FlowType;
  status?: string;
}

/** A file that another instance can import. */
export function exported(content: string, about: About): Blob {
  let text = content;
  try {
    const root = JSON.parse(content) as Record<string, unknown>;
    const type = Object.keys(spellings).find((one) => spellings[one] === about.type);
    const metadata = {
      ...(root.Metadata as object | undefined),
      name: about.name,
      description: about.description,
      type,
      status: (about.status ?? "SAVED").toLowerCase(),
      hash: {},
    };
    text = JSON.stringify({ ...root, Metadata: metadata }, null, 2);
  } catch {
    // What is not JSON yet is carried as it is.
  }
  return new Blob([text], { type: "application/json" });
}

/** Reads a file: content alone, content with its export fields, or content inside a JSON text. */
export function imported(text: string): { content: string; type?: FlowType; name?: string } {
  let root: unknown;
  try {
    root = JSON.parse(text);
    if (typeof root === "string") {
      const inner: unknown = JSON.parse(root);
      if (typeof inner === "object" && inner !== null) return imported(root);
    }
  } catch {
    return { content: text };
  }
  if (typeof root !== "object" || root === null || Array.isArray(root)) return { content: text };
  const metadata = (root as { Metadata?: unknown }).Metadata;
  if (typeof metadata !== "object" || metadata === null) return { content: text };
  const { name, description: _, type, status: __, hash: ___, ...rest } = metadata as Record<string, unknown>;
  const known = typeof type === "string" ? (spellings[type] ?? flowTypes.find((one) => one === type)) : undefined;
  const carried = ["name", "type", "status", "hash", "description"].some((one) => one in metadata);
  return {
    content: carried ? JSON.stringify({ ...root, Metadata: rest }, null, 2) : text,
    type: known,
    name: typeof name === "string" ? name : undefined,
  };
}

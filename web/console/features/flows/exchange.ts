/** Files that flows are carried in: the content with its name, description, type and status in the metadata. */
import { callServer, type Session } from "@kit/api/session";
import type { FlowType } from "./types";

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

/** What the server has to say about a part of a file. */
export interface ImportNote {
  Kind: "ADDED" | "CHANGED" | "KEPT" | "RESOLVED_BY_NAME" | "UNRESOLVED";
  Path: string;
  Identifier: string | null;
  Message: string;
}

/** A file as a flow of this instance. */
export interface ImportedFlow {
  Content: string;
  Type: FlowType | null;
  Name: string | null;
  /** The file was of the older export format. */
  Legacy: boolean;
  Report: ImportNote[];
}

/** Brings a file into this instance; nothing is saved. Fails with the reason when it is no flow. */
export function importFlow(session: Session, text: string): Promise<ImportedFlow> {
  return callServer<ImportedFlow>(`/switchroom/flow-convert/${session.instanceId}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-switchroom-csrf": session.csrfToken },
    body: JSON.stringify({ Content: text }),
  });
}

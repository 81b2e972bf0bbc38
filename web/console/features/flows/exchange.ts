/** Files that flows are carried in: the content with its name, description, type and status in the metadata. */
import { callServer, type Session } from "@kit/api/session";
import type { EditedType, FlowType } from "./types";

/** The types as exported files spell them. */
const spellings: Record<string, EditedType> = {
  contactFlow: "CONTACT_FLOW",
  customerQueue: "CUSTOMER_QUEUE",
  customerHold: "CUSTOMER_HOLD",
  customerWhisper: "CUSTOMER_WHISPER",
  agentHold: "AGENT_HOLD",
  agentWhisper: "AGENT_WHISPER",
  outboundWhisper: "OUTBOUND_WHISPER",
  agentTransfer: "AGENT_TRANSFER",
  queueTransfer: "QUEUE_TRANSFER",
  contactFlowModule: "MODULE",
};

interface About {
  name: string;
  description: string;
  type: EditedType;
  status?: string;
  /** The contract of a module. */
  settings?: string;
}

/** Where a file carries the contract of a module. */
const contractKey = "moduleContract";

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
      ...(about.settings === undefined ? {} : { [contractKey]: about.settings }),
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
  /** The file holds a module. */
  module: boolean;
  /** The contract of the module, where the file tells it. */
  settings?: string;
}

type Converted = Omit<ImportedFlow, "module" | "settings">;

/** Brings a file into this instance; nothing is saved. Fails with the reason when it is no flow. */
export async function importFlow(session: Session, text: string): Promise<ImportedFlow> {
  const converted = await callServer<Converted>(`/switchroom/flow-convert/${session.instanceId}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-switchroom-csrf": session.csrfToken },
    body: JSON.stringify({ Content: text }),
  });
  return { ...converted, ...moduleIn(converted.Content) };
}

/** Whether a content is a module's, and the contract that a file brought with it. */
export function moduleIn(content: string): { Content: string; module: boolean; settings?: string } {
  const root = JSON.parse(content) as { Settings?: unknown; Metadata?: Record<string, unknown> };
  const { [contractKey]: settings, ...metadata } = root.Metadata ?? {};
  if (typeof settings !== "string") return { Content: content, module: root.Settings !== undefined };
  return { Content: JSON.stringify({ ...root, Metadata: metadata }, null, 2), module: true, settings };
}

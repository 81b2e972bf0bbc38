/** The two things the designer edits, flows and flow modules, and how each is read, kept and published. */
import {
  type ConnectClient,
  CreateContactFlowCommand,
  CreateContactFlowModuleCommand,
  DeleteContactFlowCommand,
  DeleteContactFlowModuleCommand,
  DescribeContactFlowCommand,
  DescribeContactFlowModuleCommand,
  InvalidContactFlowException,
  InvalidContactFlowModuleException,
  UpdateContactFlowContentCommand,
  UpdateContactFlowMetadataCommand,
  UpdateContactFlowModuleContentCommand,
  UpdateContactFlowModuleMetadataCommand,
} from "@aws-sdk/client-connect";
import { callServer, type Session } from "@kit/api/session";
import type { MessageKey } from "@kit/i18n";
import type { ListName } from "../../data";
import type { ChangeKind } from "../changes/kinds";
import type { EditedType } from "./types";

/** The saved state of a flow or module, as opposed to the published one. */
export const savedSuffix = ":$SAVED";

/** Who asks, and where. */
export interface At {
  client: ConnectClient;
  session: Session;
}

/** What is edited: a content, and with modules a contract. */
export interface Content {
  text: string;
  /** JSON; only modules have one. */
  settings?: string;
}

export type State = "ACTIVE" | "ARCHIVED";

/** A flow or module with one of its contents. */
export interface Stored extends Content {
  id: string;
  arn: string;
  name: string;
  description: string;
  type: EditedType;
  /** Whether the content is published as it is. */
  status: "PUBLISHED" | "SAVED";
  state: State;
  tags: Record<string, string>;
}

export interface Fresh extends Content {
  name: string;
  description: string;
  type: EditedType;
  tags: Record<string, string>;
}

export interface FlowKind {
  id: "flow" | "module";
  /** First part of the names of its permissions. */
  family: "ContactFlows" | "ContactFlowModules";
  /** Where its list is. */
  href: string;
  /** Its kind in the change history. */
  changes: ChangeKind;
  list: ListName;
  texts: Record<
    "create" | "createText" | "title" | "description" | "empty" | "noneArchived" | "deleteConsequence" | "archiveSure",
    MessageKey
  >;
  /** Reads one; the id may name the draft or a version. */
  read(at: At, id: string): Promise<Stored>;
  /** Makes one and answers its id. */
  create(at: At, fresh: Fresh, publish: boolean): Promise<string>;
  /** Keeps a content as the draft, or publishes it. */
  write(at: At, id: string, content: Content, publish: boolean): Promise<void>;
  change(at: At, id: string, change: { name?: string; description?: string; state?: State }): Promise<void>;
  remove(at: At, id: string): Promise<void>;
  /** Address of the list of its versions. */
  history(at: At, id: string): string;
}

export const flows: FlowKind = {
  id: "flow",
  family: "ContactFlows",
  href: "/console/flows",
  changes: "flow",
  list: "flows",
  texts: {
    create: "flows.create",
    createText: "flows.createText",
    title: "flows.title",
    description: "flows.description",
    empty: "flows.empty",
    noneArchived: "flows.noneArchived",
    deleteConsequence: "flows.deleteConsequence",
    archiveSure: "designer.archiveSure",
  },
  async read({ client, session }, id) {
    const answer = await client.send(
      new DescribeContactFlowCommand({ InstanceId: session.instanceId, ContactFlowId: id }),
    );
    return { ...stored(answer.ContactFlow ?? {}), type: (answer.ContactFlow?.Type ?? "CONTACT_FLOW") as EditedType };
  },
  async create({ client, session }, fresh, publish) {
    const made = await client.send(
      new CreateContactFlowCommand({
        InstanceId: session.instanceId,
        Name: fresh.name,
        Description: fresh.description || undefined,
        Type: fresh.type === "MODULE" ? "CONTACT_FLOW" : fresh.type,
        Content: fresh.text,
        Tags: someOf(fresh.tags),
        Status: publish ? "PUBLISHED" : "SAVED",
      }),
    );
    return made.ContactFlowId ?? "";
  },
  async write({ client, session }, id, content, publish) {
    const ContactFlowId = publish ? id : `${id}${savedSuffix}`;
    const input = { InstanceId: session.instanceId, ContactFlowId, Content: content.text };
    await client.send(new UpdateContactFlowContentCommand(input));
  },
  async change({ client, session }, id, { name, description, state }) {
    await client.send(
      new UpdateContactFlowMetadataCommand({
        InstanceId: session.instanceId,
        ContactFlowId: id,
        Name: name,
        Description: description,
        ContactFlowState: state,
      }),
    );
  },
  async remove({ client, session }, id) {
    await client.send(new DeleteContactFlowCommand({ InstanceId: session.instanceId, ContactFlowId: id }));
  },
  history: ({ session }, id) => `/switchroom/flow-history/${session.instanceId}/${id}`,
};

export const modules: FlowKind = {
  id: "module",
  family: "ContactFlowModules",
  href: "/console/flow-modules",
  changes: "flow-module",
  list: "flowModules",
  texts: {
    create: "flowModules.create",
    createText: "flowModules.createText",
    title: "flowModules.title",
    description: "flowModules.description",
    empty: "flowModules.empty",
    noneArchived: "flowModules.noneArchived",
    deleteConsequence: "flowModules.deleteConsequence",
    archiveSure: "flowModules.archiveSure",
  },
  async read({ client, session }, id) {
    const answer = await client.send(
      new DescribeContactFlowModuleCommand({ InstanceId: session.instanceId, ContactFlowModuleId: id }),
    );
    const found = answer.ContactFlowModule ?? {};
    return { ...stored(found), settings: found.Settings, type: "MODULE" };
  },
  async create({ client, session }, fresh, publish) {
    const members = {
      Name: fresh.name,
      Description: fresh.description || undefined,
      Content: fresh.text,
      Settings: fresh.settings,
      Tags: someOf(fresh.tags),
    };
    if (publish) {
      const input = { InstanceId: session.instanceId, ...members };
      return (await client.send(new CreateContactFlowModuleCommand(input))).Id ?? "";
    }
    // The published operation makes modules that are published at once.
    const made = await callServer<{ Id: string }>(`/switchroom/flow-module-drafts/${session.instanceId}`, {
      method: "PUT",
      headers: { "content-type": "application/json", "x-switchroom-csrf": session.csrfToken },
      body: JSON.stringify(members),
    });
    return made.Id;
  },
  async write({ client, session }, id, content, publish) {
    await client.send(
      new UpdateContactFlowModuleContentCommand({
        InstanceId: session.instanceId,
        ContactFlowModuleId: publish ? id : `${id}${savedSuffix}`,
        Content: content.text,
        Settings: content.settings,
      }),
    );
  },
  async change({ client, session }, id, { name, description, state }) {
    await client.send(
      new UpdateContactFlowModuleMetadataCommand({
        InstanceId: session.instanceId,
        ContactFlowModuleId: id,
        Name: name,
        Description: description,
        State: state,
      }),
    );
  },
  async remove({ client, session }, id) {
    const input = { InstanceId: session.instanceId, ContactFlowModuleId: id };
    await client.send(new DeleteContactFlowModuleCommand(input));
  },
  history: ({ session }, id) => `/switchroom/flow-module-history/${session.instanceId}/${id}`,
};

/** An empty map is not sent. */
const someOf = (tags: Record<string, string>) => (Object.keys(tags).length > 0 ? tags : undefined);

interface Described {
  Id?: string;
  Arn?: string;
  Name?: string;
  Description?: string;
  Content?: string;
  Status?: string;
  State?: string;
  Tags?: Record<string, string>;
}

function stored(found: Described): Omit<Stored, "type"> {
  return {
    id: found.Id ?? "",
    arn: found.Arn ?? "",
    name: found.Name ?? "",
    description: found.Description ?? "",
    text: found.Content ?? "",
    status: found.Status === "SAVED" ? "SAVED" : "PUBLISHED",
    state: found.State === "ARCHIVED" ? "ARCHIVED" : "ACTIVE",
    tags: found.Tags ?? {},
  };
}

/** What is wrong with a content that was refused; none when something else was refused. */
export function findingsOf(error: unknown): string[] | undefined {
  const list =
    error instanceof InvalidContactFlowException
      ? error.problems
      : error instanceof InvalidContactFlowModuleException
        ? error.Problems
        : undefined;
  return list?.flatMap((one) => (one.message ? [one.message] : []));
}

/** Lines of the flow log. */
import type { LogPage } from "../../parts/logs";

/** One line, as the server keeps it. */
export interface Line {
  ContactId: string;
  ContactFlowId?: string;
  ContactFlowName?: string | null;
  ContactFlowModuleType: string;
  Identifier?: string;
  /** ISO 8601. */
  Timestamp: string;
  Parameters?: unknown;
  Results?: unknown;
  Error?: string | null;
}

export interface LinesPage extends LogPage {
  Entries: Line[];
}

/** What is asked for, as it stands in the address. */
export interface LinesAsked {
  contact: string;
  flow: string;
  text: string;
  errors: boolean;
  oldest: boolean;
}

export function readAsked(params: URLSearchParams): LinesAsked {
  const contact = params.get("contact") ?? "";
  const order = params.get("order");
  return {
    contact,
    flow: params.get("flow") ?? "",
    text: params.get("text") ?? "",
    errors: params.get("errors") === "only",
    // The way of one contact is read from its beginning.
    oldest: order ? order === "oldest" : contact !== "",
  };
}

/** The address of the flow log, so filtered. */
export function linesParams(asked: Partial<LinesAsked>): URLSearchParams {
  const params = new URLSearchParams();
  for (const name of ["contact", "flow", "text"] as const) {
    const value = asked[name]?.trim();
    if (value) params.set(name, value);
  }
  if (asked.errors) params.set("errors", "only");
  if (asked.oldest !== undefined && asked.oldest !== Boolean(asked.contact?.trim())) {
    params.set("order", asked.oldest ? "oldest" : "newest");
  }
  return params;
}

/** The members of the request. */
export function linesMembers(asked: LinesAsked): object {
  return {
    ContactId: asked.contact || undefined,
    FlowId: asked.flow || undefined,
    Text: asked.text || undefined,
    ErrorsOnly: asked.errors,
    Order: asked.oldest ? "ASCENDING" : "DESCENDING",
  };
}

/** The flow or module of a line. */
export function flowOf(line: Line): { id: string; module: boolean } | undefined {
  const found = /\/(contact-flow|flow-module)\/([^/:]+)/.exec(line.ContactFlowId ?? "");
  return found?.[2] ? { id: found[2], module: found[1] === "flow-module" } : undefined;
}

/** The page of the flow or module of a line. */
export function flowHref(line: Line): string | undefined {
  const flow = flowOf(line);
  return flow && `/console/${flow.module ? "flow-modules" : "flows"}/${flow.id}`;
}

/** The block of a line in the designer. */
export function blockHref(line: Line): string | undefined {
  const href = flowHref(line);
  return href && line.Identifier ? `${href}?${new URLSearchParams({ block: line.Identifier })}` : href;
}

/** What a block was given and what it gave, on one line; nothing when it was nothing. */
export function summary(line: Line): string {
  const short = (value: unknown) => {
    const text = typeof value === "string" ? value : JSON.stringify(value ?? {});
    return text === "{}" ? "" : text;
  };
  return [short(line.Parameters), short(line.Results)].filter(Boolean).join(" → ");
}

/** The lines as a file, one JSON text a line. */
export function jsonLines(lines: readonly Line[]): Blob {
  return new Blob(
    lines.map((line) => `${JSON.stringify(line)}\n`),
    { type: "application/x-ndjson" },
  );
}

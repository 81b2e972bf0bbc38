/** A task template while it is edited, and the way from and to what the server keeps. */
import type { GetTaskTemplateResponse, TaskTemplateField } from "@aws-sdk/client-connect";
import { lastPart, type TaskTemplate } from "@kit/desk/taskTemplate";

export const fieldTypes = [
  "NAME",
  "DESCRIPTION",
  "SCHEDULED_TIME",
  "QUICK_CONNECT",
  "TEXT",
  "TEXT_AREA",
  "NUMBER",
  "URL",
  "EMAIL",
  "DATE_TIME",
  "BOOLEAN",
  "SINGLE_SELECT",
] as const;
export type FieldType = (typeof fieldTypes)[number];

/** Types of which a template has one at most. */
const single: ReadonlySet<FieldType> = new Set(["NAME", "DESCRIPTION", "SCHEDULED_TIME", "QUICK_CONNECT"]);

export interface Field {
  /** Stays while the field is edited and moved. */
  key: string;
  name: string;
  help: string;
  type: FieldType;
  /** The choices of a `SINGLE_SELECT`, one in a line. */
  options: string;
  default: string;
  required: boolean;
  readOnly: boolean;
  invisible: boolean;
}

export interface Draft {
  name: string;
  description: string;
  flow: string;
  active: boolean;
  fields: Field[];
}

export const emptyField = (key: string, type: FieldType = "TEXT", name = ""): Field => ({
  key,
  name,
  help: "",
  type,
  options: "",
  default: "",
  required: type === "NAME",
  readOnly: false,
  invisible: false,
});

export function draftOf(found: GetTaskTemplateResponse | undefined, fresh: () => string, title: string): Draft {
  if (!found)
    return { name: "", description: "", flow: "", active: true, fields: [emptyField(fresh(), "NAME", title)] };
  const names = (list: { Id?: { Name?: string } }[] | undefined) => new Set(list?.map((one) => one.Id?.Name));
  const required = names(found.Constraints?.RequiredFields);
  const readOnly = names(found.Constraints?.ReadOnlyFields);
  const invisible = names(found.Constraints?.InvisibleFields);
  const defaults = new Map(found.Defaults?.DefaultFieldValues?.map((one) => [one.Id?.Name, one.DefaultValue]));
  return {
    name: found.Name ?? "",
    description: found.Description ?? "",
    flow: found.ContactFlowId ?? "",
    active: found.Status !== "INACTIVE",
    fields: (found.Fields ?? []).map((one) => ({
      key: fresh(),
      name: one.Id?.Name ?? "",
      help: one.Description ?? "",
      type: (one.Type ?? "TEXT") as FieldType,
      options: (one.SingleSelectOptions ?? []).join("\n"),
      default: defaultOf(one.Type, defaults.get(one.Id?.Name) ?? ""),
      required: required.has(one.Id?.Name),
      readOnly: readOnly.has(one.Id?.Name),
      invisible: invisible.has(one.Id?.Name),
    })),
  };
}

/** A quick connect may be named by its resource name; the choices go by id. */
const defaultOf = (type: string | undefined, value: string) => (type === "QUICK_CONNECT" ? lastPart(value) : value);

export const optionsOf = (field: Field): string[] =>
  field.options
    .split("\n")
    .map((one) => one.trim())
    .filter((one) => one !== "");

/** The members of the request that keeps a draft. */
export function requestOf(draft: Draft) {
  const named = (field: Field) => ({ Id: { Name: field.name.trim() } });
  const chosen = (of: "required" | "readOnly" | "invisible") => draft.fields.filter((one) => one[of]).map(named);
  const fields: TaskTemplateField[] = draft.fields.map((one) => ({
    ...named(one),
    Type: one.type,
    Description: one.help.trim() || undefined,
    SingleSelectOptions: one.type === "SINGLE_SELECT" ? optionsOf(one) : undefined,
  }));
  return {
    Name: draft.name.trim(),
    Description: draft.description.trim() || undefined,
    // An empty text takes the flow away.
    ContactFlowId: draft.flow,
    Status: draft.active ? ("ACTIVE" as const) : ("INACTIVE" as const),
    Fields: fields,
    Constraints: {
      RequiredFields: chosen("required"),
      ReadOnlyFields: chosen("readOnly"),
      InvisibleFields: chosen("invisible"),
    },
    Defaults: {
      DefaultFieldValues: draft.fields
        .filter((one) => one.default.trim() !== "")
        .map((one) => ({ ...named(one), DefaultValue: one.default.trim() })),
    },
  };
}

/** The template as the form of the agents takes it. */
export function previewOf(draft: Draft): TaskTemplate {
  const { Name, Fields, Constraints, Defaults } = requestOf(draft);
  return { Id: "preview", Name, Fields, Constraints, Defaults } as TaskTemplate;
}

/** The types that a field can be given: what a template has once already is not offered again. */
export function typesFor(draft: Draft, field: Field): FieldType[] {
  return fieldTypes.filter(
    (type) => type === field.type || !single.has(type) || !draft.fields.some((one) => one.type === type),
  );
}

/** Puts a field to another place among the fields. */
export function moved(fields: Field[], key: string, to: number): Field[] {
  const field = fields.find((one) => one.key === key);
  if (!field || to < 0 || to >= fields.length) return fields;
  const rest = fields.filter((one) => one.key !== key);
  return [...rest.slice(0, to), field, ...rest.slice(to)];
}

/** Gives a field another type; what only the old type had goes. */
export function retyped(field: Field, type: FieldType): Field {
  return { ...field, type, options: type === "SINGLE_SELECT" ? field.options : "", default: "" };
}

/** Where something is wrong: the template's own members, or a part of one field. */
export type Place = "name" | "description" | "flow" | "fields" | `${string} ${"name" | "type" | "options" | "default"}`;

export type LocalProblem = "empty" | "taken" | "noOptions" | "noFlow";

/** What is wrong before the server is asked. */
export function localProblems(draft: Draft): Map<Place, LocalProblem> {
  const found = new Map<Place, LocalProblem>();
  if (draft.name.trim() === "") found.set("name", "empty");
  if (draft.flow === "" && !draft.fields.some((one) => one.type === "QUICK_CONNECT")) found.set("flow", "noFlow");
  for (const field of draft.fields) {
    const name = field.name.trim();
    if (name === "") found.set(`${field.key} name`, "empty");
    else if (draft.fields.some((one) => one.key !== field.key && one.name.trim() === name)) {
      found.set(`${field.key} name`, "taken");
    }
    if (field.type === "SINGLE_SELECT" && optionsOf(field).length === 0) found.set(`${field.key} options`, "noOptions");
  }
  return found;
}

/** Finds the place that the server names, such as `Fields[2].SingleSelectOptions`. */
export function placeOf(path: string, draft: Draft): Place {
  const request = requestOf(draft);
  const lists: Record<string, { Id: { Name: string } }[]> = {
    "Constraints.RequiredFields": request.Constraints.RequiredFields,
    "Constraints.ReadOnlyFields": request.Constraints.ReadOnlyFields,
    "Constraints.InvisibleFields": request.Constraints.InvisibleFields,
    "Defaults.DefaultFieldValues": request.Defaults.DefaultFieldValues,
  };
  const match = /^(.*?)\[(\d+)\](?:\.(.*))?$/.exec(path);
  const [, list = "", index = "", rest = ""] = match ?? [];
  if (list === "Fields") {
    const key = draft.fields[Number(index)]?.key;
    const part = rest.startsWith("SingleSelectOptions") ? "options" : rest.startsWith("Type") ? "type" : "name";
    return key === undefined ? "fields" : `${key} ${part}`;
  }
  const name = lists[list]?.[Number(index)]?.Id.Name;
  const field = draft.fields.find((one) => one.name.trim() === name);
  // What a field lacks to be read-only or hidden is a default.
  if (field) return `${field.key} default`;
  if (path === "Name") return "name";
  if (path === "Description") return "description";
  if (path === "ContactFlowId") return "flow";
  return "fields";
}

/** Task templates as the server gives them, and the tasks that come of filled-in forms. */
import type { QuickConnect } from "./desk";
import { localInput } from "./localTime";

interface FieldId {
  Id: { Name: string };
}

export interface TemplateField extends FieldId {
  Type: string;
  Description?: string;
  SingleSelectOptions?: string[];
}

export interface TaskTemplate {
  Id: string;
  Name: string;
  ContactFlowId?: string;
  Fields: TemplateField[];
  Constraints?: { RequiredFields?: FieldId[]; ReadOnlyFields?: FieldId[]; InvisibleFields?: FieldId[] };
  Defaults?: { DefaultFieldValues?: (FieldId & { DefaultValue: string })[] };
}

/** What is asked of the server. */
export interface TemplatedDraft {
  taskTemplateId: string;
  name: string;
  description?: string;
  endpoint?: QuickConnect;
  /** Epoch seconds. */
  scheduledTime?: number;
  references: Record<string, { type: string; value: string }>;
  relatedContactId?: string;
}

/** What is typed into the form, by the name of the field. */
export type Values = Record<string, string>;

const has = (list: FieldId[] | undefined, field: FieldId) =>
  list?.some((one) => one.Id.Name === field.Id.Name) ?? false;

export const isRequired = (template: TaskTemplate, field: TemplateField) =>
  has(template.Constraints?.RequiredFields, field);

export const isReadOnly = (template: TaskTemplate, field: TemplateField) =>
  has(template.Constraints?.ReadOnlyFields, field);

/** The fields that the form shows. */
export const shownFields = (template: TaskTemplate) =>
  template.Fields.filter((field) => !has(template.Constraints?.InvisibleFields, field));

/** What the form holds when it opens. */
export function defaultsOf(template: TaskTemplate): Values {
  const types = new Map(template.Fields.map((field) => [field.Id.Name, field.Type]));
  const defaults = template.Defaults?.DefaultFieldValues ?? [];
  return Object.fromEntries(defaults.map((one) => [one.Id.Name, typed(types.get(one.Id.Name), one.DefaultValue)]));
}

/** A default as the control of its field holds it. */
function typed(type: string | undefined, value: string): string {
  if (type === "QUICK_CONNECT") return lastPart(value);
  if (type !== "DATE_TIME") return value;
  return localInput(/^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value));
}

/** The id at the end of a resource name. */
export const lastPart = (arn: string) => arn.split("/").at(-1) ?? arn;

/** The required fields that are still empty. */
export const emptyFields = (template: TaskTemplate, values: Values) =>
  shownFields(template).filter((field) => isRequired(template, field) && !values[field.Id.Name]?.trim());

const referenceTypes: Record<string, string> = { URL: "URL", NUMBER: "NUMBER", DATE_TIME: "DATE", EMAIL: "EMAIL" };

/** The task that the form asks for; what stays empty or keeps its default is left to the server. */
export function draftOf(template: TaskTemplate, values: Values, endpoints: QuickConnect[]): TemplatedDraft {
  const draft: TemplatedDraft = { taskTemplateId: template.Id, name: "", references: {} };
  for (const field of shownFields(template)) {
    const value = values[field.Id.Name]?.trim();
    if (!value || isReadOnly(template, field)) continue;
    if (field.Type === "NAME") draft.name = value;
    else if (field.Type === "DESCRIPTION") draft.description = value;
    else if (field.Type === "SCHEDULED_TIME") draft.scheduledTime = Math.floor(new Date(value).getTime() / 1000);
    else if (field.Type === "QUICK_CONNECT")
      draft.endpoint = endpoints.find((one) => lastPart(one.endpointARN) === value);
    else {
      const written = field.Type === "DATE_TIME" ? new Date(value).toISOString() : value;
      draft.references[field.Id.Name] = { type: referenceTypes[field.Type] ?? "STRING", value: written };
    }
  }
  return draft;
}

/** The fields of a task template as the form shows them. */
import type { ReactElement } from "react";
import { useI18n } from "../i18n";
import { Field } from "../ui/Field";
import { localInput } from "./localTime";
import { furthestSchedule } from "./schedule";
import {
  emptyFields,
  isReadOnly,
  shownFields,
  type TaskTemplate,
  type TemplateField,
  type Values,
} from "./taskTemplate";

/** A quick connect by its id. */
export interface Endpoint {
  id: string;
  name: string;
}

interface Props {
  template: TaskTemplate;
  values: Values;
  endpoints: Endpoint[];
  /** Whether fields say that they must be filled in. */
  tried: boolean;
  onChange: (values: Values) => void;
}

export function TemplateFields({ template, values, endpoints, tried, onChange }: Props) {
  const { t } = useI18n();
  const empty = tried ? emptyFields(template, values) : [];
  return shownFields(template).map((field) => (
    <Field
      key={field.Id.Name}
      label={field.Id.Name}
      hint={field.Description}
      error={empty.includes(field) ? t("task.fieldMissing") : undefined}
    >
      <Input
        field={field}
        value={values[field.Id.Name] ?? ""}
        disabled={isReadOnly(template, field)}
        endpoints={endpoints}
        onChange={(value) => onChange({ ...values, [field.Id.Name]: value })}
      />
    </Field>
  ));
}

interface InputProps {
  field: TemplateField;
  value: string;
  disabled: boolean;
  endpoints: Endpoint[];
  onChange: (value: string) => void;
}

const inputTypes: Record<string, string> = {
  NUMBER: "number",
  URL: "url",
  EMAIL: "email",
  DATE_TIME: "datetime-local",
  SCHEDULED_TIME: "datetime-local",
};

/** What a field lets one choose from, as value and label; nothing where one types. */
function choicesOf(field: TemplateField, endpoints: Endpoint[], yes: string, no: string) {
  if (field.Type === "SINGLE_SELECT") return (field.SingleSelectOptions ?? []).map((one) => [one, one]);
  if (field.Type === "QUICK_CONNECT") return endpoints.map((one) => [one.id, one.name]);
  if (field.Type === "BOOLEAN") {
    return [
      ["true", yes],
      ["false", no],
    ];
  }
  return undefined;
}

/** The control of one field; what `Field` adds for screen readers is passed on. */
function Input({ field, value, disabled, endpoints, onChange, ...described }: InputProps): ReactElement {
  const { t } = useI18n();
  const common = {
    ...described,
    className: "sr-input",
    disabled,
    value,
    "data-testid": `task-field-${field.Id.Name}`,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  const choices = choicesOf(field, endpoints, t("task.yes"), t("task.no"));
  if (choices) {
    return (
      <select {...common}>
        <option value="" />
        {choices.map(([key, label]) => (
          <option key={key} value={key}>
            {label}
          </option>
        ))}
      </select>
    );
  }
  if (field.Type === "DESCRIPTION" || field.Type === "TEXT_AREA") {
    return <textarea {...common} rows={3} maxLength={4096} />;
  }
  const scheduled = field.Type === "SCHEDULED_TIME";
  const now = Date.now();
  return (
    <input
      {...common}
      type={inputTypes[field.Type] ?? "text"}
      maxLength={field.Type === "NAME" ? 512 : 4096}
      {...(scheduled ? { min: localInput(now), max: localInput(now + furthestSchedule) } : {})}
    />
  );
}

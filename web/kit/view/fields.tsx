/** The fields of forms in views, their values, and whether what must be filled in is. */
import { createContext, type ReactNode, useCallback, useContext, useId, useMemo, useRef, useState } from "react";
import { useI18n } from "../i18n";
import { Field } from "../ui/Field";
import { useView } from "./context";
import { asText, isObject, isOn, type Json, type JsonObject, labelOf } from "./template";

const types = [
  ...["FormInput", "TextArea", "Dropdown", "DatePicker", "TimeInput", "TimePicker"],
  ...["RadioGroup", "CheckboxGroup", "Checkbox", "Toggle"],
];

/** Whether a type of component takes input. */
export const isField = (type: string) => types.includes(type);

interface Known {
  value: Json;
  required: boolean;
  box: HTMLElement | null;
}

/** The values of one form, in the order in which its fields stand. */
export interface Form {
  known: Map<string, Known>;
  problem: boolean;
  /** Whether everything is filled in that must be; says so where something is missing. */
  complete(): boolean;
  values(): JsonObject;
}

const isEmpty = (value: Json) =>
  value === "" || value === false || value === null || (Array.isArray(value) && value.length === 0);

export function useFormValues(): Form {
  const known = useRef(new Map<string, Known>()).current;
  const [problem, setProblem] = useState(false);
  const complete = useCallback(() => {
    const missing = [...known.values()].find((field) => field.required && isEmpty(field.value));
    setProblem(missing !== undefined);
    const control = missing?.box?.querySelector<HTMLElement>("input, select, textarea");
    control?.focus();
    return missing === undefined;
  }, [known]);
  const values = useCallback(
    () => Object.fromEntries([...known].map(([name, field]) => [name, field.value])) as JsonObject,
    [known],
  );
  return useMemo(() => ({ known, problem, complete, values }), [known, problem, complete, values]);
}

const Scope = createContext<Form | undefined>(undefined);

export function FormScope({ form, children }: { form: Form; children: ReactNode }) {
  return <Scope value={form}>{children}</Scope>;
}

/** The form around a component; fields and buttons outside of every form have one for themselves. */
export function useForm(): Form {
  const own = useFormValues();
  return useContext(Scope) ?? own;
}

interface Option {
  label: string;
  value: string;
  description?: string;
}

function optionsOf(value: Json | undefined): Option[] {
  if (!Array.isArray(value)) return [];
  return value.map((one) => {
    if (!isObject(one)) return { label: asText(one), value: asText(one) };
    const label = asText(one.Label ?? one.Value);
    return { label, value: asText(one.Value ?? one.Label), description: asText(one.Description) || undefined };
  });
}

/** What a field holds before anybody touches it. */
function initial(type: string, props: JsonObject): Json {
  const given = props.DefaultValue ?? props.Value;
  const many = type === "CheckboxGroup" || (type === "Dropdown" && isOn(props.MultiSelect));
  if (many) return Array.isArray(given) ? given.map(asText) : given ? [asText(given)] : [];
  if (type === "Toggle" || type === "Checkbox") return isOn(given);
  if (Array.isArray(given)) return asText(given[0]);
  return asText(given);
}

export function FieldView({ type, props }: { type: string; props: JsonObject }) {
  const { t } = useI18n();
  const { answer } = useView();
  const form = useForm();
  const name = asText(props.Name) || asText(props.Label);
  const required = isOn(props.Required);
  const [value, setValue] = useState<Json>(() => form.known.get(name)?.value ?? initial(type, props));
  const take = useCallback(
    (box: HTMLElement | null) => {
      if (box) form.known.set(name, { value, required, box });
    },
    [form, name, required, value],
  );
  const change = (next: Json) => {
    form.known.set(name, { value: next, required, box: form.known.get(name)?.box ?? null });
    setValue(next);
  };
  const label = (
    <>
      {labelOf(props.Label) ?? name}
      {required && <span className="view__required"> {t("view.required")}</span>}
    </>
  );
  const control: ControlProps = {
    type,
    props,
    value,
    change,
    label,
    disabled: !answer || isOn(props.Disabled),
    error: form.problem && required && isEmpty(value) ? t("view.missing") : undefined,
  };
  return (
    <div ref={take} className={`view__field ${isOn(props.Fluid) ? "view__field--fluid" : ""}`}>
      <Control {...control} />
    </div>
  );
}

interface ControlProps {
  type: string;
  props: JsonObject;
  value: Json;
  change(value: Json): void;
  label: ReactNode;
  disabled: boolean;
  error?: string;
}

const inputTypes: Record<string, string> = { DatePicker: "date", TimeInput: "time", TimePicker: "time" };
const textTypes = ["text", "number", "email", "tel", "url", "password"];

function Control(control: ControlProps) {
  const { t } = useI18n();
  const { type, props, value, change, label, disabled, error } = control;
  const hint = labelOf(props.HelperText);
  const maxLength = Number(props.MaxLength) > 0 ? Number(props.MaxLength) : undefined;
  const common = { className: "sr-input", disabled, placeholder: asText(props.Placeholder) || undefined };
  switch (type) {
    case "TextArea":
      return (
        <Field label={label} hint={hint} error={error}>
          <textarea
            {...common}
            rows={4}
            maxLength={maxLength}
            value={asText(value)}
            onChange={(event) => change(event.target.value)}
          />
        </Field>
      );
    case "Dropdown": {
      const options = optionsOf(props.Options);
      if (Array.isArray(value)) return <Choices {...control} kind="checkbox" options={options} />;
      return (
        <Field label={label} hint={hint} error={error}>
          <select
            className="sr-input"
            disabled={disabled}
            value={asText(value)}
            onChange={(event) => change(event.target.value)}
          >
            <option value="">{t("view.choose")}</option>
            {options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
          </select>
        </Field>
      );
    }
    case "RadioGroup":
      return <Choices {...control} kind="radio" options={optionsOf(props.Options)} />;
    case "CheckboxGroup":
      return <Choices {...control} kind="checkbox" options={optionsOf(props.Options)} />;
    case "Toggle":
    case "Checkbox":
      return <Switch {...control} />;
    default: {
      const asked = asText(props.InputType).toLowerCase();
      const inputType = inputTypes[type] ?? (textTypes.includes(asked) ? asked : "text");
      return (
        <Field label={label} hint={hint} error={error}>
          <input
            {...common}
            type={inputType}
            maxLength={maxLength}
            value={asText(value)}
            onChange={(event) => change(event.target.value)}
          />
        </Field>
      );
    }
  }
}

function Switch({ type, value, change, label, disabled, error, props }: ControlProps) {
  const id = useId();
  return (
    <div className="sr-field">
      <label className="view__choice">
        <input
          type="checkbox"
          role={type === "Toggle" ? "switch" : undefined}
          checked={value === true}
          disabled={disabled}
          aria-describedby={error ? id : undefined}
          onChange={(event) => change(event.target.checked)}
        />
        <span>{label}</span>
      </label>
      {labelOf(props.HelperText) && <span className="sr-field__hint">{labelOf(props.HelperText)}</span>}
      {error && (
        <span id={id} className="sr-field__error" role="alert">
          {error}
        </span>
      )}
    </div>
  );
}

function Choices(props: ControlProps & { kind: "radio" | "checkbox"; options: Option[] }) {
  const { kind, options, value, change, label, disabled, error } = props;
  const id = useId();
  const chosen = Array.isArray(value) ? value : [value];
  function toggle(option: string, on: boolean) {
    if (kind === "radio") change(option);
    else change(options.map((one) => one.value).filter((one) => (one === option ? on : chosen.includes(one))));
  }
  return (
    <fieldset className="view__choices" aria-describedby={error ? `${id}-error` : undefined}>
      <legend className="sr-field__label">{label}</legend>
      {labelOf(props.props.HelperText) && <span className="sr-field__hint">{labelOf(props.props.HelperText)}</span>}
      {options.map((option) => (
        <label key={option.value} className="view__choice">
          <input
            type={kind}
            name={id}
            value={option.value}
            checked={chosen.includes(option.value)}
            disabled={disabled}
            onChange={(event) => toggle(option.value, event.target.checked)}
          />
          <span>
            {option.label}
            {option.description && <small>{option.description}</small>}
          </span>
        </label>
      ))}
      {error && (
        <span id={`${id}-error`} className="sr-field__error" role="alert">
          {error}
        </span>
      )}
    </fieldset>
  );
}

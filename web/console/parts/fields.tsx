/** The fields forms are made of, thin over Cloudscape: label, hint, problem, value, change. */
import FormField from "@cloudscape-design/components/form-field";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import Select from "@cloudscape-design/components/select";
import Textarea from "@cloudscape-design/components/textarea";
import { useI18n } from "@kit/i18n";

export interface Choice {
  value: string;
  label: string;
  description?: string;
}

interface FieldProps {
  label: string;
  hint?: string;
  problem?: string;
  disabled?: boolean;
  testId?: string;
}

interface TextFieldProps extends FieldProps {
  value: string;
  onChange: (value: string) => void;
  type?: InputProps.Type;
  inputMode?: InputProps.InputMode;
  placeholder?: string;
  autoComplete?: string;
}

export function TextField({ label, hint, problem, disabled, testId, value, onChange, ...rest }: TextFieldProps) {
  return (
    <FormField label={label} constraintText={hint} errorText={problem}>
      <Input
        {...rest}
        value={value}
        disabled={disabled}
        onChange={({ detail }) => onChange(detail.value)}
        data-testid={testId}
      />
    </FormField>
  );
}

export function TextAreaField({
  label,
  hint,
  problem,
  disabled,
  testId,
  value,
  onChange,
  rows = 3,
}: TextFieldProps & { rows?: number }) {
  return (
    <FormField label={label} constraintText={hint} errorText={problem} stretch>
      <Textarea
        value={value}
        rows={rows}
        disabled={disabled}
        onChange={({ detail }) => onChange(detail.value)}
        data-testid={testId}
      />
    </FormField>
  );
}

interface SelectFieldProps extends FieldProps {
  value: string;
  onChange: (value: string) => void;
  choices: readonly Choice[];
  loading?: boolean;
  /** Text of the choice that stands for none. */
  none?: string;
}

export function SelectField({
  label,
  hint,
  problem,
  disabled,
  testId,
  value,
  onChange,
  choices,
  loading,
  none,
}: SelectFieldProps) {
  const { t } = useI18n();
  const all = none === undefined ? choices : [{ value: "", label: none }, ...choices];
  return (
    <FormField label={label} constraintText={hint} errorText={problem}>
      <Select
        selectedOption={all.find((one) => one.value === value) ?? null}
        options={all as Choice[]}
        disabled={disabled}
        statusType={loading ? "loading" : "finished"}
        loadingText={t("loading")}
        filteringType={all.length > 8 ? "auto" : "none"}
        placeholder={t("form.choose")}
        empty={t("form.noChoices")}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
        data-testid={testId}
      />
    </FormField>
  );
}

interface MultiFieldProps extends FieldProps {
  values: readonly string[];
  onChange: (values: string[]) => void;
  choices: readonly Choice[];
  loading?: boolean;
}

export function MultiField({
  label,
  hint,
  problem,
  disabled,
  testId,
  values,
  onChange,
  choices,
  loading,
}: MultiFieldProps) {
  const { t } = useI18n();
  return (
    <FormField label={label} constraintText={hint} errorText={problem} stretch>
      <Multiselect
        selectedOptions={values.map((value) => choices.find((one) => one.value === value) ?? { value, label: value })}
        options={choices as Choice[]}
        disabled={disabled}
        statusType={loading ? "loading" : "finished"}
        loadingText={t("loading")}
        filteringType="auto"
        placeholder={t("form.choose")}
        empty={t("form.noChoices")}
        deselectAriaLabel={(option) => t("form.remove", { name: option.label ?? "" })}
        onChange={({ detail }) => onChange(detail.selectedOptions.flatMap((one) => (one.value ? [one.value] : [])))}
        data-testid={testId}
      />
    </FormField>
  );
}

interface Named {
  Id?: string;
  Name?: string;
  Description?: string;
}

/** Resources as choices, by name. */
export function asChoices(list: readonly Named[] | undefined): Choice[] {
  return (list ?? [])
    .flatMap((one) =>
      one.Id ? [{ value: one.Id, label: one.Name ?? one.Id, description: one.Description || undefined }] : [],
    )
    .sort((a, b) => a.label.localeCompare(b.label));
}

/** Whether a text is a whole number in a range. */
export function isWhole(text: string, least: number, most: number): boolean {
  return /^\d+$/.test(text.trim()) && Number(text) >= least && Number(text) <= most;
}

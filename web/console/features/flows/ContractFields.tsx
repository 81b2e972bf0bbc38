/** The contract of a module: lists of input, output and branches, or its JSON where it says more than lists can. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useI18n } from "@kit/i18n";
import { useState } from "react";
import {
  type Contract,
  mostBranches,
  namesProblem,
  printContract,
  readContract,
  type Value,
  valueTypes,
} from "./contract";

interface Props {
  settings: string | undefined;
  disabled: boolean;
  onChange: (settings: string) => void;
}

export function ContractFields({ settings, disabled, onChange }: Props) {
  const { t } = useI18n();
  // Names are typed letter by letter: what is typed is kept here, as JSON would join two of the same name.
  const [edited, setEdited] = useState<Contract | undefined>(() => readContract(settings));
  if (!edited) {
    return (
      <FormField label={t("contract.title")} constraintText={t("contract.asJson")} stretch>
        <textarea
          className="code-area"
          aria-label={t("contract.title")}
          rows={10}
          spellCheck={false}
          readOnly={disabled}
          value={settings}
          onChange={(event) => onChange(event.target.value)}
          data-testid="contract-json"
        />
      </FormField>
    );
  }
  const change = (next: Contract) => {
    setEdited(next);
    onChange(printContract(next));
  };
  return (
    <ExpandableSection headerText={t("contract.title")} headerDescription={t("contract.hint")} defaultExpanded>
      <SpaceBetween size="m">
        <Values
          label={t("contract.input")}
          testId="input"
          values={edited.input}
          disabled={disabled}
          withRequired
          onChange={(input) => change({ ...edited, input })}
        />
        <Values
          label={t("contract.output")}
          testId="output"
          values={edited.output}
          disabled={disabled}
          onChange={(output) => change({ ...edited, output })}
        />
        <Branches edited={edited} disabled={disabled} onChange={change} />
      </SpaceBetween>
    </ExpandableSection>
  );
}

interface ValuesProps {
  label: string;
  testId: string;
  values: Value[];
  disabled: boolean;
  withRequired?: boolean;
  onChange: (values: Value[]) => void;
}

function Values({ label, testId, values, disabled, withRequired, onChange }: ValuesProps) {
  const { t } = useI18n();
  const names = values.map((one) => one.name);
  const set = (index: number, change: Partial<Value>) =>
    onChange(values.map((one, place) => (place === index ? { ...one, ...change } : one)));
  return (
    <fieldset className="fieldset">
      <legend>{label}</legend>
      {values.length === 0 && <Box color="text-body-secondary">{t("contract.none")}</Box>}
      {values.map((one, index) => (
        // Entries have no name but their place: their names are being typed.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <div key={index} className="line">
          <NameField
            label={`${label} ${index + 1}`}
            names={names}
            index={index}
            disabled={disabled}
            testId={testId}
            onChange={(name) => set(index, { name })}
          />
          <Select
            selectedOption={{ value: one.type, label: t(`contract.type.${one.type}`) }}
            options={valueTypes.map((type) => ({ value: type, label: t(`contract.type.${type}`) }))}
            disabled={disabled}
            ariaLabel={t("contract.typeOf", { name: one.name || label })}
            onChange={({ detail }) => set(index, { type: (detail.selectedOption.value ?? "string") as Value["type"] })}
          />
          {withRequired && (
            <Checkbox
              checked={one.required}
              disabled={disabled}
              onChange={({ detail }) => set(index, { required: detail.checked })}
            >
              {t("contract.required")}
            </Checkbox>
          )}
          {!disabled && (
            <Remove
              name={one.name || `${label} ${index + 1}`}
              onClick={() => onChange(values.filter((_, place) => place !== index))}
            />
          )}
        </div>
      ))}
      {!disabled && (
        <div>
          <Button
            iconName="add-plus"
            formAction="none"
            onClick={() => onChange([...values, { name: "", type: "string", required: false }])}
            data-testid={`contract-add-${testId}`}
          >
            {t("designer.add")}
          </Button>
        </div>
      )}
    </fieldset>
  );
}

interface BranchesProps {
  edited: Contract;
  disabled: boolean;
  onChange: (contract: Contract) => void;
}

function Branches({ edited, disabled, onChange }: BranchesProps) {
  const { t } = useI18n();
  const { branches } = edited;
  const names = branches.map((one) => one.name);
  const put = (next: Contract["branches"]) => onChange({ ...edited, branches: next });
  const set = (index: number, change: Partial<Contract["branches"][number]>) =>
    put(branches.map((one, place) => (place === index ? { ...one, ...change } : one)));
  return (
    <fieldset className="fieldset">
      <legend>{t("contract.branches")}</legend>
      {branches.length === 0 && <Box color="text-body-secondary">{t("contract.noBranches")}</Box>}
      {branches.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: see the list above
        <div key={index} className="line">
          <NameField
            label={`${t("contract.branches")} ${index + 1}`}
            names={names}
            index={index}
            disabled={disabled}
            testId="branch"
            onChange={(name) => set(index, { name })}
          />
          <Input
            value={one.description}
            disabled={disabled}
            placeholder={t("field.description")}
            ariaLabel={t("contract.descriptionOf", { name: one.name || String(index + 1) })}
            onChange={({ detail }) => set(index, { description: detail.value })}
          />
          {!disabled && (
            <Remove
              name={one.name || String(index + 1)}
              onClick={() => put(branches.filter((_, place) => place !== index))}
            />
          )}
        </div>
      ))}
      {!disabled && branches.length < mostBranches && (
        <div>
          <Button
            iconName="add-plus"
            formAction="none"
            onClick={() => put([...branches, { name: "", description: "" }])}
            data-testid="contract-add-branch"
          >
            {t("designer.add")}
          </Button>
        </div>
      )}
    </fieldset>
  );
}

interface NameProps {
  label: string;
  names: string[];
  index: number;
  disabled: boolean;
  testId: string;
  onChange: (name: string) => void;
}

function NameField({ label, names, index, disabled, testId, onChange }: NameProps) {
  const { t } = useI18n();
  const problem = namesProblem(names, index);
  return (
    <FormField errorText={problem && t(`contract.problem.${problem}`)}>
      <Input
        value={names[index] ?? ""}
        disabled={disabled}
        placeholder={t("field.name")}
        ariaLabel={t("contract.nameOf", { name: label })}
        onChange={({ detail }) => onChange(detail.value)}
        data-testid={`contract-${testId}-${index}`}
      />
    </FormField>
  );
}

function Remove({ name, onClick }: { name: string; onClick: () => void }) {
  const { t } = useI18n();
  return (
    <Button
      iconName="close"
      variant="icon"
      formAction="none"
      ariaLabel={t("form.remove", { name })}
      onClick={onClick}
    />
  );
}

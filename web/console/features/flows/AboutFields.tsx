/** What a flow or module is called, and what else is kept beside its content. */
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useI18n } from "@kit/i18n";
import { SelectField, TextAreaField, TextField } from "../../parts/fields";
import { type TagLines, TagsField } from "../../parts/TagsField";
import { ContractFields } from "./ContractFields";
import type { FlowKind } from "./kinds";
import { type FlowType, flowTypes, flowTypeText } from "./types";

/** What is edited beside the content. */
export interface About {
  name: string;
  description: string;
  tags: TagLines;
  /** The contract of a module. */
  settings?: string;
}

interface Props {
  kind: FlowKind;
  about: About;
  nameProblem?: string;
  editable: boolean;
  onChange: (about: About) => void;
  /** The type, where it can still be chosen. */
  type?: { value: FlowType; onChange: (type: FlowType) => void };
}

export function AboutFields({ kind, about, nameProblem, editable, onChange, type }: Props) {
  const { t } = useI18n();
  return (
    <SpaceBetween size="s">
      <TextField
        label={t("field.name")}
        value={about.name}
        problem={nameProblem}
        disabled={!editable}
        onChange={(name) => onChange({ ...about, name })}
        testId="flow-name"
      />
      <TextAreaField
        label={t("field.description")}
        rows={2}
        value={about.description}
        disabled={!editable}
        onChange={(description) => onChange({ ...about, description })}
        testId="flow-description"
      />
      {type && (
        <SelectField
          label={t("field.kind")}
          value={type.value}
          choices={flowTypes.map((one) => ({ value: one, label: flowTypeText(one, t) }))}
          onChange={(value) => type.onChange(value as FlowType)}
          testId="flow-type"
        />
      )}
      {kind.id === "module" && (
        <ContractFields
          settings={about.settings}
          disabled={!editable}
          onChange={(settings) => onChange({ ...about, settings })}
        />
      )}
      <TagsField lines={about.tags} disabled={!editable} onChange={(tags) => onChange({ ...about, tags })} />
    </SpaceBetween>
  );
}

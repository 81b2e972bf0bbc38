/** The skills of an agent: attribute, value and level, at most ten. */
import type { UserProficiency } from "@aws-sdk/client-connect";
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import { useI18n } from "@kit/i18n";
import { usePredefinedAttributes } from "../../data";

const most = 10;

interface ProficiencyEditorProps {
  value: UserProficiency[];
  onChange: (value: UserProficiency[]) => void;
  problem?: string;
}

export function ProficiencyEditor({ value, onChange, problem }: ProficiencyEditorProps) {
  const { t } = useI18n();
  const attributes = usePredefinedAttributes();
  const names = (attributes.data ?? []).flatMap((one) => (one.Name ? [one.Name] : []));
  const valuesOf = (name: string | undefined) =>
    attributes.data?.find((one) => one.Name === name)?.Values?.StringList ?? [];
  const option = (text: string | undefined) => (text ? { value: text, label: text } : null);
  const change = (index: number, next: Partial<UserProficiency>) =>
    onChange(value.map((one, at) => (at === index ? { ...one, ...next } : one)));
  return (
    <Container
      header={
        <Header variant="h2" description={t("users.proficienciesText")}>
          {t("users.proficiencies")}
        </Header>
      }
    >
      <AttributeEditor
        items={value}
        addButtonText={t("users.addProficiency")}
        removeButtonText={t("form.removeRow")}
        disableAddButton={value.length >= most || names.length === 0}
        additionalInfo={names.length === 0 && !attributes.isPending ? t("users.noAttributes") : problem}
        empty={t("users.noProficiencies")}
        onAddButtonClick={() => onChange([...value, { AttributeName: names[0] ?? "", AttributeValue: "", Level: 3 }])}
        onRemoveButtonClick={({ detail }) => onChange(value.filter((_, at) => at !== detail.itemIndex))}
        definition={[
          {
            label: t("users.attribute"),
            control: (item, index) => (
              <Select
                ariaLabel={t("users.attribute")}
                selectedOption={option(item.AttributeName)}
                options={names.map((name) => ({ value: name, label: name }))}
                onChange={({ detail }) =>
                  change(index, { AttributeName: detail.selectedOption.value ?? "", AttributeValue: "" })
                }
              />
            ),
          },
          {
            label: t("users.value"),
            control: (item, index) => (
              <Select
                ariaLabel={t("users.value")}
                selectedOption={option(item.AttributeValue)}
                placeholder={t("form.choose")}
                options={valuesOf(item.AttributeName).map((text) => ({ value: text, label: text }))}
                onChange={({ detail }) => change(index, { AttributeValue: detail.selectedOption.value ?? "" })}
              />
            ),
          },
          {
            label: t("users.level"),
            control: (item, index) => (
              <Select
                ariaLabel={t("users.level")}
                selectedOption={option(String(item.Level ?? 3))}
                options={[1, 2, 3, 4, 5].map((level) => ({ value: String(level), label: String(level) }))}
                onChange={({ detail }) => change(index, { Level: Number(detail.selectedOption.value) })}
              />
            ),
          },
        ]}
      />
    </Container>
  );
}

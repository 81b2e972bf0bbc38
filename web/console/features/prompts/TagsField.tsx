/** Tags of a resource: pairs of a key and a value. */
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { type I18n, useI18n } from "@kit/i18n";

export interface TagRow {
  key: string;
  value: string;
}

const most = 50;

export const tagRows = (tags: Record<string, string> | undefined): TagRow[] =>
  Object.entries(tags ?? {}).map(([key, value]) => ({ key, value }));

export const asTags = (rows: readonly TagRow[]): Record<string, string> =>
  Object.fromEntries(rows.map(({ key, value }) => [key.trim(), value.trim()]));

export function tagProblem(rows: readonly TagRow[], t: I18n["t"]): string | undefined {
  const keys = rows.map((one) => one.key.trim());
  if (keys.includes("")) return t("tags.noKey");
  if (new Set(keys).size < keys.length) return t("tags.twice");
  if (keys.some((key) => key.toLowerCase().startsWith("aws:"))) return t("tags.reserved");
  return undefined;
}

interface Props {
  rows: TagRow[];
  onChange: (rows: TagRow[]) => void;
  problem?: string;
  disabled?: boolean;
}

export function TagsField({ rows, onChange, problem, disabled }: Props) {
  const { t } = useI18n();
  const edit = (index: number, part: Partial<TagRow>) =>
    onChange(rows.map((row, at) => (at === index ? { ...row, ...part } : row)));
  return (
    <FormField stretch constraintText={t("tags.hint")} errorText={problem}>
      <AttributeEditor
        items={rows}
        empty={t("tags.empty")}
        addButtonText={t("tags.add")}
        removeButtonText={t("tags.remove")}
        removeButtonAriaLabel={(row) => t("tags.removeOne", { key: row.key })}
        disableAddButton={disabled || rows.length >= most}
        isItemRemovable={() => !disabled}
        onAddButtonClick={() => onChange([...rows, { key: "", value: "" }])}
        onRemoveButtonClick={({ detail }) => onChange(rows.filter((_, at) => at !== detail.itemIndex))}
        definition={[
          {
            label: t("tags.key"),
            control: (row, index) => (
              <Input
                value={row.key}
                disabled={disabled}
                ariaLabel={t("tags.key")}
                onChange={({ detail }) => edit(index, { key: detail.value })}
                data-testid={`tag-key-${index}`}
              />
            ),
          },
          {
            label: t("tags.value"),
            control: (row, index) => (
              <Input
                value={row.value}
                disabled={disabled}
                ariaLabel={t("tags.value")}
                onChange={({ detail }) => edit(index, { value: detail.value })}
                data-testid={`tag-value-${index}`}
              />
            ),
          },
        ]}
        data-testid="tags"
      />
    </FormField>
  );
}

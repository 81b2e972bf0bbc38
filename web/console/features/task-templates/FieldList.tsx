/** The fields of a template, in their order; moved by dragging, or by buttons and the arrow keys. */
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useI18n } from "@kit/i18n";
import { announce } from "@kit/ui/Live";
import { type KeyboardEvent, useRef, useState } from "react";
import { useQuickConnects } from "../../data";
import { type Choice, SelectField, TextAreaField, TextField } from "../../parts/fields";
import { type Draft, emptyField, type Field, type FieldType, moved, optionsOf, retyped, typesFor } from "./template";
import "./templates.css";

/** What is wrong with a part of a field. */
export type FieldProblem = (field: Field, part: "name" | "type" | "options" | "default") => string | undefined;

interface Props {
  draft: Draft;
  editable: boolean;
  problem: FieldProblem;
  /** What is wrong with the fields as a whole. */
  listProblem?: string;
  onChange: (fields: Field[]) => void;
}

export function FieldList({ draft, editable, problem, listProblem, onChange }: Props) {
  const { t } = useI18n();
  const [dragged, setDragged] = useState<string>();
  const list = useRef<HTMLOListElement>(null);
  const { fields } = draft;

  function put(key: string, to: number) {
    const next = moved(fields, key, to);
    if (next === fields) return;
    onChange(next);
    const name = fields.find((one) => one.key === key)?.name ?? "";
    announce(t("taskTemplates.moved", { name, place: to + 1 }), "polite");
    // The button that was pressed moves along with its field, and so does the focus.
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-grip="${key}"]`)?.focus());
  }

  return (
    <Container
      header={
        <Header
          description={t("taskTemplates.fieldsHint")}
          actions={
            editable && (
              <Button
                iconName="add-plus"
                formAction="none"
                onClick={() => onChange([...fields, emptyField(crypto.randomUUID())])}
                data-testid="field-add"
              >
                {t("taskTemplates.addField")}
              </Button>
            )
          }
        >
          {t("taskTemplates.fields")}
        </Header>
      }
    >
      <FormField errorText={listProblem} stretch>
        <ol className="template-fields" ref={list} data-testid="template-fields">
          {fields.map((field, index) => (
            <li
              key={field.key}
              className="template-field"
              data-dragged={dragged === field.key || undefined}
              onDragOver={(event) => {
                if (dragged === undefined) return;
                event.preventDefault();
                if (dragged !== field.key) onChange(moved(fields, dragged, index));
              }}
              onDrop={(event) => event.preventDefault()}
            >
              <FieldEditor
                draft={draft}
                field={field}
                number={index + 1}
                editable={editable}
                problem={problem}
                onDrag={setDragged}
                onMove={(by) => put(field.key, index + by)}
                onChange={(next) => onChange(fields.map((one) => (one.key === field.key ? next : one)))}
                onRemove={() => onChange(fields.filter((one) => one.key !== field.key))}
              />
            </li>
          ))}
        </ol>
      </FormField>
    </Container>
  );
}

interface EditorProps {
  draft: Draft;
  field: Field;
  number: number;
  editable: boolean;
  problem: FieldProblem;
  onDrag: (key: string | undefined) => void;
  onMove: (by: -1 | 1) => void;
  onChange: (field: Field) => void;
  onRemove: () => void;
}

function FieldEditor({ draft, field, number, editable, problem, onDrag, onMove, onChange, onRemove }: EditorProps) {
  const { t } = useI18n();
  const name = field.name || t("taskTemplates.field", { number });
  const isName = field.type === "NAME";
  const set = (change: Partial<Field>) => onChange({ ...field, ...change });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    onMove(event.key === "ArrowUp" ? -1 : 1);
  };
  return (
    <SpaceBetween size="s">
      <div className="template-field__head">
        {editable && (
          <button
            type="button"
            className="template-field__grip"
            data-grip={field.key}
            draggable
            aria-label={t("taskTemplates.drag", { name })}
            onKeyDown={onKeyDown}
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = "move";
              event.dataTransfer.setData("text/plain", name);
              onDrag(field.key);
            }}
            onDragEnd={() => onDrag(undefined)}
            data-testid={`field-grip-${number}`}
          >
            ⠿
          </button>
        )}
        <strong>{name}</strong>
        <span className="template-field__spring" />
        {editable && (
          <>
            <Button
              iconName="angle-up"
              variant="icon"
              formAction="none"
              disabled={number === 1}
              ariaLabel={t("taskTemplates.up", { name })}
              onClick={() => onMove(-1)}
              data-testid={`field-up-${number}`}
            />
            <Button
              iconName="angle-down"
              variant="icon"
              formAction="none"
              disabled={number === draft.fields.length}
              ariaLabel={t("taskTemplates.down", { name })}
              onClick={() => onMove(1)}
              data-testid={`field-down-${number}`}
            />
            <Button
              iconName="remove"
              variant="icon"
              formAction="none"
              disabled={isName}
              ariaLabel={t("taskTemplates.remove", { name })}
              onClick={onRemove}
              data-testid={`field-remove-${number}`}
            />
          </>
        )}
      </div>
      <div className="template-field__parts">
        <TextField
          label={t("taskTemplates.fieldName")}
          value={field.name}
          disabled={!editable}
          problem={problem(field, "name")}
          onChange={(next) => set({ name: next })}
          testId={`field-name-${number}`}
        />
        <SelectField
          label={t("field.kind")}
          value={field.type}
          disabled={!editable || isName}
          problem={problem(field, "type")}
          choices={typesFor(draft, field).map((type) => ({ value: type, label: t(`taskTemplates.type.${type}`) }))}
          onChange={(type) => onChange(retyped(field, type as FieldType))}
          testId={`field-type-${number}`}
        />
        <TextField
          label={t("taskTemplates.fieldHelp")}
          value={field.help}
          disabled={!editable}
          onChange={(help) => set({ help })}
        />
        {field.type !== "SCHEDULED_TIME" && (
          <Default
            field={field}
            number={number}
            editable={editable}
            problem={problem(field, "default")}
            onChange={set}
          />
        )}
      </div>
      {field.type === "SINGLE_SELECT" && (
        <TextAreaField
          label={t("taskTemplates.options")}
          hint={t("taskTemplates.optionsHint")}
          value={field.options}
          disabled={!editable}
          problem={problem(field, "options")}
          onChange={(options) => set({ options })}
          testId={`field-options-${number}`}
        />
      )}
      <div className="template-field__marks">
        {(["required", "readOnly", "invisible"] as const).map((mark) => (
          <Checkbox
            key={mark}
            checked={field[mark]}
            disabled={!editable || (mark === "required" && isName)}
            onChange={({ detail }) => set({ [mark]: detail.checked })}
            data-testid={`field-${mark}-${number}`}
          >
            {t(`taskTemplates.${mark}`)}
          </Checkbox>
        ))}
      </div>
    </SpaceBetween>
  );
}

interface DefaultProps {
  field: Field;
  number: number;
  editable: boolean;
  problem: string | undefined;
  onChange: (change: Partial<Field>) => void;
}

/** The default of a field: chosen where the field lets one choose, else typed. */
function Default({ field, number, editable, problem, onChange }: DefaultProps) {
  const { t } = useI18n();
  const connects = useQuickConnects(field.type === "QUICK_CONNECT");
  const choices: Choice[] | undefined =
    field.type === "BOOLEAN"
      ? [
          { value: "true", label: t("task.yes") },
          { value: "false", label: t("task.no") },
        ]
      : field.type === "SINGLE_SELECT"
        ? optionsOf(field).map((one) => ({ value: one, label: one }))
        : field.type === "QUICK_CONNECT"
          ? (connects.data ?? []).map((one) => ({ value: one.QuickConnectId ?? "", label: one.Name ?? "" }))
          : undefined;
  const common = {
    label: t("taskTemplates.default"),
    value: field.default,
    disabled: !editable,
    problem,
    onChange: (value: string) => onChange({ default: value }),
    testId: `field-default-${number}`,
  };
  if (choices) return <SelectField {...common} choices={choices} none={t("taskTemplates.noDefault")} />;
  const placeholder = field.type === "DATE_TIME" ? "2026-01-31T12:00:00Z" : undefined;
  return <TextField {...common} placeholder={placeholder} inputMode={field.type === "NUMBER" ? "decimal" : "text"} />;
}

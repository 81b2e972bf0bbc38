/** The ways out of an action in the property panel: what each compares with and where it leads; usable by keyboard. */
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useI18n } from "@kit/i18n";
import { outletText } from "./Block";
import type { Action, Condition } from "./document";
import type { ActionType } from "./language";
import { outletsOf } from "./outlets";
import { usePropertyContext } from "./propertyContext";

interface Props {
  action: Action;
  type: ActionType | undefined;
  /** The blocks that a way can lead to. */
  targets: { value: string; label: string }[];
  onConnect: (outlet: string, target: string | undefined) => void;
  onConditions: (conditions: Condition[]) => void;
}

const operators = {
  any: [
    "Equals",
    "NumberGreaterThan",
    "NumberGreaterOrEqualTo",
    "NumberLessThan",
    "NumberLessOrEqualTo",
    "TextContains",
    "TextStartsWith",
    "TextEndsWith",
  ],
  numeric: ["Equals", "NumberGreaterThan", "NumberGreaterOrEqualTo", "NumberLessThan", "NumberLessOrEqualTo"],
  shares: ["NumberLessThan"],
} as const;

export function Branches({ action, type, targets, onConnect, onConditions }: Props) {
  const { t } = useI18n();
  const { disabled } = usePropertyContext();
  const outlets = outletsOf(action, type);
  const kind = type?.conditions.kind ?? "any";
  const conditions = action.Transitions?.Conditions ?? [];
  // Fixed operands are not for the author to change.
  const free = !["none", "all", "wait", "interrupt"].includes(kind);
  const choices: readonly string[] =
    kind === "any" || kind === "numeric" || kind === "shares"
      ? operators[kind]
      : kind === "intents"
        ? (type?.conditions.values ?? [])
        : ["Equals"];
  const set = (index: number, change: Partial<{ Operator: string; Operands: unknown[] }>) =>
    onConditions(
      conditions.map((one, place) =>
        place === index ? { ...one, Condition: { Operator: "Equals", ...one.Condition, ...change } } : one,
      ),
    );
  if (outlets.length === 0) return <p className="hint">{t("designer.noWayOn")}</p>;
  return (
    <div className="fields">
      {outlets.map((outlet) => {
        const index = outlet.id.startsWith("condition:") ? Number(outlet.id.slice(10)) : -1;
        const label = outletText(outlet, t);
        return (
          <div key={outlet.id} className="entry">
            {index >= 0 && free && (
              <div className="value value--row">
                {choices.length > 1 && (
                  <Select
                    selectedOption={{ value: outlet.operator ?? "Equals", label: outlet.operator ?? "Equals" }}
                    options={choices.map((one) => ({ value: one, label: one }))}
                    disabled={disabled}
                    ariaLabel={t("designer.operator")}
                    onChange={({ detail }) => set(index, { Operator: detail.selectedOption.value })}
                  />
                )}
                {kind === "some" ? (
                  <Select
                    selectedOption={outlet.label ? { value: outlet.label, label: outlet.label } : null}
                    options={(type?.conditions.values ?? []).map((one) => ({ value: one, label: one }))}
                    disabled={disabled}
                    placeholder={t("form.choose")}
                    ariaLabel={t("designer.operand")}
                    onChange={({ detail }) => set(index, { Operands: [detail.selectedOption.value ?? ""] })}
                  />
                ) : (
                  <Input
                    value={outlet.label}
                    disabled={disabled}
                    ariaLabel={t("designer.operand")}
                    placeholder={t("designer.operand")}
                    onChange={({ detail }) => set(index, { Operands: [detail.value] })}
                    data-testid={`operand-${index}`}
                  />
                )}
                {!disabled && (
                  <Button
                    iconName="close"
                    variant="icon"
                    ariaLabel={t("form.remove", { name: label })}
                    onClick={() => onConditions(conditions.filter((_, place) => place !== index))}
                  />
                )}
              </div>
            )}
            <FormField label={label} stretch>
              <Select
                selectedOption={
                  outlet.target === undefined
                    ? { value: "", label: t("designer.notWired") }
                    : (targets.find((one) => one.value === outlet.target) ?? {
                        value: outlet.target,
                        label: t("designer.elsewhere", { name: outlet.target }),
                      })
                }
                options={[{ value: "", label: t("designer.notWired") }, ...targets]}
                disabled={disabled}
                filteringType="auto"
                invalid={outlet.required && outlet.target === undefined}
                ariaLabel={t("designer.leadsTo", { name: label })}
                onChange={({ detail }) => onConnect(outlet.id, detail.selectedOption.value || undefined)}
                data-testid={`target-${outlet.id}`}
              />
            </FormField>
          </div>
        );
      })}
      {free && !disabled && (
        <Button
          iconName="add-plus"
          onClick={() => onConditions([...conditions, { Condition: { Operator: choices[0], Operands: [""] } }])}
          data-testid="add-condition"
        >
          {t("designer.addCondition")}
        </Button>
      )}
    </div>
  );
}

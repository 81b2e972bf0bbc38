/** The panel of the chosen block: its name, parameters, ways out, and all of it as JSON. */
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useI18n } from "@kit/i18n";
import { useState } from "react";
import { Branches } from "./Branches";
import { blockName } from "./blocks";
import type { Action, Condition, FlowDocument } from "./document";
import { nameProblem } from "./edits";
import { type ActionType, type Problem, typeOf } from "./language";
import { JsonField, ParameterFields } from "./ParameterFields";
import { usePropertyContext } from "./propertyContext";
import { ShowViewFields } from "./ShowViewFields";

interface Props {
  document: FlowDocument;
  action: Action;
  problems: Problem[];
  onRename: (name: string) => void;
  onParameters: (parameters: Record<string, unknown>) => void;
  onConditions: (conditions: Condition[]) => void;
  onConnect: (outlet: string, target: string | undefined) => void;
  onClose: () => void;
}

export function Properties(props: Props) {
  const { document, action, problems, onParameters, onConditions, onConnect, onClose } = props;
  const { t } = useI18n();
  const { language } = usePropertyContext();
  const type = typeOf(language, action.Type);
  const targets = document.Actions.map((one) => ({
    value: one.Identifier,
    label: nameOfAction(document, one, language),
  }));
  return (
    <aside className="panel" aria-label={t("designer.properties")} data-testid="properties">
      <div className="panel__head">
        <h2>{type ? blockName(language, type) : action.Type}</h2>
        <button type="button" className="panel__close" onClick={onClose} aria-label={t("action.close")}>
          ×
        </button>
      </div>
      {problems.length > 0 && (
        <ul className="panel__problems">
          {problems.map((one) => (
            <li key={`${one.Rule} ${one.Path} ${one.Message}`} data-level={one.Level}>
              {one.Message}
            </li>
          ))}
        </ul>
      )}
      <BlockName key={action.Identifier} {...props} />
      <ExpandableSection headerText={t("designer.parameters")} defaultExpanded>
        <Parameters action={action} type={type} onParameters={onParameters} onConditions={onConditions} />
      </ExpandableSection>
      <ExpandableSection headerText={t("designer.branches")} defaultExpanded>
        <Branches action={action} type={type} targets={targets} onConditions={onConditions} onConnect={onConnect} />
      </ExpandableSection>
      <ExpandableSection headerText={t("designer.asJson")}>
        <JsonField
          label={t("designer.parameters")}
          value={action.Parameters ?? {}}
          onChange={(value) => {
            if (typeof value === "object" && value !== null && !Array.isArray(value)) {
              onParameters(value as Record<string, unknown>);
            }
          }}
        />
        <p className="hint">
          {action.Type} · {t("designer.logName", { name: type?.logName ?? action.Type })}
        </p>
      </ExpandableSection>
    </aside>
  );
}

/** What a block is called where it is listed. */
export function nameOfAction(
  document: FlowDocument,
  action: Action,
  language: ReturnType<typeof usePropertyContext>["language"],
): string {
  const type = typeOf(language, action.Type);
  const block = type ? blockName(language, type) : action.Type;
  return hasOwnName(document, action) ? `${action.Identifier} (${block})` : `${block} ${action.Identifier.slice(0, 4)}`;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether somebody gave the block a name: its identifier is one, not a number. */
export function hasOwnName(document: FlowDocument, action: Action): boolean {
  return (
    document.Metadata?.ActionMetadata?.[action.Identifier]?.isFriendlyName === true || !uuid.test(action.Identifier)
  );
}

function BlockName({ document, action, onRename }: Props) {
  const { t } = useI18n();
  const { disabled } = usePropertyContext();
  const own = hasOwnName(document, action);
  const [name, setName] = useState(own ? action.Identifier : "");
  const problem = name === "" ? undefined : nameProblem(document, action.Identifier, name);
  const take = () => {
    if (name !== "" && !problem && name !== action.Identifier) onRename(name);
  };
  return (
    <FormField
      label={t("designer.blockName")}
      constraintText={t("designer.blockNameHint")}
      errorText={problem && t(`designer.nameProblem.${problem}`)}
    >
      <Input
        value={name}
        placeholder={own ? undefined : action.Identifier}
        disabled={disabled}
        onChange={({ detail }) => setName(detail.value)}
        onBlur={take}
        onKeyDown={({ detail }) => {
          if (detail.key === "Enter") take();
        }}
        data-testid="block-name"
      />
    </FormField>
  );
}

interface ParametersProps {
  action: Action;
  type: ActionType | undefined;
  onParameters: (parameters: Record<string, unknown>) => void;
  onConditions: (conditions: Condition[]) => void;
}

/** Parameters of the block Show view that its own fields stand for. */
const ofView = ["ViewResource", "ViewData"];

function Parameters({ action, type, onParameters, onConditions }: ParametersProps) {
  const { t } = useI18n();
  const values = action.Parameters ?? {};
  if (!type) return <p className="hint">{t("designer.unknownTypeHint")}</p>;
  if (type.parameters.length === 0 && Object.keys(values).length === 0) {
    return <p className="hint">{t("designer.noParameters")}</p>;
  }
  if (action.Type === "ShowView") {
    const others = Object.fromEntries(Object.entries(values).filter(([name]) => !ofView.includes(name)));
    const own = Object.fromEntries(Object.entries(values).filter(([name]) => ofView.includes(name)));
    return (
      <>
        <ShowViewFields
          values={values}
          conditions={action.Transitions?.Conditions ?? []}
          onChange={onParameters}
          onConditions={onConditions}
        />
        <ParameterFields
          members={type.parameters.filter((one) => !ofView.includes(one.name))}
          rules={type.rules}
          values={others}
          onChange={(changed) => onParameters({ ...own, ...changed })}
        />
      </>
    );
  }
  return <ParameterFields members={type.parameters} rules={type.rules} values={values} onChange={onParameters} />;
}

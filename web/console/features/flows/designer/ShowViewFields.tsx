/** What the block Show view shows: the view, its version, its input field by field, and its actions as branches. */
import { ListViewVersionsCommand } from "@aws-sdk/client-connect";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Select from "@cloudscape-design/components/select";
import { useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { everyPage } from "../../../api";
import { useConsole } from "../../../context";
import { useViews } from "../../../data";
import type { Condition } from "./document";
import type { TextShape } from "./language";
import { JsonField } from "./ParameterFields";
import { usePropertyContext } from "./propertyContext";
import { asked, isValues, missingBranches, type Values, viewIdOf } from "./showView";
import { TextValue } from "./TextValue";

interface Props {
  values: Values;
  conditions: Condition[];
  onChange: (values: Values) => void;
  onConditions: (conditions: Condition[]) => void;
}

const resource: TextShape = { shape: "text", class: "reference", kind: "resource", resource: "View" };
const template: TextShape = { shape: "text", class: "template", kind: "text" };

export function ShowViewFields({ values, conditions, onChange, onConditions }: Props) {
  const { t } = useI18n();
  const { may } = useConsole();
  const { disabled } = usePropertyContext();
  const views = useViews(may("Views.View")).data;
  const named: Values = isValues(values.ViewResource) ? values.ViewResource : {};
  const reference = typeof named.Id === "string" ? named.Id : "";
  const id = viewIdOf(reference);
  const view = views?.find((one) => one.Id === id);
  const data: Values = isValues(values.ViewData) ? values.ViewData : {};
  const missing = missingBranches(view?.Content?.Actions ?? [], conditions);

  const choose = (Id: string) =>
    onChange({ ...values, ViewResource: { Id, Version: "Latest" }, ViewData: values.ViewData ?? {} });

  return (
    <div className="fields" data-testid="show-view">
      <FormField label={t("designer.shownView")} stretch>
        <TextValue name="Id" label={t("designer.shownView")} shape={resource} value={reference} onChange={choose} />
      </FormField>
      {view?.Type === "CUSTOMER_MANAGED" && (
        <Version
          id={id}
          value={typeof named.Version === "string" ? named.Version : "Latest"}
          onChange={(Version) => onChange({ ...values, ViewResource: { ...named, Version } })}
        />
      )}
      {view ? (
        <fieldset className="fieldset">
          <legend>{t("designer.viewInput")}</legend>
          {asked(view.Content?.InputSchema ?? "", data).map((input) => (
            <InputField
              key={`${id} ${input.name}`}
              name={input.name}
              label={input.required ? input.name : `${input.name} – ${t("designer.optional")}`}
              json={input.json}
              value={data[input.name]}
              problem={input.required && data[input.name] === undefined ? t("form.required") : undefined}
              onChange={(value) => {
                const { [input.name]: _, ...rest } = data;
                onChange({ ...values, ViewData: value === undefined ? rest : { ...data, [input.name]: value } });
              }}
            />
          ))}
        </fieldset>
      ) : (
        <JsonField
          label={t("designer.viewInput")}
          value={values.ViewData ?? {}}
          onChange={(ViewData) => onChange({ ...values, ViewData })}
        />
      )}
      {missing.length > 0 && !disabled && (
        <Button
          iconName="add-plus"
          onClick={() => onConditions([...conditions, ...missing])}
          data-testid="add-view-branches"
        >
          {t("designer.viewBranches")}
        </Button>
      )}
    </div>
  );
}

interface VersionProps {
  id: string;
  value: string;
  onChange: (version: string) => void;
}

function Version({ id, value, onChange }: VersionProps) {
  const { t } = useI18n();
  const { client, InstanceId } = useConsole();
  const { disabled } = usePropertyContext();
  const versions = useQuery({
    queryKey: ["views", id, "versions"],
    queryFn: () =>
      everyPage(
        (NextToken) => client.send(new ListViewVersionsCommand({ InstanceId, ViewId: id, NextToken, MaxResults: 100 })),
        (page) => page.ViewVersionSummaryList,
      ),
  }).data;
  const options = [
    { value: "Latest", label: t("designer.viewLatest") },
    ...(versions ?? []).map((one) => ({
      value: String(one.Version),
      label: t("versions.one", { number: one.Version ?? 0 }),
    })),
  ];
  return (
    <FormField label={t("versions.number")}>
      <Select
        selectedOption={options.find((one) => one.value === value) ?? { value, label: value }}
        options={options}
        disabled={disabled}
        ariaLabel={t("versions.number")}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "Latest")}
        data-testid="view-version"
      />
    </FormField>
  );
}

interface InputProps {
  name: string;
  label: string;
  /** What is asked for is a list or an object. */
  json: boolean;
  value: unknown;
  problem?: string;
  onChange: (value: unknown) => void;
}

/** One input: a text, which may refer to the contact, or JSON. */
function InputField({ name, label, json, value, problem, onChange }: InputProps) {
  const { t } = useI18n();
  const { disabled } = usePropertyContext();
  const structured = value !== undefined && typeof value !== "string";
  const [asJson, setAsJson] = useState(structured || (json && value === undefined));
  return (
    <FormField label={label} stretch errorText={problem}>
      <div className="value">
        {!disabled && (
          <SegmentedControl
            label={label}
            selectedId={asJson || structured ? "json" : "text"}
            options={[
              { id: "text", text: t("designer.viewText") },
              { id: "json", text: t("designer.viewJson") },
            ]}
            onChange={({ detail }) => {
              setAsJson(detail.selectedId === "json");
              onChange(undefined);
            }}
          />
        )}
        {asJson || structured ? (
          <JsonField label={t("designer.viewJsonOf", { name })} value={value} onChange={onChange} />
        ) : (
          <TextValue
            name={name}
            label={label}
            shape={template}
            value={typeof value === "string" ? value : ""}
            onChange={(text) => onChange(text === "" ? undefined : text)}
          />
        )}
      </div>
    </FormField>
  );
}

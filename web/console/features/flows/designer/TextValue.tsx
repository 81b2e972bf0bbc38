/** One text of an action: written by hand, chosen, or taken from the contact when the flow runs. */
import Autosuggest from "@cloudscape-design/components/autosuggest";
import Input from "@cloudscape-design/components/input";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Select from "@cloudscape-design/components/select";
import Textarea from "@cloudscape-design/components/textarea";
import { useI18n } from "@kit/i18n";
import { useState } from "react";
import { useConsole } from "../../../context";
import { ListenButton } from "../../prompts/ListenButton";
import { speak } from "../../prompts/server";
import { knownKeys, partsOf, referenceTo } from "./attributes";
import type { TextShape } from "./language";
import { usePropertyContext } from "./propertyContext";

interface Props {
  name: string;
  label: string;
  shape: TextShape;
  value: string;
  onChange: (value: string) => void;
}

/** Parameters whose text people write in sentences. */
const prose = new Set(["Text", "SSML", "Content", "Description", "InitialMessage"]);

export function TextValue({ name, label, shape, value, onChange }: Props) {
  const { t } = useI18n();
  const dynamicAllowed = shape.class === "reference" || shape.class === "path";
  const isReference = partsOf(value) !== undefined;
  const [dynamic, setDynamic] = useState(shape.class === "path" || isReference);
  if (shape.class === "template" && shape.kind !== "resource") {
    return <Template name={name} label={label} shape={shape} value={value} onChange={onChange} />;
  }
  const both = dynamicAllowed || shape.class === "template";
  return (
    <div className="value">
      {both && shape.class !== "path" && (
        <SegmentedControl
          label={label}
          selectedId={dynamic ? "dynamic" : "manual"}
          options={[
            { id: "manual", text: t("designer.manual") },
            { id: "dynamic", text: t("designer.dynamic") },
          ]}
          onChange={({ detail }) => {
            setDynamic(detail.selectedId === "dynamic");
            onChange("");
          }}
        />
      )}
      {both && dynamic ? (
        <ReferencePicker value={value} onChange={onChange} label={label} />
      ) : (
        <Manual name={name} label={label} shape={shape} value={value} onChange={onChange} />
      )}
    </div>
  );
}

/** Resources that are called by name over the network: flows may name others than the console knows. */
const named: ReadonlySet<string> = new Set(["Function", "Bot"]);

function Manual({ name, label, shape, value, onChange }: Props) {
  const { t } = useI18n();
  const { resources, disabled } = usePropertyContext();
  if (shape.kind === "choice") {
    const options = shape.values.map((one) => ({ value: one, label: one }));
    const chosen = options.find((one) => one.value.toLowerCase() === value.toLowerCase());
    return (
      <Select
        selectedOption={chosen ?? (value ? { value, label: value } : null)}
        options={options}
        disabled={disabled}
        placeholder={t("form.choose")}
        ariaLabel={label}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
        data-testid={`value-${name}`}
      />
    );
  }
  if (shape.kind === "resource" && named.has(shape.resource)) {
    return (
      <Autosuggest
        value={value}
        options={(resources[shape.resource] ?? []).map((one) => ({ value: one.value, label: one.label }))}
        disabled={disabled}
        ariaLabel={label}
        enteredTextLabel={(text) => t("designer.useText", { text })}
        empty={t("form.noChoices")}
        onChange={({ detail }) => onChange(detail.value)}
        data-testid={`value-${name}`}
      />
    );
  }
  if (shape.kind === "resource" && resources[shape.resource]) {
    const list = resources[shape.resource] ?? [];
    const id = value.split("/").at(-1)?.split(":")[0];
    const chosen = list.find((one) => one.value === value) ?? list.find((one) => one.value.split("/").at(-1) === id);
    return (
      <Select
        selectedOption={chosen ?? (value ? { value, label: t("designer.elsewhere", { name: value }) } : null)}
        options={list}
        disabled={disabled}
        filteringType="auto"
        invalid={value !== "" && !chosen}
        placeholder={t("form.choose")}
        empty={t("form.noChoices")}
        ariaLabel={label}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
        data-testid={`value-${name}`}
      />
    );
  }
  const number = shape.kind === "integer" || shape.kind === "number";
  return (
    <Input
      value={value}
      disabled={disabled}
      inputMode={number ? "decimal" : shape.kind === "keys" ? "tel" : "text"}
      ariaLabel={label}
      onChange={({ detail }) => onChange(detail.value)}
      data-testid={`value-${name}`}
    />
  );
}

/** Parameters that a voice speaks on a call. */
const spoken = new Set(["Text", "SSML"]);

/** Speaks a text in the usual voice; references are spoken as what they name. */
function Listen({ text, ssml }: { text: string; ssml: boolean }) {
  const { t } = useI18n();
  const { session, may } = useConsole();
  if (!may("Prompts.Create", "Prompts.Edit", "ContactFlows.Edit")) return null;
  return (
    <ListenButton
      text={t("prompts.listen")}
      variant="inline-link"
      disabled={text.trim() === ""}
      sound={() => speak(session, text.replace(/\$(?:\.\w+)*\.(\w+)/g, "$1"), ssml)}
      testId="text-listen"
    />
  );
}

/** Text with references in it; a picked one is put at its end. */
function Template({ name, label, value, onChange }: Props) {
  const { t } = useI18n();
  const { disabled } = usePropertyContext();
  const [picking, setPicking] = useState(false);
  return (
    <div className="value">
      {prose.has(name) ? (
        <Textarea
          value={value}
          rows={4}
          disabled={disabled}
          ariaLabel={label}
          onChange={({ detail }) => onChange(detail.value)}
          data-testid={`value-${name}`}
        />
      ) : (
        <Input
          value={value}
          disabled={disabled}
          ariaLabel={label}
          onChange={({ detail }) => onChange(detail.value)}
          data-testid={`value-${name}`}
        />
      )}
      {spoken.has(name) && <Listen text={value} ssml={name === "SSML"} />}
      {!disabled && (
        <button type="button" className="link-button" aria-expanded={picking} onClick={() => setPicking(!picking)}>
          {t("designer.insertAttribute")}
        </button>
      )}
      {picking && (
        <ReferencePicker
          value=""
          label={t("designer.insertAttribute")}
          take={t("designer.insert")}
          onChange={(reference) => {
            onChange(value === "" || /\s$/.test(value) ? `${value}${reference}` : `${value} ${reference}`);
            setPicking(false);
          }}
        />
      )}
    </div>
  );
}

interface PickerProps {
  value: string;
  label: string;
  onChange: (reference: string) => void;
  /** Text of the button that takes the choice; without it every change is taken at once. */
  take?: string;
}

/** Namespace and key of a reference. */
function ReferencePicker({ value, label, onChange, take }: PickerProps) {
  const { t } = useI18n();
  const { language, used, disabled } = usePropertyContext();
  const parts = partsOf(value);
  const [namespace, setNamespace] = useState(parts?.namespace ?? "Attributes");
  const [key, setKey] = useState(parts?.key ?? "");
  const kind = language.namespaces.find((one) => one.name === namespace)?.kind ?? "namespace";
  const keys = [...new Set([...(used.get(namespace) ?? []), ...(knownKeys[namespace] ?? [])])];
  const tell = (space: string, name: string, spaceKind: string) => {
    if (take) return;
    const complete = spaceKind !== "namespace" || name !== "";
    onChange(complete ? referenceTo(space, spaceKind === "scalar" ? "" : name) : "");
  };
  return (
    <div className="value value--pair">
      <Select
        selectedOption={{ value: namespace, label: namespace }}
        options={language.namespaces.map((one) => ({ value: one.name, label: one.name }))}
        filteringType="auto"
        disabled={disabled}
        ariaLabel={t("designer.namespace", { name: label })}
        onChange={({ detail }) => {
          const chosen = detail.selectedOption.value ?? "";
          setNamespace(chosen);
          setKey("");
          tell(chosen, "", language.namespaces.find((one) => one.name === chosen)?.kind ?? "namespace");
        }}
      />
      {kind !== "scalar" && (
        <Autosuggest
          value={key}
          disabled={disabled}
          options={keys.map((one) => ({ value: one }))}
          enteredTextLabel={(text) => text}
          placeholder={t("designer.key")}
          ariaLabel={t("designer.keyOf", { name: label })}
          onChange={({ detail }) => {
            setKey(detail.value);
            tell(namespace, detail.value, kind);
          }}
        />
      )}
      {take && (
        <button
          type="button"
          className="link-button"
          disabled={kind === "namespace" && key === ""}
          onClick={() => onChange(referenceTo(namespace, kind === "scalar" ? "" : key))}
        >
          {take}
        </button>
      )}
    </div>
  );
}

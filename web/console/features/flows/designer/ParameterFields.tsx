/** Fields for the parameters of an action, made from the table of the language. */
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useI18n } from "@kit/i18n";
import { type ChangeEvent, useState } from "react";
import { wordsOf } from "./blocks";
import type { Parameter, Rule, Shape } from "./language";
import { usePropertyContext } from "./propertyContext";
import { TextValue } from "./TextValue";

type Values = Record<string, unknown>;

interface ObjectProps {
  members: Parameter[];
  rules: Rule[];
  values: Values;
  onChange: (values: Values) => void;
}

const isValues = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Sets a member, in its place; nothing takes it away. */
function withMember(values: Values, name: string, value: unknown): Values {
  if (value !== undefined) return { ...values, [name]: value };
  const { [name]: _, ...rest } = values;
  return rest;
}

export function ParameterFields({ members, rules, values, onChange }: ObjectProps) {
  const { t } = useI18n();
  const { disabled } = usePropertyContext();
  // Members of which one is chosen stand behind a choice.
  const choices = rules.filter((one) => one.kind !== "atLeastOne" && one.names.every((name) => find(members, name)));
  const inChoice = new Set(choices.flatMap((one) => one.names));
  const free = members.filter((one) => one.name !== "*" && !inChoice.has(one.name));
  const known = new Set(members.flatMap((one) => [one.name, ...one.aliases]));
  const others = Object.keys(values).filter((name) => !known.has(name));
  return (
    <div className="fields">
      {choices.map((rule) => (
        <ChosenMember key={rule.names.join()} rule={rule} members={members} values={values} onChange={onChange} />
      ))}
      {free.map((member) => (
        <Member key={member.name} member={member} values={values} onChange={onChange} />
      ))}
      {others.map((name) => (
        <JsonField
          key={name}
          label={name}
          value={values[name]}
          onChange={(value) => onChange(withMember(values, name, value))}
        />
      ))}
      {members.some((one) => one.name === "*") && !disabled && (
        <AddKey
          label={t("designer.addParameter")}
          taken={Object.keys(values)}
          onAdd={(name) => onChange({ ...values, [name]: "" })}
        />
      )}
    </div>
  );
}

const find = (members: Parameter[], name: string) => members.find((one) => one.name === name);

/** What a new block begins with: text where it can be text. */
function firstChoice(rule: Rule): string | undefined {
  if (rule.kind !== "exactlyOne") return undefined;
  return rule.names.find((name) => name === "Text") ?? rule.names[0];
}

/** Which of several members is there, and that one. */
function ChosenMember({ rule, members, values, onChange }: Omit<ObjectProps, "rules"> & { rule: Rule }) {
  const { t } = useI18n();
  const { disabled } = usePropertyContext();
  const present = rule.names.find((name) => values[name] !== undefined);
  const [picked, setPicked] = useState(present ?? firstChoice(rule));
  const chosen = present ?? picked;
  const member = chosen === undefined ? undefined : find(members, chosen);
  const options = rule.names.map((name) => ({ value: name, label: wordsOf(name) }));
  if (rule.kind !== "exactlyOne") options.unshift({ value: "", label: t("designer.none") });
  return (
    <>
      <FormField label={t("designer.givenBy")}>
        <Select
          selectedOption={options.find((one) => one.value === (chosen ?? "")) ?? null}
          options={options}
          disabled={disabled}
          ariaLabel={t("designer.givenBy")}
          onChange={({ detail }) => {
            const name = detail.selectedOption.value ?? "";
            setPicked(name || undefined);
            onChange(Object.fromEntries(Object.entries(values).filter(([key]) => !rule.names.includes(key))));
          }}
          data-testid={`choice-${rule.names[0]}`}
        />
      </FormField>
      {member && (
        <Member key={member.name} member={{ ...member, required: true }} values={values} onChange={onChange} />
      )}
    </>
  );
}

function Member({ member, values, onChange }: { member: Parameter; values: Values; onChange: (v: Values) => void }) {
  const { t } = useI18n();
  // A document may use another spelling; it is kept.
  const name = [member.name, ...member.aliases].find((one) => values[one] !== undefined) ?? member.name;
  return (
    <ShapeField
      name={member.name}
      label={member.required ? wordsOf(name) : `${wordsOf(name)} – ${t("designer.optional")}`}
      shape={member.shape}
      required={member.required}
      value={values[name]}
      onChange={(value) => onChange(withMember(values, name, value))}
    />
  );
}

interface ShapeProps {
  name: string;
  label: string;
  shape: Shape;
  required: boolean;
  value: unknown;
  onChange: (value: unknown) => void;
}

function ShapeField({ name, label, shape, required, value, onChange }: ShapeProps) {
  const { t } = useI18n();
  const { disabled } = usePropertyContext();
  switch (shape.shape) {
    case "text": {
      if (value !== undefined && typeof value === "object") {
        return <JsonField label={label} value={value} onChange={onChange} />;
      }
      return (
        <FormField label={label} stretch>
          <TextValue
            name={name}
            label={label}
            shape={shape}
            value={value === undefined || value === null ? "" : String(value)}
            onChange={(text) => onChange(text === "" && !required ? undefined : text)}
          />
        </FormField>
      );
    }
    case "object": {
      if (value !== undefined && !isValues(value)) return <JsonField label={label} value={value} onChange={onChange} />;
      if (value === undefined && !required) {
        return disabled ? null : (
          <Button iconName="add-plus" variant="inline-link" onClick={() => onChange({})}>
            {label}
          </Button>
        );
      }
      return (
        <fieldset className="fieldset">
          <legend>
            {label}
            {!required && !disabled && (
              <Button
                iconName="close"
                variant="inline-icon"
                ariaLabel={t("form.remove", { name: label })}
                onClick={() => onChange(undefined)}
              />
            )}
          </legend>
          <ParameterFields
            members={shape.members}
            rules={shape.rules}
            values={(value as Values | undefined) ?? {}}
            onChange={onChange}
          />
        </fieldset>
      );
    }
    case "map":
      if (value !== undefined && !isValues(value)) return <JsonField label={label} value={value} onChange={onChange} />;
      return (
        <MapField
          label={label}
          name={name}
          item={shape.value}
          values={(value as Values | undefined) ?? {}}
          onChange={onChange}
        />
      );
    case "list":
      if (value !== undefined && !Array.isArray(value)) {
        return <JsonField label={label} value={value} onChange={onChange} />;
      }
      return (
        <ListField
          label={label}
          name={name}
          item={shape.item}
          values={(value as unknown[] | undefined) ?? []}
          onChange={onChange}
        />
      );
    case "textOr": {
      const other = value !== undefined && typeof value === "object";
      return (
        <>
          <FormField label={label}>
            <Select
              selectedOption={
                other
                  ? { value: "other", label: t("designer.withParts") }
                  : { value: "text", label: t("designer.oneText") }
              }
              options={[
                { value: "text", label: t("designer.oneText") },
                { value: "other", label: t("designer.withParts") },
              ]}
              disabled={disabled}
              onChange={({ detail }) =>
                onChange(detail.selectedOption.value === "text" ? "" : shape.other.shape === "list" ? [] : {})
              }
            />
          </FormField>
          <ShapeField
            name={name}
            label={label}
            shape={other ? shape.other : shape.text}
            required
            value={value}
            onChange={onChange}
          />
        </>
      );
    }
    case "json":
      return typeof value === "string" ? (
        <FormField label={label} stretch>
          <TextValue
            name={name}
            label={label}
            shape={{ shape: "text", class: "template", kind: "text" }}
            value={value}
            onChange={onChange}
          />
        </FormField>
      ) : (
        <JsonField label={label} value={value} onChange={onChange} />
      );
  }
}

interface MapProps {
  name: string;
  label: string;
  item: Shape;
  values: Values;
  onChange: (values: Values) => void;
}

function MapField({ name, label, item, values, onChange }: MapProps) {
  const { t } = useI18n();
  const { disabled } = usePropertyContext();
  return (
    <fieldset className="fieldset">
      <legend>{label}</legend>
      {Object.entries(values).map(([key, value]) => (
        <div key={key} className="entry">
          <div className="entry__head">
            <code>{key}</code>
            {!disabled && (
              <Button
                iconName="close"
                variant="inline-icon"
                ariaLabel={t("form.remove", { name: key })}
                onClick={() => onChange(withMember(values, key, undefined))}
              />
            )}
          </div>
          <ShapeField
            name={name}
            label={t("designer.valueOf", { name: key })}
            shape={item.shape === "json" && value === undefined ? { shape: "json" } : item}
            required
            value={value}
            onChange={(changed) => onChange({ ...values, [key]: changed })}
          />
        </div>
      ))}
      {!disabled && (
        <AddKey
          label={t("designer.addKey")}
          taken={Object.keys(values)}
          onAdd={(key) => onChange({ ...values, [key]: item.shape === "object" ? {} : "" })}
          testId={`add-${name}`}
        />
      )}
    </fieldset>
  );
}

interface AddKeyProps {
  label: string;
  taken: string[];
  onAdd: (name: string) => void;
  testId?: string;
}

function AddKey({ label, taken, onAdd, testId }: AddKeyProps) {
  const { t } = useI18n();
  const [name, setName] = useState("");
  const add = () => {
    if (name.trim() === "" || taken.includes(name.trim())) return;
    onAdd(name.trim());
    setName("");
  };
  return (
    <div className="value value--pair">
      <Input
        value={name}
        placeholder={label}
        ariaLabel={label}
        invalid={taken.includes(name.trim())}
        onChange={({ detail }) => setName(detail.value)}
        onKeyDown={({ detail }) => {
          if (detail.key === "Enter") add();
        }}
        data-testid={testId}
      />
      <Button iconName="add-plus" onClick={add} disabled={name.trim() === "" || taken.includes(name.trim())}>
        {t("designer.add")}
      </Button>
    </div>
  );
}

interface ListProps {
  name: string;
  label: string;
  item: Shape;
  values: unknown[];
  onChange: (values: unknown[]) => void;
}

function ListField({ name, label, item, values, onChange }: ListProps) {
  const { t } = useI18n();
  const { disabled } = usePropertyContext();
  const set = (index: number, value: unknown) => onChange(values.map((one, place) => (place === index ? value : one)));
  return (
    <fieldset className="fieldset">
      <legend>{label}</legend>
      {values.map((value, index) => (
        // Entries have no name but their place.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <div key={index} className="entry">
          <div className="entry__head">
            <span>{index + 1}</span>
            {!disabled && (
              <Button
                iconName="close"
                variant="inline-icon"
                ariaLabel={t("form.remove", { name: `${label} ${index + 1}` })}
                onClick={() => onChange(values.filter((_, place) => place !== index))}
              />
            )}
          </div>
          <ShapeField
            name={name}
            label={`${label} ${index + 1}`}
            shape={item}
            required
            value={value}
            onChange={(changed) => set(index, changed)}
          />
        </div>
      ))}
      {!disabled && (
        <Button
          iconName="add-plus"
          onClick={() => onChange([...values, item.shape === "object" || item.shape === "map" ? {} : ""])}
        >
          {t("designer.add")}
        </Button>
      )}
    </fieldset>
  );
}

interface JsonProps {
  label: string;
  value: unknown;
  onChange: (value: unknown) => void;
}

/** JSON as text; taken once it can be read. */
export function JsonField({ label, value, onChange }: JsonProps) {
  const { t } = useI18n();
  const { disabled } = usePropertyContext();
  const printed = value === undefined ? "" : JSON.stringify(value, null, 2);
  const [edited, setEdited] = useState<string>();
  const text = edited ?? printed;
  const wrong = edited !== undefined && edited.trim() !== "" && parsed(edited) === undefined;
  return (
    <FormField label={label} stretch errorText={wrong && t("designer.notJson")}>
      <textarea
        className="code-area"
        aria-label={label}
        rows={Math.min(14, text.split("\n").length + 1)}
        spellCheck={false}
        readOnly={disabled}
        value={text}
        onChange={(event: ChangeEvent<HTMLTextAreaElement>) => {
          setEdited(event.target.value);
          const read = parsed(event.target.value);
          if (read) onChange(read.value);
          else if (event.target.value.trim() === "") onChange(undefined);
        }}
        onBlur={() => {
          if (!wrong) setEdited(undefined);
        }}
      />
    </FormField>
  );
}

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

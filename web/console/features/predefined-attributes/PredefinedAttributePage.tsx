/** Creating or editing a predefined attribute and its values. */
import {
  CreatePredefinedAttributeCommand,
  DescribePredefinedAttributeCommand,
  type PredefinedAttribute,
  UpdatePredefinedAttributeCommand,
} from "@aws-sdk/client-connect";
import Container from "@cloudscape-design/components/container";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useConsole } from "../../context";
import { useChanged } from "../../data";
import { FormPage, Loaded } from "../../parts/FormPage";
import { TextAreaField, TextField } from "../../parts/fields";

const mostValues = 128;
const allowed = /^(?!(aws:|connect:))[\p{L}\p{Z}\p{N}_.:/=+\-@']{1,64}$/u;

/** What is wrong with a list of values, or undefined. */
export function valuesProblem(values: readonly string[]): "none" | "many" | "text" | "twice" | undefined {
  if (values.length === 0) return "none";
  if (values.length > mostValues) return "many";
  if (!values.every((value) => allowed.test(value) || value.startsWith("connect:"))) return "text";
  return new Set(values.map((value) => value.toLowerCase())).size === values.length ? undefined : "twice";
}

export function PredefinedAttributePage() {
  const { id } = useParams({ strict: false }) as { id?: string };
  const { client, InstanceId } = useConsole();
  const query = useQuery({
    queryKey: ["predefinedAttributes", id ?? "new"],
    enabled: id !== undefined,
    gcTime: 0,
    queryFn: async () =>
      (await client.send(new DescribePredefinedAttributeCommand({ InstanceId, Name: id }))).PredefinedAttribute ?? {},
  });
  if (id === undefined) return <AttributeForm />;
  return <Loaded query={query}>{(found) => <AttributeForm key={id} found={found} />}</Loaded>;
}

function AttributeForm({ found }: { found?: PredefinedAttribute }) {
  const { t } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const changed = useChanged();
  const [name, setName] = useState(found?.Name ?? "");
  const [text, setText] = useState((found?.Values?.StringList ?? []).join("\n"));
  const [tried, setTried] = useState(false);
  const values = text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
  const wrong = valuesProblem(values);
  const problems = {
    name: found || allowed.test(name.trim()) ? undefined : t("predefinedAttributes.badName"),
    values: wrong ? t(`predefinedAttributes.problem.${wrong}`) : undefined,
  };
  const shown: Partial<typeof problems> = tried ? problems : {};

  async function save() {
    const parts = { InstanceId, Name: found?.Name ?? name.trim(), Values: { StringList: values } };
    if (found) await client.send(new UpdatePredefinedAttributeCommand(parts));
    else await client.send(new CreatePredefinedAttributeCommand(parts));
    await changed("predefinedAttributes");
  }

  return (
    <FormPage
      title={found?.Name ?? t("predefinedAttributes.create")}
      backHref="/console/predefined-attributes"
      problems={Object.values(problems)}
      onTry={() => setTried(true)}
      onSave={may(found ? "PredefinedAttributes.Edit" : "PredefinedAttributes.Create") ? save : undefined}
      savedText={t("form.saved", { name })}
    >
      <Container>
        <SpaceBetween size="m">
          <TextField
            label={t("field.name")}
            value={name}
            problem={shown.name}
            disabled={Boolean(found)}
            onChange={setName}
            testId="attribute-name"
          />
          <TextAreaField
            label={t("predefinedAttributes.values")}
            hint={t("predefinedAttributes.valuesHint")}
            rows={10}
            value={text}
            problem={shown.values}
            onChange={setText}
            testId="attribute-values"
          />
        </SpaceBetween>
      </Container>
    </FormPage>
  );
}

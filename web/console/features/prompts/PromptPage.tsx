/** Creating or editing a prompt: its name and where its sound is. */
import { CreatePromptCommand, DescribePromptCommand, type Prompt, UpdatePromptCommand } from "@aws-sdk/client-connect";
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

export function PromptPage() {
  const { id } = useParams({ strict: false }) as { id?: string };
  const { client, InstanceId } = useConsole();
  const query = useQuery({
    queryKey: ["prompts", id ?? "new"],
    enabled: id !== undefined,
    gcTime: 0,
    queryFn: async () => (await client.send(new DescribePromptCommand({ InstanceId, PromptId: id }))).Prompt ?? {},
  });
  if (id === undefined) return <PromptForm />;
  return <Loaded query={query}>{(prompt) => <PromptForm key={id} prompt={prompt} />}</Loaded>;
}

function PromptForm({ prompt }: { prompt?: Prompt }) {
  const { t } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const changed = useChanged();
  const [name, setName] = useState(prompt?.Name ?? "");
  const [description, setDescription] = useState(prompt?.Description ?? "");
  const [address, setAddress] = useState("");
  const [tried, setTried] = useState(false);
  const goodAddress = /^s3:\/\/\S+\/.+$/.test(address);
  const problems = {
    name: name.trim() === "" ? t("form.required") : undefined,
    address: goodAddress || (prompt && address === "") ? undefined : t("prompts.badAddress"),
  };
  const shown: Partial<typeof problems> = tried ? problems : {};

  async function save() {
    if (prompt) {
      await client.send(
        new UpdatePromptCommand({
          InstanceId,
          PromptId: prompt.PromptId,
          Name: name.trim(),
          Description: description.trim() || undefined,
          S3Uri: address || undefined,
        }),
      );
    } else {
      await client.send(
        new CreatePromptCommand({
          InstanceId,
          Name: name.trim(),
          Description: description.trim() || undefined,
          S3Uri: address,
        }),
      );
    }
    await changed("prompts");
  }

  return (
    <FormPage
      title={prompt?.Name ?? t("prompts.create")}
      backHref="/console/prompts"
      problems={Object.values(problems)}
      onTry={() => setTried(true)}
      onSave={may(prompt ? "Prompts.Edit" : "Prompts.Create") ? save : undefined}
      savedText={t("form.saved", { name })}
    >
      <Container>
        <SpaceBetween size="m">
          <TextField
            label={t("field.name")}
            value={name}
            problem={shown.name}
            onChange={setName}
            testId="prompt-name"
          />
          <TextAreaField label={t("field.description")} value={description} onChange={setDescription} />
          <TextField
            label={t("prompts.address")}
            hint={t(prompt ? "prompts.addressKeep" : "prompts.addressHint")}
            placeholder="s3://bucket/greeting.wav"
            value={address}
            problem={shown.address}
            onChange={setAddress}
            testId="prompt-address"
          />
        </SpaceBetween>
      </Container>
    </FormPage>
  );
}

/** Creating or editing a prompt: what it is called, and its sound from a file, the microphone, a text or an address. */
import { CreatePromptCommand, DescribePromptCommand, type Prompt, UpdatePromptCommand } from "@aws-sdk/client-connect";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useConsole } from "../../context";
import { useChanged } from "../../data";
import { FormPage, Loaded } from "../../parts/FormPage";
import { TextAreaField, TextField } from "../../parts/fields";
import { areGoodTags, linesOf, saveTags, type TagLines, TagsField, tagsOf } from "../../parts/TagsField";
import { FileSound } from "./FileSound";
import { ListenButton } from "./ListenButton";
import { RecordedSound } from "./RecordedSound";
import { SpokenSound } from "./SpokenSound";
import { upload } from "./server";
import type { Sound } from "./sound";
import { usePromptSound } from "./usePromptSound";
import "./prompts.css";

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

type Source = "keep" | "file" | "record" | "speech" | "address";

function PromptForm({ prompt }: { prompt?: Prompt }) {
  const { t } = useI18n();
  const { client, session, InstanceId, may } = useConsole();
  const changed = useChanged();
  const soundOf = usePromptSound();
  const [name, setName] = useState(prompt?.Name ?? "");
  const [description, setDescription] = useState(prompt?.Description ?? "");
  const [tags, setTags] = useState<TagLines>(() => linesOf(prompt?.Tags));
  const [source, setSource] = useState<Source>(prompt ? "keep" : "file");
  const [sound, setSound] = useState<Sound>();
  const [address, setAddress] = useState("");
  const [tried, setTried] = useState(false);
  const editable = may(prompt ? "Prompts.Edit" : "Prompts.Create");
  const goodAddress = /^(s3|https?):\/\/[^/\s]+\/\S+$/.test(address.trim());
  const missing: Partial<Record<Source, string>> = {
    file: t("prompts.noFile"),
    record: t("prompts.noRecording"),
    speech: t("prompts.noText"),
  };
  const problems = {
    name: name.trim() === "" ? t("form.required") : undefined,
    // The API changes a description, but does not take it away.
    description: prompt?.Description && description.trim() === "" ? t("form.notEmptied") : undefined,
    tags: areGoodTags(tags) ? undefined : t("tags.bad"),
    sound: sound ? undefined : missing[source],
    address: source !== "address" || goodAddress ? undefined : t("prompts.badAddress"),
  };
  const shown: Partial<typeof problems> = tried ? problems : {};

  /** What stands for the new sound; none keeps the present one. */
  async function newSound(): Promise<string | undefined> {
    if (source === "keep") return undefined;
    if (source === "address") return address.trim();
    if (!sound) return undefined;
    return "uri" in sound ? sound.uri : (await upload(session, await sound.make())).S3Uri;
  }

  async function save() {
    const S3Uri = await newSound();
    const wanted = tagsOf(tags);
    if (prompt) {
      const common = { InstanceId, PromptId: prompt.PromptId };
      await client.send(
        new UpdatePromptCommand({ ...common, Name: name.trim(), Description: description.trim() || undefined, S3Uri }),
      );
      await saveTags({ client }, prompt.PromptARN ?? "", prompt.Tags ?? {}, wanted);
    } else {
      await client.send(
        new CreatePromptCommand({
          InstanceId,
          Name: name.trim(),
          Description: description.trim() || undefined,
          S3Uri,
          Tags: Object.keys(wanted).length > 0 ? wanted : undefined,
        }),
      );
    }
    await changed("prompts");
  }

  const sources: { id: Source; text: string }[] = [
    ...(prompt ? [{ id: "keep" as const, text: t("prompts.source.keep") }] : []),
    { id: "file", text: t("prompts.source.file") },
    { id: "record", text: t("prompts.source.record") },
    { id: "speech", text: t("prompts.source.speech") },
    { id: "address", text: t("prompts.source.address") },
  ];

  return (
    <FormPage
      title={prompt?.Name ?? t("prompts.create")}
      backHref="/console/prompts"
      problems={Object.values(problems)}
      onTry={() => setTried(true)}
      onSave={editable ? save : undefined}
      savedText={t("form.saved", { name })}
    >
      <SpaceBetween size="l">
        <Container>
          <SpaceBetween size="m">
            <TextField
              label={t("field.name")}
              value={name}
              problem={shown.name}
              onChange={setName}
              testId="prompt-name"
            />
            <TextAreaField
              label={t("field.description")}
              hint={t("prompts.descriptionHint")}
              value={description}
              problem={shown.description}
              onChange={setDescription}
              testId="prompt-description"
            />
          </SpaceBetween>
        </Container>
        <Container header={<Header variant="h2">{t("prompts.sound")}</Header>}>
          <SpaceBetween size="m">
            {editable && (
              <SegmentedControl
                label={t("prompts.sound")}
                selectedId={source}
                options={sources}
                onChange={({ detail }) => {
                  setSource(detail.selectedId as Source);
                  setSound(undefined);
                }}
                data-testid="prompt-source"
              />
            )}
            {prompt && source === "keep" && (
              <ListenButton text={t("prompts.listen")} sound={() => soundOf(prompt.PromptId)} testId="prompt-listen" />
            )}
            {source === "file" && <FileSound onChange={setSound} problem={shown.sound} />}
            {source === "record" && <RecordedSound onChange={setSound} problem={shown.sound} />}
            {source === "speech" && <SpokenSound onChange={setSound} problem={shown.sound} />}
            {source === "address" && (
              <TextField
                label={t("prompts.address")}
                hint={t("prompts.addressHint")}
                placeholder="https://bucket.example.com/greeting.wav"
                value={address}
                problem={shown.address}
                onChange={setAddress}
                testId="prompt-address"
              />
            )}
          </SpaceBetween>
        </Container>
        <Container>
          <TagsField lines={tags} onChange={setTags} disabled={!editable} />
        </Container>
      </SpaceBetween>
    </FormPage>
  );
}

/** A sound from text: a voice, plain text or SSML, listened to before it becomes the prompt. */
import Alert from "@cloudscape-design/components/alert";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { ServerError } from "@kit/api/session";
import { useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useConsole, useExplain } from "../../context";
import { SelectField, TextAreaField } from "../../parts/fields";
import { ListenButton } from "./ListenButton";
import { readVoices, speak } from "./server";
import type { Sound } from "./sound";

interface Props {
  onChange: (sound: Sound | undefined) => void;
  problem?: string;
}

export function useVoices() {
  const { session } = useConsole();
  return useQuery({ queryKey: ["voices"], queryFn: () => readVoices(session) });
}

export function SpokenSound({ onChange, problem }: Props) {
  const { t, locale, compare } = useI18n();
  const { session } = useConsole();
  const explain = useExplain();
  const voices = useVoices();
  const [text, setText] = useState("");
  const [ssml, setSsml] = useState(false);
  const [chosen, setChosen] = useState<string>();
  const [refused, setRefused] = useState<string>();
  const voice = chosen ?? voices.data?.DefaultVoiceId ?? "";
  const languages = new Intl.DisplayNames([locale], { type: "language", fallback: "code" });
  const language = (code: string) => {
    try {
      return languages.of(code.replace(/^arb$/, "ar").replace(/-WLS$/, "")) ?? code;
    } catch {
      return code;
    }
  };

  const telling = (error: unknown) =>
    setRefused(error instanceof ServerError && error.status > 0 ? error.message : explain(error));

  function change(to: { text?: string; ssml?: boolean; voice?: string }) {
    const now = { text, ssml, voice, ...to };
    setText(now.text);
    setSsml(now.ssml);
    setChosen(now.voice);
    setRefused(undefined);
    onChange(now.text.trim() === "" ? undefined : { make: () => speak(session, now.text, now.ssml, now.voice) });
  }

  const choices = (voices.data?.Voices ?? [])
    .map((one) => ({
      value: one.Id,
      label: one.Id,
      description: `${language(one.LanguageCode)}, ${t(one.Gender === "Female" ? "prompts.female" : "prompts.male")}`,
    }))
    .sort((a, b) => compare(a.description, b.description) || compare(a.label, b.label));

  return (
    <SpaceBetween size="s">
      {voices.data?.Unavailable && (
        <Alert type="warning" data-testid="speech-unavailable">
          {voices.data.Unavailable}
        </Alert>
      )}
      <SelectField
        label={t("prompts.voice")}
        value={voice}
        choices={choices}
        loading={voices.isPending}
        onChange={(id) => change({ voice: id })}
        testId="speech-voice"
      />
      <SegmentedControl
        label={t("prompts.interpretAs")}
        selectedId={ssml ? "ssml" : "text"}
        options={[
          { id: "text", text: t("prompts.plainText") },
          { id: "ssml", text: "SSML" },
        ]}
        onChange={({ detail }) => change({ ssml: detail.selectedId === "ssml" })}
        data-testid="speech-kind"
      />
      <TextAreaField
        label={t("prompts.text")}
        hint={t(ssml ? "prompts.ssmlHint" : "prompts.textHint")}
        problem={refused ?? (text.trim() === "" ? problem : undefined)}
        rows={5}
        value={text}
        placeholder={ssml ? '<speak>…<break time="1s"/></speak>' : undefined}
        onChange={(value) => change({ text: value })}
        testId="speech-text"
      />
      <ListenButton
        text={t("prompts.listen")}
        disabled={text.trim() === "" || voices.data?.Unavailable !== undefined}
        sound={() => {
          setRefused(undefined);
          return speak(session, text, ssml, voice);
        }}
        onError={telling}
        testId="speech-listen"
      />
    </SpaceBetween>
  );
}

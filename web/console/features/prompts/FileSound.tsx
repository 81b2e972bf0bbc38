/** A sound from a file: dropped or chosen, sent at once, and what is wrong with it told at once. */
import FileUpload from "@cloudscape-design/components/file-upload";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { ServerError } from "@kit/api/session";
import { useI18n } from "@kit/i18n";
import { useRef, useState } from "react";
import { useConsole, useExplain } from "../../context";
import { type Uploaded, upload } from "./server";
import type { Sound } from "./sound";
import { clock, largest } from "./wave";

interface Props {
  onChange: (sound: Sound | undefined) => void;
  problem?: string;
}

export function FileSound({ onChange, problem }: Props) {
  const { t, number } = useI18n();
  const { session } = useConsole();
  const explain = useExplain();
  const [file, setFile] = useState<File>();
  const [share, setShare] = useState<number>();
  const [taken, setTaken] = useState<Uploaded>();
  const [refused, setRefused] = useState<string>();
  const latest = useRef<File>(undefined);

  async function choose(chosen: File | undefined) {
    latest.current = chosen;
    setFile(chosen);
    setTaken(undefined);
    setRefused(undefined);
    setShare(undefined);
    onChange(undefined);
    if (!chosen) return;
    if (chosen.size >= largest) {
      setRefused(t("prompts.tooLarge"));
      return;
    }
    setShare(0);
    try {
      const uploaded = await upload(session, chosen, (now) => latest.current === chosen && setShare(now));
      if (latest.current !== chosen) return;
      setTaken(uploaded);
      onChange({ uri: uploaded.S3Uri });
    } catch (error) {
      if (latest.current !== chosen) return;
      setRefused(error instanceof ServerError && error.status > 0 ? error.message : explain(error));
    }
    setShare(undefined);
  }

  return (
    <SpaceBetween size="s">
      <FileUpload
        value={file ? [file] : []}
        onChange={({ detail }) => void choose(detail.value.at(-1))}
        accept=".wav,audio/wav,audio/x-wav"
        constraintText={t("prompts.fileHint")}
        errorText={file ? undefined : problem}
        fileErrors={file && refused ? [refused] : undefined}
        showFileSize
        i18nStrings={{
          uploadButtonText: () => t("prompts.chooseFile"),
          dropzoneText: () => t("prompts.dropFile"),
          removeFileAriaLabel: () => t("prompts.removeFile"),
          errorIconAriaLabel: t("prompts.fileError"),
        }}
        data-testid="prompt-file"
      />
      {share !== undefined && (
        <ProgressBar
          value={Math.round(share * 100)}
          label={share < 1 ? t("prompts.uploading") : t("prompts.converting")}
          data-testid="prompt-progress"
        />
      )}
      {taken && (
        <StatusIndicator type="success" data-testid="prompt-taken">
          {t("prompts.taken", {
            encoding: taken.Was.Encoding,
            rate: number(taken.Was.Rate / 1000),
            channels: number(taken.Was.Channels),
            time: clock(taken.DurationMilliseconds),
          })}
        </StatusIndicator>
      )}
    </SpaceBetween>
  );
}

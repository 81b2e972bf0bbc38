/** A sound from the microphone: recorded, looked at, cropped, listened to. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type MessageKey, useI18n } from "@kit/i18n";
import { useState } from "react";
import { ListenButton } from "./ListenButton";
import type { Sound } from "./sound";
import { type RecorderProblem, useRecorder } from "./useRecorder";
import { Waveform } from "./Waveform";
import { clock, cropped, seconds, type Wave, wavFile } from "./wave";

const problems: Record<RecorderProblem, MessageKey> = {
  denied: "prompts.micDenied",
  noMicrophone: "prompts.micMissing",
  insecure: "prompts.micInsecure",
  failed: "prompts.micFailed",
};

interface Props {
  onChange: (sound: Sound | undefined) => void;
  problem?: string;
}

export function RecordedSound({ onChange, problem }: Props) {
  const { t } = useI18n();
  const [wave, setWave] = useState<Wave>();
  const [part, setPart] = useState<[number, number]>([0, 0]);
  const recorder = useRecorder((recorded) => keep(recorded, [0, seconds(recorded)]));
  const recording = recorder.state === "recording";

  function keep(kept: Wave | undefined, range: [number, number]) {
    setWave(kept);
    setPart(range);
    onChange(kept && { make: async () => wavFile(cropped(kept, ...range)) });
  }

  return (
    <SpaceBetween size="s">
      <Box color="text-body-secondary">{t("prompts.recordHint")}</Box>
      {recorder.problem && <Alert type="error">{t(problems[recorder.problem])}</Alert>}
      {problem && !wave && !recording && <Alert type="error">{problem}</Alert>}
      {!wave && (
        <div className="recorder">
          {recording ? (
            <Button iconName="close" formAction="none" onClick={recorder.stop} data-testid="record-stop">
              {t("prompts.recordStop")}
            </Button>
          ) : (
            <Button
              iconName="microphone"
              formAction="none"
              loading={recorder.state !== "idle"}
              onClick={() => void recorder.start()}
              data-testid="record-start"
            >
              {t("prompts.recordStart")}
            </Button>
          )}
          {recording && (
            <>
              <meter
                className="recorder__level"
                min={0}
                max={1}
                value={recorder.level}
                aria-label={t("prompts.level")}
                data-testid="record-level"
              />
              <span className="tabular" data-testid="record-time">
                {clock(recorder.elapsed)}
              </span>
            </>
          )}
        </div>
      )}
      {wave && (
        <>
          <Waveform wave={wave} part={part} onChange={(range) => keep(wave, range)} />
          <SpaceBetween size="xs" direction="horizontal">
            <ListenButton
              text={t("prompts.listen")}
              sound={async () => wavFile(cropped(wave, ...part))}
              testId="record-listen"
            />
            <Button
              formAction="none"
              disabled={part[0] === 0 && part[1] === seconds(wave)}
              onClick={() => {
                const rest = cropped(wave, ...part);
                keep(rest, [0, seconds(rest)]);
              }}
              data-testid="record-crop"
            >
              {t("prompts.crop")}
            </Button>
            <Button formAction="none" onClick={() => keep(undefined, [0, 0])} data-testid="record-clear">
              {t("prompts.recordClear")}
            </Button>
          </SpaceBetween>
        </>
      )}
    </SpaceBetween>
  );
}

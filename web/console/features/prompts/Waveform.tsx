/** A drawn wave with the part that is kept between two ends, which the keyboard moves too. */
import { useI18n } from "@kit/i18n";
import { useMemo } from "react";
import { clock, peaks, seconds, type Wave } from "./wave";

interface Props {
  wave: Wave;
  /** The part that is kept, in seconds. */
  part: [number, number];
  onChange: (part: [number, number]) => void;
}

const bars = 160;
const step = 0.05;

export function Waveform({ wave, part, onChange }: Props) {
  const { t } = useI18n();
  const length = seconds(wave);
  const levels = useMemo(() => peaks(wave, bars), [wave]);
  const [from, to] = part;
  const share = (second: number) => (length === 0 ? 0 : (second / length) * bars);
  const end = (label: string, value: number, move: (value: number) => [number, number], testId: string) => (
    <input
      type="range"
      min={0}
      max={length}
      step={step}
      value={value}
      aria-label={label}
      aria-valuetext={clock(value * 1000)}
      onChange={(event) => onChange(move(Number(event.target.value)))}
      data-testid={testId}
    />
  );
  return (
    <div className="wave">
      <svg viewBox={`0 0 ${bars} 40`} preserveAspectRatio="none" role="img" aria-label={t("prompts.waveform")}>
        {levels.map((level, index) => {
          const height = Math.max(0.6, Math.min(1, level) * 38);
          const kept = index >= share(from) - 0.5 && index < share(to);
          return (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: bars have no other identity.
              key={index}
              x={index + 0.15}
              y={20 - height / 2}
              width={0.7}
              height={height}
              className={kept ? "wave__kept" : "wave__cut"}
            />
          );
        })}
      </svg>
      <div className="wave__ends">
        {end(t("prompts.cropStart"), from, (value) => [Math.min(value, to - step), to], "crop-start")}
        {end(t("prompts.cropEnd"), to, (value) => [from, Math.max(value, from + step)], "crop-end")}
      </div>
      <div className="wave__times tabular">
        <span>{t("prompts.cropFrom", { time: clock(from * 1000) })}</span>
        <span>{t("prompts.cropTo", { time: clock(to * 1000) })}</span>
        <span data-testid="crop-length">{t("prompts.cropLength", { time: clock((to - from) * 1000) })}</span>
      </div>
    </div>
  );
}

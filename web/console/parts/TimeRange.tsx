/** The period a log is searched for: from now backwards, or between two moments; part of the page's address. */
import DateRangePicker, { type DateRangePickerProps } from "@cloudscape-design/components/date-range-picker";
import FormField from "@cloudscape-design/components/form-field";
import { useI18n } from "@kit/i18n";

type Unit = DateRangePickerProps.TimeUnit;

/** Either so long before now, or between two moments in ISO 8601, or neither. */
export interface TimeRange {
  last?: { amount: number; unit: Unit };
  between?: { from: string; to: string };
}

const seconds: Record<Unit, number> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 24 * 3600,
  week: 7 * 24 * 3600,
  month: 30 * 24 * 3600,
  year: 365 * 24 * 3600,
};

const offered: DateRangePickerProps.RelativeOption[] = (
  [
    [15, "minute"],
    [1, "hour"],
    [1, "day"],
    [1, "week"],
    [1, "month"],
  ] as const
).map(([amount, unit]) => ({ key: `${amount}-${unit}`, amount, unit, type: "relative" }));

/** Reads the period of an address; what cannot be read is no period. */
export function readRange(params: URLSearchParams): TimeRange {
  const [, amount, unit] = /^(\d{1,6})-(\w+)$/.exec(params.get("last") ?? "") ?? [];
  if (unit !== undefined && unit in seconds) return { last: { amount: Number(amount), unit: unit as Unit } };
  const [from, to] = [params.get("from") ?? "", params.get("to") ?? ""];
  if (!Number.isNaN(Date.parse(from)) && !Number.isNaN(Date.parse(to))) return { between: { from, to } };
  return {};
}

/** Writes the period into an address. */
export function writeRange(params: URLSearchParams, { last, between }: TimeRange): void {
  if (last) params.set("last", `${last.amount}-${last.unit}`);
  if (between) {
    params.set("from", between.from);
    params.set("to", between.to);
  }
}

/** The period as the server is asked for it, in seconds since 1970. */
export function rangeMembers({ last, between }: TimeRange, now: number): { StartTime?: number; EndTime?: number } {
  if (last) return { StartTime: now / 1000 - last.amount * seconds[last.unit] };
  if (between) return { StartTime: Date.parse(between.from) / 1000, EndTime: Date.parse(between.to) / 1000 };
  return {};
}

interface Props {
  value: TimeRange;
  onChange: (range: TimeRange) => void;
}

export function TimeRangeField({ value, onChange }: Props) {
  const { t, locale } = useI18n();
  const { last, between } = value;
  const shown: DateRangePickerProps.Value | null = last
    ? { type: "relative", ...last }
    : between
      ? { type: "absolute", startDate: between.from, endDate: between.to }
      : null;
  return (
    <FormField label={t("logs.range")}>
      <DateRangePicker
        value={shown}
        relativeOptions={offered}
        locale={locale}
        placeholder={t("logs.anyTime")}
        expandToViewport
        isValidRange={(range) => {
          const wrong = (errorMessage: string) => ({ valid: false, errorMessage }) as const;
          if (!range) return { valid: true };
          if (range.type === "relative") {
            return Number.isInteger(range.amount) && range.amount > 0 ? { valid: true } : wrong(t("logs.rangeUnit"));
          }
          const [from, to] = [Date.parse(range.startDate), Date.parse(range.endDate)];
          if (Number.isNaN(from) || Number.isNaN(to)) return wrong(t("logs.rangeMissing"));
          return from > to ? wrong(t("logs.rangeOrder")) : { valid: true };
        }}
        onChange={({ detail }) => {
          const range = detail.value;
          if (!range) onChange({});
          else if (range.type === "relative") onChange({ last: { amount: range.amount, unit: range.unit } });
          else onChange({ between: { from: range.startDate, to: range.endDate } });
        }}
        data-testid="range"
      />
    </FormField>
  );
}

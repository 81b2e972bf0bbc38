/** Opening hours of a week: reading, checking and summing them up. */
import type { HoursOfOperationConfig } from "@aws-sdk/client-connect";

export const days = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"] as const;
export type Day = (typeof days)[number];

/** One entry of the form; times as `HH:MM`. An end of `00:00`, or equal to the start, means until midnight. */
export interface Opening {
  day: Day;
  start: string;
  end: string;
}

const pad = (value: number | undefined) => String(value ?? 0).padStart(2, "0");

export function readOpenings(config: readonly HoursOfOperationConfig[]): Opening[] {
  return config
    .map((one) => ({
      day: one.Day as Day,
      start: `${pad(one.StartTime?.Hours)}:${pad(one.StartTime?.Minutes)}`,
      end: `${pad(one.EndTime?.Hours)}:${pad(one.EndTime?.Minutes)}`,
    }))
    .sort((a, b) => days.indexOf(a.day) - days.indexOf(b.day) || a.start.localeCompare(b.start));
}

function time(text: string): { Hours: number; Minutes: number } {
  const [hours, minutes] = text.split(":");
  return { Hours: Number(hours), Minutes: Number(minutes) };
}

export function writeOpenings(openings: readonly Opening[]): HoursOfOperationConfig[] {
  return openings.map((one) => ({ Day: one.day, StartTime: time(one.start), EndTime: time(one.end) }));
}

const clock = /^([01]\d|2[0-3]):[0-5]\d$/;

const minutesOf = (text: string) => time(text).Hours * 60 + time(text).Minutes;

/** Minutes at which an opening ends; midnight is 1440. */
function endMinutes(one: Opening): number {
  const end = minutesOf(one.end);
  return end === 0 || end === minutesOf(one.start) ? 1440 : end;
}

/** What is wrong with a week: a time that is none, an end before its start, or two openings that overlap. */
export function weekProblem(openings: readonly Opening[]): "time" | "order" | "overlap" | undefined {
  if (openings.some((one) => !clock.test(one.start) || !clock.test(one.end))) return "time";
  if (openings.some((one) => endMinutes(one) < minutesOf(one.start))) return "order";
  for (const day of days) {
    const sorted = openings.filter((one) => one.day === day).sort((a, b) => minutesOf(a.start) - minutesOf(b.start));
    for (const [index, one] of sorted.entries()) {
      const before = sorted[index - 1];
      if (before && endMinutes(before) > minutesOf(one.start)) return "overlap";
    }
  }
  return undefined;
}

/** The name of a day in a language. */
export function dayName(day: Day, locale: string, style: "long" | "short" = "long"): string {
  // 1 January 2024 was a Monday.
  const date = new Date(Date.UTC(2024, 0, 1 + days.indexOf(day)));
  return new Intl.DateTimeFormat(locale, { weekday: style, timeZone: "UTC" }).format(date);
}

/** A week in one line, with runs of equal days drawn together, such as `Mon–Fri 09:00–17:00`. */
export function weekText(config: readonly HoursOfOperationConfig[], locale: string, allDay: string): string {
  const openings = readOpenings(config);
  const textOf = (day: Day) =>
    openings
      .filter((one) => one.day === day)
      .map((one) =>
        one.start === "00:00" && endMinutes(one) === 1440
          ? allDay
          : `${one.start}–${one.end === "00:00" ? "24:00" : one.end}`,
      )
      .join(", ");
  const runs: { from: Day; to: Day; text: string }[] = [];
  for (const day of days) {
    const text = textOf(day);
    const last = runs.at(-1);
    if (text === "") continue;
    if (last && last.text === text && days.indexOf(last.to) === days.indexOf(day) - 1) last.to = day;
    else runs.push({ from: day, to: day, text });
  }
  return runs
    .map(({ from, to, text }) => {
      const name = dayName(from, locale, "short");
      return `${from === to ? name : `${name}–${dayName(to, locale, "short")}`} ${text}`;
    })
    .join("; ");
}

/** Texts, dates and numbers in the user's language; every text lives in `en/` and its translation beside it. */
import { createContext, type ReactNode, useContext, useMemo } from "react";
import type { ChatKey } from "./en/chat";
import type { CommonKey } from "./en/common";
import type { ConsoleKey } from "./en/console";
import type { DesignerKey } from "./en/designer";
import type { DeskKey } from "./en/desk";
import type { LogsKey } from "./en/logs";

/** Every text of the product. Plural texts end in `_one` and `_other` and are asked for without the ending. */
export type MessageKey = CommonKey | DeskKey | ChatKey | ConsoleKey | DesignerKey | LogsKey;
type PluralStem<K> = K extends `${infer Stem}_other` ? Stem : never;
export type PluralKey = PluralStem<MessageKey>;
export type Messages = Partial<Record<MessageKey, string>>;
export type Values = Record<string, string | number>;

/** The languages a user can choose today. A further one is a folder beside `en` and a line here. */
export const languages = { en: "English", de: "Deutsch" } as const;
export type Locale = keyof typeof languages;

export interface I18n {
  locale: Locale;
  t(key: MessageKey, values?: Values): string;
  /** Plural form for a count, which the text may show as `{count}`. */
  tn(key: PluralKey, count: number, values?: Values): string;
  number(value: number): string;
  time(value: number | Date): string;
  dateTime(value: number | Date): string;
  /** Date and time to the millisecond. */
  moment(value: number | Date): string;
  date(value: number | Date): string;
  bytes(value: number): string;
  /** Compares names the way the language sorts them. */
  compare(a: string, b: string): number;
}

const storageKey = "switchroom.locale";

/** The language the user chose, else the first one of the browser that we have, else English. */
export function preferredLocale(): Locale {
  let stored: string | null = null;
  try {
    stored = localStorage.getItem(storageKey);
  } catch {
    stored = null; // Blocked storage: the browser's languages decide.
  }
  const wishes = [stored, ...(navigator.languages ?? [navigator.language])];
  for (const wish of wishes) {
    const short = wish?.slice(0, 2).toLowerCase();
    if (short && short in languages) return short as Locale;
  }
  return "en";
}

/** Remembers a language and reloads the page in it. */
export function chooseLocale(locale: Locale): void {
  localStorage.setItem(storageKey, locale);
  location.reload();
}

function fill(text: string, values: Values | undefined): string {
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Builds the translator for one language from its messages. */
export function createI18n(locale: Locale, messages: Messages): I18n {
  const plural = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  const collator = new Intl.Collator(locale, { numeric: true, sensitivity: "base" });
  const times = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
  const dateTimes = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const moments = new Intl.DateTimeFormat(locale, {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    hourCycle: "h23",
  });
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  const raw = (key: string): string => messages[key as MessageKey] ?? key;
  return {
    locale,
    t: (key, values) => fill(raw(key), values),
    tn: (key, count, values) => {
      const form = plural.select(count);
      const text = messages[`${key}_${form}` as MessageKey] ?? raw(`${key}_other`);
      return fill(text, { count: numbers.format(count), ...values });
    },
    number: (value) => numbers.format(value),
    time: (value) => times.format(value),
    dateTime: (value) => dateTimes.format(value),
    moment: (value) => moments.format(value),
    date: (value) => dates.format(value),
    bytes: (value) => {
      const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
      const step = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(value, 1)) / 10));
      return new Intl.NumberFormat(locale, {
        style: "unit",
        unit: units[step] ?? "byte",
        unitDisplay: "short",
        maximumFractionDigits: step > 1 ? 1 : 0,
      }).format(value / 1024 ** step);
    },
    compare: (a, b) => collator.compare(a, b),
  };
}

type Catalogue = Record<Locale, () => Promise<Messages>>;

/** Loads the messages a page needs, sets the document's language, and returns the translator. */
export async function loadI18n(catalogues: Catalogue[]): Promise<I18n> {
  const locale = preferredLocale();
  const parts = await Promise.all(catalogues.map((catalogue) => catalogue[locale]()));
  document.documentElement.lang = locale;
  return createI18n(locale, Object.assign({}, ...parts));
}

const Context = createContext<I18n | undefined>(undefined);

export function I18nProvider({ value, children }: { value: I18n; children: ReactNode }) {
  return <Context value={useMemo(() => value, [value])}>{children}</Context>;
}

/** The translator of the page. */
export function useI18n(): I18n {
  const value = useContext(Context);
  if (!value) throw new Error("useI18n needs an I18nProvider above it");
  return value;
}

/** Numbers, countries and types in words people read. */
import { PhoneNumberCountryCode, PhoneNumberType } from "@aws-sdk/client-connect";
import type { I18n } from "@kit/i18n";
import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import type { Choice } from "../../parts/fields";

/** A number in E.164 with the blanks that its country uses; one of no known country as it is. */
export function numberText(e164: string | undefined): string {
  return (e164 && parsePhoneNumberFromString(e164)?.formatInternational()) || (e164 ?? "");
}

/** The name of a country in the user's language. */
export function countryText(code: string | undefined, locale: string): string {
  if (!code) return "";
  return new Intl.DisplayNames(locale, { type: "region", fallback: "code" }).of(code) ?? code;
}

/** The types that trunks bring. */
export const types = [PhoneNumberType.DID, PhoneNumberType.TOLL_FREE, PhoneNumberType.UIFN] as const;

export function typeText(type: string | undefined, t: I18n["t"]): string {
  const known = types.find((one) => one === type);
  return known ? t(`phoneNumbers.type.${known}`) : (type ?? "");
}

/** All countries by name. */
export function countries(locale: string): Choice[] {
  const { compare } = new Intl.Collator(locale);
  return Object.values(PhoneNumberCountryCode)
    .map((value) => ({ value, label: countryText(value, locale), description: value }))
    .sort((a, b) => compare(a.label, b.label));
}

/** The country that a user most likely wants: that of a number there is, else that of the browser's language. */
export function likelyCountry(present: readonly (string | undefined)[], languages: readonly string[]): string {
  const spoken = languages.map((language) => new Intl.Locale(language).region);
  const known: readonly string[] = Object.values(PhoneNumberCountryCode);
  return [...present, ...spoken].find((code) => code !== undefined && known.includes(code)) ?? "US";
}

/** Whether a text can be the beginning of a number; blanks in it do not matter. */
export function isPrefix(text: string): boolean {
  return /^(\+?[0-9]{1,11})?$/.test(text.replaceAll(" ", ""));
}

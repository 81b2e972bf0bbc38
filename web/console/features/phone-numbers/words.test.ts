/** How numbers, countries and types read. */
import { expect, test } from "vitest";
import { english } from "../../../tests/i18n";
import { countries, countryText, isPrefix, likelyCountry, numberText, typeText } from "./words";

test.each([
  ["+12065550100", "+1 206 555 0100"],
  ["+493012345678", "+49 30 12345678"],
  ["+80012345678", "+800 1234 5678"],
  ["+9990123", "+9990123"],
  [undefined, ""],
])("%s reads %s", (number, text) => {
  expect(numberText(number)).toBe(text);
});

test("countries and types are told in the user's language", () => {
  expect([countryText("DE", "en"), countryText("DE", "de"), countryText(undefined, "en")]).toEqual([
    "Germany",
    "Deutschland",
    "",
  ]);
  expect(typeText("TOLL_FREE", english.t)).toBe("Toll-free");
  expect(typeText("SHORT_CODE", english.t)).toBe("SHORT_CODE");
  const german = countries("de").map((one) => one.label);
  expect(german.indexOf("Österreich")).toBeLessThan(german.indexOf("Polen"));
});

test.each([
  [["DE"], ["en-US"], "DE"],
  [[], ["de", "de-AT"], "AT"],
  [[undefined], ["en"], "US"],
])("numbers in %j and languages %j make %s likely", (present, languages, country) => {
  expect(likelyCountry(present, languages)).toBe(country);
});

test.each([
  ["", true],
  ["+1 206", true],
  ["49", true],
  ["+123456789012", false],
  ["area", false],
])("prefix %j", (text, good) => {
  expect(isPrefix(text)).toBe(good);
});

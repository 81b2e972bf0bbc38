/** Every language has every text, with the same placeholders, and plurals come out right. */
import { expect, test } from "vitest";
import { createI18n } from ".";
import { chat as chatDe } from "./de/chat";
import { common as commonDe } from "./de/common";
import { consoleTexts as consoleDe } from "./de/console";
import { designer as designerDe } from "./de/designer";
import { desk as deskDe } from "./de/desk";
import { logs as logsDe } from "./de/logs";
import { chat } from "./en/chat";
import { common } from "./en/common";
import { consoleTexts } from "./en/console";
import { designer } from "./en/designer";
import { desk } from "./en/desk";
import { logs } from "./en/logs";

const en: Record<string, string> = { ...common, ...chat, ...desk, ...consoleTexts, ...designer, ...logs };
const de: Record<string, string> = { ...commonDe, ...chatDe, ...deskDe, ...consoleDe, ...designerDe, ...logsDe };
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

test("groups of texts do not share keys", () => {
  const groups = [common, chat, desk, consoleTexts, designer, logs].map((group) => Object.keys(group).length);
  expect(Object.keys(en)).toHaveLength(groups.reduce((sum, count) => sum + count, 0));
});

test("German says everything English says, with the same values filled in", () => {
  const wrong = Object.keys(en).filter((key) => {
    const [english = "", german = ""] = [en[key], de[key]];
    return german.trim() === "" || holes(english).join() !== holes(german).join();
  });
  expect(wrong).toEqual([]);
});

test.each([
  [1, "1 new message"],
  [2, "2 new messages"],
  [1200, "1,200 new messages"],
])("plural of %i", (count, text) => {
  expect(createI18n("en", en).tn("chat.newMessages", count)).toBe(text);
});

test.each([
  [512, "512 byte"],
  [20 * 1024 * 1024, "20 MB"],
])("%i bytes read well", (bytes, text) => {
  expect(createI18n("en", en).bytes(bytes)).toBe(text);
});

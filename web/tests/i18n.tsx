/** English texts around a component under test. */
import { createI18n, I18nProvider } from "@kit/i18n";
import { chat } from "@kit/i18n/en/chat";
import { common } from "@kit/i18n/en/common";
import { consoleTexts } from "@kit/i18n/en/console";
import { designer } from "@kit/i18n/en/designer";
import { desk } from "@kit/i18n/en/desk";
import { logs } from "@kit/i18n/en/logs";
import type { ReactNode } from "react";

export const english = createI18n("en", { ...common, ...chat, ...desk, ...consoleTexts, ...designer, ...logs });

export function WithTexts({ children }: { children: ReactNode }) {
  return <I18nProvider value={english}>{children}</I18nProvider>;
}

/** The kinds of quick connect. */
import type { I18n } from "@kit/i18n";

export const kinds = ["USER", "QUEUE", "PHONE_NUMBER"] as const;
export type Kind = (typeof kinds)[number];

export function kindText(kind: string | undefined, t: I18n["t"]): string {
  const known = kinds.find((one) => one === kind);
  return known ? t(`quickConnects.kind.${known}`) : (kind ?? "");
}

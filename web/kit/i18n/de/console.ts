/** German texts of the administration console. */
import type { ConsoleKey } from "../en/console";

export const consoleTexts: Record<ConsoleKey, string> = {
  "console.title": "Verwaltung",
};

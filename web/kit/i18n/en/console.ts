/** English texts of the administration console. */
export const consoleTexts = {
  "console.title": "Administration",
} as const;

export type ConsoleKey = keyof typeof consoleTexts;

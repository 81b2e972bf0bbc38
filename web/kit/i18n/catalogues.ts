/** Where each group of texts is loaded from, so that a page fetches only its own language and its own texts. */
export const common = {
  en: async () => (await import("./en/common")).common,
  de: async () => (await import("./de/common")).common,
};
export const chat = {
  en: async () => (await import("./en/chat")).chat,
  de: async () => (await import("./de/chat")).chat,
};
export const desk = {
  en: async () => (await import("./en/desk")).desk,
  de: async () => (await import("./de/desk")).desk,
};
export const consoleTexts = {
  en: async () => (await import("./en/console")).consoleTexts,
  de: async () => (await import("./de/console")).consoleTexts,
};
export const designer = {
  en: async () => (await import("./en/designer")).designer,
  de: async () => (await import("./de/designer")).designer,
};
export const logs = {
  en: async () => (await import("./en/logs")).logs,
  de: async () => (await import("./de/logs")).logs,
};

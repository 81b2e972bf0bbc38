/** Light or dark: follows the system until the user chooses, remembers the choice, tells every listener. */
import { useSyncExternalStore } from "react";

export type Mode = "light" | "dark";

const key = "switchroom.theme";
const listeners = new Set<() => void>();
const system = typeof matchMedia === "function" ? matchMedia("(prefers-color-scheme: dark)") : undefined;

function chosen(): Mode | undefined {
  try {
    const value = localStorage.getItem(key);
    return value === "light" || value === "dark" ? value : undefined;
  } catch {
    return undefined; // Storage can be blocked in an embedded panel; the system setting then rules.
  }
}

/** The mode in force now. */
export function currentMode(): Mode {
  return chosen() ?? (system?.matches ? "dark" : "light");
}

function apply(): void {
  document.documentElement.dataset.theme = currentMode();
  for (const listener of listeners) listener();
}

/** Puts the mode on the document and keeps it in step with the system and with other tabs. */
export function startTheme(): void {
  apply();
  system?.addEventListener("change", apply);
  addEventListener("storage", (event) => {
    if (event.key === key) apply();
  });
}

/** Chooses a mode for this browser. */
export function setMode(mode: Mode): void {
  try {
    localStorage.setItem(key, mode);
  } catch {
    document.documentElement.dataset.theme = mode;
  }
  apply();
}

/** The mode in force, re-rendering on change. */
export function useMode(): Mode {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    currentMode,
    () => "light",
  );
}

/** Says things to screen readers without showing them: one polite and one urgent live region for the page. */
import { useSyncExternalStore } from "react";

interface Said {
  polite: string;
  urgent: string;
}

let said: Said = { polite: "", urgent: "" };
const listeners = new Set<() => void>();

/** Announces a text. Urgent texts interrupt; use that for contacts that ring. */
export function announce(text: string, how: "polite" | "urgent" = "polite"): void {
  // A trailing no-break space makes a repeated text a new one, so that it is read again.
  said = { ...said, [how]: said[how] === text ? `${text}\u00a0` : text };
  for (const listener of listeners) listener();
}

export function LiveRegions() {
  const now = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => said,
    () => said,
  );
  return (
    <div className="sr-only">
      <div aria-live="polite" data-testid="live-polite">
        {now.polite}
      </div>
      <div aria-live="assertive" data-testid="live-urgent">
        {now.urgent}
      </div>
    </div>
  );
}

/** The keys of a telephone. */
import { type KeyboardEvent, useState } from "react";

const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** Twelve keys, by mouse and from the keyboard. */
export function KeyPad({ label, onKey }: { label: string; onKey: (key: string) => void }) {
  const [pressed, setPressed] = useState("");
  const press = (key: string) => {
    setPressed((before) => (before + key).slice(-20));
    onKey(key);
  };
  const typed = (event: KeyboardEvent) => {
    if (keys.includes(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      press(event.key);
    }
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of keys is no set of form fields
    <div className="pad" role="group" aria-label={label} onKeyDown={typed} data-testid="key-pad">
      <output className="pad__pressed" aria-live="polite">
        {pressed}
      </output>
      {keys.map((key, index) => (
        <button
          key={key}
          type="button"
          className="sr-button pad__key"
          // biome-ignore lint/a11y/noAutofocus: whoever opens the pad wants to press keys
          autoFocus={index === 0}
          onClick={() => press(key)}
          data-testid={`key-${key}`}
        >
          {key}
        </button>
      ))}
    </div>
  );
}

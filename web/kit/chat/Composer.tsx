/** Where a message is written: Enter sends, Shift+Enter starts a new line; formatting where the other side can show it. */
import { type ChangeEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useI18n } from "../i18n";
import { Alert } from "../ui/Alert";
import { Button, IconButton } from "../ui/Button";
import type { IconName } from "../ui/Icon";

/** Longest message the input takes, in characters (12 F08). */
export const longestMessage = 1024;
/** Largest file a chat takes, in bytes (20 MiB). */
export const largestFile = 20 * 1024 * 1024;

interface ComposerProps {
  initial: string;
  onDraft: (text: string) => void;
  onSend: (text: string) => void;
  onTyping: () => void;
  /** Takes files; absent where attachments are not allowed. */
  onFile?: (file: File) => void;
  formatting: boolean;
  disabled?: boolean;
  autoFocus?: boolean;
}

const formats: {
  icon: IconName;
  label: "chat.bold" | "chat.italic" | "chat.bulletList" | "chat.addLink";
  wrap: (text: string) => string;
}[] = [
  { icon: "bold", label: "chat.bold", wrap: (text) => `**${text}**` },
  { icon: "italic", label: "chat.italic", wrap: (text) => `*${text}*` },
  {
    icon: "list",
    label: "chat.bulletList",
    wrap: (text) =>
      text
        .split("\n")
        .map((line) => `- ${line}`)
        .join("\n"),
  },
  {
    icon: "link",
    label: "chat.addLink",
    wrap: (text) => (/^https?:/.test(text) ? `[${text}](${text})` : `[${text}](https://)`),
  },
];

export function Composer({
  initial,
  onDraft,
  onSend,
  onTyping,
  onFile,
  formatting,
  disabled,
  autoFocus,
}: ComposerProps) {
  const i18n = useI18n();
  const { t, tn } = i18n;
  const [text, setText] = useState(initial);
  const [fileProblem, setFileProblem] = useState<string>();
  const area = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const left = longestMessage - text.length;

  useEffect(() => {
    if (autoFocus) area.current?.focus();
  }, [autoFocus]);

  function change(next: string) {
    setText(next);
    onDraft(next);
  }

  function send() {
    const trimmed = text.trim();
    if (trimmed === "" || left < 0 || disabled) return;
    onSend(trimmed);
    change("");
    area.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      send();
    }
  }

  function format(wrap: (text: string) => string) {
    const input = area.current;
    if (!input) return;
    const { selectionStart: start, selectionEnd: end } = input;
    const wrapped = wrap(text.slice(start, end));
    change(text.slice(0, start) + wrapped + text.slice(end));
    requestAnimationFrame(() => {
      input.focus();
      input.setSelectionRange(start, start + wrapped.length);
    });
  }

  function pick(event: ChangeEvent<HTMLInputElement>) {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (!file || !onFile) return;
    if (file.size > largestFile) {
      setFileProblem(
        t("chat.fileTooBig", { name: file.name, size: i18n.bytes(file.size), limit: i18n.bytes(largestFile) }),
      );
      return;
    }
    setFileProblem(undefined);
    onFile(file);
  }

  return (
    <div className="composer">
      {fileProblem && <Alert kind="warn">{fileProblem}</Alert>}
      <div className="composer__box">
        <textarea
          ref={area}
          className="composer__text"
          aria-label={t("chat.message")}
          placeholder={t("chat.placeholder")}
          value={text}
          rows={2}
          disabled={disabled}
          onChange={(event) => {
            change(event.target.value);
            onTyping();
          }}
          onKeyDown={onKeyDown}
          data-testid="chat-input"
        />
        <div className="composer__tools">
          {onFile && (
            <>
              <input
                ref={picker}
                type="file"
                className="sr-only"
                tabIndex={-1}
                aria-hidden="true"
                onChange={pick}
                data-testid="chat-file"
              />
              <IconButton
                icon="clip"
                label={t("chat.attach")}
                disabled={disabled}
                onClick={() => picker.current?.click()}
                data-testid="chat-attach"
              />
            </>
          )}
          {formatting &&
            formats.map((one) => (
              <IconButton
                key={one.icon}
                icon={one.icon}
                label={t(one.label)}
                disabled={disabled}
                onClick={() => format(one.wrap)}
              />
            ))}
          <span className="composer__gap" />
          {left < 120 && (
            <span className={`composer__count ${left < 0 ? "composer__count--bad" : ""}`} role="status">
              {left < 0 ? tn("chat.tooLong", -left) : tn("chat.left", left)}
            </span>
          )}
          <Button
            kind="primary"
            icon="send"
            onClick={send}
            disabled={disabled || text.trim() === "" || left < 0}
            data-testid="chat-send"
          >
            {t("chat.send")}
          </Button>
        </div>
      </div>
    </div>
  );
}

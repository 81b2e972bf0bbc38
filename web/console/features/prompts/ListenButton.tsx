/** Plays a sound that is made or fetched when it is asked for; again stops it. */
import Button, { type ButtonProps } from "@cloudscape-design/components/button";
import { useI18n } from "@kit/i18n";
import { useConsole, useExplain } from "../../context";
import { usePlayer } from "./player";

interface Props {
  text: string;
  label?: string;
  sound: () => Promise<string | Blob>;
  disabled?: boolean;
  variant?: ButtonProps.Variant;
  /** Shows what went wrong; else a notice does. */
  onError?: (error: unknown) => void;
  testId?: string;
}

export function ListenButton({ text, label, sound, disabled, variant, onError, testId }: Props) {
  const { t } = useI18n();
  const { say } = useConsole();
  const explain = useExplain();
  const player = usePlayer();
  const playing = player.current !== undefined;
  return (
    <Button
      iconName={playing ? "close" : "caret-right-filled"}
      formAction="none"
      variant={variant}
      disabled={disabled}
      ariaLabel={label}
      onClick={() => player.toggle("it", sound).catch(onError ?? ((error) => say("error", explain(error))))}
      data-testid={testId}
    >
      {playing ? t("prompts.stop") : text}
    </Button>
  );
}

/** A modal dialog on the browser's own `dialog` element, which traps focus and closes with Escape. */
import { type ReactNode, useEffect, useId, useRef } from "react";
import { useI18n } from "../i18n";
import { IconButton } from "./Button";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  footer?: ReactNode;
  testId?: string;
}

export function Dialog({ title, onClose, children, footer, testId }: DialogProps) {
  const { t } = useI18n();
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      className="sr-dialog"
      aria-labelledby={id}
      data-testid={testId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="sr-dialog__frame">
        <div className="sr-dialog__head">
          <h2 id={id}>{title}</h2>
          <IconButton icon="close" label={t("action.close")} onClick={onClose} />
        </div>
        <div className="sr-dialog__body">{children}</div>
        {footer && <div className="sr-dialog__foot">{footer}</div>}
      </div>
    </dialog>
  );
}

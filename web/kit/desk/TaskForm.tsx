/** The dialog around every form that makes a task, and what happens when one is made. */
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { useI18n } from "../i18n";
import { Alert } from "../ui/Alert";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { useDesk } from "./context";

export interface TaskDialogProps {
  relatedContactId?: string;
  onClose: () => void;
}

interface TaskFormProps {
  /** Why quick connects could not be read. */
  problem?: string;
  /** What makes the task; undefined while the form is not good enough. */
  make: () => (() => Promise<unknown>) | undefined;
  /** What the task is called. */
  name: string;
  onTry: () => void;
  onClose: () => void;
  children: ReactNode;
}

export function TaskForm({ problem, make, name, onTry, onClose, children }: TaskFormProps) {
  const { t } = useI18n();
  const { run, say } = useDesk();
  const formId = useId();
  const [working, setWorking] = useState(false);

  async function create(event: FormEvent) {
    event.preventDefault();
    onTry();
    const act = make();
    if (!act) return;
    setWorking(true);
    const worked = await run(async () => {
      await act();
    });
    setWorking(false);
    if (!worked) return;
    onClose();
    say({ kind: "good", text: t("task.created", { name }) });
  }

  return (
    <Dialog
      title={t("task.create")}
      onClose={onClose}
      testId="task-dialog"
      footer={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" type="submit" form={formId} disabled={working} data-testid="task-create">
            {t("action.create")}
          </Button>
        </>
      }
    >
      <form id={formId} className="task-form" onSubmit={create} noValidate>
        {problem && <Alert kind="bad">{t("desk.failed", { message: problem })}</Alert>}
        {children}
      </form>
    </Dialog>
  );
}

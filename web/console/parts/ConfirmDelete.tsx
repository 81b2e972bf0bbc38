/** Asks before something is deleted and says what follows from it. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useI18n } from "@kit/i18n";
import { type ReactNode, useState } from "react";
import { useExplain } from "../context";

interface ConfirmDeleteProps {
  name: string;
  consequence?: ReactNode;
  onCancel: () => void;
  onConfirm: () => Promise<void>;
}

export function ConfirmDelete({ name, consequence, onCancel, onConfirm }: ConfirmDeleteProps) {
  const { t } = useI18n();
  const explain = useExplain();
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function confirm() {
    setWorking(true);
    setProblem(undefined);
    try {
      await onConfirm();
    } catch (error) {
      setProblem(explain(error));
      setWorking(false);
    }
  }

  return (
    <Modal
      visible
      header={t("delete.title", { name })}
      closeAriaLabel={t("action.close")}
      onDismiss={onCancel}
      data-testid="confirm-delete"
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button onClick={onCancel}>{t("action.cancel")}</Button>
            <Button variant="primary" loading={working} onClick={confirm} data-testid="confirm-delete-yes">
              {t("action.delete")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Box>{t("delete.text", { name })}</Box>
        {consequence && <Alert type="warning">{consequence}</Alert>}
        {problem && <Alert type="error">{problem}</Alert>}
      </SpaceBetween>
    </Modal>
  );
}

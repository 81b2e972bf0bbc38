/** Asks before a number is given back and says what follows from it. */
import { ReleasePhoneNumberCommand } from "@aws-sdk/client-connect";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useI18n } from "@kit/i18n";
import { useState } from "react";
import { useConsole, useExplain } from "../../context";
import { useChanged } from "../../data";
import { useGo } from "../../parts/RouteLink";

interface ReleaseDialogProps {
  id: string;
  name: string;
  onClose: () => void;
}

export function ReleaseDialog({ id, name, onClose }: ReleaseDialogProps) {
  const { t } = useI18n();
  const { client, say } = useConsole();
  const explain = useExplain();
  const changed = useChanged();
  const go = useGo();
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function release() {
    setWorking(true);
    setProblem(undefined);
    try {
      await client.send(new ReleasePhoneNumberCommand({ PhoneNumberId: id }));
      say("success", t("phoneNumbers.released", { name }));
      go("/console/phone-numbers");
      await changed("phoneNumbers");
    } catch (error) {
      setProblem(explain(error));
      setWorking(false);
    }
  }

  return (
    <Modal
      visible
      header={t("phoneNumbers.releaseTitle", { name })}
      closeAriaLabel={t("action.close")}
      onDismiss={onClose}
      data-testid="release"
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button onClick={onClose}>{t("action.cancel")}</Button>
            <Button variant="primary" loading={working} onClick={() => void release()} data-testid="release-yes">
              {t("phoneNumbers.release")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Alert type="warning">{t("phoneNumbers.releaseConsequence")}</Alert>
        {problem && <Alert type="error">{problem}</Alert>}
      </SpaceBetween>
    </Modal>
  );
}

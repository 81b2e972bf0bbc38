/** Asks what shall become of a flow or module that somebody else has changed since it was opened. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useI18n } from "@kit/i18n";

/** Mine overwrites theirs, theirs replaces mine, or nothing happens yet. */
export type Choice = "mine" | "theirs" | "cancel";

export function MeanwhileDialog({ name, onChoose }: { name: string; onChoose: (choice: Choice) => void }) {
  const { t } = useI18n();
  return (
    <Modal
      visible
      header={t("flows.meanwhile", { name })}
      closeAriaLabel={t("action.close")}
      onDismiss={() => onChoose("cancel")}
      data-testid="meanwhile"
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={() => onChoose("cancel")} data-testid="meanwhile-cancel">
              {t("action.cancel")}
            </Button>
            <Button onClick={() => onChoose("theirs")} data-testid="meanwhile-theirs">
              {t("flows.loadTheirs")}
            </Button>
            <Button variant="primary" onClick={() => onChoose("mine")} data-testid="meanwhile-mine">
              {t("flows.keepMine")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      {t("flows.meanwhileText")}
    </Modal>
  );
}

/** Says what became of an imported file: what was converted, found by its name, or not found. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type MessageKey, useI18n } from "@kit/i18n";
import type { ImportedFlow, ImportNote } from "./exchange";

interface Props {
  imported: ImportedFlow | undefined;
  onDismiss: () => void;
}

export function ImportReport({ imported, onDismiss }: Props) {
  const { t } = useI18n();
  const report = imported?.Report ?? [];
  const parts: [MessageKey, ImportNote[]][] = [
    ["import.missing", report.filter((one) => one.Kind === "UNRESOLVED")],
    ["import.byName", report.filter((one) => one.Kind === "RESOLVED_BY_NAME")],
    ["import.changed", report.filter((one) => ["ADDED", "CHANGED", "KEPT"].includes(one.Kind))],
  ];
  return (
    <Modal
      visible={imported !== undefined && (imported.Legacy || report.length > 0)}
      header={t("import.title")}
      closeAriaLabel={t("action.close")}
      onDismiss={onDismiss}
      footer={
        <Button variant="primary" onClick={onDismiss} data-testid="import-close">
          {t("action.close")}
        </Button>
      }
      data-testid="import-report"
    >
      <SpaceBetween size="m">
        {imported?.Legacy && <Box>{t("import.older")}</Box>}
        {parts
          .filter(([, notes]) => notes.length > 0)
          .map(([label, notes]) => (
            <div key={label} data-testid={label}>
              <Box variant="h3">{t(label)}</Box>
              <ul>
                {notes.map((note) => (
                  <li key={note.Path + note.Message}>
                    {note.Identifier ? `${note.Identifier}: ` : ""}
                    {note.Message}
                  </li>
                ))}
              </ul>
            </div>
          ))}
      </SpaceBetween>
    </Modal>
  );
}

/** Sites that may embed the contact panel. */
import { AssociateApprovedOriginCommand, DisassociateApprovedOriginCommand } from "@aws-sdk/client-connect";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useI18n } from "@kit/i18n";
import { useState } from "react";
import { useConsole, useExplain } from "../../context";
import { useChanged, useOrigins } from "../../data";
import { TextField } from "../../parts/fields";
import { ResourceTable } from "../../parts/ResourceTable";

/** Whether a text is an origin: scheme and host, perhaps a port, and nothing after it. */
export function isOrigin(text: string): boolean {
  try {
    const url = new URL(text);
    return /^https?:$/.test(url.protocol) && url.origin === text.replace(/\/$/, "");
  } catch {
    return false;
  }
}

export function OriginsPage() {
  const { t } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const [adding, setAdding] = useState(false);
  const query = useOrigins();
  const editable = may("SecurityProfiles.Edit");
  return (
    <>
      <ResourceTable<string>
        testId="origins"
        history="instance"
        title={t("origins.title")}
        description={t("origins.description")}
        query={query}
        empty={t("origins.empty")}
        id={(one) => one}
        name={(one) => one}
        actions={
          editable && (
            <Button variant="primary" onClick={() => setAdding(true)} data-testid="origins-create">
              {t("origins.add")}
            </Button>
          )
        }
        onDelete={
          editable
            ? async (Origin) => {
                await client.send(new DisassociateApprovedOriginCommand({ InstanceId, Origin }));
              }
            : undefined
        }
        deleteConsequence={t("origins.deleteConsequence")}
        columns={[{ id: "origin", header: t("origins.origin"), value: (one) => one, cell: (one) => one }]}
      />
      {adding && <AddOrigin onClose={() => setAdding(false)} />}
    </>
  );
}

function AddOrigin({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  const { client, InstanceId, say } = useConsole();
  const explain = useExplain();
  const changed = useChanged();
  const [origin, setOrigin] = useState("");
  const [problem, setProblem] = useState<string>();
  const [working, setWorking] = useState(false);

  async function add() {
    if (!isOrigin(origin.trim())) {
      setProblem(t("origins.bad"));
      return;
    }
    setWorking(true);
    try {
      await client.send(new AssociateApprovedOriginCommand({ InstanceId, Origin: new URL(origin.trim()).origin }));
      await changed("origins");
      say("success", t("form.saved", { name: origin.trim() }));
      onClose();
    } catch (error) {
      setProblem(explain(error));
      setWorking(false);
    }
  }

  return (
    <Modal
      visible
      header={t("origins.add")}
      closeAriaLabel={t("action.close")}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button onClick={onClose}>{t("action.cancel")}</Button>
            <Button variant="primary" loading={working} onClick={add} data-testid="origin-save">
              {t("action.save")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <TextField
        label={t("origins.origin")}
        hint={t("origins.hint")}
        placeholder="https://crm.example.com"
        value={origin}
        problem={problem}
        onChange={setOrigin}
        testId="origin-input"
      />
    </Modal>
  );
}

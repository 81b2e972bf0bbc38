/** The flows and modules that call a module. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { callServer } from "@kit/api/session";
import { useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useConsole } from "../../context";
import { Loaded } from "../../parts/FormPage";
import { RouteLink } from "../../parts/RouteLink";
import { flows, modules } from "./kinds";

interface Use {
  ResourceType: "CONTACT_FLOW" | "CONTACT_FLOW_MODULE";
  Id: string;
  Name: string;
  /** Whether what is published calls the module; otherwise only a draft does. */
  Published: boolean;
}

export function useModuleUses(id: string | undefined) {
  const { compare } = useI18n();
  const { InstanceId } = useConsole();
  return useQuery({
    queryKey: ["flowModules", id, "uses"],
    enabled: id !== undefined,
    queryFn: async () => {
      const address = `/switchroom/flow-module-uses/${InstanceId}/${id}?maxResults=1000`;
      const { Uses } = await callServer<{ Uses: Use[] }>(address);
      return Uses.sort((one, other) => compare(one.Name, other.Name));
    },
  });
}

export function ModuleUses({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  const { t } = useI18n();
  const query = useModuleUses(id);
  return (
    <Modal
      visible
      header={t("flowModules.usesOf", { name })}
      closeAriaLabel={t("action.close")}
      onDismiss={onClose}
      footer={
        <Button variant="primary" onClick={onClose} data-testid="uses-close">
          {t("action.close")}
        </Button>
      }
    >
      <Loaded query={query}>
        {(uses) => (
          <Table<Use>
            variant="embedded"
            items={uses}
            trackBy="Id"
            data-testid="module-uses"
            empty={<Box>{t("flowModules.noUses")}</Box>}
            columnDefinitions={[
              {
                id: "name",
                header: t("field.name"),
                isRowHeader: true,
                cell: (one) => (
                  <RouteLink href={`${(one.ResourceType === "CONTACT_FLOW" ? flows : modules).href}/${one.Id}`}>
                    {one.Name}
                  </RouteLink>
                ),
              },
              {
                id: "kind",
                header: t("field.kind"),
                cell: (one) => t(one.ResourceType === "CONTACT_FLOW" ? "flowModules.usedByFlow" : "flowModules.one"),
              },
              {
                id: "status",
                header: t("field.status"),
                cell: (one) => (
                  <StatusIndicator type={one.Published ? "success" : "pending"}>
                    {t(one.Published ? "flowModules.usedPublished" : "flowModules.usedDraft")}
                  </StatusIndicator>
                ),
              },
            ]}
          />
        )}
      </Loaded>
    </Modal>
  );
}

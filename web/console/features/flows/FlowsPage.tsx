/** All flows. */
import { DeleteContactFlowCommand } from "@aws-sdk/client-connect";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useI18n } from "@kit/i18n";
import { useConsole } from "../../context";
import { useFlows } from "../../data";
import { ResourceTable } from "../../parts/ResourceTable";
import { RouteLink } from "../../parts/RouteLink";
import { flowTypeText } from "./types";

export function FlowsPage() {
  const { t } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const query = useFlows();
  return (
    <ResourceTable
      testId="flows"
      title={t("flows.title")}
      description={t("flows.description")}
      query={query}
      empty={t("flows.empty")}
      id={(one) => one.Id ?? ""}
      name={(one) => one.Name ?? ""}
      createHref={may("ContactFlows.Create") ? "/console/flows/new" : undefined}
      createText={t("flows.create")}
      onDelete={
        may("ContactFlows.Delete")
          ? async (one) => {
              await client.send(new DeleteContactFlowCommand({ InstanceId, ContactFlowId: one.Id }));
            }
          : undefined
      }
      deleteConsequence={t("flows.deleteConsequence")}
      columns={[
        {
          id: "name",
          header: t("field.name"),
          value: (one) => one.Name ?? "",
          cell: (one) => <RouteLink href={`/console/flows/${one.Id}`}>{one.Name}</RouteLink>,
        },
        {
          id: "type",
          header: t("field.kind"),
          value: (one) => flowTypeText(one.Type, t),
          cell: (one) => flowTypeText(one.Type, t),
        },
        {
          id: "status",
          header: t("field.status"),
          value: (one) => t(one.Status === "SAVED" ? "flows.saved" : "flows.published"),
          cell: (one) => (
            <StatusIndicator type={one.Status === "SAVED" ? "pending" : "success"}>
              {t(one.Status === "SAVED" ? "flows.saved" : "flows.published")}
            </StatusIndicator>
          ),
        },
        {
          id: "description",
          header: t("field.description"),
          value: (one) => one.Description ?? "",
          cell: (one) => one.Description,
        },
      ]}
    />
  );
}

/** All flows. */
import { DeleteContactFlowCommand, UpdateContactFlowMetadataCommand } from "@aws-sdk/client-connect";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useI18n } from "@kit/i18n";
import { useState } from "react";
import { useConsole } from "../../context";
import { useFlows } from "../../data";
import { ResourceTable } from "../../parts/ResourceTable";
import { RouteLink } from "../../parts/RouteLink";
import { flowTypeText } from "./types";

export function FlowsPage() {
  const { t } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const query = useFlows();
  const { say } = useConsole();
  const [state, setState] = useState<"ACTIVE" | "ARCHIVED">("ACTIVE");
  const shown = query.data?.filter((one) => one.State === state);
  return (
    <ResourceTable
      testId="flows"
      history="flow"
      title={t("flows.title")}
      description={t("flows.description")}
      query={{ ...query, data: shown } as typeof query}
      empty={t(state === "ACTIVE" ? "flows.empty" : "flows.noneArchived")}
      filters={
        <SegmentedControl
          label={t("flows.which")}
          selectedId={state}
          options={[
            { id: "ACTIVE", text: t("flows.inUse") },
            { id: "ARCHIVED", text: t("flows.archived") },
          ]}
          onChange={({ detail }) => setState(detail.selectedId as typeof state)}
          data-testid="flows-state"
        />
      }
      canDelete={(one) => one.State === "ARCHIVED"}
      rowAction={(one) => {
        if (!may("ContactFlows.Edit")) return undefined;
        const archived = one.State === "ARCHIVED";
        const name = one.Name ?? "";
        return {
          text: t(archived ? "flows.restore" : "designer.archive"),
          label: t(archived ? "flows.restoreOne" : "flows.archiveOne", { name }),
          run: async () => {
            await client.send(
              new UpdateContactFlowMetadataCommand({
                InstanceId,
                ContactFlowId: one.Id,
                ContactFlowState: archived ? "ACTIVE" : "ARCHIVED",
              }),
            );
            say("success", t(archived ? "flows.restored" : "designer.archived", { name }));
          },
        };
      }}
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

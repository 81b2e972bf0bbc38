/** All agent statuses, in the order agents see them. */
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { type MessageKey, useI18n } from "@kit/i18n";
import { useConsole } from "../../context";
import { useAgentStatuses } from "../../data";
import { ResourceTable } from "../../parts/ResourceTable";
import { RouteLink } from "../../parts/RouteLink";

export function AgentStatusesPage() {
  const { t, number } = useI18n();
  const { may } = useConsole();
  const query = useAgentStatuses();
  const kind = (type: string | undefined) => t(`agentStatuses.type.${type}` as MessageKey);
  return (
    <ResourceTable
      testId="agent-statuses"
      history="agent-status"
      title={t("agentStatuses.title")}
      description={t("agentStatuses.description")}
      query={query}
      empty={t("agentStatuses.empty")}
      id={(one) => one.AgentStatusId ?? ""}
      name={(one) => one.Name ?? ""}
      createHref={may("AgentStates.Create") ? "/console/agent-statuses/new" : undefined}
      createText={t("agentStatuses.create")}
      columns={[
        {
          id: "name",
          header: t("field.name"),
          value: (one) => one.Name ?? "",
          cell: (one) => <RouteLink href={`/console/agent-statuses/${one.AgentStatusId}`}>{one.Name}</RouteLink>,
        },
        { id: "type", header: t("field.kind"), value: (one) => kind(one.Type), cell: (one) => kind(one.Type) },
        {
          id: "order",
          header: t("agentStatuses.order"),
          value: (one) => one.DisplayOrder ?? 999,
          cell: (one) => (one.DisplayOrder === undefined ? "" : number(one.DisplayOrder)),
        },
        {
          id: "state",
          header: t("field.status"),
          value: (one) => t(one.State === "DISABLED" ? "status.disabled" : "status.enabled"),
          cell: (one) => (
            <StatusIndicator type={one.State === "DISABLED" ? "stopped" : "success"}>
              {t(one.State === "DISABLED" ? "status.disabled" : "status.enabled")}
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

/** All task templates. */
import { DeleteTaskTemplateCommand } from "@aws-sdk/client-connect";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useI18n } from "@kit/i18n";
import { useConsole } from "../../context";
import { useTaskTemplates } from "../../data";
import { ResourceTable } from "../../parts/ResourceTable";
import { RouteLink } from "../../parts/RouteLink";

export function TaskTemplatesPage() {
  const { t, dateTime } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const query = useTaskTemplates();
  const status = (one: { Status?: string }) =>
    t(one.Status === "INACTIVE" ? "taskTemplates.INACTIVE" : "taskTemplates.ACTIVE");
  return (
    <ResourceTable
      testId="task-templates"
      title={t("taskTemplates.title")}
      description={t("taskTemplates.description")}
      query={query}
      empty={t("taskTemplates.empty")}
      id={(one) => one.Id ?? ""}
      name={(one) => one.Name ?? ""}
      createHref={may("TaskTemplates.Create") ? "/console/task-templates/new" : undefined}
      createText={t("taskTemplates.create")}
      onDelete={
        may("TaskTemplates.Delete")
          ? async (one) => {
              await client.send(new DeleteTaskTemplateCommand({ InstanceId, TaskTemplateId: one.Id }));
            }
          : undefined
      }
      deleteConsequence={t("taskTemplates.deleteConsequence")}
      columns={[
        {
          id: "name",
          header: t("field.name"),
          value: (one) => one.Name ?? "",
          cell: (one) => <RouteLink href={`/console/task-templates/${one.Id}`}>{one.Name}</RouteLink>,
        },
        {
          id: "status",
          header: t("field.status"),
          value: status,
          cell: (one) => (
            <StatusIndicator type={one.Status === "INACTIVE" ? "stopped" : "success"}>{status(one)}</StatusIndicator>
          ),
        },
        {
          id: "description",
          header: t("field.description"),
          value: (one) => one.Description ?? "",
          cell: (one) => one.Description,
        },
        {
          id: "changed",
          header: t("taskTemplates.changed"),
          value: (one) => one.LastModifiedTime?.getTime() ?? 0,
          cell: (one) => (one.LastModifiedTime ? dateTime(one.LastModifiedTime) : ""),
        },
      ]}
    />
  );
}

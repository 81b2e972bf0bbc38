/** All standard queues, with the switch that opens and closes them. */
import { DeleteQueueCommand, UpdateQueueStatusCommand } from "@aws-sdk/client-connect";
import Button from "@cloudscape-design/components/button";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useI18n } from "@kit/i18n";
import { useConsole, useExplain } from "../../context";
import { nameOf, useChanged, useHours, useQueues } from "../../data";
import { ResourceTable } from "../../parts/ResourceTable";
import { RouteLink } from "../../parts/RouteLink";

export function QueuesPage() {
  const { t, number } = useI18n();
  const { client, InstanceId, may, say } = useConsole();
  const explain = useExplain();
  const changed = useChanged();
  const query = useQueues();
  const hours = useHours(may("HoursOfOperation.View"));
  const hoursName = (id: string | undefined) =>
    nameOf(
      id,
      hours.data?.map((one) => ({ Id: one.HoursOfOperationId, Name: one.Name })),
    );

  async function setStatus(queue: { QueueId?: string; Name?: string }, Status: "ENABLED" | "DISABLED") {
    try {
      await client.send(new UpdateQueueStatusCommand({ InstanceId, QueueId: queue.QueueId, Status }));
      await changed("queues");
      say("success", t(Status === "ENABLED" ? "queues.enabled" : "queues.disabled", { name: queue.Name ?? "" }));
    } catch (error) {
      say("error", explain(error));
    }
  }

  return (
    <ResourceTable
      testId="queues"
      history="queue"
      title={t("queues.title")}
      description={t("queues.description")}
      query={query}
      empty={t("queues.empty")}
      id={(one) => one.QueueId ?? ""}
      name={(one) => one.Name ?? ""}
      createHref={may("Queues.Create") ? "/console/queues/new" : undefined}
      createText={t("queues.create")}
      onDelete={
        may("Queues.Edit")
          ? async (one) => {
              await client.send(new DeleteQueueCommand({ InstanceId, QueueId: one.QueueId }));
            }
          : undefined
      }
      deleteConsequence={t("queues.deleteConsequence")}
      columns={[
        {
          id: "name",
          header: t("field.name"),
          value: (one) => one.Name ?? "",
          cell: (one) => <RouteLink href={`/console/queues/${one.QueueId}`}>{one.Name}</RouteLink>,
        },
        {
          id: "description",
          header: t("field.description"),
          value: (one) => one.Description ?? "",
          cell: (one) => one.Description,
        },
        {
          id: "hours",
          header: t("field.hours"),
          value: (one) => hoursName(one.HoursOfOperationId),
          cell: (one) => hoursName(one.HoursOfOperationId),
        },
        {
          id: "limit",
          header: t("queues.limit"),
          value: (one) => one.MaxContacts ?? -1,
          cell: (one) => (one.MaxContacts === undefined ? t("queues.noLimit") : number(one.MaxContacts)),
        },
        {
          id: "status",
          header: t("field.status"),
          value: (one) => t(one.Status === "DISABLED" ? "status.disabled" : "status.enabled"),
          cell: (one) => (
            <>
              <StatusIndicator type={one.Status === "DISABLED" ? "stopped" : "success"}>
                {t(one.Status === "DISABLED" ? "status.disabled" : "status.enabled")}
              </StatusIndicator>{" "}
              {may("Queues.EnableAndDisable") && (
                <Button
                  variant="inline-link"
                  ariaLabel={t(one.Status === "DISABLED" ? "queues.enableOne" : "queues.disableOne", {
                    name: one.Name ?? "",
                  })}
                  onClick={() => setStatus(one, one.Status === "DISABLED" ? "ENABLED" : "DISABLED")}
                  data-testid="queue-status"
                >
                  {t(one.Status === "DISABLED" ? "queues.enable" : "queues.disable")}
                </Button>
              )}
            </>
          ),
        },
      ]}
    />
  );
}

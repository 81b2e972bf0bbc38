/** All hours of operation. */
import { DeleteHoursOfOperationCommand } from "@aws-sdk/client-connect";
import { useI18n } from "@kit/i18n";
import { useConsole } from "../../context";
import { useHours } from "../../data";
import { ResourceTable } from "../../parts/ResourceTable";
import { RouteLink } from "../../parts/RouteLink";
import { weekText } from "./week";

export function HoursListPage() {
  const { t, locale } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const query = useHours();
  return (
    <ResourceTable
      testId="hours"
      history="hours-of-operation"
      title={t("hours.title")}
      description={t("hours.description")}
      query={query}
      empty={t("hours.empty")}
      id={(one) => one.HoursOfOperationId ?? ""}
      name={(one) => one.Name ?? ""}
      createHref={may("HoursOfOperation.Create") ? "/console/hours/new" : undefined}
      createText={t("hours.create")}
      onDelete={
        may("HoursOfOperation.Delete")
          ? async (one) => {
              await client.send(
                new DeleteHoursOfOperationCommand({ InstanceId, HoursOfOperationId: one.HoursOfOperationId }),
              );
            }
          : undefined
      }
      deleteConsequence={t("hours.deleteConsequence")}
      columns={[
        {
          id: "name",
          header: t("field.name"),
          value: (one) => one.Name ?? "",
          cell: (one) => <RouteLink href={`/console/hours/${one.HoursOfOperationId}`}>{one.Name}</RouteLink>,
        },
        { id: "zone", header: t("field.timeZone"), value: (one) => one.TimeZone ?? "", cell: (one) => one.TimeZone },
        {
          id: "week",
          header: t("hours.week"),
          value: (one) => weekText(one.Config ?? [], locale, t("hours.allDay")),
          cell: (one) => weekText(one.Config ?? [], locale, t("hours.allDay")),
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

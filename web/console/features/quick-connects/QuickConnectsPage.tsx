/** All quick connects. */
import { DeleteQuickConnectCommand } from "@aws-sdk/client-connect";
import { useI18n } from "@kit/i18n";
import { useConsole } from "../../context";
import { useQuickConnects } from "../../data";
import { ResourceTable } from "../../parts/ResourceTable";
import { RouteLink } from "../../parts/RouteLink";
import { kindText } from "./kinds";

export function QuickConnectsPage() {
  const { t } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const query = useQuickConnects();
  return (
    <ResourceTable
      testId="quick-connects"
      history="quick-connect"
      title={t("quickConnects.title")}
      description={t("quickConnects.description")}
      query={query}
      empty={t("quickConnects.empty")}
      id={(one) => one.QuickConnectId ?? ""}
      name={(one) => one.Name ?? ""}
      createHref={may("TransferDestinations.Create") ? "/console/quick-connects/new" : undefined}
      createText={t("quickConnects.create")}
      onDelete={
        may("TransferDestinations.Delete")
          ? async (one) => {
              await client.send(new DeleteQuickConnectCommand({ InstanceId, QuickConnectId: one.QuickConnectId }));
            }
          : undefined
      }
      columns={[
        {
          id: "name",
          header: t("field.name"),
          value: (one) => one.Name ?? "",
          cell: (one) => <RouteLink href={`/console/quick-connects/${one.QuickConnectId}`}>{one.Name}</RouteLink>,
        },
        {
          id: "kind",
          header: t("field.kind"),
          value: (one) => kindText(one.QuickConnectConfig?.QuickConnectType, t),
          cell: (one) => kindText(one.QuickConnectConfig?.QuickConnectType, t),
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

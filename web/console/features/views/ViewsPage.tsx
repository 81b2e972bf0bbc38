/** All views: the managed ones, and the instance's own. */
import { DeleteViewCommand } from "@aws-sdk/client-connect";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useI18n } from "@kit/i18n";
import { useState } from "react";
import { useConsole } from "../../context";
import { useViews } from "../../data";
import { ResourceTable } from "../../parts/ResourceTable";
import { RouteLink } from "../../parts/RouteLink";

const kinds = ["ALL", "CUSTOMER_MANAGED", "AWS_MANAGED"] as const;

export function ViewsPage() {
  const { t } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const query = useViews();
  const [kind, setKind] = useState<(typeof kinds)[number]>("ALL");
  const shown = query.data?.filter((one) => kind === "ALL" || one.Type === kind);
  return (
    <ResourceTable
      testId="views"
      title={t("pages.title")}
      description={t("pages.description")}
      query={{ ...query, data: shown } as typeof query}
      empty={t("pages.empty")}
      filters={
        <SegmentedControl
          label={t("pages.which")}
          selectedId={kind}
          options={kinds.map((id) => ({ id, text: t(`pages.kind.${id}`) }))}
          onChange={({ detail }) => setKind(detail.selectedId as typeof kind)}
        />
      }
      id={(one) => one.Id ?? ""}
      name={(one) => one.Name ?? ""}
      createHref={may("ContactFlows.Create") ? "/console/views/new" : undefined}
      createText={t("pages.create")}
      canDelete={(one) => one.Type === "CUSTOMER_MANAGED"}
      onDelete={
        may("ContactFlows.Delete")
          ? async (one) => {
              await client.send(new DeleteViewCommand({ InstanceId, ViewId: one.Id }));
            }
          : undefined
      }
      deleteConsequence={t("pages.deleteConsequence")}
      columns={[
        {
          id: "name",
          header: t("field.name"),
          value: (one) => one.Name ?? "",
          cell: (one) => <RouteLink href={`/console/views/${one.Id}`}>{one.Name}</RouteLink>,
        },
        {
          id: "kind",
          header: t("field.kind"),
          value: (one) => t(`pages.kind.${one.Type ?? "CUSTOMER_MANAGED"}`),
          cell: (one) => t(`pages.kind.${one.Type ?? "CUSTOMER_MANAGED"}`),
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
          id: "version",
          header: t("versions.number"),
          value: (one) => one.Version ?? 0,
          cell: (one) => one.Version ?? "–",
        },
        {
          id: "tags",
          header: t("pages.tags"),
          value: (one) => tagText(one.Tags),
          cell: (one) => tagText(one.Tags),
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

const tagText = (tags: Record<string, string> | undefined) =>
  Object.entries(tags ?? {})
    .map(([key, value]) => (value ? `${key}: ${value}` : key))
    .join(", ");

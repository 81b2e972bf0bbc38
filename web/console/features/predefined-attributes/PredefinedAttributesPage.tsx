/** All predefined attributes: the vocabulary of skills and routing steps. */
import { DeletePredefinedAttributeCommand } from "@aws-sdk/client-connect";
import { useI18n } from "@kit/i18n";
import { useConsole } from "../../context";
import { usePredefinedAttributes } from "../../data";
import { ResourceTable } from "../../parts/ResourceTable";
import { RouteLink } from "../../parts/RouteLink";

export function PredefinedAttributesPage() {
  const { t, number } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const query = usePredefinedAttributes();
  return (
    <ResourceTable
      testId="predefined-attributes"
      history="predefined-attribute"
      title={t("predefinedAttributes.title")}
      description={t("predefinedAttributes.description")}
      query={query}
      empty={t("predefinedAttributes.empty")}
      id={(one) => one.Name ?? ""}
      name={(one) => one.Name ?? ""}
      createHref={may("PredefinedAttributes.Create") ? "/console/predefined-attributes/new" : undefined}
      createText={t("predefinedAttributes.create")}
      canDelete={(one) => !one.Name?.startsWith("connect:")}
      onDelete={
        may("PredefinedAttributes.Delete")
          ? async (one) => {
              await client.send(new DeletePredefinedAttributeCommand({ InstanceId, Name: one.Name }));
            }
          : undefined
      }
      deleteConsequence={t("predefinedAttributes.deleteConsequence")}
      columns={[
        {
          id: "name",
          header: t("field.name"),
          value: (one) => one.Name ?? "",
          cell: (one) => (
            <RouteLink href={`/console/predefined-attributes/${encodeURIComponent(one.Name ?? "")}`}>
              {one.Name}
            </RouteLink>
          ),
        },
        {
          id: "count",
          header: t("predefinedAttributes.count"),
          value: (one) => one.Values?.StringList?.length ?? 0,
          cell: (one) => number(one.Values?.StringList?.length ?? 0),
        },
        {
          id: "values",
          header: t("predefinedAttributes.values"),
          value: (one) => one.Values?.StringList?.join(", ") ?? "",
          cell: (one) => one.Values?.StringList?.join(", "),
        },
      ]}
    />
  );
}

/** All prompts. */
import { DeletePromptCommand } from "@aws-sdk/client-connect";
import { useI18n } from "@kit/i18n";
import { useConsole } from "../../context";
import { usePrompts } from "../../data";
import { ResourceTable } from "../../parts/ResourceTable";
import { RouteLink } from "../../parts/RouteLink";

export function PromptsPage() {
  const { t } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const query = usePrompts();
  return (
    <ResourceTable
      testId="prompts"
      history="prompt"
      title={t("prompts.title")}
      description={t("prompts.description")}
      query={query}
      empty={t("prompts.empty")}
      id={(one) => one.PromptId ?? ""}
      name={(one) => one.Name ?? ""}
      createHref={may("Prompts.Create") ? "/console/prompts/new" : undefined}
      createText={t("prompts.create")}
      onDelete={
        may("Prompts.Delete")
          ? async (one) => {
              await client.send(new DeletePromptCommand({ InstanceId, PromptId: one.PromptId }));
            }
          : undefined
      }
      deleteConsequence={t("prompts.deleteConsequence")}
      columns={[
        {
          id: "name",
          header: t("field.name"),
          value: (one) => one.Name ?? "",
          cell: (one) => <RouteLink href={`/console/prompts/${one.PromptId}`}>{one.Name}</RouteLink>,
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

/** All security profiles. */
import { DeleteSecurityProfileCommand } from "@aws-sdk/client-connect";
import { useI18n } from "@kit/i18n";
import { useConsole } from "../../context";
import { useSecurityProfiles } from "../../data";
import { ResourceTable } from "../../parts/ResourceTable";
import { RouteLink } from "../../parts/RouteLink";

export function SecurityProfilesPage() {
  const { t } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const query = useSecurityProfiles();
  return (
    <ResourceTable
      testId="security-profiles"
      history="security-profile"
      title={t("securityProfiles.title")}
      description={t("securityProfiles.description")}
      query={query}
      empty={t("securityProfiles.empty")}
      id={(one) => one.Id ?? ""}
      name={(one) => one.SecurityProfileName ?? ""}
      createHref={may("SecurityProfiles.Create") ? "/console/security-profiles/new" : undefined}
      createText={t("securityProfiles.create")}
      onDelete={
        may("SecurityProfiles.Delete")
          ? async (one) => {
              await client.send(new DeleteSecurityProfileCommand({ InstanceId, SecurityProfileId: one.Id }));
            }
          : undefined
      }
      deleteConsequence={t("securityProfiles.deleteConsequence")}
      columns={[
        {
          id: "name",
          header: t("field.name"),
          value: (one) => one.SecurityProfileName ?? "",
          cell: (one) => <RouteLink href={`/console/security-profiles/${one.Id}`}>{one.SecurityProfileName}</RouteLink>,
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

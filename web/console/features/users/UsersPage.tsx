/** All users. */
import { DeleteUserCommand } from "@aws-sdk/client-connect";
import { useI18n } from "@kit/i18n";
import { useConsole } from "../../context";
import { nameOf, useRoutingProfiles, useSecurityProfiles, useUsers } from "../../data";
import { ResourceTable } from "../../parts/ResourceTable";
import { RouteLink } from "../../parts/RouteLink";

export function UsersPage() {
  const { t } = useI18n();
  const { client, InstanceId, may, session } = useConsole();
  const users = useUsers();
  const routing = useRoutingProfiles(may("RoutingPolicies.View"));
  const security = useSecurityProfiles(may("SecurityProfiles.View"));
  const routingName = (id: string | undefined) =>
    nameOf(
      id,
      routing.data?.map((one) => ({ Id: one.RoutingProfileId, Name: one.Name })),
    );
  const securityNames = (ids: readonly string[] | undefined) =>
    (ids ?? [])
      .map((id) => security.data?.find((one) => one.Id === id)?.SecurityProfileName ?? id)
      .sort()
      .join(", ");
  return (
    <ResourceTable
      testId="users"
      history="user"
      title={t("users.title")}
      description={t("users.description")}
      query={users}
      empty={t("users.empty")}
      id={(user) => user.Id ?? ""}
      name={(user) => user.Username ?? ""}
      createHref={may("Users.Create") ? "/console/users/new" : undefined}
      createText={t("users.create")}
      canDelete={(user) => user.Id !== session.userId}
      deleteConsequence={t("users.deleteConsequence")}
      onDelete={
        may("Users.Delete")
          ? async (user) => {
              await client.send(new DeleteUserCommand({ InstanceId, UserId: user.Id }));
            }
          : undefined
      }
      columns={[
        {
          id: "username",
          header: t("field.username"),
          value: (user) => user.Username ?? "",
          cell: (user) => <RouteLink href={`/console/users/${user.Id}`}>{user.Username}</RouteLink>,
        },
        {
          id: "name",
          header: t("field.name"),
          value: (user) => [user.IdentityInfo?.FirstName, user.IdentityInfo?.LastName].filter(Boolean).join(" "),
          cell: (user) => [user.IdentityInfo?.FirstName, user.IdentityInfo?.LastName].filter(Boolean).join(" "),
        },
        {
          id: "routing",
          header: t("field.routingProfile"),
          value: (user) => routingName(user.RoutingProfileId),
          cell: (user) => routingName(user.RoutingProfileId),
        },
        {
          id: "security",
          header: t("field.securityProfiles"),
          value: (user) => securityNames(user.SecurityProfileIds),
          cell: (user) => securityNames(user.SecurityProfileIds),
        },
      ]}
    />
  );
}

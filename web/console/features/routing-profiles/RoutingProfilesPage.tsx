/** All routing profiles. */
import { DeleteRoutingProfileCommand } from "@aws-sdk/client-connect";
import { useI18n } from "@kit/i18n";
import { useConsole } from "../../context";
import { useRoutingProfiles } from "../../data";
import { ResourceTable } from "../../parts/ResourceTable";
import { RouteLink } from "../../parts/RouteLink";
import { channelText } from "./channels";

export function RoutingProfilesPage() {
  const { t, number } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const query = useRoutingProfiles();
  return (
    <ResourceTable
      testId="routing-profiles"
      history="routing-profile"
      title={t("routingProfiles.title")}
      description={t("routingProfiles.description")}
      query={query}
      empty={t("routingProfiles.empty")}
      id={(one) => one.RoutingProfileId ?? ""}
      name={(one) => one.Name ?? ""}
      createHref={may("RoutingPolicies.Create") ? "/console/routing-profiles/new" : undefined}
      createText={t("routingProfiles.create")}
      onDelete={
        may("RoutingPolicies.Edit")
          ? async (one) => {
              await client.send(
                new DeleteRoutingProfileCommand({ InstanceId, RoutingProfileId: one.RoutingProfileId }),
              );
            }
          : undefined
      }
      deleteConsequence={t("routingProfiles.deleteConsequence")}
      columns={[
        {
          id: "name",
          header: t("field.name"),
          value: (one) => one.Name ?? "",
          cell: (one) => <RouteLink href={`/console/routing-profiles/${one.RoutingProfileId}`}>{one.Name}</RouteLink>,
        },
        {
          id: "description",
          header: t("field.description"),
          value: (one) => one.Description ?? "",
          cell: (one) => one.Description,
        },
        {
          id: "channels",
          header: t("field.channels"),
          value: (one) => (one.MediaConcurrencies ?? []).map((each) => channelText(each.Channel, t)).join(", "),
          cell: (one) =>
            (one.MediaConcurrencies ?? [])
              .map((each) => `${channelText(each.Channel, t)} (${number(each.Concurrency ?? 0)})`)
              .join(", "),
        },
        {
          id: "queues",
          header: t("field.queues"),
          value: (one) => one.NumberOfAssociatedQueues ?? 0,
          cell: (one) => number(one.NumberOfAssociatedQueues ?? 0),
        },
        {
          id: "users",
          header: t("field.users"),
          value: (one) => one.NumberOfAssociatedUsers ?? 0,
          cell: (one) => number(one.NumberOfAssociatedUsers ?? 0),
        },
      ]}
    />
  );
}

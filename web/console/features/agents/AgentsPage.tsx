/** Agents right now: status, contacts, free slots; supervisors can change a status. */
import { GetCurrentUserDataCommand, PutUserStatusCommand, type UserData } from "@aws-sdk/client-connect";
import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useI18n } from "@kit/i18n";
import { formatDuration, useNow } from "@kit/ui/Clock";
import { useQuery } from "@tanstack/react-query";
import { everyPage } from "../../api";
import { useConsole, useExplain } from "../../context";
import { nameOf, useAgentStatuses, useQueues, useRoutingProfiles, useUsers } from "../../data";
import { ResourceTable } from "../../parts/ResourceTable";
import { RouteLink } from "../../parts/RouteLink";
import { channelText } from "../routing-profiles/channels";

/** How often the page asks again, in milliseconds. */
const refreshEvery = 5000;

/** What agents are doing now. Only agents who are signed in to routing are in it. */
export function useCurrentAgents(enabled = true) {
  const { client, InstanceId } = useConsole();
  const profiles = useRoutingProfiles(enabled);
  const ids = (profiles.data ?? [])
    .flatMap((one) => (one.RoutingProfileId ? [one.RoutingProfileId] : []))
    .slice(0, 100);
  const query = useQuery({
    queryKey: ["currentAgents", ids],
    enabled: enabled && ids.length > 0,
    refetchInterval: refreshEvery,
    queryFn: () =>
      everyPage(
        (NextToken) =>
          client.send(
            new GetCurrentUserDataCommand({
              InstanceId,
              Filters: { RoutingProfiles: ids },
              NextToken,
              MaxResults: 100,
            }),
          ),
        (page) => page.UserDataList,
      ),
  });
  return query;
}

export function AgentsPage() {
  const { t, number } = useI18n();
  const { client, InstanceId, may, say } = useConsole();
  const explain = useExplain();
  const query = useCurrentAgents();
  const users = useUsers(may("Users.View"));
  const queues = useQueues(may("Queues.View"));
  const statuses = useAgentStatuses(may("AgentStates.View"));
  const now = useNow();
  const userName = (agent: UserData) =>
    users.data?.find((one) => one.Id === agent.User?.Id)?.Username ?? agent.User?.Id ?? "";
  const queueName = (id: string | undefined) =>
    id && queues.data && !queues.data.some((one) => one.QueueId === id) ? t("contactSearch.ownQueue") : queueOf(id);
  const queueOf = (id: string | undefined) =>
    nameOf(
      id,
      queues.data?.map((one) => ({ Id: one.QueueId, Name: one.Name })),
    );
  const since = (agent: UserData) =>
    agent.Status?.StatusStartTimestamp ? now - agent.Status.StatusStartTimestamp.getTime() : 0;
  const statusType = (agent: UserData) => statuses.data?.find((one) => one.AgentStatusId === statusId(agent))?.Type;
  const statusId = (agent: UserData) => agent.Status?.StatusArn?.split("/").pop();
  const slots = (agent: UserData, key: "ActiveSlotsByChannel" | "MaxSlotsByChannel") =>
    Object.values(agent[key] ?? {}).reduce((sum, one) => sum + (one ?? 0), 0);

  async function change(agent: UserData, AgentStatusId: string) {
    try {
      await client.send(new PutUserStatusCommand({ InstanceId, UserId: agent.User?.Id, AgentStatusId }));
      say("success", t("agents.changed", { name: userName(agent) }));
      void query.refetch();
    } catch (error) {
      say("error", explain(error));
    }
  }

  return (
    <ResourceTable<UserData>
      testId="agents"
      title={t("agents.title")}
      description={t("agents.description")}
      query={query}
      empty={t("agents.empty")}
      id={(one) => one.User?.Id ?? ""}
      name={userName}
      columns={[
        {
          id: "agent",
          header: t("field.agent"),
          value: userName,
          cell: (one) =>
            may("Users.View") ? (
              <RouteLink href={`/console/users/${one.User?.Id}`}>{userName(one)}</RouteLink>
            ) : (
              userName(one)
            ),
        },
        {
          id: "status",
          header: t("field.status"),
          value: (one) => one.Status?.StatusName ?? "",
          cell: (one) => {
            const type = statusType(one);
            return (
              <StatusIndicator type={type === "ROUTABLE" ? "success" : type === "OFFLINE" ? "stopped" : "pending"}>
                {one.Status?.StatusName}
                {one.NextStatus && ` → ${one.NextStatus}`}
              </StatusIndicator>
            );
          },
        },
        {
          id: "since",
          header: t("agents.since"),
          value: since,
          cell: (one) => <span className="tabular">{formatDuration(since(one))}</span>,
        },
        {
          id: "contacts",
          header: t("field.contacts"),
          value: (one) => one.Contacts?.length ?? 0,
          cell: (one) =>
            (one.Contacts?.length ?? 0) === 0 ? (
              <Box color="text-status-inactive">{t("agents.noContacts")}</Box>
            ) : (
              <SpaceBetween size="xxs" direction="horizontal">
                {one.Contacts?.map((contact) => (
                  <RouteLink key={contact.ContactId} href={`/console/contacts/${contact.ContactId}`}>
                    <Badge color="blue">
                      {[channelText(contact.Channel, t), queueName(contact.Queue?.Id)].filter(Boolean).join(" · ")}
                    </Badge>
                  </RouteLink>
                ))}
              </SpaceBetween>
            ),
        },
        {
          id: "slots",
          header: t("agents.slots"),
          value: (one) => slots(one, "ActiveSlotsByChannel"),
          cell: (one) =>
            t("agents.slotsOf", {
              used: number(slots(one, "ActiveSlotsByChannel")),
              most: number(slots(one, "MaxSlotsByChannel")),
            }),
        },
        ...(may("AgentStates.View")
          ? [
              {
                id: "change",
                header: t("agents.change"),
                width: 250,
                cell: (one: UserData) => (
                  <ButtonDropdown
                    ariaLabel={`${t("agents.change")}: ${userName(one)}`}
                    expandToViewport
                    items={(statuses.data ?? [])
                      .filter((status) => status.State !== "DISABLED")
                      .map((status) => ({
                        id: status.AgentStatusId ?? "",
                        text: status.Name ?? "",
                        disabled: status.AgentStatusId === statusId(one),
                      }))}
                    onItemClick={({ detail }) => void change(one, detail.id)}
                    data-testid="agent-change-status"
                  >
                    {t("agents.change")}
                  </ButtonDropdown>
                ),
              },
            ]
          : []),
      ]}
    />
  );
}

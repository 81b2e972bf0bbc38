/** Searching contacts by time, channel, queue and agent. */
import { SearchContactsCommand } from "@aws-sdk/client-connect";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useI18n } from "@kit/i18n";
import { formatDuration } from "@kit/ui/Clock";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useConsole } from "../../context";
import { nameOf, useQueues, useUsers } from "../../data";
import { asChoices, SelectField } from "../../parts/fields";
import { ResourceTable } from "../../parts/ResourceTable";
import { RouteLink } from "../../parts/RouteLink";
import { channels, channelText } from "../routing-profiles/channels";

const hour = 60 * 60 * 1000;
const spans = { hour, day: 24 * hour, week: 7 * 24 * hour, month: 28 * 24 * hour } as const;
type Span = keyof typeof spans;

/** Most contacts the page reads. */
const most = 500;

export function ContactsPage() {
  const { t, dateTime } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const [span, setSpan] = useState<Span>("day");
  const [channel, setChannel] = useState("");
  const [queue, setQueue] = useState("");
  const queues = useQueues(may("Queues.View"));
  const users = useUsers(may("Users.View"));
  const query = useQuery({
    queryKey: ["contacts", span, channel, queue],
    queryFn: async () => {
      const EndTime = new Date();
      const found = [];
      let NextToken: string | undefined;
      do {
        const page = await client.send(
          new SearchContactsCommand({
            InstanceId,
            TimeRange: { Type: "INITIATION_TIMESTAMP", StartTime: new Date(EndTime.getTime() - spans[span]), EndTime },
            SearchCriteria: {
              ...(channel ? { Channels: [channel as "CHAT"] } : {}),
              ...(queue ? { QueueIds: [queue] } : {}),
            },
            Sort: { FieldName: "INITIATION_TIMESTAMP", Order: "DESCENDING" },
            MaxResults: 100,
            NextToken,
          }),
        );
        found.push(...(page.Contacts ?? []));
        NextToken = page.NextToken;
      } while (NextToken && found.length < most);
      return found;
    },
  });
  const queueName = (id: string | undefined) =>
    id && queues.data && !queues.data.some((one) => one.QueueId === id) ? t("contactSearch.ownQueue") : queueOf(id);
  const queueOf = (id: string | undefined) =>
    nameOf(
      id,
      queues.data?.map((one) => ({ Id: one.QueueId, Name: one.Name })),
    );
  const userName = (id: string | undefined) =>
    nameOf(
      id,
      users.data?.map((one) => ({ Id: one.Id, Name: one.Username })),
    );
  return (
    <ResourceTable
      testId="contacts"
      title={t("contactSearch.title")}
      description={t("contactSearch.description")}
      query={query}
      empty={t("contactSearch.empty")}
      id={(one) => one.Id ?? ""}
      name={(one) => one.Id ?? ""}
      filters={
        <SpaceBetween size="s" direction="horizontal">
          <SelectField
            label={t("contactSearch.span")}
            value={span}
            choices={(Object.keys(spans) as Span[]).map((one) => ({
              value: one,
              label: t(`contactSearch.span.${one}`),
            }))}
            onChange={(value) => setSpan(value as Span)}
          />
          <SelectField
            label={t("field.channel")}
            value={channel}
            none={t("contactSearch.any")}
            choices={channels.map((one) => ({ value: one, label: t(`channelName.${one}`) }))}
            onChange={setChannel}
          />
          {may("Queues.View") ? (
            <SelectField
              label={t("field.queue")}
              value={queue}
              none={t("contactSearch.any")}
              choices={asChoices(queues.data?.map((one) => ({ Id: one.QueueId, Name: one.Name })))}
              onChange={setQueue}
            />
          ) : (
            <FormField />
          )}
        </SpaceBetween>
      }
      columns={[
        {
          id: "started",
          header: t("contactSearch.started"),
          width: 210,
          value: (one) => -(one.InitiationTimestamp?.getTime() ?? 0),
          cell: (one) => (
            <RouteLink href={`/console/contacts/${one.Id}`}>
              {one.InitiationTimestamp ? dateTime(one.InitiationTimestamp) : (one.Id ?? "")}
            </RouteLink>
          ),
        },
        {
          id: "channel",
          header: t("field.channel"),
          value: (one) => channelText(one.Channel, t),
          cell: (one) => channelText(one.Channel, t),
        },
        {
          id: "queue",
          header: t("field.queue"),
          width: 190,
          value: (one) => queueName(one.QueueInfo?.Id),
          cell: (one) => queueName(one.QueueInfo?.Id),
        },
        {
          id: "agent",
          header: t("field.agent"),
          value: (one) => userName(one.AgentInfo?.Id),
          cell: (one) => userName(one.AgentInfo?.Id),
        },
        {
          id: "duration",
          header: t("contactSearch.duration"),
          value: (one) =>
            one.InitiationTimestamp && one.DisconnectTimestamp
              ? one.DisconnectTimestamp.getTime() - one.InitiationTimestamp.getTime()
              : -1,
          cell: (one) =>
            one.InitiationTimestamp && one.DisconnectTimestamp
              ? formatDuration(one.DisconnectTimestamp.getTime() - one.InitiationTimestamp.getTime())
              : t("contactSearch.running"),
        },
        {
          id: "id",
          header: t("contactSearch.id"),
          width: 340,
          value: (one) => one.Id ?? "",
          cell: (one) => <code>{one.Id}</code>,
        },
      ]}
    />
  );
}

/** One contact: what happened, its attributes, its references and its conversation. */
import {
  DescribeContactCommand,
  GetContactAttributesCommand,
  ListRealtimeContactAnalysisSegmentsV2Command,
  type RealtimeContactAnalysisSegment,
  StopContactCommand,
} from "@aws-sdk/client-connect";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { Entry } from "@kit/chat/Entry";
import type { ChatItem, Role } from "@kit/chat/items";
import "@kit/chat/chat.css";
import { useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { everyPage } from "../../api";
import { useConsole, useExplain } from "../../context";
import { nameOf, useQueues, useUsers } from "../../data";
import { Loaded } from "../../parts/FormPage";
import { RouteButton, RouteLink, useGo } from "../../parts/RouteLink";
import { channelText } from "../routing-profiles/channels";

export function ContactPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const { client, InstanceId } = useConsole();
  const query = useQuery({
    queryKey: ["contact", id],
    queryFn: async () => (await client.send(new DescribeContactCommand({ InstanceId, ContactId: id }))).Contact ?? {},
  });
  return (
    <Loaded query={query}>{(contact) => <ContactView contact={contact} refetch={() => void query.refetch()} />}</Loaded>
  );
}

type Found = NonNullable<import("@aws-sdk/client-connect").DescribeContactResponse["Contact"]>;

function ContactView({ contact, refetch }: { contact: Found; refetch: () => void }) {
  const { t, dateTime } = useI18n();
  const { client, InstanceId, may, say } = useConsole();
  const explain = useExplain();
  const go = useGo();
  const [ending, setEnding] = useState(false);
  const queues = useQueues(may("Queues.View"));
  const users = useUsers(may("Users.View"));
  const running = !contact.DisconnectTimestamp;

  async function end() {
    setEnding(true);
    try {
      await client.send(new StopContactCommand({ InstanceId, ContactId: contact.Id }));
      say("success", t("contactDetail.ended"));
      refetch();
    } catch (error) {
      say("error", explain(error));
    }
    setEnding(false);
  }

  const moment = (at: Date | undefined) => (at ? dateTime(at) : "–");
  const facts: { label: string; value: React.ReactNode }[] = [
    { label: t("field.channel"), value: channelText(contact.Channel, t) },
    { label: t("contactDetail.startedBy"), value: contact.InitiationMethod ?? "–" },
    { label: t("contactSearch.started"), value: moment(contact.InitiationTimestamp) },
    { label: t("contactDetail.queuedAt"), value: moment(contact.QueueInfo?.EnqueueTimestamp) },
    { label: t("contactDetail.connectedAt"), value: moment(contact.AgentInfo?.ConnectedToAgentTimestamp) },
    {
      label: t("contactDetail.endedAt"),
      value: running ? t("contactSearch.running") : moment(contact.DisconnectTimestamp),
    },
    {
      label: t("field.queue"),
      value: contact.QueueInfo?.Id
        ? nameOf(
            contact.QueueInfo.Id,
            queues.data?.map((one) => ({ Id: one.QueueId, Name: one.Name })),
          )
        : "–",
    },
    {
      label: t("field.agent"),
      value: contact.AgentInfo?.Id
        ? nameOf(
            contact.AgentInfo.Id,
            users.data?.map((one) => ({ Id: one.Id, Name: one.Username })),
          )
        : "–",
    },
    { label: t("contactSearch.id"), value: <code>{contact.Id}</code> },
  ];
  for (const [label, other] of [
    [t("contactDetail.first"), contact.InitialContactId],
    [t("contactDetail.previous"), contact.PreviousContactId],
    [t("contactDetail.related"), contact.RelatedContactId],
  ] as const) {
    if (other && other !== contact.Id)
      facts.push({ label, value: <RouteLink href={`/console/contacts/${other}`}>{other}</RouteLink> });
  }

  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        actions={
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={() => go("/console/contacts")}>
              {t("action.back")}
            </Button>
            {may("ContactFlows.View") && (
              <RouteButton href={`/console/flow-logs?contact=${contact.Id}`} testId="contact-flow-log">
                {t("flowLogs.of")}
              </RouteButton>
            )}
            {running && may("StopContact.Enabled") && (
              <Button loading={ending} onClick={end} data-testid="contact-stop">
                {t("contactDetail.end")}
              </Button>
            )}
          </SpaceBetween>
        }
      >
        {contact.Name || `${channelText(contact.Channel, t)} · ${moment(contact.InitiationTimestamp)}`}
      </Header>
      <Container>
        <KeyValuePairs columns={3} items={facts} />
        {contact.Description && <Box padding={{ top: "m" }}>{contact.Description}</Box>}
      </Container>
      {may("ContactAttributes.View") && <Attributes contactId={contact.InitialContactId ?? contact.Id ?? ""} />}
      {contact.Channel === "CHAT" && <Transcript contactId={contact.Id ?? ""} />}
    </SpaceBetween>
  );
}

function Attributes({ contactId }: { contactId: string }) {
  const { t } = useI18n();
  const { client, InstanceId } = useConsole();
  const query = useQuery({
    queryKey: ["contact", contactId, "attributes"],
    queryFn: async () =>
      (await client.send(new GetContactAttributesCommand({ InstanceId, InitialContactId: contactId }))).Attributes ??
      {},
  });
  return (
    <Container header={<Header variant="h2">{t("contactDetail.attributes")}</Header>}>
      <Loaded query={query}>
        {(attributes) =>
          Object.keys(attributes).length === 0 ? (
            <Box color="text-status-inactive">{t("contactDetail.noAttributes")}</Box>
          ) : (
            <KeyValuePairs columns={3} items={Object.entries(attributes).map(([label, value]) => ({ label, value }))} />
          )
        }
      </Loaded>
    </Container>
  );
}

/** Reads a segment of the conversation as an entry of the shared chat view; other segments are analysis and not shown here. */
export function toChatItem(segment: RealtimeContactAnalysisSegment): ChatItem | undefined {
  const said = segment.Transcript;
  if (said) {
    return {
      id: said.Id ?? "",
      kind: "message",
      time: said.Time && "AbsoluteTime" in said.Time ? (said.Time.AbsoluteTime?.getTime() ?? 0) : 0,
      contentType: said.ContentType ?? "text/plain",
      content: said.Content ?? "",
      role: (said.ParticipantRole as Role) ?? "SYSTEM",
      participantId: said.ParticipantId ?? "",
      displayName: said.DisplayName ?? "",
      contactId: "",
      attachments: [],
    };
  }
  const file = segment.Attachments;
  if (file) {
    return {
      id: file.Id ?? "",
      kind: "attachment",
      time: file.Time && "AbsoluteTime" in file.Time ? (file.Time.AbsoluteTime?.getTime() ?? 0) : 0,
      contentType: "",
      content: "",
      role: (file.ParticipantRole as Role) ?? "SYSTEM",
      participantId: file.ParticipantId ?? "",
      displayName: file.DisplayName ?? "",
      contactId: "",
      // Downloads need a participant's token, so a supervisor sees the name only.
      attachments: (file.Attachments ?? []).map((one) => ({
        id: one.AttachmentId ?? "",
        name: one.AttachmentName ?? "",
        contentType: one.ContentType ?? "",
        status: one.Status === "REJECTED" ? "REJECTED" : "IN_PROGRESS",
      })),
    };
  }
  const event = segment.Event;
  if (!event) return undefined;
  return {
    id: event.Id ?? "",
    kind: "event",
    time: event.Time && "AbsoluteTime" in event.Time ? (event.Time.AbsoluteTime?.getTime() ?? 0) : 0,
    contentType: event.EventType ?? "",
    content: "",
    role: (event.ParticipantRole as Role) ?? "SYSTEM",
    participantId: event.ParticipantId ?? "",
    displayName: event.DisplayName ?? "",
    contactId: "",
    attachments: [],
  };
}

const nothing = () => undefined;

function Transcript({ contactId }: { contactId: string }) {
  const { t } = useI18n();
  const { client, InstanceId } = useConsole();
  const explain = useExplain();
  const query = useQuery({
    queryKey: ["contact", contactId, "transcript"],
    retry: false,
    queryFn: () =>
      everyPage(
        (NextToken) =>
          client.send(
            new ListRealtimeContactAnalysisSegmentsV2Command({
              InstanceId,
              ContactId: contactId,
              OutputType: "Raw",
              SegmentTypes: ["Transcript", "Event", "Attachments"],
              MaxResults: 100,
              NextToken,
            }),
          ),
        (page) => page.Segments,
      ),
  });
  const items = (query.data ?? []).flatMap((segment) => toChatItem(segment) ?? []).sort((a, b) => a.time - b.time);
  return (
    <Container header={<Header variant="h2">{t("contactDetail.transcript")}</Header>}>
      {query.isPending && <Spinner />}
      {query.isError && <Alert type="info">{t("contactDetail.noTranscript", { message: explain(query.error) })}</Alert>}
      {query.data && items.length === 0 && <Box color="text-status-inactive">{t("contactDetail.emptyTranscript")}</Box>}
      {items.length > 0 && (
        <ol className="chat__log">
          {items.map((item) => (
            <Entry
              key={item.id}
              item={item}
              mine={false}
              onResend={nothing}
              onDiscard={nothing}
              onDownload={() => Promise.reject(new Error("not a participant"))}
            />
          ))}
        </ol>
      )}
    </Container>
  );
}

/** Creating or editing a routing profile: channels with their limits, and queues with priority and delay. */
import {
  AssociateRoutingProfileQueuesCommand,
  CreateRoutingProfileCommand,
  DescribeRoutingProfileCommand,
  DisassociateRoutingProfileQueuesCommand,
  ListRoutingProfileQueuesCommand,
  type RoutingProfile,
  type RoutingProfileQueueConfig,
  UpdateRoutingProfileConcurrencyCommand,
  UpdateRoutingProfileDefaultOutboundQueueCommand,
  UpdateRoutingProfileNameCommand,
  UpdateRoutingProfileQueuesCommand,
} from "@aws-sdk/client-connect";
import Alert from "@cloudscape-design/components/alert";
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { everyPage } from "../../api";
import { useConsole } from "../../context";
import { useChanged, useQueues } from "../../data";
import { FormPage, Loaded } from "../../parts/FormPage";
import { asChoices, isWhole, SelectField, TextAreaField, TextField } from "../../parts/fields";
import { type ChannelName, type ChannelSetting, channels, mostOf, readChannels, writeChannels } from "./channels";

/** A queue row of the form: one queue on one channel. */
export interface QueueRow {
  queue: string;
  channel: ChannelName;
  priority: string;
  delay: string;
}

export function RoutingProfilePage() {
  const { id } = useParams({ strict: false }) as { id?: string };
  const { client, InstanceId } = useConsole();
  const query = useQuery({
    queryKey: ["routingProfiles", id ?? "new"],
    enabled: id !== undefined,
    gcTime: 0,
    queryFn: async () => {
      const [{ RoutingProfile: profile }, queues] = await Promise.all([
        client.send(new DescribeRoutingProfileCommand({ InstanceId, RoutingProfileId: id })),
        everyPage(
          (NextToken) =>
            client.send(new ListRoutingProfileQueuesCommand({ InstanceId, RoutingProfileId: id, NextToken })),
          (page) => page.RoutingProfileQueueConfigSummaryList,
        ),
      ]);
      const rows: QueueRow[] = queues.map((one) => ({
        queue: one.QueueId ?? "",
        channel: one.Channel as ChannelName,
        priority: String(one.Priority ?? 1),
        delay: String(one.Delay ?? 0),
      }));
      return { profile, rows };
    },
  });
  if (id === undefined) return <RoutingProfileForm rows={[]} />;
  return (
    <Loaded query={query}>
      {({ profile, rows }) => <RoutingProfileForm key={id} profile={profile} rows={rows} />}
    </Loaded>
  );
}

function toConfig(row: QueueRow): RoutingProfileQueueConfig {
  return {
    QueueReference: { QueueId: row.queue, Channel: row.channel },
    Priority: Number(row.priority),
    Delay: Number(row.delay),
  };
}

const keyOf = (row: QueueRow) => `${row.queue}/${row.channel}`;

/** What to associate, change and take away so that the rows `before` become the rows `after`. */
export function queueChanges(before: QueueRow[], after: QueueRow[]) {
  const old = new Map(before.map((row) => [keyOf(row), row]));
  const wanted = new Map(after.map((row) => [keyOf(row), row]));
  return {
    added: [...wanted].filter(([key]) => !old.has(key)).map(([, row]) => toConfig(row)),
    changed: [...wanted]
      .filter(([key, row]) => {
        const was = old.get(key);
        return was !== undefined && (was.priority !== row.priority || was.delay !== row.delay);
      })
      .map(([, row]) => toConfig(row)),
    removed: [...old]
      .filter(([key]) => !wanted.has(key))
      .map(([, row]) => ({ QueueId: row.queue, Channel: row.channel })),
  };
}

/** Sends a list in portions, since one call takes at most ten queues. */
async function inTens<T>(list: T[], send: (portion: T[]) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < list.length; at += 10) await send(list.slice(at, at + 10));
}

function RoutingProfileForm({ profile, rows: before }: { profile?: RoutingProfile; rows: QueueRow[] }) {
  const { t } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const changed = useChanged();
  const queues = useQueues();
  const [name, setName] = useState(profile?.Name ?? "");
  const [description, setDescription] = useState(profile?.Description ?? "");
  const [outbound, setOutbound] = useState(profile?.DefaultOutboundQueueId ?? "");
  const [settings, setSettings] = useState(() => readChannels(profile?.MediaConcurrencies));
  const [rows, setRows] = useState(before);
  const [tried, setTried] = useState(false);
  const editable = may(profile ? "RoutingPolicies.Edit" : "RoutingPolicies.Create");

  const setChannel = (channel: ChannelName, change: Partial<ChannelSetting>) =>
    setSettings({ ...settings, [channel]: { ...settings[channel], ...change } });
  const setRow = (index: number, change: Partial<QueueRow>) =>
    setRows(rows.map((row, at) => (at === index ? { ...row, ...change } : row)));

  const duplicate = new Set(rows.map(keyOf)).size !== rows.length;
  const problems = {
    name: name.trim() === "" ? t("form.required") : undefined,
    description: description.trim() === "" ? t("form.required") : undefined,
    outbound: outbound === "" ? t("form.required") : undefined,
    channels: channels.some((one) => settings[one].on) ? undefined : t("routingProfiles.needsChannel"),
    most: channels.every((one) => !settings[one].on || isWhole(settings[one].most, 1, mostOf[one]))
      ? undefined
      : t("routingProfiles.badConcurrency"),
    rows: rows.every((row) => row.queue !== "" && isWhole(row.priority, 1, 99) && isWhole(row.delay, 0, 9999))
      ? duplicate
        ? t("routingProfiles.duplicateRow")
        : undefined
      : t("routingProfiles.badRow"),
  };
  const shown: Partial<typeof problems> = tried ? problems : {};
  const silent = rows.filter((row) => !settings[row.channel].on);

  async function save() {
    const MediaConcurrencies = writeChannels(settings);
    if (!profile) {
      const configs = rows.map(toConfig);
      const made = await client.send(
        new CreateRoutingProfileCommand({
          InstanceId,
          Name: name.trim(),
          Description: description.trim(),
          DefaultOutboundQueueId: outbound,
          MediaConcurrencies,
          QueueConfigs: configs.slice(0, 10),
        }),
      );
      await inTens(configs.slice(10), (QueueConfigs) =>
        client.send(
          new AssociateRoutingProfileQueuesCommand({
            InstanceId,
            RoutingProfileId: made.RoutingProfileId,
            QueueConfigs,
          }),
        ),
      );
    } else {
      const RoutingProfileId = profile.RoutingProfileId;
      if (name !== profile.Name || description !== profile.Description) {
        await client.send(
          new UpdateRoutingProfileNameCommand({
            InstanceId,
            RoutingProfileId,
            Name: name.trim(),
            Description: description.trim(),
          }),
        );
      }
      if (outbound !== profile.DefaultOutboundQueueId) {
        await client.send(
          new UpdateRoutingProfileDefaultOutboundQueueCommand({
            InstanceId,
            RoutingProfileId,
            DefaultOutboundQueueId: outbound,
          }),
        );
      }
      await client.send(
        new UpdateRoutingProfileConcurrencyCommand({ InstanceId, RoutingProfileId, MediaConcurrencies }),
      );
      const change = queueChanges(before, rows);
      await inTens(change.removed, (QueueReferences) =>
        client.send(new DisassociateRoutingProfileQueuesCommand({ InstanceId, RoutingProfileId, QueueReferences })),
      );
      await inTens(change.added, (QueueConfigs) =>
        client.send(new AssociateRoutingProfileQueuesCommand({ InstanceId, RoutingProfileId, QueueConfigs })),
      );
      await inTens(change.changed, (QueueConfigs) =>
        client.send(new UpdateRoutingProfileQueuesCommand({ InstanceId, RoutingProfileId, QueueConfigs })),
      );
    }
    await changed("routingProfiles");
  }

  const queueChoices = asChoices(queues.data?.map((one) => ({ Id: one.QueueId, Name: one.Name })));
  return (
    <FormPage
      title={profile?.Name ?? t("routingProfiles.create")}
      backHref="/console/routing-profiles"
      problems={Object.values(problems)}
      onTry={() => setTried(true)}
      onSave={editable ? save : undefined}
      savedText={t("form.saved", { name })}
    >
      <SpaceBetween size="l">
        <Container>
          <SpaceBetween size="m">
            <TextField
              label={t("field.name")}
              value={name}
              problem={shown.name}
              onChange={setName}
              testId="routing-profile-name"
            />
            <TextAreaField
              label={t("field.description")}
              value={description}
              problem={shown.description}
              onChange={setDescription}
              testId="routing-profile-description"
            />
            <SelectField
              label={t("routingProfiles.outbound")}
              hint={t("routingProfiles.outboundHint")}
              value={outbound}
              problem={shown.outbound}
              loading={queues.isPending}
              choices={queueChoices}
              onChange={setOutbound}
              testId="routing-profile-outbound"
            />
          </SpaceBetween>
        </Container>
        <Container
          header={
            <Header variant="h2" description={t("routingProfiles.channelsText")}>
              {t("field.channels")}
            </Header>
          }
        >
          <SpaceBetween size="m">
            {(shown.channels ?? shown.most) && <Alert type="error">{shown.channels ?? shown.most}</Alert>}
            {channels.map((channel) => (
              <div key={channel} className="channel-row">
                <Toggle
                  checked={settings[channel].on}
                  onChange={({ detail }) => setChannel(channel, { on: detail.checked })}
                  data-testid={`channel-${channel}`}
                >
                  {t(`channelName.${channel}`)}
                </Toggle>
                {settings[channel].on && (
                  <>
                    <div className="channel-row__most">
                      <span aria-hidden="true">{t("routingProfiles.most", { most: mostOf[channel] })}</span>
                      <Input
                        type="number"
                        inputMode="numeric"
                        ariaLabel={`${t(`channelName.${channel}`)}: ${t("routingProfiles.most", { most: mostOf[channel] })}`}
                        disabled={mostOf[channel] === 1}
                        value={settings[channel].most}
                        onChange={({ detail }) => setChannel(channel, { most: detail.value })}
                      />
                    </div>
                    <Checkbox
                      checked={settings[channel].others}
                      onChange={({ detail }) => setChannel(channel, { others: detail.checked })}
                    >
                      {t("routingProfiles.others", { channel: t(`channelName.${channel}`) })}
                    </Checkbox>
                  </>
                )}
              </div>
            ))}
          </SpaceBetween>
        </Container>
        <Container
          header={
            <Header variant="h2" description={t("routingProfiles.queuesText")}>
              {t("field.queues")}
            </Header>
          }
        >
          <SpaceBetween size="m">
            {shown.rows && <Alert type="error">{shown.rows}</Alert>}
            {silent.length > 0 && <Alert type="warning">{t("routingProfiles.silentRow")}</Alert>}
            <AttributeEditor
              items={rows}
              addButtonText={t("routingProfiles.addQueue")}
              removeButtonText={t("form.removeRow")}
              empty={t("routingProfiles.noQueues")}
              onAddButtonClick={() =>
                setRows([
                  ...rows,
                  { queue: "", channel: channels.find((one) => settings[one].on) ?? "CHAT", priority: "1", delay: "0" },
                ])
              }
              onRemoveButtonClick={({ detail }) => setRows(rows.filter((_, at) => at !== detail.itemIndex))}
              definition={[
                {
                  label: t("field.queue"),
                  control: (row, index) => (
                    <Select
                      ariaLabel={t("field.queue")}
                      selectedOption={queueChoices.find((one) => one.value === row.queue) ?? null}
                      options={queueChoices}
                      placeholder={t("form.choose")}
                      onChange={({ detail }) => setRow(index, { queue: detail.selectedOption.value ?? "" })}
                    />
                  ),
                },
                {
                  label: t("field.channel"),
                  control: (row, index) => (
                    <Select
                      ariaLabel={t("field.channel")}
                      selectedOption={{ value: row.channel, label: t(`channelName.${row.channel}`) }}
                      options={channels.map((one) => ({ value: one, label: t(`channelName.${one}`) }))}
                      onChange={({ detail }) => setRow(index, { channel: detail.selectedOption.value as ChannelName })}
                    />
                  ),
                },
                {
                  label: t("routingProfiles.priority"),
                  control: (row, index) => (
                    <Input
                      type="number"
                      ariaLabel={t("routingProfiles.priority")}
                      value={row.priority}
                      onChange={({ detail }) => setRow(index, { priority: detail.value })}
                    />
                  ),
                },
                {
                  label: t("routingProfiles.delay"),
                  control: (row, index) => (
                    <Input
                      type="number"
                      ariaLabel={t("routingProfiles.delay")}
                      value={row.delay}
                      onChange={({ detail }) => setRow(index, { delay: detail.value })}
                    />
                  ),
                },
              ]}
            />
          </SpaceBetween>
        </Container>
      </SpaceBetween>
    </FormPage>
  );
}

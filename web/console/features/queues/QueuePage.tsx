/** Creating or editing a queue: hours, limit and the quick connects offered with it. */
import {
  AssociateQueueQuickConnectsCommand,
  CreateQueueCommand,
  DescribeQueueCommand,
  DisassociateQueueQuickConnectsCommand,
  ListQueueQuickConnectsCommand,
  type Queue,
  UpdateQueueHoursOfOperationCommand,
  UpdateQueueMaxContactsCommand,
  UpdateQueueNameCommand,
} from "@aws-sdk/client-connect";
import Container from "@cloudscape-design/components/container";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { everyPage } from "../../api";
import { useConsole } from "../../context";
import { useChanged, useHours, useQuickConnects } from "../../data";
import { FormPage, Loaded } from "../../parts/FormPage";
import { asChoices, isWhole, MultiField, SelectField, TextAreaField, TextField } from "../../parts/fields";

export function QueuePage() {
  const { id } = useParams({ strict: false }) as { id?: string };
  const { client, InstanceId } = useConsole();
  const query = useQuery({
    queryKey: ["queues", id ?? "new"],
    enabled: id !== undefined,
    gcTime: 0,
    queryFn: async () => {
      const [{ Queue: queue }, connects] = await Promise.all([
        client.send(new DescribeQueueCommand({ InstanceId, QueueId: id })),
        everyPage(
          (NextToken) => client.send(new ListQueueQuickConnectsCommand({ InstanceId, QueueId: id, NextToken })),
          (page) => page.QuickConnectSummaryList,
        ),
      ]);
      return { queue, connects: connects.flatMap((one) => (one.Id ? [one.Id] : [])) };
    },
  });
  if (id === undefined) return <QueueForm connects={[]} />;
  return (
    <Loaded query={query}>{({ queue, connects }) => <QueueForm key={id} queue={queue} connects={connects} />}</Loaded>
  );
}

/** Most quick connects one call takes. */
const connectsPerCall = 50;

function QueueForm({ queue, connects: before }: { queue?: Queue; connects: string[] }) {
  const { t } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const changed = useChanged();
  const hours = useHours();
  const quickConnects = useQuickConnects(may("TransferDestinations.View"));
  const [name, setName] = useState(queue?.Name ?? "");
  const [description, setDescription] = useState(queue?.Description ?? "");
  const [hoursId, setHoursId] = useState(queue?.HoursOfOperationId ?? "");
  const [limited, setLimited] = useState(queue?.MaxContacts !== undefined);
  const [limit, setLimit] = useState(String(queue?.MaxContacts ?? 50));
  const [connects, setConnects] = useState(before);
  const [tried, setTried] = useState(false);
  const editable = may(queue ? "Queues.Edit" : "Queues.Create");
  const problems = {
    name: name.trim() === "" ? t("form.required") : undefined,
    hours: hoursId === "" ? t("form.required") : undefined,
    limit: !limited || isWhole(limit, 0, 1_000_000) ? undefined : t("form.wholeNumber", { least: 0, most: 1_000_000 }),
  };
  const shown: Partial<typeof problems> = tried ? problems : {};

  async function save() {
    const MaxContacts = limited ? Number(limit) : undefined;
    let QueueId = queue?.QueueId;
    if (!queue) {
      const made = await client.send(
        new CreateQueueCommand({
          InstanceId,
          Name: name.trim(),
          Description: description.trim() || undefined,
          HoursOfOperationId: hoursId,
          MaxContacts,
          QuickConnectIds: connects.length > 0 ? connects.slice(0, connectsPerCall) : undefined,
        }),
      );
      QueueId = made.QueueId;
      if (connects.length > connectsPerCall) {
        await associate(QueueId, connects.slice(connectsPerCall));
      }
    } else {
      if (name !== queue.Name || description !== (queue.Description ?? "")) {
        await client.send(
          new UpdateQueueNameCommand({ InstanceId, QueueId, Name: name.trim(), Description: description.trim() }),
        );
      }
      if (hoursId !== queue.HoursOfOperationId) {
        await client.send(new UpdateQueueHoursOfOperationCommand({ InstanceId, QueueId, HoursOfOperationId: hoursId }));
      }
      if (MaxContacts !== queue.MaxContacts) {
        await client.send(new UpdateQueueMaxContactsCommand({ InstanceId, QueueId, MaxContacts }));
      }
      const removed = before.filter((one) => !connects.includes(one));
      for (let at = 0; at < removed.length; at += connectsPerCall) {
        const QuickConnectIds = removed.slice(at, at + connectsPerCall);
        await client.send(new DisassociateQueueQuickConnectsCommand({ InstanceId, QueueId, QuickConnectIds }));
      }
      await associate(
        QueueId,
        connects.filter((one) => !before.includes(one)),
      );
    }
    await changed("queues");
  }

  async function associate(QueueId: string | undefined, ids: string[]) {
    for (let at = 0; at < ids.length; at += connectsPerCall) {
      const QuickConnectIds = ids.slice(at, at + connectsPerCall);
      await client.send(new AssociateQueueQuickConnectsCommand({ InstanceId, QueueId, QuickConnectIds }));
    }
  }

  return (
    <FormPage
      title={queue?.Name ?? t("queues.create")}
      backHref="/console/queues"
      problems={Object.values(problems)}
      onTry={() => setTried(true)}
      onSave={editable ? save : undefined}
      savedText={t("form.saved", { name })}
    >
      <Container>
        <SpaceBetween size="m">
          <TextField label={t("field.name")} value={name} problem={shown.name} onChange={setName} testId="queue-name" />
          <TextAreaField label={t("field.description")} value={description} onChange={setDescription} />
          <SelectField
            label={t("field.hours")}
            hint={t("queues.hoursHint")}
            value={hoursId}
            problem={shown.hours}
            loading={hours.isPending}
            choices={asChoices(hours.data?.map((one) => ({ Id: one.HoursOfOperationId, Name: one.Name })))}
            onChange={setHoursId}
            testId="queue-hours"
          />
          <Toggle checked={limited} onChange={({ detail }) => setLimited(detail.checked)}>
            {t("queues.setLimit")}
          </Toggle>
          {limited && (
            <TextField
              label={t("queues.limit")}
              hint={t("queues.limitHint")}
              inputMode="numeric"
              value={limit}
              problem={shown.limit}
              onChange={setLimit}
            />
          )}
          {may("TransferDestinations.View") && (
            <MultiField
              label={t("field.quickConnects")}
              hint={t("queues.quickConnectsHint")}
              values={connects}
              loading={quickConnects.isPending}
              choices={asChoices(
                quickConnects.data?.map((one) => ({
                  Id: one.QuickConnectId,
                  Name: one.Name,
                  Description: one.Description,
                })),
              )}
              onChange={setConnects}
              testId="queue-quick-connects"
            />
          )}
        </SpaceBetween>
      </Container>
    </FormPage>
  );
}

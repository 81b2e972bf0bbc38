/** Creating or editing a quick connect: where it leads and the flow that takes contacts there. */
import {
  CreateQuickConnectCommand,
  DescribeQuickConnectCommand,
  type QuickConnect,
  type QuickConnectConfig,
  UpdateQuickConnectConfigCommand,
  UpdateQuickConnectNameCommand,
} from "@aws-sdk/client-connect";
import Container from "@cloudscape-design/components/container";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useConsole } from "../../context";
import { useChanged, useFlows, useQueues, useUsers } from "../../data";
import { FormPage, Loaded } from "../../parts/FormPage";
import { asChoices, SelectField, TextAreaField, TextField } from "../../parts/fields";
import { type Kind, kinds, kindText } from "./kinds";

export function QuickConnectPage() {
  const { id } = useParams({ strict: false }) as { id?: string };
  const { client, InstanceId } = useConsole();
  const query = useQuery({
    queryKey: ["quickConnects", id ?? "new"],
    enabled: id !== undefined,
    gcTime: 0,
    queryFn: async () =>
      (await client.send(new DescribeQuickConnectCommand({ InstanceId, QuickConnectId: id }))).QuickConnect ?? {},
  });
  if (id === undefined) return <QuickConnectForm />;
  return <Loaded query={query}>{(found) => <QuickConnectForm key={id} found={found} />}</Loaded>;
}

/** Flow types that take a contact to an agent or into a queue. */
const transferFlowType: Record<Exclude<Kind, "PHONE_NUMBER">, string> = {
  USER: "AGENT_TRANSFER",
  QUEUE: "QUEUE_TRANSFER",
};

function QuickConnectForm({ found }: { found?: QuickConnect }) {
  const { t } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const changed = useChanged();
  const config = found?.QuickConnectConfig;
  const [name, setName] = useState(found?.Name ?? "");
  const [description, setDescription] = useState(found?.Description ?? "");
  const [kind, setKind] = useState<Kind>((config?.QuickConnectType as Kind) ?? "USER");
  const [user, setUser] = useState(config?.UserConfig?.UserId ?? "");
  const [queue, setQueue] = useState(config?.QueueConfig?.QueueId ?? "");
  const [flow, setFlow] = useState(config?.UserConfig?.ContactFlowId ?? config?.QueueConfig?.ContactFlowId ?? "");
  const [number, setNumber] = useState(config?.PhoneConfig?.PhoneNumber ?? "");
  const [tried, setTried] = useState(false);
  const users = useUsers(kind === "USER");
  const queues = useQueues(kind === "QUEUE");
  const flows = useFlows(kind !== "PHONE_NUMBER");
  const editable = may(found ? "TransferDestinations.Edit" : "TransferDestinations.Create");
  const problems = {
    name: name.trim() === "" ? t("form.required") : undefined,
    user: kind === "USER" && user === "" ? t("form.required") : undefined,
    queue: kind === "QUEUE" && queue === "" ? t("form.required") : undefined,
    flow: kind !== "PHONE_NUMBER" && flow === "" ? t("form.required") : undefined,
    number: kind === "PHONE_NUMBER" && !/^\+[1-9]\d{1,14}$/.test(number) ? t("form.badPhoneNumber") : undefined,
  };
  const shown: Partial<typeof problems> = tried ? problems : {};
  const wantedFlow = kind === "PHONE_NUMBER" ? "" : transferFlowType[kind];

  function newConfig(): QuickConnectConfig {
    if (kind === "USER") return { QuickConnectType: "USER", UserConfig: { UserId: user, ContactFlowId: flow } };
    if (kind === "QUEUE") return { QuickConnectType: "QUEUE", QueueConfig: { QueueId: queue, ContactFlowId: flow } };
    return { QuickConnectType: "PHONE_NUMBER", PhoneConfig: { PhoneNumber: number } };
  }

  async function save() {
    const parts = { Name: name.trim(), Description: description.trim() || undefined };
    if (found) {
      const QuickConnectId = found.QuickConnectId;
      await client.send(
        new UpdateQuickConnectNameCommand({
          InstanceId,
          QuickConnectId,
          Name: parts.Name,
          Description: description.trim(),
        }),
      );
      await client.send(
        new UpdateQuickConnectConfigCommand({ InstanceId, QuickConnectId, QuickConnectConfig: newConfig() }),
      );
    } else {
      await client.send(new CreateQuickConnectCommand({ InstanceId, ...parts, QuickConnectConfig: newConfig() }));
    }
    await changed("quickConnects");
  }

  return (
    <FormPage
      title={found?.Name ?? t("quickConnects.create")}
      backHref="/console/quick-connects"
      problems={Object.values(problems)}
      onTry={() => setTried(true)}
      onSave={editable ? save : undefined}
      savedText={t("form.saved", { name })}
    >
      <Container>
        <SpaceBetween size="m">
          <TextField
            label={t("field.name")}
            value={name}
            problem={shown.name}
            onChange={setName}
            testId="quick-connect-name"
          />
          <TextAreaField label={t("field.description")} value={description} onChange={setDescription} />
          <SelectField
            label={t("field.kind")}
            value={kind}
            disabled={Boolean(found)}
            choices={kinds.map((one) => ({ value: one, label: kindText(one, t) }))}
            onChange={(value) => setKind(value as Kind)}
            testId="quick-connect-kind"
          />
          {kind === "USER" && (
            <SelectField
              label={t("field.user")}
              value={user}
              problem={shown.user}
              loading={users.isPending}
              choices={asChoices(users.data?.map((one) => ({ Id: one.Id, Name: one.Username })))}
              onChange={setUser}
              testId="quick-connect-user"
            />
          )}
          {kind === "QUEUE" && (
            <SelectField
              label={t("field.queue")}
              value={queue}
              problem={shown.queue}
              loading={queues.isPending}
              choices={asChoices(queues.data?.map((one) => ({ Id: one.QueueId, Name: one.Name })))}
              onChange={setQueue}
              testId="quick-connect-queue"
            />
          )}
          {kind === "PHONE_NUMBER" ? (
            <TextField
              label={t("field.phoneNumber")}
              hint={t("form.phoneHint")}
              inputMode="tel"
              value={number}
              problem={shown.number}
              onChange={setNumber}
            />
          ) : (
            <SelectField
              label={t("field.flow")}
              hint={t("quickConnects.flowHint")}
              value={flow}
              problem={shown.flow}
              loading={flows.isPending}
              choices={asChoices(flows.data?.filter((one) => one.Type === wantedFlow))}
              onChange={setFlow}
              testId="quick-connect-flow"
            />
          )}
        </SpaceBetween>
      </Container>
    </FormPage>
  );
}

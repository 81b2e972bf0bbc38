/** Creating or editing an agent status; statuses are never deleted, only disabled. */
import {
  type AgentStatus,
  CreateAgentStatusCommand,
  DescribeAgentStatusCommand,
  UpdateAgentStatusCommand,
} from "@aws-sdk/client-connect";
import Container from "@cloudscape-design/components/container";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useConsole } from "../../context";
import { useChanged } from "../../data";
import { FormPage, Loaded } from "../../parts/FormPage";
import { isWhole, TextAreaField, TextField } from "../../parts/fields";

export function AgentStatusPage() {
  const { id } = useParams({ strict: false }) as { id?: string };
  const { client, InstanceId } = useConsole();
  const query = useQuery({
    queryKey: ["agentStatuses", id ?? "new"],
    enabled: id !== undefined,
    gcTime: 0,
    queryFn: async () =>
      (await client.send(new DescribeAgentStatusCommand({ InstanceId, AgentStatusId: id }))).AgentStatus ?? {},
  });
  if (id === undefined) return <AgentStatusForm />;
  return <Loaded query={query}>{(found) => <AgentStatusForm key={id} found={found} />}</Loaded>;
}

function AgentStatusForm({ found }: { found?: AgentStatus }) {
  const { t } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const changed = useChanged();
  const [name, setName] = useState(found?.Name ?? "");
  const [description, setDescription] = useState(found?.Description ?? "");
  const [order, setOrder] = useState(found?.DisplayOrder === undefined ? "" : String(found.DisplayOrder));
  const [enabled, setEnabled] = useState(found?.State !== "DISABLED");
  const [tried, setTried] = useState(false);
  const custom = !found || found.Type === "CUSTOM";
  const problems = {
    name: name.trim() === "" ? t("form.required") : undefined,
    order: order === "" || isWhole(order, 1, 50) ? undefined : t("form.wholeNumber", { least: 1, most: 50 }),
  };
  const shown: Partial<typeof problems> = tried ? problems : {};

  async function save() {
    const State = enabled ? ("ENABLED" as const) : ("DISABLED" as const);
    const DisplayOrder = order === "" ? undefined : Number(order);
    if (found) {
      await client.send(
        new UpdateAgentStatusCommand({
          InstanceId,
          AgentStatusId: found.AgentStatusId,
          Name: name.trim(),
          Description: description.trim(),
          State,
          DisplayOrder,
          ResetOrderNumber: order === "" && found.DisplayOrder !== undefined ? true : undefined,
        }),
      );
    } else {
      await client.send(
        new CreateAgentStatusCommand({
          InstanceId,
          Name: name.trim(),
          Description: description.trim() || undefined,
          State,
          DisplayOrder,
        }),
      );
    }
    await changed("agentStatuses");
  }

  return (
    <FormPage
      title={found?.Name ?? t("agentStatuses.create")}
      backHref="/console/agent-statuses"
      problems={Object.values(problems)}
      onTry={() => setTried(true)}
      onSave={may(found ? "AgentStates.Edit" : "AgentStates.Create") ? save : undefined}
      savedText={t("form.saved", { name })}
    >
      <Container>
        <SpaceBetween size="m">
          <TextField
            label={t("field.name")}
            value={name}
            problem={shown.name}
            onChange={setName}
            testId="agent-status-name"
          />
          <TextAreaField label={t("field.description")} value={description} onChange={setDescription} />
          <TextField
            label={t("agentStatuses.order")}
            hint={t("agentStatuses.orderHint")}
            inputMode="numeric"
            value={order}
            problem={shown.order}
            onChange={setOrder}
          />
          {custom && (
            <Toggle
              checked={enabled}
              disabled={Boolean(found) && !may("AgentStates.EnableAndDisable")}
              onChange={({ detail }) => setEnabled(detail.checked)}
            >
              {t("agentStatuses.offered")}
            </Toggle>
          )}
        </SpaceBetween>
      </Container>
    </FormPage>
  );
}

/** Creating or editing a task template: what it is called, its flow, its fields, and what agents see of it. */
import {
  CreateTaskTemplateCommand,
  GetTaskTemplateCommand,
  type GetTaskTemplateResponse,
  PropertyValidationException,
  UpdateTaskTemplateCommand,
} from "@aws-sdk/client-connect";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { TemplateFields } from "@kit/desk/TemplateFields";
import { defaultsOf, type Values } from "@kit/desk/taskTemplate";
import { type MessageKey, useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useConsole } from "../../context";
import { useChanged, useFlows, useQuickConnects } from "../../data";
import { FormPage, Loaded } from "../../parts/FormPage";
import { asChoices, SelectField, TextAreaField, TextField } from "../../parts/fields";
import { FieldList } from "./FieldList";
import {
  type Draft,
  draftOf,
  type LocalProblem,
  localProblems,
  type Place,
  placeOf,
  previewOf,
  requestOf,
} from "./template";

export function TaskTemplatePage() {
  const { id } = useParams({ strict: false }) as { id?: string };
  const { client, InstanceId } = useConsole();
  const query = useQuery({
    queryKey: ["taskTemplates", id ?? "new"],
    enabled: id !== undefined,
    gcTime: 0,
    queryFn: () => client.send(new GetTaskTemplateCommand({ InstanceId, TaskTemplateId: id })),
  });
  if (id === undefined) return <TaskTemplateForm />;
  return <Loaded query={query}>{(found) => <TaskTemplateForm key={id} found={found} />}</Loaded>;
}

const texts: Record<LocalProblem, MessageKey> = {
  empty: "form.required",
  taken: "taskTemplates.taken",
  noOptions: "taskTemplates.noOptions",
  noFlow: "taskTemplates.flowMissing",
};

function TaskTemplateForm({ found }: { found?: GetTaskTemplateResponse }) {
  const { t } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const changed = useChanged();
  const flows = useFlows(may("ContactFlows.View"));
  const [draft, setDraft] = useState<Draft>(() =>
    draftOf(found, () => crypto.randomUUID(), t("taskTemplates.type.NAME")),
  );
  const [tried, setTried] = useState(false);
  // What the server refused, until the next attempt.
  const [refused, setRefused] = useState<ReadonlyMap<Place, string>>(new Map());
  const editable = may(found ? "TaskTemplates.Edit" : "TaskTemplates.Create");
  const local = localProblems(draft);
  if (found?.Description && draft.description.trim() === "") local.set("description", "empty");
  const problem = (place: Place) => {
    const own = local.get(place);
    return (tried && own && t(texts[own])) || refused.get(place);
  };
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });

  async function save() {
    setRefused(new Map());
    const request = requestOf(draft);
    try {
      if (found) {
        await client.send(new UpdateTaskTemplateCommand({ InstanceId, TaskTemplateId: found.Id, ...request }));
      } else {
        const ContactFlowId = request.ContactFlowId || undefined;
        await client.send(new CreateTaskTemplateCommand({ InstanceId, ...request, ContactFlowId }));
      }
    } catch (error) {
      if (error instanceof PropertyValidationException) {
        const list = error.PropertyList ?? [];
        setRefused(new Map(list.map((one) => [placeOf(one.PropertyPath ?? "", draft), one.Message ?? ""])));
      }
      throw error;
    }
    await changed("taskTemplates");
  }

  return (
    <FormPage
      title={found?.Name ?? t("taskTemplates.create")}
      backHref="/console/task-templates"
      problems={[...local.values()]}
      onTry={() => setTried(true)}
      onSave={editable ? save : undefined}
      savedText={t("form.saved", { name: draft.name })}
    >
      <SpaceBetween size="m">
        <Container header={<Header>{t("taskTemplates.about")}</Header>}>
          <SpaceBetween size="m">
            <TextField
              label={t("field.name")}
              value={draft.name}
              disabled={!editable}
              problem={problem("name")}
              onChange={(name) => change({ name })}
              testId="template-name"
            />
            <TextAreaField
              label={t("field.description")}
              rows={2}
              value={draft.description}
              disabled={!editable}
              problem={problem("description")}
              onChange={(description) => change({ description })}
            />
            <SelectField
              label={t("taskTemplates.flow")}
              hint={t("taskTemplates.flowHint")}
              value={draft.flow}
              disabled={!editable}
              none={t("taskTemplates.noFlow")}
              loading={flows.isPending}
              problem={problem("flow")}
              choices={asChoices(
                flows.data?.filter(
                  (one) => one.Type === "CONTACT_FLOW" && one.State === "ACTIVE" && one.Status === "PUBLISHED",
                ),
              )}
              onChange={(flow) => change({ flow })}
              testId="template-flow"
            />
            <Toggle
              checked={draft.active}
              disabled={!editable}
              onChange={({ detail }) => change({ active: detail.checked })}
              data-testid="template-active"
            >
              {t("taskTemplates.ACTIVE")}
            </Toggle>
          </SpaceBetween>
        </Container>
        <FieldList
          draft={draft}
          editable={editable}
          problem={(field, part) => problem(`${field.key} ${part}`)}
          listProblem={problem("fields")}
          onChange={(fields) => change({ fields })}
        />
        <Preview draft={draft} />
      </SpaceBetween>
    </FormPage>
  );
}

/** The form as the panel shows it; what is typed into it goes nowhere. */
function Preview({ draft }: { draft: Draft }) {
  const { t } = useI18n();
  const connects = useQuickConnects();
  const template = useMemo(() => previewOf(draft), [draft]);
  const [typed, setTyped] = useState<Values>({});
  const endpoints = (connects.data ?? []).map((one) => ({ id: one.QuickConnectId ?? "", name: one.Name ?? "" }));
  return (
    <Container header={<Header description={t("taskTemplates.previewNote")}>{t("taskTemplates.preview")}</Header>}>
      {/* Enter in a field of the preview saves nothing. */}
      <fieldset
        className="template-preview"
        aria-label={t("taskTemplates.preview")}
        onKeyDown={(event) => {
          if (event.key === "Enter" && event.target instanceof HTMLInputElement) event.preventDefault();
        }}
        data-testid="template-preview"
      >
        {template.Name !== "" && <Box variant="h3">{template.Name}</Box>}
        <TemplateFields
          template={template}
          values={{ ...defaultsOf(template), ...typed }}
          endpoints={endpoints}
          tried={false}
          onChange={setTyped}
        />
      </fieldset>
    </Container>
  );
}

/** A flow as the JSON of the flow language: edit, save, publish, and see what the validation says. */
import {
  type ContactFlow,
  CreateContactFlowCommand,
  DescribeContactFlowCommand,
  InvalidContactFlowException,
  UpdateContactFlowContentCommand,
  UpdateContactFlowMetadataCommand,
} from "@aws-sdk/client-connect";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { saveFile } from "@kit/chat/Entry";
import { useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type ChangeEvent, useRef, useState } from "react";
import { useConsole, useExplain } from "../../context";
import { useChanged } from "../../data";
import { Loaded } from "../../parts/FormPage";
import { SelectField, TextAreaField, TextField } from "../../parts/fields";
import { useGo } from "../../parts/RouteLink";
import { emptyFlow, type FlowType, flowTypes, flowTypeText, jsonProblem, pretty } from "./types";

/** The saved state of a flow, as opposed to the published one. */
const savedSuffix = ":$SAVED";

export function FlowPage() {
  const { id } = useParams({ strict: false }) as { id?: string };
  const { client, InstanceId } = useConsole();
  const query = useQuery({
    queryKey: ["flows", id ?? "new"],
    enabled: id !== undefined,
    gcTime: 0,
    queryFn: async () =>
      (await client.send(new DescribeContactFlowCommand({ InstanceId, ContactFlowId: `${id}${savedSuffix}` })))
        .ContactFlow ?? {},
  });
  if (id === undefined) return <FlowEditor />;
  return <Loaded query={query}>{(flow) => <FlowEditor key={id} flow={flow} />}</Loaded>;
}

const newIdentifier = "end";

function FlowEditor({ flow }: { flow?: ContactFlow }) {
  const { t } = useI18n();
  const { client, InstanceId, may, say } = useConsole();
  const explain = useExplain();
  const changed = useChanged();
  const go = useGo();
  const picker = useRef<HTMLInputElement>(null);
  const [name, setName] = useState(flow?.Name ?? "");
  const [description, setDescription] = useState(flow?.Description ?? "");
  const [type, setType] = useState<FlowType>((flow?.Type as FlowType) ?? "CONTACT_FLOW");
  const [content, setContent] = useState(() => pretty(flow?.Content ?? emptyFlow("CONTACT_FLOW", newIdentifier)));
  const [touched, setTouched] = useState(false);
  const [tried, setTried] = useState(false);
  const [working, setWorking] = useState<"save" | "publish">();
  const [problem, setProblem] = useState<string>();
  const [findings, setFindings] = useState<string[]>([]);
  const editable = may(flow ? "ContactFlows.Edit" : "ContactFlows.Create");
  const json = jsonProblem(content);
  const nameProblem = name.trim() === "" ? t("form.required") : undefined;

  async function store(publish: boolean) {
    setTried(true);
    setProblem(undefined);
    setFindings([]);
    if (nameProblem || json) return;
    setWorking(publish ? "publish" : "save");
    try {
      if (flow) {
        if (name !== flow.Name || description !== (flow.Description ?? "")) {
          await client.send(
            new UpdateContactFlowMetadataCommand({
              InstanceId,
              ContactFlowId: flow.Id,
              Name: name.trim(),
              Description: description.trim(),
            }),
          );
        }
        const ContactFlowId = publish ? flow.Id : `${flow.Id}${savedSuffix}`;
        await client.send(new UpdateContactFlowContentCommand({ InstanceId, ContactFlowId, Content: content }));
      } else {
        const made = await client.send(
          new CreateContactFlowCommand({
            InstanceId,
            Name: name.trim(),
            Description: description.trim() || undefined,
            Type: type,
            Content: content,
            Status: publish ? "PUBLISHED" : "SAVED",
          }),
        );
        go(`/console/flows/${made.ContactFlowId}`);
      }
      await changed("flows");
      say("success", t(publish ? "flows.nowPublished" : "flows.nowSaved", { name }));
    } catch (error) {
      if (error instanceof InvalidContactFlowException) {
        setFindings((error.problems ?? []).flatMap((one) => (one.message ? [one.message] : [])));
        setProblem(t("flows.invalid"));
      } else {
        setProblem(explain(error));
      }
    }
    setWorking(undefined);
  }

  async function importFile(event: ChangeEvent<HTMLInputElement>) {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (!file) return;
    setTouched(true);
    setContent(pretty(await file.text()));
  }

  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description={flow ? flowTypeText(flow.Type, t) : t("flows.createText")}
        info={
          flow && (
            <StatusIndicator type={flow.Status === "SAVED" ? "pending" : "success"}>
              {t(flow.Status === "SAVED" ? "flows.saved" : "flows.published")}
            </StatusIndicator>
          )
        }
        actions={
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={() => go("/console/flows")}>
              {t("action.back")}
            </Button>
            <Button
              iconName="download"
              onClick={() => saveFile(new Blob([content], { type: "application/json" }), `${name || "flow"}.json`)}
            >
              {t("flows.export")}
            </Button>
            {editable && (
              <Button iconName="upload" onClick={() => picker.current?.click()}>
                {t("flows.import")}
              </Button>
            )}
            {editable && (
              <Button loading={working === "save"} onClick={() => store(false)} data-testid="flow-save">
                {t("action.save")}
              </Button>
            )}
            {editable && may("ContactFlows.Publish") && (
              <Button
                variant="primary"
                loading={working === "publish"}
                onClick={() => store(true)}
                data-testid="flow-publish"
              >
                {t("flows.publish")}
              </Button>
            )}
          </SpaceBetween>
        }
      >
        {flow?.Name ?? t("flows.create")}
      </Header>
      <input
        ref={picker}
        type="file"
        accept="application/json,.json"
        className="sr-only"
        tabIndex={-1}
        aria-hidden="true"
        onChange={importFile}
        data-testid="flow-import"
      />
      {problem && (
        <Alert type="error" data-testid="flow-problem" header={problem}>
          {findings.length > 0 && (
            <ul>
              {findings.map((finding) => (
                <li key={finding}>{finding}</li>
              ))}
            </ul>
          )}
        </Alert>
      )}
      <Container>
        <SpaceBetween size="m">
          <TextField
            label={t("field.name")}
            value={name}
            problem={tried ? nameProblem : undefined}
            disabled={!editable}
            onChange={setName}
            testId="flow-name"
          />
          <TextAreaField
            label={t("field.description")}
            rows={2}
            value={description}
            disabled={!editable}
            onChange={setDescription}
          />
          {!flow && (
            <SelectField
              label={t("field.kind")}
              value={type}
              choices={flowTypes.map((one) => ({ value: one, label: flowTypeText(one, t) }))}
              onChange={(value) => {
                setType(value as FlowType);
                if (!touched) setContent(emptyFlow(value as FlowType, newIdentifier));
              }}
              testId="flow-type"
            />
          )}
          <FormField
            stretch
            label={t("flows.content")}
            constraintText={t("flows.contentHint")}
            errorText={json && t("flows.badJson", { line: json.line, column: json.column })}
          >
            <textarea
              className="code-area"
              aria-label={t("flows.content")}
              spellCheck={false}
              readOnly={!editable}
              value={content}
              rows={Math.min(40, Math.max(16, content.split("\n").length + 1))}
              onChange={(event) => {
                setTouched(true);
                setContent(event.target.value);
              }}
              data-testid="flow-content"
            />
          </FormField>
        </SpaceBetween>
      </Container>
    </SpaceBetween>
  );
}

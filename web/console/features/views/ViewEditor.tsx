/** One view: its template as JSON with a check while it is written, a preview with sample input, its versions. */
import {
  CreateViewCommand,
  CreateViewVersionCommand,
  DeleteViewVersionCommand,
  DescribeViewCommand,
  ListViewVersionsCommand,
  UpdateViewContentCommand,
  UpdateViewMetadataCommand,
  type View,
} from "@aws-sdk/client-connect";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { callServer, type Session } from "@kit/api/session";
import { useI18n } from "@kit/i18n";
import { isObject, type JsonObject } from "@kit/view/template";
import { ViewPage } from "@kit/view/ViewPage";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { everyPage } from "../../api";
import { useConsole, useExplain } from "../../context";
import { useChanged } from "../../data";
import { Loaded } from "../../parts/FormPage";
import { TextAreaField, TextField } from "../../parts/fields";
import { useGo } from "../../parts/RouteLink";
import { emptyTemplate, read, sampleFor } from "./samples";

/** Views of an instance's own have ids of this form; managed ones are called by a word. */
const ownId = /^[0-9a-f]{8}-/i;

export function ViewEditor() {
  const { id } = useParams({ strict: false }) as { id?: string };
  const { client, InstanceId } = useConsole();
  const query = useQuery({
    queryKey: ["views", id ?? "new"],
    enabled: id !== undefined,
    gcTime: 0,
    queryFn: async () => {
      const ViewId = id && ownId.test(id) ? `${id}:$SAVED` : id;
      return (await client.send(new DescribeViewCommand({ InstanceId, ViewId }))).View ?? {};
    },
  });
  if (id === undefined) return <Editor />;
  return <Loaded query={query}>{(view) => <Editor key={id} view={view} reload={() => query.refetch()} />}</Loaded>;
}

interface Problem {
  Path: string;
  Message: string;
}

interface Checked {
  Problems: Problem[];
  InputSchema?: string;
}

const check = (session: Session, Template: string, Actions: string[], signal: AbortSignal) =>
  callServer<Checked>(`/switchroom/check-view/${session.instanceId}`, {
    method: "POST",
    signal,
    headers: { "content-type": "application/json", "x-switchroom-csrf": session.csrfToken },
    body: JSON.stringify({ Content: { Template, Actions } }),
  });

/** What the server finds wrong, a moment after the last change. */
function useCheck(template: string, actions: string[]) {
  const { session } = useConsole();
  const explain = useExplain();
  const [checked, setChecked] = useState<Checked>();
  const key = JSON.stringify([template, actions]);
  useEffect(() => {
    const gone = new AbortController();
    const [Template, Actions] = JSON.parse(key) as [string, string[]];
    const timer = setTimeout(() => {
      check(session, Template, Actions, gone.signal).then(setChecked, (error) => {
        if (!gone.signal.aborted) setChecked({ Problems: [{ Path: "", Message: explain(error) }] });
      });
    }, 300);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [key, session, explain]);
  return checked;
}

const linesOf = (text: string) => text.split("\n").flatMap((line) => line.trim() || []);

function pretty(template: string): string {
  const parsed = read<unknown>(template);
  return parsed === undefined ? template : JSON.stringify(parsed, null, 2);
}

function Editor({ view, reload }: { view?: View; reload?: () => Promise<unknown> }) {
  const { t } = useI18n();
  const { client, InstanceId, may, say } = useConsole();
  const explain = useExplain();
  const changed = useChanged();
  const go = useGo();
  const isManaged = view?.Type === "AWS_MANAGED";
  const [name, setName] = useState(view?.Name ?? "");
  const [description, setDescription] = useState(view?.Description ?? "");
  const [template, setTemplate] = useState(() =>
    view?.Content?.Template
      ? pretty(view.Content.Template)
      : emptyTemplate(t("pages.sample.title"), t("pages.sample.text"), t("pages.sample.action")),
  );
  const [actions, setActions] = useState((view?.Content?.Actions ?? ["Next"]).join("\n"));
  const [working, setWorking] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const listed = linesOf(actions);
  const checked = useCheck(template, listed);
  const editable = !isManaged && may(view ? "ContactFlows.Edit" : "ContactFlows.Create");
  const Content = { Template: template, Actions: listed };
  // The API changes the description of a view, but does not take it away.
  const emptied = view?.Description && description.trim() === "" ? t("form.notEmptied") : undefined;
  // What was refused may be right after the next change.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the change is the reason
  useEffect(() => setProblem(undefined), [template, actions, name]);

  async function act(what: string, action: () => Promise<void>) {
    setProblem(undefined);
    setWorking(what);
    try {
      await action();
      await changed("views");
    } catch (error) {
      setProblem(explain(error));
    }
    setWorking(undefined);
  }

  /** Saves or publishes; publishing makes a version, too, so that flows can name it. */
  const save = (Status: "SAVED" | "PUBLISHED") => {
    if (emptied) return setProblem(t("form.check"));
    return act(Status, async () => {
      let id = view?.Id;
      if (id === undefined) {
        const made = await client.send(
          new CreateViewCommand({
            InstanceId,
            Name: name.trim(),
            Description: description.trim() || undefined,
            Status,
            Content,
          }),
        );
        id = made.View?.Id;
      } else {
        await client.send(new UpdateViewContentCommand({ InstanceId, ViewId: id, Status, Content }));
        if (name.trim() !== view?.Name || description.trim() !== (view?.Description ?? "")) {
          const Description = description.trim() || undefined;
          await client.send(new UpdateViewMetadataCommand({ InstanceId, ViewId: id, Name: name.trim(), Description }));
        }
      }
      if (Status === "PUBLISHED" && may("ContactFlows.Publish")) {
        await client.send(new CreateViewVersionCommand({ InstanceId, ViewId: id }));
      }
      say("success", t(Status === "SAVED" ? "pages.saved" : "pages.published", { name }));
      if (view) await reload?.();
      else go(`/console/views/${id}`);
    });
  };

  const copy = () =>
    act("copy", async () => {
      const made = await client.send(
        new CreateViewCommand({ InstanceId, Name: t("pages.copyOf", { name }), Status: "SAVED", Content }),
      );
      say("success", t("pages.copied", { name: made.View?.Name ?? "" }));
      go(`/console/views/${made.View?.Id}`);
    });

  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        description={isManaged ? t("pages.managedHint") : t("pages.editorHint")}
        actions={
          <SpaceBetween size="xs" direction="horizontal">
            {view && may("ContactFlows.Create") && (
              <Button onClick={copy} loading={working === "copy"} data-testid="view-copy">
                {t("pages.copy")}
              </Button>
            )}
            {editable && (
              <Button onClick={() => save("SAVED")} loading={working === "SAVED"} data-testid="view-save">
                {t("pages.save")}
              </Button>
            )}
            {editable && (
              <Button
                variant="primary"
                onClick={() => save("PUBLISHED")}
                loading={working === "PUBLISHED"}
                data-testid="view-publish"
              >
                {t("pages.publish")}
              </Button>
            )}
          </SpaceBetween>
        }
      >
        {view?.Name ?? t("pages.create")}
      </Header>
      {problem && (
        <Alert type="error" data-testid="view-problem">
          {problem}
        </Alert>
      )}
      <Grid gridDefinition={[{ colspan: { default: 12, m: 6 } }, { colspan: { default: 12, m: 6 } }]}>
        <Container header={<Header variant="h2">{t("pages.template")}</Header>}>
          <SpaceBetween size="m">
            <TextField
              label={t("field.name")}
              value={name}
              disabled={!editable}
              onChange={setName}
              testId="view-name"
            />
            <TextField
              label={t("field.description")}
              value={description}
              problem={emptied}
              disabled={!editable}
              onChange={setDescription}
            />
            <CodeField
              label={t("pages.template")}
              value={template}
              editable={editable}
              onChange={setTemplate}
              testId="view-template"
            >
              <Problems checked={checked} />
            </CodeField>
            <TextAreaField
              label={t("pages.actions")}
              hint={t("pages.actionsHint")}
              rows={Math.max(3, listed.length + 1)}
              disabled={!editable}
              value={actions}
              onChange={setActions}
              testId="view-actions"
            />
          </SpaceBetween>
        </Container>
        <Preview template={template} schema={checked?.InputSchema} />
      </Grid>
      {view?.Id && !isManaged && (
        <Versions id={view.Id} onRestore={editable ? (content) => setContent(content) : undefined} />
      )}
    </SpaceBetween>
  );

  function setContent(content: NonNullable<View["Content"]>) {
    setTemplate(pretty(content.Template ?? ""));
    setActions((content.Actions ?? []).join("\n"));
    window.scrollTo({ top: 0 });
  }
}

function Problems({ checked }: { checked: Checked | undefined }) {
  const { t } = useI18n();
  if (!checked) return <StatusIndicator type="loading">{t("pages.checking")}</StatusIndicator>;
  if (checked.Problems.length === 0) {
    return (
      <StatusIndicator type="success" data-testid="view-sound">
        {t("pages.sound")}
      </StatusIndicator>
    );
  }
  return (
    <ul className="plain-list" data-testid="view-problems">
      {checked.Problems.map((one) => (
        <li key={`${one.Path} ${one.Message}`}>
          <code>{one.Path}</code> {one.Message}
        </li>
      ))}
    </ul>
  );
}

interface CodeFieldProps {
  label: string;
  hint?: string;
  value: string;
  editable: boolean;
  problem?: string;
  onChange: (value: string) => void;
  testId: string;
  children?: ReactNode;
}

function CodeField({ label, hint, value, editable, problem, onChange, testId, children }: CodeFieldProps) {
  return (
    <FormField stretch label={label} constraintText={hint} errorText={problem}>
      <textarea
        className="code-area"
        aria-label={label}
        spellCheck={false}
        readOnly={!editable}
        value={value}
        rows={Math.min(28, Math.max(8, value.split("\n").length + 1))}
        onChange={(event) => onChange(event.target.value)}
        data-testid={testId}
      />
      {children}
    </FormField>
  );
}

function Preview({ template, schema }: { template: string; schema: string | undefined }) {
  const { t } = useI18n();
  const [written, setWritten] = useState<string>();
  const [answer, setAnswer] = useState<string>();
  const proposed = useMemo(
    () => JSON.stringify(sampleFor(template, schema ?? "{}", t), null, 2),
    [template, schema, t],
  );
  const text = written ?? proposed;
  const sample = useMemo(() => {
    const parsed = read<unknown>(text);
    return isObject(parsed) ? parsed : undefined;
  }, [text]);
  const content = useMemo(() => ({ Template: template }), [template]);
  return (
    <SpaceBetween size="m">
      <Container header={<Header variant="h2">{t("pages.preview")}</Header>}>
        <SpaceBetween size="m">
          <div data-testid="view-preview">
            <ViewPage
              key={template}
              content={content}
              data={sample ?? {}}
              onAnswer={(action, data: JsonObject) =>
                setAnswer(JSON.stringify({ Action: action, ViewResultData: data }, null, 2))
              }
            />
          </div>
          {answer && (
            <FormField label={t("pages.answer")} stretch>
              <pre className="code-area" data-testid="view-answer">
                {answer}
              </pre>
            </FormField>
          )}
        </SpaceBetween>
      </Container>
      <Container>
        <CodeField
          label={t("pages.input")}
          hint={t("pages.inputHint")}
          value={text}
          editable
          problem={sample ? undefined : t("designer.notJson")}
          onChange={setWritten}
          testId="view-sample"
        />
      </Container>
    </SpaceBetween>
  );
}

function Versions({ id, onRestore }: { id: string; onRestore?: (content: NonNullable<View["Content"]>) => void }) {
  const { t } = useI18n();
  const { client, InstanceId, may, say } = useConsole();
  const explain = useExplain();
  const list = useQuery({
    queryKey: ["views", id, "versions"],
    queryFn: () =>
      everyPage(
        (NextToken) => client.send(new ListViewVersionsCommand({ InstanceId, ViewId: id, NextToken, MaxResults: 100 })),
        (page) => page.ViewVersionSummaryList,
      ),
  });
  async function run(action: () => Promise<void>) {
    try {
      await action();
    } catch (error) {
      say("error", explain(error));
    }
  }
  const restore = (number: number | undefined) =>
    run(async () => {
      const { View } = await client.send(new DescribeViewCommand({ InstanceId, ViewId: `${id}:${number}` }));
      if (View?.Content) onRestore?.(View.Content);
    });
  const remove = (ViewVersion: number | undefined) =>
    run(async () => {
      if (!window.confirm(t("pages.deleteVersionSure", { number: ViewVersion ?? 0 }))) return;
      await client.send(new DeleteViewVersionCommand({ InstanceId, ViewId: id, ViewVersion }));
      await list.refetch();
    });
  return (
    <Table
      variant="container"
      data-testid="view-versions"
      header={<Header description={t("pages.versionsHint")}>{t("versions.title")}</Header>}
      loading={list.isPending}
      items={list.data ?? []}
      trackBy={(one) => String(one.Version)}
      empty={<Box color="text-status-inactive">{t("pages.noVersions")}</Box>}
      columnDefinitions={[
        { id: "number", header: t("versions.number"), cell: (one) => one.Version },
        { id: "description", header: t("field.description"), cell: (one) => one.VersionDescription ?? "" },
        {
          id: "actions",
          header: t("table.actions"),
          cell: (one) => (
            <SpaceBetween size="s" direction="horizontal">
              {onRestore && (
                <Button variant="inline-link" onClick={() => restore(one.Version)}>
                  {t("pages.restore", { number: one.Version ?? 0 })}
                </Button>
              )}
              {may("ContactFlows.Delete") && (
                <Button
                  variant="inline-link"
                  ariaLabel={t("table.deleteOne", { name: String(one.Version) })}
                  onClick={() => remove(one.Version)}
                >
                  {t("action.delete")}
                </Button>
              )}
            </SpaceBetween>
          ),
        },
      ]}
    />
  );
}

/** Edits a flow on the canvas or as JSON; both show the same content. */
import {
  type ContactFlow,
  CreateContactFlowCommand,
  InvalidContactFlowException,
  UpdateContactFlowContentCommand,
  UpdateContactFlowMetadataCommand,
} from "@aws-sdk/client-connect";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Modal from "@cloudscape-design/components/modal";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { saveFile } from "@kit/chat/Entry";
import { useI18n } from "@kit/i18n";
import { useBlocker } from "@tanstack/react-router";
import { type ChangeEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useConsole, useExplain } from "../../context";
import { useChanged } from "../../data";
import { SelectField, TextAreaField, TextField } from "../../parts/fields";
import { useGo } from "../../parts/RouteLink";
import { changesHref } from "../changes/kinds";
import { Designer } from "./designer/Designer";
import { type FlowDocument, isUnreadable, needsLayout, printDocument, readDocument } from "./designer/document";
import { move } from "./designer/edits";
import { begin, change, type History, redo, undo } from "./designer/history";
import { checkFlow, type Language, type Problem } from "./designer/language";
import { layOut } from "./designer/layout";
import { exported, type ImportedFlow, importFlow } from "./exchange";
import { FlowVersions } from "./FlowVersions";
import { ImportReport } from "./ImportReport";
import { JsonView } from "./JsonView";
import { emptyFlow, type FlowType, flowTypes, flowTypeText, jsonProblem, pretty } from "./types";

/** The saved state of a flow, as opposed to the published one. */
export const savedSuffix = ":$SAVED";

/** How long after the last change a flow is checked, in milliseconds. */
const checkAfter = 400;

interface Props {
  flow?: ContactFlow;
  language: Language;
  /** The block that is opened at first, if the flow has it. */
  block?: string;
  /** The version that is compared at first. */
  version?: number;
}

export function FlowEditor({ flow, language, block, version }: Props) {
  const { t } = useI18n();
  const { client, InstanceId, session, may, say } = useConsole();
  const explain = useExplain();
  const changed = useChanged();
  const go = useGo();
  const picker = useRef<HTMLInputElement>(null);
  const [name, setName] = useState(flow?.Name ?? "");
  const [description, setDescription] = useState(flow?.Description ?? "");
  const [type, setType] = useState<FlowType>((flow?.Type as FlowType) ?? "CONTACT_FLOW");
  const original = flow?.Content ?? emptyFlow(type, "end");
  const [text, setText] = useState(original);
  const [history, setHistory] = useState<History | undefined>(() => start(original));
  const [view, setView] = useState<"canvas" | "json">(history ? "canvas" : "json");
  const [kept, setKept] = useState({ text: original, name, description });
  const [status, setStatus] = useState(flow?.Status);
  const [problems, setProblems] = useState<Problem[]>([]);
  const [checking, setChecking] = useState(true);
  const [tried, setTried] = useState(false);
  const [describing, setDescribing] = useState(false);
  const [comparing, setComparing] = useState(version !== undefined);
  const [working, setWorking] = useState<"save" | "publish">();
  const [problem, setProblem] = useState<string>();
  const [findings, setFindings] = useState<string[]>([]);
  const [imported, setImported] = useState<ImportedFlow>();
  const editable = may(flow ? "ContactFlows.Edit" : "ContactFlows.Create");
  const json = useMemo(() => jsonProblem(text), [text]);
  const nameProblem = name.trim() === "" ? t("form.required") : undefined;
  const dirty = editable && (text !== kept.text || name !== kept.name || description !== kept.description);
  const leaving = useRef(false);

  useBlocker({
    shouldBlockFn: () => dirty && !leaving.current && !window.confirm(t("designer.leave")),
    enableBeforeUnload: () => dirty && !leaving.current,
  });

  useEffect(() => {
    const stop = new AbortController();
    setChecking(true);
    const timer = setTimeout(() => {
      checkFlow(session, type, text, stop.signal).then(
        (found) => {
          setProblems(found);
          setChecking(false);
        },
        () => setChecking(false), // Publishing checks again and says what is wrong.
      );
    }, checkAfter);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [session, type, text]);

  const show = useCallback((next: History) => {
    setHistory(next);
    setText(printDocument(next.present));
  }, []);
  const onChange = useCallback(
    (label: string, document: FlowDocument, mark?: string) => {
      if (history) show(change(history, label, document, mark));
    },
    [history, show],
  );
  const onLayOut = useCallback(async () => {
    if (!history) return;
    try {
      onChange("designer.did.layOut", move(history.present, await layOut(history.present, language)));
    } catch (error) {
      say("error", explain(error));
    }
  }, [history, language, onChange, say, explain]);

  // A flow without places is laid out once; that alone is no change of the author's.
  const laidOut = useRef(false);
  useEffect(() => {
    if (laidOut.current || !history || !needsLayout(history.present)) return;
    laidOut.current = true;
    layOut(history.present, language).then(
      // What the author has done meanwhile is not thrown away.
      (places) => setHistory((before) => (before === history ? begin(move(history.present, places)) : before)),
      (error) => say("error", explain(error)),
    );
  }, [history, language, say, explain]);

  /** Takes JSON over into the canvas. */
  const takeText = useCallback((next: string) => {
    setText(next);
    const read = readDocument(next);
    if (isUnreadable(read)) setHistory(undefined);
    else setHistory((before) => (before ? change(before, "designer.did.json", read, "json") : begin(read)));
  }, []);

  async function store(publish: boolean) {
    setTried(true);
    setProblem(undefined);
    setFindings([]);
    if (nameProblem) {
      setProblem(t("form.check"));
      setDescribing(flow !== undefined);
    }
    if (nameProblem || json) return;
    setWorking(publish ? "publish" : "save");
    try {
      if (flow) {
        if (name !== kept.name || description !== kept.description) {
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
        await client.send(new UpdateContactFlowContentCommand({ InstanceId, ContactFlowId, Content: text }));
        setKept({ text, name, description });
        setStatus(publish ? "PUBLISHED" : "SAVED");
      } else {
        const made = await create(name.trim(), publish);
        leaving.current = true;
        go(`/console/flows/${made.ContactFlowId}`);
      }
      await changed("flows");
      say("success", t(publish ? "flows.nowPublished" : "flows.nowSaved", { name }));
    } catch (error) {
      fail(error);
    }
    setWorking(undefined);
  }

  const create = (asName: string, publish: boolean) =>
    client.send(
      new CreateContactFlowCommand({
        InstanceId,
        Name: asName,
        Description: description.trim() || undefined,
        Type: type,
        Content: text,
        Status: publish ? "PUBLISHED" : "SAVED",
      }),
    );

  function fail(error: unknown) {
    if (error instanceof InvalidContactFlowException) {
      setFindings((error.problems ?? []).flatMap((one) => (one.message ? [one.message] : [])));
      setProblem(t("flows.invalid"));
    } else {
      setProblem(explain(error));
    }
  }

  async function saveAs() {
    const wish = window.prompt(t("designer.saveAsName"), t("designer.copyOf", { name }));
    if (!wish?.trim()) return;
    try {
      const made = await create(wish.trim(), false);
      await changed("flows");
      leaving.current = true;
      go(`/console/flows/${made.ContactFlowId}`);
      say("success", t("flows.nowSaved", { name: wish.trim() }));
    } catch (error) {
      fail(error);
    }
  }

  async function archive() {
    if (!flow?.Id || !window.confirm(t("designer.archiveSure", { name }))) return;
    try {
      await client.send(
        new UpdateContactFlowMetadataCommand({ InstanceId, ContactFlowId: flow.Id, ContactFlowState: "ARCHIVED" }),
      );
      await changed("flows");
      leaving.current = true;
      go("/console/flows");
      say("success", t("designer.archived", { name }));
    } catch (error) {
      fail(error);
    }
  }

  async function importFile(event: ChangeEvent<HTMLInputElement>) {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (!file) return;
    setFindings([]);
    try {
      const read = await importFlow(session, await file.text());
      if (read.Type && flow && read.Type !== type) {
        setProblem(t("designer.otherType", { type: flowTypeText(read.Type, t) }));
        return;
      }
      setProblem(undefined);
      if (read.Type && !flow) setType(read.Type);
      if (read.Name && !flow && name === "") setName(read.Name);
      takeText(read.Content);
      setImported(read);
    } catch (error) {
      setProblem(explain(error));
    }
  }

  const about = (
    <SpaceBetween size="s">
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
            // What nobody has touched begins as that type begins.
            if (text !== kept.text) return;
            const fresh = emptyFlow(value as FlowType, "end");
            setKept({ ...kept, text: fresh });
            setText(fresh);
            setHistory(start(fresh));
          }}
          testId="flow-type"
        />
      )}
    </SpaceBetween>
  );
  const choices = [
    ...(flow ? [{ id: "about", text: t("designer.about") }] : []),
    ...(flow ? [{ id: "versions", text: t("versions.title") }] : []),
    ...(flow ? [{ id: "log", text: t("flowLogs.of") }] : []),
    ...(flow && may("HistoricalChanges.View") ? [{ id: "history", text: t("changes.view") }] : []),
    { id: "export", text: t("flows.export") },
    ...(editable ? [{ id: "import", text: t("flows.import") }] : []),
    ...(flow && may("ContactFlows.Create") ? [{ id: "saveAs", text: t("designer.saveAs") }] : []),
    ...(flow && editable ? [{ id: "archive", text: t("designer.archive") }] : []),
  ];
  return (
    <SpaceBetween size="s">
      <Header
        variant="h1"
        description={flow ? flowTypeText(flow.Type, t) : t("flows.createText")}
        info={
          flow && (
            <StatusIndicator type={dirty || status === "SAVED" ? "pending" : "success"}>
              {t(dirty ? "designer.unsaved" : status === "SAVED" ? "flows.saved" : "flows.published")}
            </StatusIndicator>
          )
        }
        actions={
          <SpaceBetween size="xs" direction="horizontal">
            <SegmentedControl
              label={t("designer.view")}
              selectedId={view}
              options={[
                { id: "canvas", text: t("designer.canvasView"), disabled: !history },
                { id: "json", text: "JSON" },
              ]}
              onChange={({ detail }) => setView(detail.selectedId as typeof view)}
            />
            <ButtonDropdown
              items={choices}
              onItemClick={({ detail }) => {
                if (detail.id === "export")
                  saveFile(exported(text, { name, description, type, status }), `${name || "flow"}.json`);
                if (detail.id === "about") setDescribing(true);
                if (detail.id === "versions") setComparing(true);
                if (detail.id === "log") go(`/console/flow-logs?flow=${flow?.Id}`);
                if (detail.id === "history") go(changesHref({ kind: "flow", resource: flow?.Id, name: flow?.Name }));
                if (detail.id === "import") picker.current?.click();
                if (detail.id === "saveAs") void saveAs();
                if (detail.id === "archive") void archive();
              }}
              data-testid="flow-more"
            >
              {t("designer.more")}
            </ButtonDropdown>
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
      <ImportReport imported={imported} onDismiss={() => setImported(undefined)} />
      {flow ? (
        <Modal
          visible={describing}
          header={t("designer.about")}
          closeAriaLabel={t("action.close")}
          onDismiss={() => setDescribing(false)}
          footer={
            <Button variant="primary" onClick={() => setDescribing(false)} data-testid="about-close">
              {t("action.close")}
            </Button>
          }
        >
          {about}
        </Modal>
      ) : (
        <Container>{about}</Container>
      )}
      {comparing && flow?.Id ? (
        <FlowVersions
          id={flow.Id}
          type={type}
          language={language}
          text={text}
          first={version}
          onPublish={
            editable && may("ContactFlows.Publish")
              ? async (content) => {
                  await client.send(
                    new UpdateContactFlowContentCommand({ InstanceId, ContactFlowId: flow.Id, Content: content }),
                  );
                  takeText(content);
                  setKept({ ...kept, text: content });
                  setStatus("PUBLISHED");
                  await changed("flows");
                  say("success", t("flows.nowPublished", { name }));
                }
              : undefined
          }
          onFailed={fail}
          onClose={() => setComparing(false)}
        />
      ) : view === "canvas" && history ? (
        <Designer
          history={history}
          language={language}
          flowType={type}
          flowId={flow?.Id}
          block={block}
          problems={problems}
          checking={checking}
          editable={editable}
          onChange={onChange}
          onUndo={(steps) => show(undo(history, steps))}
          onRedo={() => show(redo(history))}
          onLayOut={() => void onLayOut()}
        />
      ) : (
        <JsonView
          text={view === "json" && text === original ? pretty(text) : text}
          editable={editable}
          problem={json}
          problems={problems}
          onChange={takeText}
        />
      )}
    </SpaceBetween>
  );
}

function start(text: string): History | undefined {
  const read = readDocument(text);
  return isUnreadable(read) ? undefined : begin(read);
}

/** Edits a flow or module on the canvas or as JSON; both show the same content. */
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
import { ConfirmDelete } from "../../parts/ConfirmDelete";
import { useGo } from "../../parts/RouteLink";
import { areGoodTags, linesOf, saveTags, tagsOf } from "../../parts/TagsField";
import { changesHref } from "../changes/kinds";
import { type About, AboutFields } from "./AboutFields";
import { isGoodContract, readContract } from "./contract";
import { Designer } from "./designer/Designer";
import { type FlowDocument, isUnreadable, needsLayout, printDocument, readDocument } from "./designer/document";
import { move } from "./designer/edits";
import { begin, change, type History, redo, undo } from "./designer/history";
import type { Language } from "./designer/language";
import { layOut } from "./designer/layout";
import { useChecked } from "./designer/useChecked";
import { exported, type ImportedFlow, importFlow } from "./exchange";
import { FlowVersions } from "./FlowVersions";
import { ImportReport } from "./ImportReport";
import { JsonView } from "./JsonView";
import { type Content, type FlowKind, findingsOf, type State, type Stored, savedSuffix } from "./kinds";
import { type Choice, MeanwhileDialog } from "./MeanwhileDialog";
import { ModuleUses, useModuleUses } from "./ModuleUses";
import { changedMeanwhile, type Written, writtenOf } from "./meanwhile";
import { type EditedType, emptyFlow, type FlowType, flowTypeText, jsonProblem, pretty } from "./types";

interface Props {
  kind: FlowKind;
  stored?: Stored;
  language: Language;
  /** The block that is opened at first, if the flow has it. */
  block?: string;
  /** The version that is compared at first. */
  version?: number;
  /** Begins anew with what is stored. */
  onReload: () => Promise<void>;
}

export function FlowEditor({ kind, stored, language, block, version, onReload }: Props) {
  const { t, tn } = useI18n();
  const { client, session, may, say } = useConsole();
  const at = { client, session };
  const explain = useExplain();
  const changed = useChanged();
  const go = useGo();
  const picker = useRef<HTMLInputElement>(null);
  const [type, setType] = useState<EditedType>(stored?.type ?? (kind.id === "module" ? "MODULE" : "CONTACT_FLOW"));
  const [about, setAbout] = useState<About>(() => ({
    name: stored?.name ?? "",
    description: stored?.description ?? "",
    tags: linesOf(stored?.tags),
    settings: stored?.settings ?? (kind.id === "module" ? "{}" : undefined),
  }));
  const { name, settings } = about;
  const original = stored?.text ?? emptyFlow(type, "end");
  const [text, setText] = useState(original);
  const [history, setHistory] = useState<History | undefined>(() => start(original));
  const [view, setView] = useState<"canvas" | "json">(history ? "canvas" : "json");
  // Counts contracts that did not come from the fields, which begin anew then.
  const [revision, setRevision] = useState(0);
  const [kept, setKept] = useState({ text: original, about });
  const [status, setStatus] = useState(stored?.status);
  const [state, setState] = useState<State>(stored?.state ?? "ACTIVE");
  const [tried, setTried] = useState(false);
  const [open, setOpen] = useState<"about" | "uses" | "delete">();
  const [comparing, setComparing] = useState(version !== undefined);
  const [working, setWorking] = useState<"save" | "publish">();
  const [problem, setProblem] = useState<string>();
  const [findings, setFindings] = useState<string[]>([]);
  const [imported, setImported] = useState<ImportedFlow>();
  const uses = useModuleUses(kind.id === "module" && may("ContactFlows.View") ? stored?.id : undefined);
  const { problems, checking } = useChecked(session, type, text, settings);
  const editable = may(`${kind.family}.${stored ? "Edit" : "Create"}`) && state === "ACTIVE";
  const json = useMemo(() => jsonProblem(text), [text]);
  const nameProblem = name.trim() === "" ? t("form.required") : undefined;
  const contract = settings === undefined ? undefined : readContract(settings);
  const aboutGood = !nameProblem && areGoodTags(about.tags) && (!contract || isGoodContract(contract));
  const dirty = editable && (text !== kept.text || JSON.stringify(about) !== JSON.stringify(kept.about));
  const leaving = useRef(false);
  // What was read or last written here, by which changes of others are noticed.
  const seen = useRef(stored && writtenOf(stored));
  const [ask, setAsk] = useState<{ answer: (choice: Choice) => void }>();

  useBlocker({
    shouldBlockFn: () => dirty && !leaving.current && !window.confirm(t("designer.leave")),
    enableBeforeUnload: () => dirty && !leaving.current,
  });

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

  const fresh = (asName: string) => ({
    name: asName,
    description: about.description.trim(),
    type,
    tags: tagsOf(about.tags),
    text,
    settings,
  });

  /** Whether this may be written: nobody else has written meanwhile, or the author wants it nevertheless. */
  async function mayWrite(id: string, mine: Written): Promise<boolean> {
    const now = writtenOf(await kind.read(at, `${id}${savedSuffix}`));
    if (!seen.current || !changedMeanwhile(seen.current, now, mine)) return true;
    const choice = await new Promise<Choice>((answer) => setAsk({ answer }));
    setAsk(undefined);
    if (choice === "theirs") await onReload();
    if (choice === "mine") seen.current = now;
    return choice === "mine";
  }

  const seenNaming = () => ({ name: seen.current?.name ?? "", description: seen.current?.description ?? "" });

  /** Keeps in mind what was written here. */
  function wrote(part: Partial<Written>) {
    if (seen.current) seen.current = { ...seen.current, ...part };
  }

  async function store(publish: boolean) {
    setTried(true);
    setProblem(undefined);
    setFindings([]);
    if (!aboutGood) {
      setProblem(t("form.check"));
      if (stored) setOpen("about");
    }
    if (!aboutGood || json) return;
    setWorking(publish ? "publish" : "save");
    try {
      if (stored) {
        const [before, after] = [kept.about, about];
        const naming = { name: name.trim(), description: about.description.trim() };
        const renamed = after.name !== before.name || after.description !== before.description;
        if (!(await mayWrite(stored.id, { text, settings, ...(renamed ? naming : seenNaming()) }))) {
          setWorking(undefined);
          return;
        }
        // The content is what may be refused, so nothing else is changed before it.
        await kind.write(at, stored.id, { text, settings }, publish);
        wrote({ text, settings });
        setKept({ text, about: { ...before, settings } });
        setStatus(publish ? "PUBLISHED" : "SAVED");
        if (renamed) {
          await kind.change(at, stored.id, naming);
          wrote(naming);
          setKept({ text, about: { ...after, tags: before.tags } });
        }
        await saveTags({ client }, stored.arn, tagsOf(before.tags), tagsOf(after.tags));
        setKept({ text, about });
      } else {
        const id = await kind.create(at, fresh(name.trim()), publish);
        leaving.current = true;
        go(`${kind.href}/${id}`);
      }
      await changed(kind.list);
      say("success", t(publish ? "flows.nowPublished" : "flows.nowSaved", { name }));
    } catch (error) {
      fail(error);
    }
    setWorking(undefined);
  }

  function fail(error: unknown) {
    const found = findingsOf(error);
    setFindings(found ?? []);
    setProblem(found ? t("flows.invalid") : explain(error));
  }

  async function saveAs() {
    const wish = window.prompt(t("designer.saveAsName"), t("designer.copyOf", { name }));
    if (!wish?.trim()) return;
    try {
      const id = await kind.create(at, fresh(wish.trim()), false);
      await changed(kind.list);
      leaving.current = true;
      go(`${kind.href}/${id}`);
      say("success", t("flows.nowSaved", { name: wish.trim() }));
    } catch (error) {
      fail(error);
    }
  }

  async function archive() {
    if (!stored) return;
    const users = uses.data?.filter((one) => one.Published).length ?? 0;
    const sure = [t(kind.texts.archiveSure, { name }), users > 0 ? tn("flowModules.stillUsed", users) : ""];
    if (!window.confirm(sure.join(" ").trim())) return;
    try {
      await kind.change(at, stored.id, { state: "ARCHIVED" });
      await leave(t("designer.archived", { name }));
    } catch (error) {
      fail(error);
    }
  }

  async function restore() {
    if (!stored) return;
    try {
      await kind.change(at, stored.id, { state: "ACTIVE" });
      await changed(kind.list);
      setState("ACTIVE");
      say("success", t("flows.restored", { name }));
    } catch (error) {
      fail(error);
    }
  }

  /** The list without what was here. */
  async function leave(done: string) {
    await changed(kind.list);
    leaving.current = true;
    go(kind.href);
    say("success", done);
  }

  async function importFile(event: ChangeEvent<HTMLInputElement>) {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (!file) return;
    setFindings([]);
    try {
      const read = await importFlow(session, await file.text());
      if (read.module !== (kind.id === "module")) {
        setProblem(t(read.module ? "flowModules.fileIsModule" : "flowModules.fileIsFlow"));
        return;
      }
      if (!read.module && read.Type && stored && read.Type !== type) {
        setProblem(t("designer.otherType", { type: flowTypeText(read.Type, t) }));
        return;
      }
      setProblem(undefined);
      if (!read.module && read.Type && !stored) setType(read.Type);
      setAbout((before) => ({
        ...before,
        name: read.Name && !stored && before.name === "" ? read.Name : before.name,
        settings: read.settings ?? before.settings,
      }));
      takeText(read.Content);
      setRevision((before) => before + 1);
      setImported(read);
    } catch (error) {
      setProblem(explain(error));
    }
  }

  async function publishVersion(content: Content) {
    if (!stored || !(await mayWrite(stored.id, { ...content, ...seenNaming() }))) return;
    await kind.write(at, stored.id, content, true);
    wrote(content);
    takeText(content.text);
    const next = { ...about, settings: content.settings };
    setAbout(next);
    setRevision((before) => before + 1);
    setKept({ about: { ...kept.about, settings: content.settings }, text: content.text });
    setStatus("PUBLISHED");
    await changed(kind.list);
    say("success", t("flows.nowPublished", { name }));
  }

  const fields = (
    <AboutFields
      key={revision}
      kind={kind}
      about={about}
      nameProblem={tried ? nameProblem : undefined}
      editable={editable}
      onChange={setAbout}
      type={
        stored || type === "MODULE"
          ? undefined
          : {
              value: type,
              onChange: (value: FlowType) => {
                setType(value);
                // What nobody has touched begins as that type begins.
                if (text !== kept.text) return;
                const empty = emptyFlow(value, "end");
                setKept({ ...kept, text: empty });
                setText(empty);
                setHistory(start(empty));
              },
            }
      }
    />
  );
  const archived = state === "ARCHIVED";
  const mayChange = stored && may(`${kind.family}.Edit`);
  const choices = [
    ...(stored ? [{ id: "about", text: t(kind.id === "module" ? "flowModules.about" : "designer.about") }] : []),
    ...(stored ? [{ id: "versions", text: t("versions.title") }] : []),
    ...(uses.data ? [{ id: "uses", text: t("flowModules.uses") }] : []),
    ...(stored ? [{ id: "log", text: t("flowLogs.of") }] : []),
    ...(stored && may("HistoricalChanges.View") ? [{ id: "history", text: t("changes.view") }] : []),
    { id: "export", text: t("flows.export") },
    ...(editable ? [{ id: "import", text: t("flows.import") }] : []),
    ...(stored && may(`${kind.family}.Create`) ? [{ id: "saveAs", text: t("designer.saveAs") }] : []),
    ...(mayChange && !archived ? [{ id: "archive", text: t("designer.archive") }] : []),
    ...(mayChange && archived ? [{ id: "restore", text: t("flows.restore") }] : []),
    ...(stored && archived && may(`${kind.family}.Delete`) ? [{ id: "delete", text: t("action.delete") }] : []),
  ];
  const chosen: Record<string, () => void> = {
    about: () => setOpen("about"),
    versions: () => setComparing(true),
    uses: () => setOpen("uses"),
    log: () => go(`/console/flow-logs?flow=${stored?.id}`),
    history: () => go(changesHref({ kind: kind.changes, resource: stored?.id, name: stored?.name })),
    export: () =>
      saveFile(
        exported(text, { name, description: about.description, type, status, settings }),
        `${name || kind.id}.json`,
      ),
    import: () => picker.current?.click(),
    saveAs: () => void saveAs(),
    archive: () => void archive(),
    restore: () => void restore(),
    delete: () => setOpen("delete"),
  };
  return (
    <SpaceBetween size="s">
      <Header
        variant="h1"
        description={stored ? flowTypeText(stored.type, t) : t(kind.texts.createText)}
        info={
          stored && (
            <StatusIndicator type={archived ? "stopped" : dirty || status === "SAVED" ? "pending" : "success"}>
              {t(
                archived
                  ? "flows.archived"
                  : dirty
                    ? "designer.unsaved"
                    : status === "SAVED"
                      ? "flows.saved"
                      : "flows.published",
              )}
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
            <ButtonDropdown items={choices} onItemClick={({ detail }) => chosen[detail.id]?.()} data-testid="flow-more">
              {t("designer.more")}
            </ButtonDropdown>
            {editable && (
              <Button loading={working === "save"} onClick={() => store(false)} data-testid="flow-save">
                {t("action.save")}
              </Button>
            )}
            {editable && may(`${kind.family}.Publish`) && (
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
        {stored?.name ?? t(kind.texts.create)}
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
      {open === "uses" && stored && <ModuleUses id={stored.id} name={name} onClose={() => setOpen(undefined)} />}
      {ask && <MeanwhileDialog name={name} onChoose={ask.answer} />}
      {open === "delete" && stored && (
        <ConfirmDelete
          name={name}
          consequence={t(kind.texts.deleteConsequence)}
          onCancel={() => setOpen(undefined)}
          onConfirm={async () => {
            await kind.remove(at, stored.id);
            await leave(t("table.deleted", { name }));
          }}
        />
      )}
      {stored ? (
        <Modal
          visible={open === "about"}
          size={kind.id === "module" ? "large" : "medium"}
          header={t(kind.id === "module" ? "flowModules.about" : "designer.about")}
          closeAriaLabel={t("action.close")}
          onDismiss={() => setOpen(undefined)}
          footer={
            <Button variant="primary" onClick={() => setOpen(undefined)} data-testid="about-close">
              {t("action.close")}
            </Button>
          }
        >
          {fields}
        </Modal>
      ) : (
        <Container>{fields}</Container>
      )}
      {comparing && stored ? (
        <FlowVersions
          kind={kind}
          id={stored.id}
          type={type}
          language={language}
          content={{ text, settings }}
          first={version}
          onPublish={editable && may(`${kind.family}.Publish`) ? publishVersion : undefined}
          onFailed={fail}
          onClose={() => setComparing(false)}
        />
      ) : view === "canvas" && history ? (
        <Designer
          history={history}
          language={language}
          flowType={type}
          flowId={stored?.id}
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

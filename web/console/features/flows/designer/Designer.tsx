/** The canvas with its dock, toolbar and property panel. */
import "@xyflow/react/dist/style.css";
import "./designer.css";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Input from "@cloudscape-design/components/input";
import { useI18n } from "@kit/i18n";
import { useMode } from "@kit/theme/mode";
import {
  applyNodeChanges,
  Background,
  type Connection,
  Controls,
  type Edge,
  MiniMap,
  type NodeChange,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  useReactFlow,
} from "@xyflow/react";
import { type DragEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useConsole } from "../../../context";
import type { FlowType } from "../types";
import { usedKeys } from "./attributes";
import { Block, Start } from "./Block";
import { copy, freePlace, paste, readClip } from "./clipboard";
import { actionOf, entryPosition, type FlowDocument, notesOf, type Point } from "./document";
import {
  addAction,
  addNote,
  connect,
  move,
  remove,
  rename,
  setConditions,
  setNote,
  setParameters,
  startNode,
} from "./edits";
import { type CanvasNode, edgesOf, merged, nodesOf } from "./graph";
import type { History } from "./history";
import { type Language, type Problem, typeOf } from "./language";
import { NoteCard } from "./NoteCard";
import { dragKind, Palette } from "./Palette";
import { nameOfAction, Properties } from "./Properties";
import { PropertyContextProvider } from "./propertyContext";
import { TryPanel } from "./TryPanel";
import { useResources } from "./useResources";
import { readable, useReveal } from "./useReveal";
import { useTry } from "./useTry";

const nodeTypes = { block: Block, start: Start, note: NoteCard };
const none: ReadonlySet<string> = new Set();

export interface DesignerProps {
  history: History;
  language: Language;
  flowType: FlowType;
  /** The flow that is edited, unless it is new. */
  flowId?: string;
  /** The block that is opened at first, if it is there. */
  block?: string;
  problems: Problem[];
  checking: boolean;
  editable: boolean;
  /** A change; changes with the same mark in a row are one step. */
  onChange: (label: string, document: FlowDocument, mark?: string) => void;
  onUndo: (steps?: number) => void;
  onRedo: () => void;
  onLayOut: () => void;
}

export function Designer(props: DesignerProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

function Canvas(props: DesignerProps) {
  const { history, language, flowType, problems, checking, editable, onChange, onUndo, onRedo, onLayOut } = props;
  const { t } = useI18n();
  const { say } = useConsole();
  const mode = useMode();
  const flow = useReactFlow<CanvasNode>();
  const frame = useRef<HTMLElement>(null);
  const document = history.present;
  const first = props.block !== undefined && actionOf(document, props.block) ? props.block : undefined;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(first === undefined ? none : new Set([first]));
  const [chosenWire, setChosenWire] = useState<Edge>();
  const [open, setOpen] = useState<string | undefined>(first);
  const [query, setQuery] = useState("");
  const [map, setMap] = useState(true);
  const [trying, setTrying] = useState(false);
  const resources = useResources();
  const tried = useTry(trying, document, flowType, props.flowId);
  const { path } = tried;
  const reveal = useReveal(flow, frame);
  // Panels take room from the canvas: what is looked at stays in sight.
  const shown = trying ? (path?.current ?? path?.last ?? open) : open;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a panel that opens or closes changes what is in sight.
  useEffect(() => {
    if (shown !== undefined) return reveal(shown);
  }, [shown, open === undefined, trying, tried.at, reveal]);

  const found = useMemo(() => findIn(document, language, query), [document, language, query]);
  const onNoteText = useCallback(
    (id: string, content: string) => onChange("designer.did.note", setNote(document, id, { content }), `note ${id}`),
    [document, onChange],
  );
  const onNoteFold = useCallback(
    (id: string) => {
      const folded = notesOf(document).find((one) => one.id === id)?.isFolded === true;
      onChange("designer.did.note", setNote(document, id, { isFolded: !folded }), `fold ${id}`);
    },
    [document, onChange],
  );
  const [nodes, setNodes] = useState<CanvasNode[]>([]);
  useEffect(() => {
    const look = { document, language, problems, found, editable, path, onNoteText, onNoteFold };
    setNodes((before) => merged(before, nodesOf(look), chosen));
  }, [document, language, problems, found, editable, path, onNoteText, onNoteFold, chosen]);
  const edges = useMemo(() => {
    const all = edgesOf(document, language, path);
    return chosenWire ? all.map((one) => (one.id === chosenWire.id ? { ...one, selected: true } : one)) : all;
  }, [document, language, path, chosenWire]);

  const onNodesChange = useCallback((changes: NodeChange<CanvasNode>[]) => {
    const select = changes.filter((one) => one.type === "select");
    if (select.length > 0) {
      setChosen((before) => {
        const after = new Set(before);
        for (const one of select) {
          if (one.selected) after.add(one.id);
          else after.delete(one.id);
        }
        return after;
      });
    }
    const others = changes.filter((one) => one.type !== "select");
    if (others.length > 0) setNodes((before) => applyNodeChanges(others, before));
    // Arrow keys move without dragging; what they moved is taken over when the key is let go.
  }, []);

  const takePlaces = useCallback(() => {
    const moved = new Map<string, Point>();
    for (const node of flow.getNodes()) {
      if (node.selected || node.dragging) moved.set(node.id, node.position);
    }
    if (moved.size > 0) onChange("designer.did.move", move(document, moved));
  }, [document, flow, onChange]);

  /** Where the middle of the visible part is. */
  const middle = useCallback((): Point => {
    const box = frame.current?.getBoundingClientRect();
    if (!box) return freePlace(document);
    const place = flow.screenToFlowPosition({ x: box.x + box.width / 2, y: box.y + box.height / 2 });
    // Not exactly upon another block.
    const taken = (point: Point) =>
      flow.getNodes().some((one) => Math.abs(one.position.x - point.x) < 40 && Math.abs(one.position.y - point.y) < 40);
    const at = { x: Math.round(place.x - 115), y: Math.round(place.y - 40) };
    while (taken(at)) {
      at.x += 48;
      at.y += 48;
    }
    return at;
  }, [document, flow]);

  const add = useCallback(
    (name: string, at: Point) => {
      const type = typeOf(language, name);
      if (!type || !editable) return;
      if (document.Actions.length >= language.limits.actions) {
        say("error", t("designer.full", { count: language.limits.actions }));
        return;
      }
      const id = crypto.randomUUID();
      onChange("designer.did.add", addAction(document, id, type, at));
      setChosen(new Set([id]));
      setOpen(id);
    },
    [document, editable, language, onChange, say, t],
  );

  /** The whole flow where it can be read, otherwise its beginning. */
  const openAt = useCallback(async () => {
    await flow.fitView({ maxZoom: 1 });
    if (flow.getZoom() >= readable) return;
    const entry = entryPosition(document);
    await flow.setViewport({ x: 40 - entry.x * readable, y: 160 - entry.y * readable, zoom: readable });
  }, [document, flow]);

  const drop = useCallback(
    (event: DragEvent) => {
      const type = event.dataTransfer.getData(dragKind);
      if (!type) return;
      event.preventDefault();
      add(type, flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }));
    },
    [add, flow],
  );

  const removeChosen = useCallback(() => {
    if (!editable) return;
    if (chosenWire) {
      onChange("designer.did.unwire", connect(document, chosenWire.source, chosenWire.sourceHandle ?? "", undefined));
      setChosenWire(undefined);
      return;
    }
    const ids = new Set([...chosen].filter((id) => id !== startNode));
    if (ids.size === 0) return;
    onChange("designer.did.remove", remove(document, ids));
    setChosen(none);
    setOpen(undefined);
  }, [chosen, chosenWire, document, editable, onChange]);

  const copyChosen = useCallback(
    async (cut: boolean) => {
      const ids = new Set([...chosen].filter((id) => id !== startNode));
      if (ids.size === 0) return;
      try {
        await navigator.clipboard.writeText(copy(document, ids));
      } catch {
        say("error", t("designer.noClipboard"));
        return;
      }
      if (cut && editable) {
        onChange("designer.did.cut", remove(document, ids));
        setChosen(none);
        setOpen(undefined);
      }
    },
    [chosen, document, editable, onChange, say, t],
  );

  const pasteText = useCallback(
    (text: string) => {
      const clip = readClip(text);
      if (!clip) {
        say("error", t("designer.notAClip"));
        return;
      }
      if (document.Actions.length + clip.actions.length > language.limits.actions) {
        say("error", t("designer.full", { count: language.limits.actions }));
        return;
      }
      const pasted = paste(document, clip, middle(), () => crypto.randomUUID());
      onChange("designer.did.paste", pasted.document);
      setChosen(pasted.ids);
      setOpen(undefined);
    },
    [document, language, middle, onChange, say, t],
  );

  const note = useCallback(() => {
    const actionId = open && actionOf(document, open) ? open : "";
    const id = crypto.randomUUID();
    const after = addNote(document, id, middle(), actionId);
    if (!after) {
      say("error", t("designer.noMoreNotes"));
      return;
    }
    onChange("designer.did.note", after);
    setChosen(new Set([id]));
  }, [document, middle, onChange, open, say, t]);

  /** Keys of the canvas: everything they do can also be reached by buttons. */
  const keys = useRef<(event: KeyboardEvent) => void>(undefined);
  keys.current = (event: KeyboardEvent) => {
    const field = (event.target as HTMLElement).closest("input, textarea, select, [contenteditable]");
    const command = event.ctrlKey || event.metaKey;
    if (command && event.shiftKey && event.key.toLowerCase() === "f") {
      event.preventDefault();
      root.current?.querySelector<HTMLInputElement>(".find input")?.focus();
      return;
    }
    if (command && event.altKey && event.key.toLowerCase() === "n") {
      event.preventDefault();
      if (editable) note();
      return;
    }
    // The keys of the canvas are not those of the panel beside it.
    if (field || (event.target as HTMLElement).closest(".try")) return;
    const key = event.key.toLowerCase();
    const focused = (event.target as HTMLElement).closest<HTMLElement>(".react-flow__node")?.dataset.id;
    if (event.key === "Delete" || event.key === "Backspace") removeChosen();
    else if (command && key === "z" && !event.shiftKey) onUndo();
    else if (command && (key === "y" || (key === "z" && event.shiftKey))) onRedo();
    else if (command && key === "c") void copyChosen(false);
    else if (command && key === "x") void copyChosen(true);
    else if (command && key === "a") setChosen(new Set(nodes.map((one) => one.id)));
    else if (event.key === "Enter" && focused !== undefined) setOpen(focused);
    else if (event.key === "Escape") setOpen(undefined);
    else return;
    event.preventDefault();
  };
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      // What had the focus may be gone with a removed block.
      const target = event.target as HTMLElement;
      if (target === window.document.body || root.current?.contains(target)) keys.current?.(event);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);

  useEffect(() => {
    if (!editable) return;
    // Browsers hand over what is pasted without asking; a read of the clipboard would need permission.
    const onPaste = (event: ClipboardEvent) => {
      const field = (event.target as HTMLElement | null)?.closest?.("input, textarea, [contenteditable]");
      if (field || !event.clipboardData) return;
      event.preventDefault();
      pasteText(event.clipboardData.getData("text/plain"));
    };
    window.addEventListener("paste", onPaste);
    return () => window.removeEventListener("paste", onPaste);
  }, [editable, pasteText]);

  const step = (by: number) => {
    const ids = [...found];
    if (ids.length === 0) return;
    const current = ids.findIndex((id) => chosen.has(id));
    const next = ids[(current + by + ids.length) % ids.length];
    if (next === undefined) return;
    setChosen(new Set([next]));
    show(next);
  };
  const show = useCallback(
    (id: string) => {
      setChosen(new Set([id]));
      void flow.fitView({ nodes: [{ id }], maxZoom: 1, duration: 200 });
    },
    [flow],
  );

  const action = open === undefined ? undefined : actionOf(document, open);
  const context = useMemo(
    () => ({ language, used: usedKeys(document), resources, disabled: !editable }),
    [language, document, resources, editable],
  );
  const errors = problems.filter((one) => one.Level === "ERROR").length;
  return (
    <div className="designer" ref={root} data-testid="designer">
      <div className="designer__bar" role="toolbar" aria-label={t("designer.toolbar")}>
        <Button
          iconName="undo"
          variant="icon"
          disabled={history.past.length === 0}
          ariaLabel={t("designer.undo")}
          onClick={() => onUndo()}
          data-testid="undo"
        />
        <Button
          iconName="redo"
          variant="icon"
          disabled={history.future.length === 0}
          ariaLabel={t("designer.redo")}
          onClick={onRedo}
          data-testid="redo"
        />
        <ButtonDropdown
          variant="icon"
          ariaLabel={t("designer.history")}
          disabled={history.past.length === 0}
          items={history.past
            .map((one, index) => ({
              id: String(history.past.length - index),
              text: t(one.label as Parameters<typeof t>[0]),
            }))
            .reverse()
            .slice(0, 30)}
          onItemClick={({ detail }) => onUndo(Number(detail.id))}
        />
        <span className="designer__gap" />
        <Button
          iconName="copy"
          variant="icon"
          disabled={chosen.size === 0}
          ariaLabel={t("designer.copy")}
          onClick={() => void copyChosen(false)}
        />
        {editable && (
          <>
            <Button
              iconName="remove"
              variant="icon"
              disabled={chosen.size === 0 && !chosenWire}
              ariaLabel={t("designer.remove")}
              onClick={removeChosen}
              data-testid="remove"
            />
            <Button
              iconName="contact"
              variant="icon"
              ariaLabel={t("designer.addNote")}
              onClick={note}
              data-testid="add-note"
            />
            <Button variant="inline-link" onClick={onLayOut} data-testid="lay-out">
              {t("designer.layOut")}
            </Button>
          </>
        )}
        <Button variant="inline-link" onClick={() => setMap(!map)}>
          {t(map ? "designer.hideMap" : "designer.showMap")}
        </Button>
        <Button variant="inline-link" ariaExpanded={trying} onClick={() => setTrying(!trying)} data-testid="try-open">
          {t("designer.try")}
        </Button>
        <span className="designer__spring" />
        <div className="find">
          <Input
            type="search"
            value={query}
            placeholder={t("designer.find")}
            ariaLabel={t("designer.find")}
            onChange={({ detail }) => setQuery(detail.value)}
            onKeyDown={({ detail }) => {
              if (detail.key === "Enter") step(detail.shiftKey ? -1 : 1);
            }}
            data-testid="find"
          />
          {query !== "" && <span className="find__count">{t("designer.foundCount", { count: found.size })}</span>}
        </div>
        <Problems
          problems={problems}
          checking={checking}
          document={document}
          language={language}
          onShow={(id) => {
            show(id);
            setOpen(id);
          }}
        />
      </div>
      <div className="designer__body">
        {editable && !trying && (
          <Palette language={language} flowType={flowType} onAdd={(type) => add(type, middle())} />
        )}
        {/* Blocks are dropped here; adding by the dock's buttons does the same. */}
        <section
          className="designer__canvas"
          aria-label={t("designer.canvas")}
          ref={frame}
          data-errors={errors}
          onDragOver={(event) => {
            if (event.dataTransfer.types.includes(dragKind)) event.preventDefault();
          }}
          onDrop={drop}
        >
          <ReactFlow<CanvasNode>
            nodes={nodes}
            edges={edges}
            nodeTypes={nodeTypes}
            colorMode={mode}
            onNodesChange={onNodesChange}
            onNodeDragStop={takePlaces}
            onSelectionDragStop={takePlaces}
            onKeyUp={(event) => {
              if (event.key.startsWith("Arrow")) takePlaces();
            }}
            onNodeDoubleClick={(_, node) => setOpen(node.id)}
            onNodeClick={(_, node) => {
              setChosenWire(undefined);
              if (open !== undefined) setOpen(node.id);
            }}
            onEdgeClick={(_, edge) => setChosenWire(edge)}
            onPaneClick={() => setChosenWire(undefined)}
            onConnect={(made: Connection) =>
              onChange("designer.did.wire", connect(document, made.source, made.sourceHandle ?? "", made.target))
            }
            onReconnect={(old, made) => {
              const freed =
                old.source === made.source && old.sourceHandle === made.sourceHandle
                  ? document
                  : connect(document, old.source, old.sourceHandle ?? "", undefined);
              onChange("designer.did.wire", connect(freed, made.source, made.sourceHandle ?? "", made.target));
            }}
            isValidConnection={(one) => one.target !== startNode}
            nodesDraggable={editable}
            nodesConnectable={editable}
            edgesReconnectable={editable}
            deleteKeyCode={null}
            selectionMode={SelectionMode.Partial}
            multiSelectionKeyCode={["Control", "Meta"]}
            onlyRenderVisibleElements
            minZoom={0.05}
            maxZoom={2}
            onInit={() => void openAt()}
            elevateEdgesOnSelect
            ariaLabelConfig={{
              "node.a11yDescription.default": t("designer.nodeHelp"),
              "controls.zoomIn.ariaLabel": t("designer.zoomIn"),
              "controls.zoomOut.ariaLabel": t("designer.zoomOut"),
              "controls.fitView.ariaLabel": t("designer.fit"),
              "minimap.ariaLabel": t("designer.map"),
            }}
          >
            <Background gap={24} />
            <Controls showInteractive={false} position="bottom-right" />
            {map && <MiniMap pannable zoomable position="bottom-left" nodeClassName={miniMapClass} />}
          </ReactFlow>
          {document.Actions.length === 0 && <p className="designer__empty">{t("designer.empty")}</p>}
        </section>
        {action && (
          <PropertyContextProvider value={context}>
            <Properties
              key={action.Identifier}
              document={document}
              action={action}
              problems={problems.filter((one) => one.Identifier === action.Identifier)}
              onClose={() => setOpen(undefined)}
              onRename={(name) => {
                onChange("designer.did.rename", rename(document, action.Identifier, name));
                setOpen(name);
                setChosen(new Set([name]));
              }}
              onParameters={(parameters) =>
                onChange(
                  "designer.did.edit",
                  setParameters(document, action.Identifier, parameters),
                  `parameters ${action.Identifier}`,
                )
              }
              onConditions={(conditions) =>
                onChange(
                  "designer.did.edit",
                  setConditions(document, action.Identifier, conditions),
                  `conditions ${action.Identifier} ${conditions.length}`,
                )
              }
              onConnect={(outlet, target) =>
                onChange(
                  target ? "designer.did.wire" : "designer.did.unwire",
                  connect(document, action.Identifier, outlet, target),
                )
              }
            />
          </PropertyContextProvider>
        )}
        {trying && <TryPanel tried={tried} document={document} language={language} onClose={() => setTrying(false)} />}
      </div>
    </div>
  );
}

const miniMapClass = (node: CanvasNode) =>
  `map-${node.type}${node.selected ? " map-selected" : ""}${"found" in node.data && node.data.found ? " map-found" : ""}`;

interface ProblemsProps {
  problems: Problem[];
  checking: boolean;
  document: FlowDocument;
  language: Language;
  onShow: (id: string) => void;
}

/** How many problems there are, and the way to each. */
function Problems({ problems, checking, document, language, onShow }: ProblemsProps) {
  const { t, tn } = useI18n();
  if (problems.length === 0) {
    return (
      <span className="designer__state" data-testid="problems" data-count={checking ? undefined : 0}>
        {t(checking ? "designer.checking" : "designer.noProblems")}
      </span>
    );
  }
  return (
    <ButtonDropdown
      expandToViewport
      items={problems.map((one, index) => {
        const action = one.Identifier ? actionOf(document, one.Identifier) : undefined;
        return {
          id: String(index),
          text: action ? nameOfAction(document, action, language) : one.Path || t("designer.wholeFlow"),
          secondaryText: one.Message,
          iconName: one.Level === "ERROR" ? "status-negative" : "status-warning",
          disabled: !action,
        };
      })}
      onItemClick={({ detail }) => {
        const id = problems[Number(detail.id)]?.Identifier;
        if (id) onShow(id);
      }}
      data-testid="problems"
    >
      {tn("designer.problems", problems.length)}
    </ButtonDropdown>
  );
}

/** Blocks and notes in which a text stands, in the order of the document. */
function findIn(document: FlowDocument, language: Language, query: string): ReadonlySet<string> {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return none;
  const found = new Set<string>();
  for (const one of document.Actions) {
    const text = `${one.Identifier} ${one.Type} ${typeOf(language, one.Type)?.block ?? ""} ${JSON.stringify(one.Parameters ?? {})}`;
    if (text.toLowerCase().includes(wanted)) found.add(one.Identifier);
  }
  for (const one of notesOf(document)) if (one.content.toLowerCase().includes(wanted)) found.add(one.id);
  return found;
}

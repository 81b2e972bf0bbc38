/** The versions of a flow or module: who published them when, any two of them compared, and the way back to one. */
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { callServer } from "@kit/api/session";
import { useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useConsole } from "../../context";
import { Loaded } from "../../parts/FormPage";
import { SelectField } from "../../parts/fields";
import { changesBetween } from "./changes";
import { Differences, marksOn } from "./Differences";
import type { Revealed } from "./designer/Designer";
import type { Language } from "./designer/language";
import type { Content, FlowKind } from "./kinds";
import { Still } from "./Still";
import type { EditedType } from "./types";

interface Version {
  Version: number;
  /** Seconds since 1970. */
  CreatedTime: number;
  CreatedBy: string | null;
  Description: string | null;
}

interface Props {
  kind: FlowKind;
  id: string;
  type: EditedType;
  language: Language;
  /** What stands in the editor. */
  content: Content;
  /** The version that is compared at first. */
  first?: number;
  /** Publishes the content of a version, given only when the user may. */
  onPublish?: (content: Content) => Promise<void>;
  onFailed: (error: unknown) => void;
  onClose: () => void;
}

/** What is compared: a version by its number, or what stands in the editor. */
type Side = number | "editor";

export function FlowVersions({ kind, id, type, language, content, first, onPublish, onFailed, onClose }: Props) {
  const { t, dateTime } = useI18n();
  const { client, session } = useConsole();
  const [from, setFrom] = useState<Side | undefined>(first);
  const [to, setTo] = useState<Side>("editor");
  const [drawn, setDrawn] = useState<"before" | "after">("before");
  const [revealed, setRevealed] = useState<Revealed>();
  const [publishing, setPublishing] = useState(false);
  const list = useQuery({
    queryKey: [kind.list, id, "versions"],
    queryFn: async () => (await callServer<{ Versions: Version[] }>(kind.history({ client, session }, id))).Versions,
  });
  const before = useContent(kind, id, from, content);
  const after = useContent(kind, id, to, content);
  const newest = list.data?.[0]?.Version;
  const label = (number: number) => t(number === newest ? "versions.published" : "versions.one", { number });
  const sides = [
    { value: "editor", label: t("versions.editor") },
    ...(list.data ?? []).map((one) => ({ value: String(one.Version), label: label(one.Version) })),
  ];
  const side = (value: string): Side => (value === "editor" ? "editor" : Number(value));

  async function publish(chosen: Content, number: number) {
    if (!onPublish || !window.confirm(t("versions.sure", { number }))) return;
    setPublishing(true);
    try {
      await onPublish(chosen);
      await list.refetch();
    } catch (error) {
      onFailed(error);
    }
    setPublishing(false);
  }

  return (
    <SpaceBetween size="s">
      <Table<Version>
        variant="container"
        data-testid="versions"
        header={
          <Header
            description={t("versions.explain")}
            actions={
              <Button onClick={onClose} data-testid="versions-back">
                {t(kind.id === "module" ? "versions.backToModule" : "versions.back")}
              </Button>
            }
          >
            {t("versions.title")}
          </Header>
        }
        loading={list.isPending}
        items={list.data ?? []}
        trackBy={(one) => String(one.Version)}
        empty={t("versions.none")}
        columnDefinitions={[
          {
            id: "number",
            header: t("versions.number"),
            cell: (one) => (
              <Button
                variant="inline-link"
                ariaLabel={t("versions.show", { number: one.Version })}
                onClick={() => {
                  setFrom(one.Version);
                  setTo("editor");
                  setDrawn("before");
                }}
                data-testid={`version-${one.Version}`}
              >
                {label(one.Version)}
              </Button>
            ),
          },
          { id: "time", header: t("versions.time"), cell: (one) => dateTime(one.CreatedTime * 1000) },
          { id: "who", header: t("versions.who"), cell: (one) => one.CreatedBy ?? t("versions.instance") },
          { id: "description", header: t("field.description"), cell: (one) => one.Description ?? "" },
        ]}
      />
      {(list.data?.length ?? 0) > 0 && (
        <Container header={<Header description={t("versions.compareHint")}>{t("versions.compare")}</Header>}>
          <div className="line">
            <SelectField
              label={t("versions.before")}
              value={from === undefined ? "" : String(from)}
              choices={sides}
              onChange={(value) => setFrom(side(value))}
              testId="compare-from"
            />
            <SelectField
              label={t("versions.after")}
              value={String(to)}
              choices={sides}
              onChange={(value) => setTo(side(value))}
              testId="compare-to"
            />
          </div>
        </Container>
      )}
      {from !== undefined && (
        <Loaded query={before}>
          {(old) => (
            <Loaded query={after}>
              {(now) => (
                <SpaceBetween size="s">
                  <Container
                    header={
                      <Header
                        actions={
                          onPublish &&
                          from !== "editor" &&
                          from !== newest && (
                            <Button
                              loading={publishing}
                              onClick={() => publish(old, from)}
                              data-testid="version-publish"
                            >
                              {t("versions.publish")}
                            </Button>
                          )
                        }
                      >
                        {t("versions.fromTo", {
                          before: sides.find((one) => one.value === String(from))?.label ?? "",
                          after: sides.find((one) => one.value === String(to))?.label ?? "",
                        })}
                      </Header>
                    }
                  >
                    <Differences
                      before={old}
                      after={now}
                      onShow={(name, kind) => {
                        setDrawn(
                          kind === "added" ? "after" : drawn === "after" && kind !== "removed" ? "after" : "before",
                        );
                        setRevealed({ id: name });
                      }}
                    />
                  </Container>
                  <SegmentedControl
                    label={t("versions.drawn")}
                    selectedId={drawn}
                    options={[
                      { id: "before", text: t("versions.before") },
                      { id: "after", text: t("versions.after") },
                    ]}
                    onChange={({ detail }) => setDrawn(detail.selectedId as typeof drawn)}
                    data-testid="compare-drawn"
                  />
                  <Drawn
                    key={`${from} ${to} ${drawn}`}
                    before={old.text}
                    after={now.text}
                    drawn={drawn}
                    type={type}
                    language={language}
                    revealed={revealed}
                  />
                </SpaceBetween>
              )}
            </Loaded>
          )}
        </Loaded>
      )}
    </SpaceBetween>
  );
}

/** The content of one side; a version never changes. */
function useContent(kind: FlowKind, id: string, side: Side | undefined, editor: Content) {
  const { client, session } = useConsole();
  const query = useQuery({
    queryKey: [kind.list, id, "version", side],
    enabled: typeof side === "number",
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async (): Promise<Content> => {
      const { text, settings } = await kind.read({ client, session }, `${id}:${side}`);
      return { text, settings };
    },
  });
  return side === "editor" ? { ...query, data: editor, isError: false } : query;
}

interface DrawnProps {
  before: string;
  after: string;
  drawn: "before" | "after";
  type: EditedType;
  language: Language;
  revealed: Revealed | undefined;
}

/** One side on the canvas, with what the other side has otherwise marked. */
function Drawn({ before, after, drawn, type, language, revealed }: DrawnProps) {
  const marks = useMemo(() => marksOn(changesBetween(before, after), drawn), [before, after, drawn]);
  const content = drawn === "before" ? before : after;
  return <Still key={content} content={content} type={type} language={language} marks={marks} revealed={revealed} />;
}

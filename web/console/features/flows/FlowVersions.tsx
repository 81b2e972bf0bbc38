/** The versions of a flow: who published them when, what is in them, and the way back to one. */
import { DescribeContactFlowCommand } from "@aws-sdk/client-connect";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { callServer } from "@kit/api/session";
import { useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useConsole } from "../../context";
import { Loaded } from "../../parts/FormPage";
import { changesBetween } from "./changes";
import { Designer } from "./designer/Designer";
import { isUnreadable, needsLayout, readDocument } from "./designer/document";
import { move } from "./designer/edits";
import { begin, type History } from "./designer/history";
import type { Language } from "./designer/language";
import { layOut } from "./designer/layout";
import { JsonView } from "./JsonView";
import { type FlowType, jsonProblem, pretty } from "./types";

interface Version {
  Version: number;
  /** Seconds since 1970. */
  CreatedTime: number;
  CreatedBy: string | null;
  Description: string | null;
}

interface Props {
  id: string;
  type: FlowType;
  language: Language;
  /** What stands in the editor. */
  text: string;
  /** The version that is shown at first. */
  first?: number;
  /** Publishes the content of a version, given only when the user may. */
  onPublish?: (content: string) => Promise<void>;
  onFailed: (error: unknown) => void;
  onClose: () => void;
}

export function FlowVersions({ id, type, language, text, first, onPublish, onFailed, onClose }: Props) {
  const { t, dateTime } = useI18n();
  const { client, InstanceId } = useConsole();
  const [shown, setShown] = useState<number | undefined>(first);
  const [publishing, setPublishing] = useState(false);
  const list = useQuery({
    queryKey: ["flows", id, "versions"],
    queryFn: async () =>
      (await callServer<{ Versions: Version[] }>(`/switchroom/flow-history/${InstanceId}/${id}`)).Versions,
  });
  const content = useQuery({
    queryKey: ["flows", id, "version", shown],
    enabled: shown !== undefined,
    // A version never changes.
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () =>
      (await client.send(new DescribeContactFlowCommand({ InstanceId, ContactFlowId: `${id}:${shown}` }))).ContactFlow
        ?.Content ?? "",
  });
  const newest = list.data?.[0]?.Version;
  const label = (number: number) => t(number === newest ? "versions.published" : "versions.one", { number });

  async function publish() {
    if (!onPublish || content.data === undefined || shown === undefined) return;
    if (!window.confirm(t("versions.sure", { number: shown }))) return;
    setPublishing(true);
    try {
      await onPublish(content.data);
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
                {t("versions.back")}
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
                onClick={() => setShown(one.Version)}
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
      {shown !== undefined && (
        <Loaded query={content}>
          {(loaded) => (
            <SpaceBetween size="s">
              <Container
                header={
                  <Header
                    actions={
                      onPublish &&
                      shown !== newest && (
                        <Button loading={publishing} onClick={publish} data-testid="version-publish">
                          {t("versions.publish")}
                        </Button>
                      )
                    }
                  >
                    {label(shown)}
                  </Header>
                }
              >
                <Differences before={loaded} after={text} />
              </Container>
              <Still key={shown} content={loaded} type={type} language={language} />
            </SpaceBetween>
          )}
        </Loaded>
      )}
    </SpaceBetween>
  );
}

function Differences({ before, after }: { before: string; after: string }) {
  const { t } = useI18n();
  const found = changesBetween(before, after);
  if (!found) return null;
  const kinds = (["added", "removed", "changed"] as const).filter((kind) => found[kind].length > 0);
  return (
    <div data-testid="version-changes">
      <Box variant="awsui-key-label">{t("versions.changes")}</Box>
      {kinds.length === 0 && !found.start && t("versions.same")}
      {found.start && <div>{t("versions.start")}</div>}
      {kinds.map((kind) => (
        <div key={kind} data-testid={`version-${kind}`}>
          {t(`versions.${kind}`)}: {found[kind].join(", ")}
        </div>
      ))}
    </div>
  );
}

/** A version on the canvas, or as text where it cannot be drawn; nothing can be changed. */
function Still({ content, type, language }: { content: string; type: FlowType; language: Language }) {
  const [history, setHistory] = useState<History | undefined>(() => {
    const read = readDocument(content);
    return isUnreadable(read) ? undefined : begin(read);
  });
  useEffect(() => {
    const read = readDocument(content);
    if (isUnreadable(read) || !needsLayout(read)) return;
    let gone = false;
    layOut(read, language).then((places) => {
      if (!gone) setHistory(begin(move(read, places)));
    }, console.error);
    return () => {
      gone = true;
    };
  }, [content, language]);
  if (!history) {
    return (
      <JsonView
        text={pretty(content)}
        editable={false}
        problem={jsonProblem(content)}
        problems={[]}
        onChange={() => {}}
      />
    );
  }
  return (
    <Designer
      history={history}
      language={language}
      flowType={type}
      problems={[]}
      checking={false}
      editable={false}
      onChange={() => {}}
      onUndo={() => {}}
      onRedo={() => {}}
      onLayOut={() => {}}
    />
  );
}

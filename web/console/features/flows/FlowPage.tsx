/** One flow or module: its name, its canvas or its JSON; saved, published, exported and imported here. */
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useConsole } from "../../context";
import { Loaded } from "../../parts/FormPage";
import { useAsked } from "../../parts/logs";
import { useLanguage } from "./designer/language";
import { FlowEditor } from "./FlowEditor";
import { type FlowKind, flows, modules, type Stored, savedSuffix } from "./kinds";

export const FlowPage = () => <EditorPage kind={flows} />;

export const ModulePage = () => <EditorPage kind={modules} />;

function EditorPage({ kind }: { kind: FlowKind }) {
  const { id } = useParams({ strict: false }) as { id?: string };
  const { client, session } = useConsole();
  const asked = useAsked();
  const version = Number(asked.get("version") ?? 0);
  const language = useLanguage();
  const [reloads, setReloads] = useState(0);
  const query = useQuery({
    queryKey: [kind.list, id ?? "new"],
    gcTime: 0,
    // What is being edited is not read again beneath the author's hands.
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async (): Promise<Stored | null> =>
      id === undefined ? null : kind.read({ client, session }, `${id}${savedSuffix}`),
  });
  return (
    <Loaded query={language}>
      {(table) => (
        <Loaded query={query}>
          {(stored) => (
            <FlowEditor
              key={`${id} ${reloads}`}
              kind={kind}
              stored={stored ?? undefined}
              language={table}
              block={asked.get("block") ?? undefined}
              version={version > 0 ? version : undefined}
              onReload={async () => {
                await query.refetch({ throwOnError: true });
                // The editor begins anew with what was read.
                setReloads((before) => before + 1);
              }}
            />
          )}
        </Loaded>
      )}
    </Loaded>
  );
}

/** One flow: its name, its canvas or its JSON; saved, published, exported and imported here. */
import { type ContactFlow, DescribeContactFlowCommand } from "@aws-sdk/client-connect";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useConsole } from "../../context";
import { Loaded } from "../../parts/FormPage";
import { useAsked } from "../../parts/logs";
import { useLanguage } from "./designer/language";
import { FlowEditor, savedSuffix } from "./FlowEditor";

export function FlowPage() {
  const { id } = useParams({ strict: false }) as { id?: string };
  const { client, InstanceId } = useConsole();
  const asked = useAsked();
  const version = Number(asked.get("version") ?? 0);
  const language = useLanguage();
  const query = useQuery({
    queryKey: ["flows", id ?? "new"],
    gcTime: 0,
    // What is being edited is not read again beneath the author's hands.
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async (): Promise<ContactFlow | null> =>
      id === undefined
        ? null
        : ((await client.send(new DescribeContactFlowCommand({ InstanceId, ContactFlowId: `${id}${savedSuffix}` })))
            .ContactFlow ?? null),
  });
  return (
    <Loaded query={language}>
      {(table) => (
        <Loaded query={query}>
          {(flow) => (
            <FlowEditor
              key={id}
              flow={flow ?? undefined}
              language={table}
              block={asked.get("block") ?? undefined}
              version={version > 0 ? version : undefined}
            />
          )}
        </Loaded>
      )}
    </Loaded>
  );
}

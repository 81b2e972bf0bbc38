/** Which flows play a prompt, told before it is deleted: they then take their error branch. */
import { useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useConsole, useExplain } from "../../context";
import { RouteLink } from "../../parts/RouteLink";
import { readUses } from "./server";

const most = 8;

export function PromptUses({ id }: { id: string }) {
  const { t, tn } = useI18n();
  const { session } = useConsole();
  const explain = useExplain();
  const query = useQuery({ queryKey: ["prompts", id, "uses"], queryFn: () => readUses(session, id), gcTime: 0 });
  if (query.isError) return <>{explain(query.error)}</>;
  if (!query.data) return <>{t("loading")}</>;
  if (query.data.length === 0) return <span data-testid="prompt-unused">{t("prompts.unused")}</span>;
  const rest = query.data.length - most;
  return (
    <div data-testid="prompt-uses">
      {tn("prompts.usedBy", query.data.length)}
      <ul>
        {query.data.slice(0, most).map((one) => (
          <li key={one.Id}>
            {one.Kind === "FLOW" ? (
              <RouteLink href={`/console/flows/${one.Id}`}>{one.Name}</RouteLink>
            ) : (
              t("prompts.module", { name: one.Name })
            )}
          </li>
        ))}
        {rest > 0 && <li>{tn("prompts.usedByMore", rest)}</li>}
      </ul>
      {t("prompts.deleteConsequence")}
    </div>
  );
}

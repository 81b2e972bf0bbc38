/** All prompts: heard, copied into flows by their ARN, deleted with a look at who plays them. */
import { DeletePromptCommand } from "@aws-sdk/client-connect";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useConsole, useExplain } from "../../context";
import { usePrompts } from "../../data";
import { ResourceTable } from "../../parts/ResourceTable";
import { RouteLink } from "../../parts/RouteLink";
import { PromptUses } from "./PromptUses";
import { usePlayer } from "./player";
import { readMedia } from "./server";
import { usePromptSound } from "./usePromptSound";
import { clock } from "./wave";

export function PromptsPage() {
  const { t } = useI18n();
  const { client, session, InstanceId, may, say } = useConsole();
  const explain = useExplain();
  const query = usePrompts();
  // Changing a prompt makes its sound stale with it.
  const media = useQuery({ queryKey: ["prompts", "media"], queryFn: () => readMedia(session) });
  const soundOf = usePromptSound();
  const player = usePlayer();
  const length = (id: string | undefined) => media.data?.get(id ?? "")?.DurationMilliseconds;
  const tags = (one: { Tags?: Record<string, string> }) =>
    Object.entries(one.Tags ?? {})
      .map(([key, value]) => (value === "" ? key : `${key}: ${value}`))
      .join(", ");
  return (
    <ResourceTable
      testId="prompts"
      title={t("prompts.title")}
      description={t("prompts.description")}
      query={query}
      empty={t("prompts.empty")}
      id={(one) => one.PromptId ?? ""}
      name={(one) => one.Name ?? ""}
      createHref={may("Prompts.Create") ? "/console/prompts/new" : undefined}
      createText={t("prompts.create")}
      onDelete={
        may("Prompts.Delete")
          ? async (one) => {
              player.stop();
              await client.send(new DeletePromptCommand({ InstanceId, PromptId: one.PromptId }));
            }
          : undefined
      }
      deleteConsequence={(one) => <PromptUses id={one.PromptId ?? ""} />}
      columns={[
        {
          id: "name",
          header: t("field.name"),
          value: (one) => one.Name ?? "",
          cell: (one) => <RouteLink href={`/console/prompts/${one.PromptId}`}>{one.Name}</RouteLink>,
        },
        {
          id: "sound",
          header: t("prompts.duration"),
          width: 150,
          value: (one) => length(one.PromptId) ?? -1,
          cell: (one) => {
            const id = one.PromptId ?? "";
            const ms = length(id);
            const playing = player.current === id;
            if (media.data && ms === undefined) return t("prompts.noSound");
            return (
              <SpaceBetween size="xxs" direction="horizontal" alignItems="center">
                <Button
                  variant="icon"
                  iconName={playing ? "close" : "caret-right-filled"}
                  ariaLabel={t(playing ? "prompts.stopOne" : "prompts.playOne", { name: one.Name ?? "" })}
                  onClick={() => player.toggle(id, () => soundOf(id)).catch((error) => say("error", explain(error)))}
                  data-testid={`play-${one.Name}`}
                />
                <span className="tabular">{ms === undefined ? "" : clock(ms)}</span>
              </SpaceBetween>
            );
          },
        },
        {
          id: "description",
          header: t("field.description"),
          value: (one) => one.Description ?? "",
          cell: (one) => one.Description,
        },
        { id: "tags", header: t("tags.title"), value: tags, cell: tags },
        {
          id: "arn",
          header: t("prompts.arn"),
          width: 120,
          cell: (one) => (
            <CopyToClipboard
              variant="icon"
              textToCopy={one.PromptARN ?? ""}
              copyButtonAriaLabel={t("prompts.copyArn", { name: one.Name ?? "" })}
              copySuccessText={t("prompts.copied")}
              copyErrorText={t("prompts.copyFailed")}
            />
          ),
        },
      ]}
    />
  );
}

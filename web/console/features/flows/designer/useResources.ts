/** The instance's resources that parameters can name, as choices by the kind of resource. */
import { useI18n } from "@kit/i18n";
import { useMemo } from "react";
import { useConsole } from "../../../context";
import {
  useBots,
  useFlowModules,
  useFlows,
  useFunctions,
  useHours,
  usePrompts,
  useQueues,
  useTaskTemplates,
  useUsers,
  useViews,
} from "../../../data";
import type { Choice } from "../../../parts/fields";

export function useResources(): Record<string, Choice[]> {
  const { t } = useI18n();
  const { may, session } = useConsole();
  const menu = `arn:aws:lex:${session.region}:${session.accountId}:bot-alias/builtin/menu`;
  const queues = useQueues(may("Queues.View")).data;
  const flows = useFlows().data;
  const modules = useFlowModules(may("ContactFlowModules.View")).data;
  const prompts = usePrompts(may("Prompts.View")).data;
  const hours = useHours(may("HoursOfOperation.View")).data;
  const templates = useTaskTemplates(may("TaskTemplates.View")).data;
  const views = useViews(may("Views.View")).data;
  const users = useUsers(may("Users.View")).data;
  const functions = useFunctions(may("SecurityProfiles.View")).data;
  const bots = useBots(may("ContactFlows.View")).data;
  return useMemo(() => {
    const choices = <One>(list: One[] | undefined, arn: (one: One) => string | undefined, name: (one: One) => string) =>
      (list ?? []).flatMap((one) => {
        const value = arn(one);
        return value ? [{ value, label: name(one) }] : [];
      });
    return {
      Queue: choices(
        queues,
        (one) => one.QueueArn,
        (one) => one.Name ?? "",
      ),
      Flow: choices(
        flows,
        (one) => one.Arn,
        (one) => one.Name ?? "",
      ),
      Module: choices(
        modules?.filter((one) => one.State === "ACTIVE" && one.Status === "PUBLISHED"),
        (one) => one.Arn,
        (one) => one.Name ?? "",
      ),
      Prompt: choices(
        prompts,
        (one) => one.PromptARN,
        (one) => one.Name ?? "",
      ),
      HoursOfOperation: choices(
        hours,
        (one) => one.HoursOfOperationArn,
        (one) => one.Name ?? "",
      ),
      TaskTemplate: choices(
        templates?.filter((one) => one.Status === "ACTIVE"),
        (one) => one.Id,
        (one) => one.Name ?? "",
      ),
      View: choices(
        views?.filter((one) => one.Status === "PUBLISHED"),
        (one) => (one.Type === "AWS_MANAGED" ? one.Id : one.Arn),
        (one) => one.Name ?? "",
      ),
      Agent: choices(
        users,
        (one) => one.Arn,
        (one) => one.Username ?? "",
      ),
      Function: choices(
        functions,
        (one) => one,
        (one) => one.split("function:").at(-1) ?? one,
      ),
      Bot: [
        { value: menu, label: t("designer.textMenu") },
        ...choices(
          bots,
          (one) => one.LexV2Bot?.AliasArn,
          (one) => one.LexV2Bot?.AliasArn?.split("bot-alias/").at(-1) ?? "",
        ),
      ],
    };
  }, [queues, flows, modules, prompts, hours, templates, views, users, functions, bots, menu, t]);
}

/** All flow modules. */
import { useI18n } from "@kit/i18n";
import { useConsole } from "../../context";
import { useFlowModules } from "../../data";
import { RouteButton } from "../../parts/RouteLink";
import { FlowList } from "./FlowList";
import { flows, modules } from "./kinds";

export function ModulesPage() {
  const { t } = useI18n();
  const { may } = useConsole();
  const query = useFlowModules();
  return (
    <FlowList
      kind={modules}
      query={query}
      actions={
        may(`${flows.family}.View`) && (
          <RouteButton href={flows.href} testId="to-flows">
            {t("flows.title")}
          </RouteButton>
        )
      }
    />
  );
}

/** All flows. */
import { useI18n } from "@kit/i18n";
import { useConsole } from "../../context";
import { useFlows } from "../../data";
import { RouteButton } from "../../parts/RouteLink";
import { FlowList } from "./FlowList";
import { flows, modules } from "./kinds";
import { flowTypeText } from "./types";

export function FlowsPage() {
  const { t } = useI18n();
  const { may } = useConsole();
  const query = useFlows();
  return (
    <FlowList
      kind={flows}
      query={query}
      actions={
        may(`${modules.family}.View`) && (
          <RouteButton href={modules.href} testId="to-modules">
            {t("flowModules.title")}
          </RouteButton>
        )
      }
      columns={[
        {
          id: "type",
          header: t("field.kind"),
          value: (one) => flowTypeText(one.Type, t),
          cell: (one) => flowTypeText(one.Type, t),
        },
      ]}
    />
  );
}

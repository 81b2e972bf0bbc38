/** How many problems a flow has, and the way to each. */
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useI18n } from "@kit/i18n";
import { actionOf, type FlowDocument } from "./document";
import type { Language, Problem } from "./language";
import { nameOfAction } from "./Properties";

interface ProblemsProps {
  problems: Problem[];
  checking: boolean;
  document: FlowDocument;
  language: Language;
  onShow: (id: string) => void;
}

export function Problems({ problems, checking, document, language, onShow }: ProblemsProps) {
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

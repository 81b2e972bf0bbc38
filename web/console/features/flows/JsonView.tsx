/** The content of a flow as JSON, with what is wrong with it. */
import FormField from "@cloudscape-design/components/form-field";
import { useI18n } from "@kit/i18n";
import type { Problem } from "./designer/language";

interface Props {
  text: string;
  editable: boolean;
  problem: { line: number; column: number } | undefined;
  problems: Problem[];
  onChange: (text: string) => void;
}

export function JsonView({ text, editable, problem, problems, onChange }: Props) {
  const { t } = useI18n();
  return (
    <FormField
      stretch
      label={t("flows.content")}
      constraintText={t("flows.contentHint")}
      errorText={problem && t("flows.badJson", { line: problem.line, column: problem.column })}
    >
      <textarea
        className="code-area"
        aria-label={t("flows.content")}
        spellCheck={false}
        readOnly={!editable}
        value={text}
        rows={Math.min(40, Math.max(16, text.split("\n").length + 1))}
        onChange={(event) => onChange(event.target.value)}
        data-testid="flow-content"
      />
      {!problem && problems.length > 0 && (
        <ul className="plain-list" data-testid="flow-problems">
          {problems.map((one) => (
            <li key={`${one.Rule} ${one.Path} ${one.Message}`}>
              <code>{one.Path}</code> {one.Message}
            </li>
          ))}
        </ul>
      )}
    </FormField>
  );
}

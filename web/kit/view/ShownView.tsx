/** A view in a conversation: described by its token, shown while it can be answered, afterwards a line that names it. */
import { useCallback, useEffect, useState } from "react";
import { useI18n } from "../i18n";
import { Alert } from "../ui/Alert";
import { Button } from "../ui/Button";
import { type ShownView as Shown, viewAnswer, viewHeading } from "./answer";
import type { JsonObject, ViewContent } from "./template";
import { ViewPage } from "./ViewPage";

interface ShownViewProps {
  view: Shown;
  describe: (token: string) => Promise<ViewContent>;
  /** Absent when it cannot be answered (any more). */
  onAnswer?: (content: string) => void;
}

export function ShownView({ view, describe, onAnswer }: ShownViewProps) {
  const { t } = useI18n();
  const [content, setContent] = useState<ViewContent>();
  const [problem, setProblem] = useState<string>();
  const { token } = view;
  const load = useCallback(async () => {
    setProblem(undefined);
    try {
      setContent(await describe(token));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }, [describe, token]);
  const open = onAnswer !== undefined;
  useEffect(() => {
    if (open) void load();
  }, [open, load]);
  const answer = useCallback((action: string, data: JsonObject) => onAnswer?.(viewAnswer(action, data)), [onAnswer]);
  if (!open) {
    return (
      <div className="chat__bubble" data-testid="view-closed">
        {viewHeading(view) ?? t("view.name")}
      </div>
    );
  }
  if (problem) {
    return (
      <Alert
        kind="bad"
        action={
          <Button small onClick={load}>
            {t("action.retry")}
          </Button>
        }
      >
        {t("view.failed", { message: problem })}
      </Alert>
    );
  }
  if (!content) {
    return (
      <div className="sr-busy" role="status">
        <span className="sr-spinner" />
        {t("view.loading")}
      </div>
    );
  }
  return (
    <div className="chat__view">
      <ViewPage content={content} data={view.data} onAnswer={answer} />
    </div>
  );
}

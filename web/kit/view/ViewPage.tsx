/** Shows a view and gives what is chosen or filled in. */
import { useMemo } from "react";
import { useI18n } from "../i18n";
import { Alert } from "../ui/Alert";
import { ComponentView } from "./components";
import { type Answer, Columns, ViewScope } from "./context";
import { FormScope, useFormValues } from "./fields";
import { type JsonObject, readPage, type ViewContent } from "./template";
import "./view.css";

interface ViewPageProps {
  content: ViewContent;
  data: JsonObject;
  onAnswer?: Answer;
}

export function ViewPage({ content, data, onAnswer }: ViewPageProps) {
  const { t } = useI18n();
  const page = useMemo(() => {
    try {
      return readPage(content, data);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }, [content, data]);
  const context = useMemo(() => ({ answer: onAnswer }), [onAnswer]);
  // Fields that stand in no form belong to the page.
  const form = useFormValues();
  if (typeof page === "string") return <Alert kind="bad">{t("view.unreadable", { message: page })}</Alert>;
  return (
    <ViewScope value={context}>
      <FormScope form={form}>
        <section className="view" aria-label={page.title ?? t("view.name")} data-testid="view">
          <Columns widths={page.columns}>
            {page.body.map((component, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the components of a page never move
              <ComponentView key={index} component={component} />
            ))}
          </Columns>
        </section>
      </FormScope>
    </ViewScope>
  );
}

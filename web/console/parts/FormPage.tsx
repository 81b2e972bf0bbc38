/** The frame of every create and edit page: title, sections, problems, save and cancel. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useI18n } from "@kit/i18n";
import { type ReactNode, useState } from "react";
import { useConsole, useExplain } from "../context";
import { useGo } from "./RouteLink";

interface FormPageProps {
  title: string;
  description?: string;
  /** The list to go back to. */
  backHref: string;
  /** What is wrong with the input; shown beside the fields once saving was tried. */
  problems: (string | undefined)[];
  /** Saves; given only when the user may, otherwise the page only shows. */
  onSave?: () => Promise<void>;
  /** Says that it was saved. */
  savedText: string;
  /** Called when saving is tried, so that fields show their problems. */
  onTry: () => void;
  saveText?: string;
  secondary?: ReactNode;
  children: ReactNode;
}

export function FormPage(props: FormPageProps) {
  const { title, description, backHref, problems, onSave, savedText, onTry, saveText, secondary, children } = props;
  const { t } = useI18n();
  const { say } = useConsole();
  const explain = useExplain();
  const go = useGo();
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function save() {
    onTry();
    setProblem(undefined);
    if (problems.some(Boolean)) {
      setProblem(t("form.check"));
      return;
    }
    setWorking(true);
    try {
      await onSave?.();
      say("success", savedText);
      go(backHref);
    } catch (error) {
      setProblem(explain(error));
      setWorking(false);
    }
  }

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Form
        header={
          <Header variant="h1" description={description}>
            {title}
          </Header>
        }
        actions={
          <SpaceBetween size="xs" direction="horizontal">
            {secondary}
            <Button formAction="none" variant="link" onClick={() => go(backHref)}>
              {onSave ? t("action.cancel") : t("action.back")}
            </Button>
            {onSave && (
              <Button variant="primary" loading={working} data-testid="form-save">
                {saveText ?? t("action.save")}
              </Button>
            )}
          </SpaceBetween>
        }
        errorText={problem}
      >
        {children}
      </Form>
    </form>
  );
}

interface LoadedProps<T> {
  query: { data: T | undefined; isError: boolean; error: unknown; refetch: () => unknown };
  children: (data: T) => ReactNode;
}

/** Shows content once what it needs has been read; says what is wrong when it cannot be. */
export function Loaded<T>({ query, children }: LoadedProps<T>) {
  const { t } = useI18n();
  const explain = useExplain();
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) {
    return (
      <Alert
        type="error"
        action={<Button onClick={() => query.refetch()}>{t("action.retry")}</Button>}
        data-testid="page-error"
      >
        {explain(query.error)}
      </Alert>
    );
  }
  return (
    <Box textAlign="center" padding="xxl">
      <Spinner size="large" /> {t("loading")}
    </Box>
  );
}

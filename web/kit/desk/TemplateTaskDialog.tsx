/** Creating a task: by a template where the instance has any, else by the free form. */
import { type FormEvent, type ReactElement, useEffect, useId, useState } from "react";
import { useI18n } from "../i18n";
import { Alert } from "../ui/Alert";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { useDesk } from "./context";
import type { QuickConnect } from "./desk";
import { localInput } from "./localTime";
import { furthestSchedule, TaskDialog } from "./TaskDialog";
import { useQuickConnects } from "./TransferDialog";
import {
  defaultsOf,
  draftOf,
  emptyFields,
  isReadOnly,
  lastPart,
  shownFields,
  type TaskTemplate,
  type TemplateField,
  type Values,
} from "./taskTemplate";

interface DialogProps {
  relatedContactId?: string;
  onClose: () => void;
}

/** The free form is gone as soon as one template is active. */
export function CreateTaskDialog(props: DialogProps) {
  const { desk, run } = useDesk();
  const [templates, setTemplates] = useState<TaskTemplate[]>();
  const { onClose } = props;
  useEffect(() => {
    let wanted = true;
    run(async () => {
      const list = await desk.taskTemplates();
      if (wanted) setTemplates(list);
    }).then((worked) => !worked && wanted && onClose());
    return () => {
      wanted = false;
    };
  }, [desk, run, onClose]);
  if (!templates) return null;
  return templates.length > 0 ? <TemplateTaskDialog {...props} templates={templates} /> : <TaskDialog {...props} />;
}

function TemplateTaskDialog({ templates, relatedContactId, onClose }: DialogProps & { templates: TaskTemplate[] }) {
  const { t } = useI18n();
  const { desk, run, say } = useDesk();
  const { list, problem } = useQuickConnects();
  const formId = useId();
  const [template, setTemplate] = useState(templates.length === 1 ? templates[0] : undefined);
  const [values, setValues] = useState<Values>(template ? defaultsOf(template) : {});
  const [tried, setTried] = useState(false);
  const [working, setWorking] = useState(false);
  const empty = template ? emptyFields(template, values) : [];

  function choose(id: string) {
    const chosen = templates.find((one) => one.Id === id);
    setTemplate(chosen);
    setValues(chosen ? defaultsOf(chosen) : {});
    setTried(false);
  }

  async function create(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!template || empty.length > 0) return;
    setWorking(true);
    const draft = draftOf(template, values, list ?? []);
    const worked = await run(() =>
      desk.createTemplatedTask({ ...draft, ...(relatedContactId ? { relatedContactId } : {}) }),
    );
    setWorking(false);
    if (!worked) return;
    onClose();
    say({ kind: "good", text: t("task.created", { name: draft.name || template.Name }) });
  }

  return (
    <Dialog
      title={t("task.create")}
      onClose={onClose}
      testId="task-dialog"
      footer={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" type="submit" form={formId} disabled={working} data-testid="task-create">
            {t("action.create")}
          </Button>
        </>
      }
    >
      <form id={formId} className="task-form" onSubmit={create} noValidate>
        {problem && <Alert kind="bad">{t("desk.failed", { message: problem })}</Alert>}
        <Field label={t("task.template")} error={tried && !template ? t("task.templateMissing") : undefined}>
          <select
            className="sr-input"
            value={template?.Id ?? ""}
            onChange={(event) => choose(event.target.value)}
            data-testid="task-template"
          >
            <option value="" />
            {templates.map((one) => (
              <option key={one.Id} value={one.Id}>
                {one.Name}
              </option>
            ))}
          </select>
        </Field>
        {template &&
          shownFields(template).map((field) => (
            <Field
              key={field.Id.Name}
              label={field.Id.Name}
              hint={field.Description}
              error={tried && empty.includes(field) ? t("task.fieldMissing") : undefined}
            >
              <Input
                field={field}
                value={values[field.Id.Name] ?? ""}
                disabled={isReadOnly(template, field)}
                endpoints={list ?? []}
                onChange={(value) => setValues({ ...values, [field.Id.Name]: value })}
              />
            </Field>
          ))}
      </form>
    </Dialog>
  );
}

interface InputProps {
  field: TemplateField;
  value: string;
  disabled: boolean;
  endpoints: QuickConnect[];
  onChange: (value: string) => void;
}

const inputTypes: Record<string, string> = {
  NUMBER: "number",
  URL: "url",
  EMAIL: "email",
  DATE_TIME: "datetime-local",
  SCHEDULED_TIME: "datetime-local",
};

/** What a field lets one choose from, as value and label; nothing where one types. */
function choicesOf(field: TemplateField, endpoints: QuickConnect[], yes: string, no: string) {
  if (field.Type === "SINGLE_SELECT") return (field.SingleSelectOptions ?? []).map((one) => [one, one]);
  if (field.Type === "QUICK_CONNECT") return endpoints.map((one) => [lastPart(one.endpointARN), one.name]);
  if (field.Type === "BOOLEAN") {
    return [
      ["true", yes],
      ["false", no],
    ];
  }
  return undefined;
}

/** The control of one field; what `Field` adds for screen readers is passed on. */
function Input({ field, value, disabled, endpoints, onChange, ...described }: InputProps): ReactElement {
  const { t } = useI18n();
  const common = {
    ...described,
    className: "sr-input",
    disabled,
    value,
    "data-testid": `task-field-${field.Id.Name}`,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  const choices = choicesOf(field, endpoints, t("task.yes"), t("task.no"));
  if (choices) {
    return (
      <select {...common}>
        <option value="" />
        {choices.map(([key, label]) => (
          <option key={key} value={key}>
            {label}
          </option>
        ))}
      </select>
    );
  }
  if (field.Type === "DESCRIPTION" || field.Type === "TEXT_AREA") {
    return <textarea {...common} rows={3} maxLength={4096} />;
  }
  const scheduled = field.Type === "SCHEDULED_TIME";
  const now = Date.now();
  return (
    <input
      {...common}
      type={inputTypes[field.Type] ?? "text"}
      maxLength={field.Type === "NAME" ? 512 : 4096}
      {...(scheduled ? { min: localInput(now), max: localInput(now + furthestSchedule) } : {})}
    />
  );
}

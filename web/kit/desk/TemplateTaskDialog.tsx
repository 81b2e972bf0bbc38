/** Creating a task: by a template where the instance has any, else by the free form. */
import { useEffect, useState } from "react";
import { useI18n } from "../i18n";
import { Field } from "../ui/Field";
import { useDesk } from "./context";
import { TaskDialog } from "./TaskDialog";
import { type TaskDialogProps, TaskForm } from "./TaskForm";
import { TemplateFields } from "./TemplateFields";
import { useQuickConnects } from "./TransferDialog";
import { defaultsOf, draftOf, emptyFields, lastPart, type TaskTemplate, type Values } from "./taskTemplate";

/** The free form is gone as soon as one template is active. */
export function CreateTaskDialog(props: TaskDialogProps) {
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

function TemplateTaskDialog({ templates, relatedContactId, onClose }: TaskDialogProps & { templates: TaskTemplate[] }) {
  const { t } = useI18n();
  const { desk } = useDesk();
  const { list, problem } = useQuickConnects();
  const [template, setTemplate] = useState(templates.length === 1 ? templates[0] : undefined);
  const [values, setValues] = useState<Values>(template ? defaultsOf(template) : {});
  const [tried, setTried] = useState(false);

  function choose(id: string) {
    const chosen = templates.find((one) => one.Id === id);
    setTemplate(chosen);
    setValues(chosen ? defaultsOf(chosen) : {});
    setTried(false);
  }

  const draft = template && draftOf(template, values, list ?? []);
  return (
    <TaskForm
      problem={problem}
      name={draft?.name || template?.Name || ""}
      make={() => {
        if (!template || !draft || emptyFields(template, values).length > 0) return undefined;
        return () => desk.createTemplatedTask({ ...draft, ...(relatedContactId ? { relatedContactId } : {}) });
      }}
      onTry={() => setTried(true)}
      onClose={onClose}
    >
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
      {template && (
        <TemplateFields
          template={template}
          values={values}
          endpoints={(list ?? []).map((one) => ({ id: lastPart(one.endpointARN), name: one.name }))}
          tried={tried}
          onChange={setValues}
        />
      )}
    </TaskForm>
  );
}

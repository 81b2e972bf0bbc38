/** Creating a task: now or up to six days ahead, for anyone a quick connect leads to. */
import { useState } from "react";
import { useI18n } from "../i18n";
import { Alert } from "../ui/Alert";
import { Button, IconButton } from "../ui/Button";
import { Field } from "../ui/Field";
import { useDesk } from "./context";
import { localInput } from "./localTime";
import { furthestSchedule } from "./schedule";
import { type TaskDialogProps, TaskForm } from "./TaskForm";
import { useQuickConnects } from "./TransferDialog";

interface Link {
  key: number;
  name: string;
  url: string;
}

/** Whether a link can be sent: a name and a complete web address. */
export function isGoodLink(link: { name: string; url: string }): boolean {
  try {
    return link.name.trim() !== "" && /^https?:$/.test(new URL(link.url).protocol);
  } catch {
    return false;
  }
}

export function TaskDialog({ relatedContactId, onClose }: TaskDialogProps) {
  const { t } = useI18n();
  const { desk } = useDesk();
  const { list, problem } = useQuickConnects();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [endpointArn, setEndpointArn] = useState("");
  const [links, setLinks] = useState<Link[]>([]);
  const [later, setLater] = useState(false);
  const [at, setAt] = useState("");
  const [tried, setTried] = useState(false);

  const choices = (list ?? []).filter((one) => String(one.type) === "agent" || String(one.type) === "queue");
  const endpoint = choices.find((one) => one.endpointARN === endpointArn);
  const startsAt = later ? new Date(at).getTime() : undefined;
  const now = Date.now();
  const errors = {
    name: name.trim() === "" ? t("task.nameMissing") : undefined,
    endpoint: endpoint ? undefined : t("task.assignMissing"),
    links: links.every(isGoodLink) ? undefined : t("task.referenceBad"),
    at:
      startsAt !== undefined && !(startsAt > now && startsAt <= now + furthestSchedule)
        ? t("task.scheduleBad")
        : undefined,
  };
  const shown = tried ? errors : { name: undefined, endpoint: undefined, links: undefined, at: undefined };

  const setLink = (key: number, change: Partial<Link>) =>
    setLinks(links.map((link) => (link.key === key ? { ...link, ...change } : link)));

  return (
    <TaskForm
      problem={problem}
      name={name.trim()}
      make={() => {
        if (!endpoint || Object.values(errors).some(Boolean)) return undefined;
        return () =>
          desk.createTask({
            name: name.trim(),
            description: description.trim(),
            endpoint,
            references: Object.fromEntries(links.map((link) => [link.name.trim(), { type: "URL", value: link.url }])),
            ...(startsAt === undefined ? {} : { scheduledTime: Math.floor(startsAt / 1000) }),
            ...(relatedContactId ? { relatedContactId } : {}),
          });
      }}
      onTry={() => setTried(true)}
      onClose={onClose}
    >
      {list && choices.length === 0 && <Alert kind="warn">{t("task.assignNone")}</Alert>}
      <Field label={t("task.name")} error={shown.name}>
        <input
          className="sr-input"
          maxLength={512}
          value={name}
          onChange={(event) => setName(event.target.value)}
          data-testid="task-name"
        />
      </Field>
      <Field label={t("task.description")}>
        <textarea
          className="sr-input"
          rows={3}
          maxLength={4096}
          value={description}
          onChange={(event) => setDescription(event.target.value)}
          data-testid="task-description"
        />
      </Field>
      <Field label={t("task.assign")} error={shown.endpoint}>
        <select
          className="sr-input"
          value={endpointArn}
          onChange={(event) => setEndpointArn(event.target.value)}
          data-testid="task-assign"
        >
          <option value="" />
          {choices.map((one) => (
            <option key={one.endpointARN} value={one.endpointARN}>
              {one.name} ({t(String(one.type) === "agent" ? "endpoint.agent" : "endpoint.queue")})
            </option>
          ))}
        </select>
      </Field>
      <fieldset className="task-form__links">
        <legend>{t("task.references")}</legend>
        {links.map((link) => (
          <div key={link.key} className="task-form__link">
            <input
              className="sr-input"
              aria-label={t("task.referenceName")}
              placeholder={t("task.referenceName")}
              value={link.name}
              onChange={(event) => setLink(link.key, { name: event.target.value })}
            />
            <input
              className="sr-input"
              aria-label={t("task.referenceUrl")}
              placeholder="https://"
              inputMode="url"
              value={link.url}
              onChange={(event) => setLink(link.key, { url: event.target.value })}
            />
            <IconButton
              icon="close"
              label={t("task.removeReference", { name: link.name })}
              onClick={() => setLinks(links.filter((one) => one.key !== link.key))}
            />
          </div>
        ))}
        {shown.links && (
          <span className="sr-field__error" role="alert">
            {shown.links}
          </span>
        )}
        <Button small icon="plus" onClick={() => setLinks([...links, { key: Date.now(), name: "", url: "" }])}>
          {t("task.addReference")}
        </Button>
      </fieldset>
      <label className="task-form__later">
        <input
          type="checkbox"
          checked={later}
          onChange={(event) => setLater(event.target.checked)}
          data-testid="task-later"
        />
        {t("task.schedule")}
      </label>
      {later && (
        <Field
          label={t("task.scheduleAt")}
          error={shown.at}
          hint={t("task.scheduleZone", { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}
        >
          <input
            className="sr-input"
            type="datetime-local"
            min={localInput(now)}
            max={localInput(now + furthestSchedule)}
            value={at}
            onChange={(event) => setAt(event.target.value)}
            data-testid="task-at"
          />
        </Field>
      )}
    </TaskForm>
  );
}

/** The world around the simulated contact. */
import { useI18n } from "@kit/i18n";
import { useEffect, useState } from "react";
import { SelectField, TextAreaField, TextField } from "../../../parts/fields";
import { givenOf, type TryWorld } from "./try";

interface Props {
  world: TryWorld;
  onChange: (world: TryWorld) => void;
}

/** How long after the last key a text is taken over, in milliseconds. */
const takeAfter = 500;

export function TryWorldFields({ world, onChange }: Props) {
  const { t } = useI18n();
  const [own, setOwn] = useState(world);
  const { problems } = givenOf(own);
  useEffect(() => {
    if (own === world) return;
    const timer = setTimeout(() => onChange(own), takeAfter);
    return () => clearTimeout(timer);
  }, [own, world, onChange]);
  const set = (change: Partial<TryWorld>) => setOwn({ ...own, ...change });
  return (
    <div className="fields">
      <SelectField
        label={t("field.channel")}
        value={own.channel}
        choices={[
          { value: "CHAT", label: t("channel.chat") },
          { value: "TASK", label: t("channel.task") },
          { value: "VOICE", label: t("designer.try.voice") },
        ]}
        onChange={(value) => set({ channel: value as TryWorld["channel"] })}
        testId="try-channel"
      />
      <SelectField
        label={t("designer.try.hours")}
        value={own.hours}
        choices={(["OPEN", "CLOSED"] as const).map((value) => ({ value, label: t(`designer.try.hours.${value}`) }))}
        onChange={(value) => set({ hours: value as TryWorld["hours"] })}
        testId="try-hours"
      />
      <SelectField
        label={t("designer.try.queues")}
        value={own.queues}
        choices={(["STAFFED", "UNSTAFFED", "FULL"] as const).map((value) => ({
          value,
          label: t(`designer.try.queues.${value}`),
        }))}
        onChange={(value) => set({ queues: value as TryWorld["queues"] })}
        testId="try-queues"
      />
      <TextAreaField
        label={t("designer.try.attributes")}
        hint={t("designer.try.attributesHint")}
        problem={problems.attributes && t("designer.try.attributesProblem")}
        rows={2}
        value={own.attributes}
        onChange={(attributes) => set({ attributes })}
        testId="try-attributes"
      />
      <TextAreaField
        label={t("designer.try.functions")}
        hint={t("designer.try.functionsHint")}
        problem={problems.functions && t("designer.try.functionsProblem")}
        rows={3}
        value={own.functions}
        onChange={(functions) => set({ functions })}
        testId="try-functions"
      />
      <TextField
        label={t("designer.try.percents")}
        hint={t("designer.try.percentsHint")}
        problem={problems.percents && t("designer.try.percentsProblem")}
        value={own.percents}
        onChange={(percents) => set({ percents })}
        testId="try-percents"
      />
    </div>
  );
}

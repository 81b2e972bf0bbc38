/** The tags of a resource: lines of key and value, and the calls that bring the resource to them. */
import { TagResourceCommand, UntagResourceCommand } from "@aws-sdk/client-connect";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useI18n } from "@kit/i18n";
import type { useConsole } from "../context";

/** Tags while they are edited: keys may be empty or doubled for a moment. */
export type TagLines = readonly { key: string; value: string }[];

export const linesOf = (tags: Record<string, string> | undefined): TagLines =>
  Object.entries(tags ?? {}).map(([key, value]) => ({ key, value }));

export const tagsOf = (lines: TagLines): Record<string, string> =>
  Object.fromEntries(lines.filter((one) => one.key.trim() !== "").map((one) => [one.key.trim(), one.value]));

/** Whether every key is there once and is not one of the system's. */
export function areGoodTags(lines: TagLines): boolean {
  const keys = lines.map((one) => one.key.trim());
  return keys.every((key, index) => key !== "" && keys.indexOf(key) === index && !/^aws:/i.test(key));
}

/** Makes the tags of a resource what they are to be. */
export async function saveTags(
  { client }: Pick<ReturnType<typeof useConsole>, "client">,
  resourceArn: string,
  before: Record<string, string>,
  after: Record<string, string>,
): Promise<void> {
  const gone = Object.keys(before).filter((key) => !(key in after));
  const tags = Object.fromEntries(Object.entries(after).filter(([key, value]) => before[key] !== value));
  if (gone.length > 0) await client.send(new UntagResourceCommand({ resourceArn, tagKeys: gone }));
  if (Object.keys(tags).length > 0) await client.send(new TagResourceCommand({ resourceArn, tags }));
}

interface Props {
  lines: TagLines;
  disabled?: boolean;
  onChange: (lines: TagLines) => void;
}

export function TagsField({ lines, disabled, onChange }: Props) {
  const { t } = useI18n();
  const set = (index: number, change: Partial<TagLines[number]>) =>
    onChange(lines.map((one, place) => (place === index ? { ...one, ...change } : one)));
  return (
    <FormField
      label={t("tags.title")}
      stretch
      constraintText={t("tags.hint")}
      errorText={!areGoodTags(lines) && t("tags.bad")}
    >
      <SpaceBetween size="xs">
        {lines.length === 0 && <Box color="text-body-secondary">{t("tags.none")}</Box>}
        {lines.map((one, index) => (
          // Lines have no name but their place: their keys are being typed.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <div key={index} className="line">
            <Input
              value={one.key}
              disabled={disabled}
              placeholder={t("tags.key")}
              ariaLabel={t("tags.keyOf", { number: index + 1 })}
              onChange={({ detail }) => set(index, { key: detail.value })}
              data-testid={`tag-key-${index}`}
            />
            <Input
              value={one.value}
              disabled={disabled}
              placeholder={t("tags.value")}
              ariaLabel={t("tags.valueOf", { number: index + 1 })}
              onChange={({ detail }) => set(index, { value: detail.value })}
              data-testid={`tag-value-${index}`}
            />
            {!disabled && (
              <Button
                iconName="close"
                variant="icon"
                formAction="none"
                ariaLabel={t("form.remove", { name: one.key || t("tags.keyOf", { number: index + 1 }) })}
                onClick={() => onChange(lines.filter((_, place) => place !== index))}
              />
            )}
          </div>
        ))}
        {!disabled && lines.length < 50 && (
          <Button
            iconName="add-plus"
            formAction="none"
            onClick={() => onChange([...lines, { key: "", value: "" }])}
            data-testid="tag-add"
          >
            {t("tags.add")}
          </Button>
        )}
      </SpaceBetween>
    </FormField>
  );
}

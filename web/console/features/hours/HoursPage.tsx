/** Creating or editing hours of operation. */
import {
  CreateHoursOfOperationCommand,
  DescribeHoursOfOperationCommand,
  type HoursOfOperation,
  UpdateHoursOfOperationCommand,
} from "@aws-sdk/client-connect";
import Alert from "@cloudscape-design/components/alert";
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useConsole } from "../../context";
import { useChanged } from "../../data";
import { FormPage, Loaded } from "../../parts/FormPage";
import { SelectField, TextAreaField, TextField } from "../../parts/fields";
import { type Day, dayName, days, type Opening, readOpenings, weekProblem, writeOpenings } from "./week";

export function HoursPage() {
  const { id } = useParams({ strict: false }) as { id?: string };
  const { client, InstanceId } = useConsole();
  const query = useQuery({
    queryKey: ["hours", id ?? "new"],
    enabled: id !== undefined,
    gcTime: 0,
    queryFn: async () =>
      (await client.send(new DescribeHoursOfOperationCommand({ InstanceId, HoursOfOperationId: id })))
        .HoursOfOperation ?? {},
  });
  if (id === undefined) return <HoursForm />;
  return <Loaded query={query}>{(hours) => <HoursForm key={id} hours={hours} />}</Loaded>;
}

const officeWeek: Opening[] = days.slice(0, 5).map((day) => ({ day, start: "09:00", end: "17:00" }));
const alwaysOpen: Opening[] = days.map((day) => ({ day, start: "00:00", end: "00:00" }));

function HoursForm({ hours }: { hours?: HoursOfOperation }) {
  const { t, locale } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const changed = useChanged();
  const [name, setName] = useState(hours?.Name ?? "");
  const [description, setDescription] = useState(hours?.Description ?? "");
  const [zone, setZone] = useState(hours?.TimeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [openings, setOpenings] = useState<Opening[]>(hours ? readOpenings(hours.Config ?? []) : officeWeek);
  const [tried, setTried] = useState(false);
  const editable = may(hours ? "HoursOfOperation.Edit" : "HoursOfOperation.Create");
  const week = weekProblem(openings);
  const problems = {
    name: name.trim() === "" ? t("form.required") : undefined,
    zone: zone === "" ? t("form.required") : undefined,
    week: week ? t(`hours.problem.${week}`) : undefined,
  };
  const shown: Partial<typeof problems> = tried ? problems : {};
  const zones = [...new Set([zone, "UTC", ...Intl.supportedValuesOf("timeZone")].filter(Boolean))];
  const setOpening = (index: number, change: Partial<Opening>) =>
    setOpenings(openings.map((one, at) => (at === index ? { ...one, ...change } : one)));

  async function save() {
    const parts = {
      InstanceId,
      Name: name.trim(),
      // Only what is there already can be cleared.
      Description: description.trim() || (hours ? "" : undefined),
      TimeZone: zone,
      Config: writeOpenings(openings),
    };
    await client.send(
      hours
        ? new UpdateHoursOfOperationCommand({ ...parts, HoursOfOperationId: hours.HoursOfOperationId })
        : (new CreateHoursOfOperationCommand(parts) as unknown as UpdateHoursOfOperationCommand),
    );
    await changed("hours");
  }

  return (
    <FormPage
      title={hours?.Name ?? t("hours.create")}
      backHref="/console/hours"
      problems={Object.values(problems)}
      onTry={() => setTried(true)}
      onSave={editable ? save : undefined}
      savedText={t("form.saved", { name })}
    >
      <SpaceBetween size="l">
        <Container>
          <SpaceBetween size="m">
            <TextField
              label={t("field.name")}
              value={name}
              problem={shown.name}
              onChange={setName}
              testId="hours-name"
            />
            <TextAreaField label={t("field.description")} value={description} onChange={setDescription} />
            <SelectField
              label={t("field.timeZone")}
              hint={t("hours.zoneHint")}
              value={zone}
              problem={shown.zone}
              choices={zones.map((one) => ({ value: one, label: one }))}
              onChange={setZone}
            />
          </SpaceBetween>
        </Container>
        <Container
          header={
            <Header
              variant="h2"
              description={t("hours.weekText")}
              actions={
                <SpaceBetween size="xs" direction="horizontal">
                  <Button formAction="none" onClick={() => setOpenings(officeWeek)}>
                    {t("hours.office")}
                  </Button>
                  <Button formAction="none" onClick={() => setOpenings(alwaysOpen)}>
                    {t("hours.always")}
                  </Button>
                </SpaceBetween>
              }
            >
              {t("hours.week")}
            </Header>
          }
        >
          <SpaceBetween size="m">
            {shown.week && <Alert type="error">{shown.week}</Alert>}
            <AttributeEditor
              items={openings}
              addButtonText={t("hours.add")}
              removeButtonText={t("form.removeRow")}
              empty={t("hours.closed")}
              onAddButtonClick={() => setOpenings([...openings, { day: "MONDAY", start: "09:00", end: "17:00" }])}
              onRemoveButtonClick={({ detail }) => setOpenings(openings.filter((_, at) => at !== detail.itemIndex))}
              definition={[
                {
                  label: t("hours.day"),
                  control: (one, index) => (
                    <Select
                      ariaLabel={t("hours.day")}
                      selectedOption={{ value: one.day, label: dayName(one.day, locale) }}
                      options={days.map((day) => ({ value: day, label: dayName(day, locale) }))}
                      onChange={({ detail }) => setOpening(index, { day: detail.selectedOption.value as Day })}
                    />
                  ),
                },
                {
                  label: t("hours.from"),
                  control: (one, index) => (
                    <Input
                      ariaLabel={t("hours.from")}
                      placeholder="09:00"
                      value={one.start}
                      onChange={({ detail }) => setOpening(index, { start: detail.value })}
                    />
                  ),
                },
                {
                  label: t("hours.to"),
                  control: (one, index) => (
                    <Input
                      ariaLabel={t("hours.to")}
                      placeholder="17:00"
                      value={one.end}
                      onChange={({ detail }) => setOpening(index, { end: detail.value })}
                    />
                  ),
                },
              ]}
            />
          </SpaceBetween>
        </Container>
      </SpaceBetween>
    </FormPage>
  );
}

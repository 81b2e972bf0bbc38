/** Who published which flow when, over all flows. */
import SpaceBetween from "@cloudscape-design/components/space-between";
import { callServer } from "@kit/api/session";
import { useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { everyPage } from "../../api";
import { useConsole } from "../../context";
import { useFlows, useUsers } from "../../data";
import { asChoices, SelectField } from "../../parts/fields";
import { ResourceTable } from "../../parts/ResourceTable";
import { RouteButton, RouteLink } from "../../parts/RouteLink";
import { flows } from "./kinds";
import { flowTypeText } from "./types";

interface Change {
  ContactFlowId: string;
  ContactFlowName: string;
  ContactFlowType: string;
  Version: number;
  /** Seconds since 1970. */
  CreatedTime: number;
  CreatedBy?: string;
  Description?: string;
}

const day = 24 * 60 * 60;
/** How far back the list goes, in seconds. */
const spans = { day, week: 7 * day, month: 30 * day, ever: undefined } as const;
type Span = keyof typeof spans;

export function FlowChangesPage() {
  const { t, dateTime } = useI18n();
  const { InstanceId, may } = useConsole();
  const [flow, setFlow] = useState("");
  const [user, setUser] = useState("");
  const [span, setSpan] = useState<Span>("month");
  const list = useFlows();
  const users = useUsers(may("Users.View"));
  const query = useQuery({
    queryKey: ["flows", "changes", flow, user, span],
    queryFn: () => {
      const back = spans[span];
      const asked = new URLSearchParams({ maxResults: "1000" });
      if (flow) asked.set("contactFlowId", flow);
      if (user) asked.set("createdBy", user);
      if (back !== undefined) asked.set("createdAfter", String(Math.floor(Date.now() / 1000) - back));
      return everyPage(
        (token) => {
          if (token) asked.set("nextToken", token);
          return callServer<{ Changes: Change[]; NextToken?: string }>(
            `/switchroom/flow-changes/${InstanceId}?${asked}`,
          );
        },
        (page) => page.Changes,
      );
    },
  });
  return (
    <ResourceTable<Change>
      testId="flow-changes"
      title={t("flowChanges.title")}
      description={t("flowChanges.description")}
      query={query}
      empty={t("flowChanges.empty")}
      id={(one) => `${one.ContactFlowId}:${one.Version}`}
      name={(one) => one.ContactFlowName}
      actions={<RouteButton href={flows.href}>{t("flows.title")}</RouteButton>}
      filters={
        <SpaceBetween size="s" direction="horizontal">
          <SelectField
            label={t("field.flow")}
            value={flow}
            none={t("flowChanges.anyFlow")}
            choices={asChoices(list.data?.map(({ Id, Name }) => ({ Id, Name })))}
            onChange={setFlow}
            testId="changes-flow"
          />
          <SelectField
            label={t("versions.who")}
            value={user}
            none={t("flowChanges.anybody")}
            choices={asChoices(users.data?.map((one) => ({ Id: one.Username, Name: one.Username })))}
            onChange={setUser}
            testId="changes-user"
          />
          <SelectField
            label={t("versions.time")}
            value={span}
            choices={(Object.keys(spans) as Span[]).map((one) => ({ value: one, label: t(`flowChanges.span.${one}`) }))}
            onChange={(value) => setSpan(value as Span)}
            testId="changes-span"
          />
        </SpaceBetween>
      }
      columns={[
        {
          id: "time",
          header: t("versions.time"),
          width: 210,
          value: (one) => -one.CreatedTime,
          cell: (one) => dateTime(one.CreatedTime * 1000),
        },
        {
          id: "flow",
          header: t("field.flow"),
          width: 300,
          value: (one) => one.ContactFlowName,
          cell: (one) => <RouteLink href={`${flows.href}/${one.ContactFlowId}`}>{one.ContactFlowName}</RouteLink>,
        },
        {
          id: "type",
          header: t("field.kind"),
          width: 200,
          value: (one) => flowTypeText(one.ContactFlowType, t),
          cell: (one) => flowTypeText(one.ContactFlowType, t),
        },
        { id: "version", header: t("versions.number"), value: (one) => one.Version, cell: (one) => one.Version },
        {
          id: "who",
          header: t("versions.who"),
          width: 220,
          value: (one) => one.CreatedBy ?? "",
          cell: (one) => one.CreatedBy ?? t("versions.instance"),
        },
        {
          id: "description",
          header: t("field.description"),
          value: (one) => one.Description ?? "",
          cell: (one) => one.Description ?? "",
        },
      ]}
    />
  );
}

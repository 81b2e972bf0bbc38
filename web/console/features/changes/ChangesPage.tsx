/** The history of changes: who changed which resource when, and what it was before. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { type MessageKey, useI18n } from "@kit/i18n";
import { useState } from "react";
import { useConsole } from "../../context";
import { useFlows } from "../../data";
import { asChoices, SelectField, TextField } from "../../parts/fields";
import { type LogPage, MoreLines, Unfold, useAsked, useLog } from "../../parts/logs";
import { RouteButton, RouteLink, useGo } from "../../parts/RouteLink";
import { rangeMembers, readRange, TimeRangeField, writeRange } from "../../parts/TimeRange";
import { contentDigest, type Field, listChange, valueText } from "./fields";
import { type ChangeKind, type ChangesAsked, changeKinds, changesHref, resourceHref } from "./kinds";

interface Change {
  /** Seconds since 1970. */
  Time: number;
  Kind: ChangeKind;
  ResourceId: string;
  ResourceName: string;
  User: string;
  Action: "CREATED" | "CHANGED" | "PUBLISHED" | "ARCHIVED" | "RESTORED" | "DELETED";
  /** The published version of a flow or module. */
  Version?: number;
  Fields: Field[];
}

interface ChangesPageOf extends LogPage {
  Changes: Change[];
}

const changesOf = (page: ChangesPageOf) => page.Changes;

function readAsked(params: URLSearchParams): ChangesAsked {
  const kind = params.get("kind") as ChangeKind | null;
  return {
    kind: kind && changeKinds.includes(kind) ? kind : "",
    resource: params.get("resource") ?? "",
    name: params.get("name") ?? "",
    user: params.get("user") ?? "",
  };
}

export function ChangesPage() {
  const { t, dateTime } = useI18n();
  const params = useAsked();
  const asked = readAsked(params);
  const range = readRange(params);
  const { query, found } = useLog<ChangesPageOf, Change>(
    "change-history",
    params.toString(),
    () => ({
      Kind: asked.kind || undefined,
      ResourceId: asked.resource || undefined,
      User: asked.user || undefined,
      ...rangeMembers(range, Date.now()),
    }),
    changesOf,
  );
  // A resource that is gone has no page any more.
  const gone = new Set(found.filter((one) => one.Action === "DELETED").map((one) => `${one.Kind} ${one.ResourceId}`));

  const columns: TableProps.ColumnDefinition<Change>[] = [
    { id: "time", header: t("logs.time"), width: 160, cell: (one) => dateTime(one.Time * 1000) },
    {
      id: "resource",
      header: t("changes.resource"),
      width: 190,
      cell: (one) => (
        <div>
          <span className="log-line__short" title={one.ResourceName}>
            <RouteLink
              href={changesHref({ kind: one.Kind, resource: one.ResourceId, name: one.ResourceName })}
              label={t("changes.only", { name: one.ResourceName })}
              testId="change-resource"
            >
              {one.ResourceName}
            </RouteLink>
          </span>
          <Box color="text-body-secondary" fontSize="body-s">
            {t(`changes.kind.${one.Kind}` as MessageKey)}
          </Box>
        </div>
      ),
    },
    { id: "action", header: t("changes.action"), width: 120, cell: (one) => t(`changes.did.${one.Action}`) },
    { id: "who", header: t("changes.who"), width: 150, cell: (one) => one.User },
    {
      id: "fields",
      header: t("changes.fields"),
      minWidth: 330,
      cell: (one) => <Details change={one} />,
    },
    {
      id: "open",
      header: t("table.actions"),
      width: 150,
      cell: (one) => <Open change={one} gone={gone.has(`${one.Kind} ${one.ResourceId}`)} />,
    },
  ];

  return (
    <SpaceBetween size="m">
      <Table<Change>
        variant="full-page"
        stickyHeader
        resizableColumns
        wrapLines
        cellVerticalAlign="top"
        enableKeyboardNavigation
        columnDefinitions={columns}
        items={found}
        loading={query.isPending}
        loadingText={t("loading")}
        empty={query.isError ? null : <Empty />}
        ariaLabels={{ tableLabel: t("changes.title") }}
        data-testid="changes"
        header={
          <Header
            variant="awsui-h1-sticky"
            description={t("changes.description")}
            actions={
              <SpaceBetween size="xs" direction="horizontal">
                <Button
                  iconName="refresh"
                  ariaLabel={t("table.refresh")}
                  loading={query.isRefetching}
                  onClick={() => void query.refetch()}
                />
                {asked.resource && (
                  <RouteButton href={changesHref({ kind: asked.kind })} testId="changes-all">
                    {t("changes.all")}
                  </RouteButton>
                )}
              </SpaceBetween>
            }
          >
            {asked.resource ? t("changes.ofOne", { name: asked.name || asked.resource }) : t("changes.title")}
          </Header>
        }
        filter={<Filter key={params.toString()} />}
      />
      <MoreLines query={query} found={found.length} ascending={false} />
    </SpaceBetween>
  );
}

function Filter() {
  const { t, compare } = useI18n();
  const go = useGo();
  const params = useAsked();
  const [asked, setAsked] = useState(() => readAsked(params));
  const [range, setRange] = useState(() => readRange(params));
  const { may } = useConsole();
  const ofFlows = asked.kind === "flow" && may("ContactFlows.View");
  const flows = useFlows(ofFlows);
  const known = asChoices(flows.data);
  const chosen = asked.resource ?? "";
  const choices =
    chosen === "" || known.some((one) => one.value === chosen)
      ? known
      : [...known, { value: chosen, label: asked.name || chosen }];
  const kinds = changeKinds
    .map((kind) => ({ value: kind as string, label: t(`changes.kind.${kind}`) }))
    .sort((a, b) => compare(a.label, b.label));

  function search() {
    const next = new URLSearchParams(changesHref({ ...asked, user: asked.user?.trim() }).split("?")[1]);
    writeRange(next, range);
    go(`/console/changes?${next}`);
  }

  return (
    <form
      className="log-filter"
      onSubmit={(event) => {
        event.preventDefault();
        search();
      }}
    >
      {(!chosen || ofFlows) && (
        <SelectField
          label={t("changes.kind")}
          value={asked.kind ?? ""}
          none={t("changes.anyKind")}
          choices={kinds}
          onChange={(kind) => setAsked({ ...asked, kind: kind as ChangeKind | "", resource: "", name: "" })}
          testId="changes-kind"
        />
      )}
      {ofFlows && (
        <SelectField
          label={t("field.flow")}
          value={chosen}
          none={t("flowLogs.anyFlow")}
          choices={choices}
          loading={flows.isPending}
          onChange={(flow) =>
            setAsked({ ...asked, resource: flow, name: choices.find((one) => one.value === flow)?.label })
          }
          testId="changes-flow"
        />
      )}
      <div className="log-filter__wide">
        <TextField
          label={t("changes.user")}
          value={asked.user ?? ""}
          placeholder={t("changes.userHint")}
          onChange={(user) => setAsked({ ...asked, user })}
          testId="changes-user"
        />
      </div>
      <TimeRangeField value={range} onChange={setRange} />
      <div className="log-filter__line">
        <Button formAction="submit" iconName="search" data-testid="changes-search">
          {t("logs.search")}
        </Button>
      </div>
    </form>
  );
}

/** The names of the changed fields, and opened, what they were and are. */
function Details({ change }: { change: Change }) {
  const { t, dateTime } = useI18n();
  if (change.Fields.length === 0) return t("changes.nothing");
  const label = t("logs.detailsOf", { name: change.ResourceName, time: dateTime(change.Time * 1000) });
  return (
    <Unfold summary={change.Fields.map((field) => field.Name).join(", ")} label={label} testId="change-details">
      {() => (
        <table className="change-fields">
          <thead>
            <tr>
              <th scope="col">{t("changes.field")}</th>
              <th scope="col">{t("changes.before")}</th>
              <th scope="col">{t("changes.after")}</th>
            </tr>
          </thead>
          <tbody>
            {change.Fields.map((field) => (
              <FieldRow key={field.Name} field={field} />
            ))}
          </tbody>
        </table>
      )}
    </Unfold>
  );
}

function FieldRow({ field }: { field: Field }) {
  const { t, number } = useI18n();
  const list = listChange(field);
  const told = (value: unknown) => {
    const content = contentDigest(value);
    return content
      ? t("changes.content", { count: number(content.characters), digest: content.digest })
      : valueText(value) || t("changes.nothing");
  };
  const values = (texts: string[]) => ({ values: texts.join(", ") });
  return (
    <tr data-testid={`change-field-${field.Name}`}>
      <th scope="row">{field.Name}</th>
      {field.Hidden ? (
        <td colSpan={2}>{t("changes.hidden")}</td>
      ) : list ? (
        <td colSpan={2}>
          {list.added.length > 0 && (
            <div className="change-fields__value">{t("changes.added", values(list.added))}</div>
          )}
          {list.removed.length > 0 && (
            <div className="change-fields__value">{t("changes.removed", values(list.removed))}</div>
          )}
        </td>
      ) : (
        [field.Before, field.After].map((value, at) => (
          <td key={at === 0 ? "before" : "after"}>
            <div className="change-fields__value">{told(value)}</div>
            {field.Cut && value !== undefined && (
              <Box color="text-body-secondary" fontSize="body-s">
                {t("changes.cut")}
              </Box>
            )}
          </td>
        ))
      )}
    </tr>
  );
}

/** What has versions that can be compared, with the first part of the names of its permissions. */
const versioned: Partial<Record<ChangeKind, string>> = { flow: "ContactFlows", "flow-module": "ContactFlowModules" };

/** The resource as it is today, and the version of a flow or module that this change made. */
function Open({ change, gone }: { change: Change; gone: boolean }) {
  const { t } = useI18n();
  const { may } = useConsole();
  const href = gone ? undefined : resourceHref(change.Kind, change.ResourceId);
  if (!href) return t("changes.nothing");
  const family = versioned[change.Kind];
  const compared = family !== undefined && change.Version !== undefined && may(`${family}.View`);
  return (
    <SpaceBetween size="xxs">
      <RouteLink href={href} label={`${t("changes.open")}: ${change.ResourceName}`}>
        {t("changes.open")}
      </RouteLink>
      {compared && (
        <RouteLink href={`${href}?version=${change.Version}`} testId="change-compare">
          {t("changes.compare", { number: change.Version ?? 0 })}
        </RouteLink>
      )}
    </SpaceBetween>
  );
}

function Empty() {
  const { t } = useI18n();
  return (
    <Box textAlign="center" color="inherit" padding="l" data-testid="changes-empty">
      <Alert type="info" header={t("changes.none")}>
        {t("changes.noneWhy")}
      </Alert>
    </Box>
  );
}

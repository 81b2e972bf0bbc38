/** The flow log: what flows did for contacts, block by block. */
import { DescribeInstanceAttributeCommand, UpdateInstanceAttributeCommand } from "@aws-sdk/client-connect";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { saveFile } from "@kit/chat/Entry";
import { useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useConsole, useExplain } from "../../context";
import { useFlowModules, useFlows } from "../../data";
import { asChoices, SelectField, TextField } from "../../parts/fields";
import { MoreLines, Unfold, useAsked, useLog, useReadLog } from "../../parts/logs";
import { RouteButton, RouteLink, useGo } from "../../parts/RouteLink";
import { rangeMembers, readRange, TimeRangeField, writeRange } from "../../parts/TimeRange";
import {
  blockHref,
  flowHref,
  flowOf,
  jsonLines,
  type Line,
  type LinesPage,
  linesMembers,
  linesParams,
  readAsked,
  summary,
} from "./lines";

/** Most lines of one file. */
const mostInFile = 10_000;
/** Lines of one page of a file. */
const MaxResults = 1000;

const linesOf = (page: LinesPage) => page.Entries;

export function FlowLogsPage() {
  const { t, tn, moment, number } = useI18n();
  const { may, say } = useConsole();
  const explain = useExplain();
  const params = useAsked();
  const asked = readAsked(params);
  const range = readRange(params);
  const members = () => ({ ...linesMembers(asked), ...rangeMembers(range, Date.now()) });
  const { query, found } = useLog<LinesPage, Line>("flow-logs", params.toString(), members, linesOf);
  const read = useReadLog<LinesPage>("flow-logs");
  const [saving, setSaving] = useState(false);

  async function download() {
    setSaving(true);
    try {
      const lines: Line[] = [];
      let token: string | undefined;
      do {
        const page = await read({ ...members(), MaxResults }, token);
        lines.push(...page.Entries);
        token = page.NextToken;
      } while (token && lines.length < mostInFile);
      saveFile(jsonLines(lines), asked.contact ? `flow-log-${asked.contact}.jsonl` : "flow-log.jsonl");
      if (token) say("info", t("flowLogs.downloadCut", { count: number(lines.length) }));
    } catch (error) {
      say("error", explain(error));
    }
    setSaving(false);
  }

  const columns: TableProps.ColumnDefinition<Line>[] = [
    {
      id: "time",
      header: t("logs.time"),
      width: 225,
      cell: (line) => <span className="tabular">{moment(Date.parse(line.Timestamp))}</span>,
    },
    { id: "flow", header: t("field.flow"), width: 170, cell: (line) => <FlowName line={line} /> },
    { id: "block", header: t("flowLogs.block"), width: 190, cell: (line) => <Block line={line} /> },
    ...(asked.contact === ""
      ? [
          {
            id: "contact",
            header: t("flowLogs.contact"),
            width: 130,
            cell: (line: Line) => <Trace id={line.ContactId} />,
          },
        ]
      : []),
    { id: "happened", header: t("flowLogs.happened"), minWidth: 360, cell: (line) => <Happened line={line} /> },
  ];

  return (
    <SpaceBetween size="m">
      <Table<Line>
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
        ariaLabels={{ tableLabel: t("flowLogs.title") }}
        data-testid="flow-logs"
        header={
          <Header
            variant="awsui-h1-sticky"
            description={t("flowLogs.description")}
            counter={
              query.isPending ? undefined : `(${tn("flowLogs.lines", found.length)}${query.hasNextPage ? "+" : ""})`
            }
            actions={
              <SpaceBetween size="xs" direction="horizontal">
                <Button
                  iconName="refresh"
                  ariaLabel={t("table.refresh")}
                  loading={query.isRefetching}
                  onClick={() => void query.refetch()}
                  data-testid="flow-logs-refresh"
                />
                <Button
                  iconName="download"
                  loading={saving}
                  disabled={found.length === 0}
                  onClick={() => void download()}
                  data-testid="flow-logs-download"
                >
                  {t("flowLogs.download")}
                </Button>
                {asked.contact !== "" && may("ContactSearch.View", "MyContacts.View") && (
                  <RouteButton href={`/console/contacts/${encodeURIComponent(asked.contact)}`}>
                    {t("flowLogs.openContact")}
                  </RouteButton>
                )}
              </SpaceBetween>
            }
          >
            {t("flowLogs.title")}
          </Header>
        }
        filter={<Filter key={params.toString()} />}
      />
      <MoreLines query={query} found={found.length} ascending={asked.oldest} />
    </SpaceBetween>
  );
}

/** What is asked for; the search begins when it is sent, and stands in the address. */
function Filter() {
  const { t } = useI18n();
  const { may } = useConsole();
  const go = useGo();
  const params = useAsked();
  const [asked, setAsked] = useState(() => readAsked(params));
  const [range, setRange] = useState(() => readRange(params));
  // Nobody has chosen an order yet: a contact is followed from its beginning.
  const [ordered, setOrdered] = useState(params.has("order"));
  const flows = useFlows();
  const modules = useFlowModules(may("ContactFlowModules.View"));
  const known = [
    ...asChoices(flows.data),
    ...asChoices(modules.data?.map((one) => ({ Id: one.Id, Name: t("flowLogs.module", { name: one.Name ?? "" }) }))),
  ];
  const choices =
    asked.flow === "" || known.some((one) => one.value === asked.flow)
      ? known
      : [...known, { value: asked.flow, label: asked.flow }];

  function search() {
    const next = linesParams({ ...asked, oldest: ordered ? asked.oldest : undefined });
    writeRange(next, range);
    go(`/console/flow-logs?${next}`);
  }

  return (
    <form
      className="log-filter"
      onSubmit={(event) => {
        event.preventDefault();
        search();
      }}
    >
      <div className="log-filter__wide">
        <TextField
          label={t("flowLogs.contact")}
          value={asked.contact}
          onChange={(contact) => setAsked({ ...asked, contact })}
          testId="log-contact"
        />
      </div>
      <div className="log-filter__wide">
        <SelectField
          label={t("field.flow")}
          value={asked.flow}
          none={t("flowLogs.anyFlow")}
          choices={choices}
          loading={flows.isPending}
          onChange={(flow) => setAsked({ ...asked, flow })}
          testId="log-flow"
        />
      </div>
      <TimeRangeField value={range} onChange={setRange} />
      <TextField
        label={t("flowLogs.text")}
        value={asked.text}
        onChange={(text) => setAsked({ ...asked, text })}
        testId="log-text"
      />
      <SelectField
        label={t("flowLogs.order")}
        value={(ordered ? asked.oldest : asked.contact.trim() !== "") ? "oldest" : "newest"}
        choices={[
          { value: "newest", label: t("flowLogs.newest") },
          { value: "oldest", label: t("flowLogs.oldest") },
        ]}
        onChange={(order) => {
          setOrdered(true);
          setAsked({ ...asked, oldest: order === "oldest" });
        }}
        testId="log-order"
      />
      <div className="log-filter__line">
        <Checkbox
          checked={asked.errors}
          onChange={({ detail }) => setAsked({ ...asked, errors: detail.checked })}
          data-testid="log-errors"
        >
          {t("flowLogs.errorsOnly")}
        </Checkbox>
        <Button formAction="submit" iconName="search" data-testid="log-search">
          {t("logs.search")}
        </Button>
      </div>
    </form>
  );
}

function FlowName({ line }: { line: Line }) {
  const { t } = useI18n();
  const flow = flowOf(line);
  const href = flowHref(line);
  const name = line.ContactFlowName ?? flow?.id ?? "";
  return (
    <span className="log-line__short" title={name}>
      {href ? <RouteLink href={href}>{flow?.module ? t("flowLogs.module", { name }) : name}</RouteLink> : name}
    </span>
  );
}

function Block({ line }: { line: Line }) {
  const { t } = useI18n();
  const href = blockHref(line);
  const name = line.Identifier || line.ContactFlowModuleType;
  const label = t("flowLogs.inDesigner", { block: name, flow: line.ContactFlowName ?? "" });
  return (
    <div>
      {href && line.Identifier ? (
        <RouteLink href={href} label={label} testId="log-block">
          {name}
        </RouteLink>
      ) : (
        name
      )}
      <Box color="text-body-secondary" fontSize="body-s">
        {line.ContactFlowModuleType}
      </Box>
    </div>
  );
}

/** Leads to everything of this contact. */
function Trace({ id }: { id: string }) {
  const { t } = useI18n();
  return (
    <RouteLink
      href={`/console/flow-logs?${linesParams({ contact: id })}`}
      label={t("flowLogs.trace", { id })}
      testId="log-trace"
    >
      <code title={id}>{id.slice(0, 8)}…</code>
    </RouteLink>
  );
}

/** What came of the block, and opened, everything the line says about it. */
function Happened({ line }: { line: Line }) {
  const { t, moment } = useI18n();
  const { Parameters, Results, Error: problem } = line;
  const shown = Object.entries({ Parameters, Results, Error: problem }).filter(([, value]) => value != null);
  return (
    <div>
      {problem && <StatusIndicator type="error">{problem}</StatusIndicator>}
      <Unfold
        summary={summary(line) || t("logs.details")}
        label={t("logs.detailsOf", { name: line.Identifier ?? "", time: moment(Date.parse(line.Timestamp)) })}
        testId="log-details"
      >
        {() => <pre className="log-line__json">{JSON.stringify(Object.fromEntries(shown), null, 2)}</pre>}
      </Unfold>
    </div>
  );
}

/** Why there may be nothing, and what to do about it. */
function Empty() {
  const { t } = useI18n();
  const { client, InstanceId, may, say } = useConsole();
  const explain = useExplain();
  const setting = useQuery({
    queryKey: ["instance", "CONTACTFLOW_LOGS"],
    queryFn: async () =>
      (await client.send(new DescribeInstanceAttributeCommand({ InstanceId, AttributeType: "CONTACTFLOW_LOGS" })))
        .Attribute?.Value === "true",
  });

  async function switchOn() {
    try {
      await client.send(
        new UpdateInstanceAttributeCommand({ InstanceId, AttributeType: "CONTACTFLOW_LOGS", Value: "true" }),
      );
      say("success", t("flowLogs.isOn"));
    } catch (error) {
      say("error", explain(error));
    }
    void setting.refetch();
  }

  return (
    <Box textAlign="center" color="inherit" padding="l" data-testid="flow-logs-empty">
      <SpaceBetween size="s" alignItems="center">
        <Box variant="strong" color="inherit">
          {t("flowLogs.none")}
        </Box>
        {setting.data === false ? (
          <Alert
            type="warning"
            action={
              may("SecurityProfiles.Edit") && (
                <Button onClick={() => void switchOn()} data-testid="flow-logs-switch-on">
                  {t("flowLogs.switchOn")}
                </Button>
              )
            }
          >
            {t("flowLogs.isOff")}
          </Alert>
        ) : null}
        <Box color="text-body-secondary">{t("flowLogs.how")}</Box>
      </SpaceBetween>
    </Box>
  );
}

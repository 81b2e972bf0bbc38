/** The table every list page is made of: filter, sorting, paging, loading, empty states, errors, delete with confirmation. */
import { useCollection } from "@cloudscape-design/collection-hooks";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useI18n } from "@kit/i18n";
import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useConsole, useExplain } from "../context";
import { type ChangeKind, changesHref } from "../features/changes/kinds";
import { ConfirmDelete } from "./ConfirmDelete";
import { RouteButton, RouteLink } from "./RouteLink";

export interface Column<T> {
  id: string;
  header: string;
  cell: (item: T) => ReactNode;
  /** Text or number the column is sorted and filtered by; a column without it is not sortable. */
  value?: (item: T) => string | number;
  width?: number;
}

interface ResourceTableProps<T> {
  title: string;
  description?: string;
  query: UseQueryResult<T[]>;
  columns: Column<T>[];
  id: (item: T) => string;
  name: (item: T) => string;
  empty: ReactNode;
  /** Address of the page that creates one, given only when the user may. */
  createHref?: string;
  createText?: string;
  /** Deletes one, given only when the user may. */
  onDelete?: (item: T) => Promise<void>;
  canDelete?: (item: T) => boolean;
  /** What follows from deleting one. */
  deleteConsequence?: string | ((item: T) => ReactNode);
  /** Something else that can be done with one, at once. */
  rowAction?: (item: T) => { text: string; label: string; run: () => Promise<void> } | undefined;
  /** Further buttons beside Create. */
  actions?: ReactNode;
  filters?: ReactNode;
  /** The kind of these resources in the change history. */
  history?: ChangeKind;
  testId: string;
}

const pageSize = 50;

/** How a column sorts: numbers by size, texts the way the language does. */
function sorting<T>(column: Column<T> | undefined, compare: (a: string, b: string) => number) {
  return {
    sortingField: column?.id ?? "",
    sortingComparator: (a: T, b: T): number => {
      const left = column?.value?.(a) ?? "";
      const right = column?.value?.(b) ?? "";
      return typeof left === "number" && typeof right === "number"
        ? left - right
        : compare(String(left), String(right));
    },
  };
}

export function ResourceTable<T>(props: ResourceTableProps<T>) {
  const { title, description, query, columns, id, name, empty, createHref, createText, onDelete, testId } = props;
  const { t, tn, compare, number } = useI18n();
  const { say, may } = useConsole();
  const explain = useExplain();
  const [doomed, setDoomed] = useState<T>();
  const all = query.data ?? [];

  const { items, collectionProps, filterProps, filteredItemsCount, paginationProps, actions } = useCollection(all, {
    filtering: {
      filteringFunction: (item, text) => {
        const wanted = text.toLowerCase();
        return columns.some((column) =>
          String(column.value?.(item) ?? "")
            .toLowerCase()
            .includes(wanted),
        );
      },
      empty: (
        <Box textAlign="center" color="inherit">
          <SpaceBetween size="s">
            <Box color="inherit">{empty}</Box>
            {createHref && <RouteButton href={createHref}>{createText ?? t("action.create")}</RouteButton>}
          </SpaceBetween>
        </Box>
      ),
      noMatch: (
        <Box textAlign="center" color="inherit">
          <SpaceBetween size="s">
            <Box color="inherit">{t("table.noMatch")}</Box>
            <Button onClick={() => actions.setFiltering("")}>{t("table.clearFilter")}</Button>
          </SpaceBetween>
        </Box>
      ),
    },
    pagination: { pageSize },
    sorting: { defaultState: { sortingColumn: sorting(columns[0], compare) } },
  });

  const definitions: TableProps.ColumnDefinition<T>[] = columns.map((column) => ({
    id: column.id,
    header: column.header,
    cell: column.cell,
    width: column.width,
    minWidth: Math.min(column.width ?? 110, 110),
    ...(column.value ? sorting(column, compare) : {}),
    isRowHeader: column.id === columns[0]?.id,
  }));
  if (onDelete || props.rowAction) {
    definitions.push({
      id: "actions",
      header: t("table.actions"),
      minWidth: 120,
      cell: (item) => {
        const action = props.rowAction?.(item);
        return (
          <SpaceBetween size="s" direction="horizontal">
            {action && (
              <Button
                variant="inline-link"
                ariaLabel={action.label}
                onClick={() => void act(action.run)}
                data-testid={`${testId}-action`}
              >
                {action.text}
              </Button>
            )}
            {onDelete && (props.canDelete?.(item) ?? true) && (
              <Button
                variant="inline-link"
                ariaLabel={t("table.deleteOne", { name: name(item) })}
                onClick={() => setDoomed(item)}
                data-testid={`${testId}-delete`}
              >
                {t("action.delete")}
              </Button>
            )}
          </SpaceBetween>
        );
      },
    });
  }

  async function act(run: () => Promise<void>) {
    try {
      await run();
    } catch (error) {
      say("error", explain(error));
    }
    void query.refetch();
  }

  if (query.isError) {
    return (
      <SpaceBetween size="m">
        <Header variant="h1">{title}</Header>
        <Alert
          type="error"
          action={<Button onClick={() => void query.refetch()}>{t("action.retry")}</Button>}
          data-testid="page-error"
        >
          {explain(query.error)}
        </Alert>
      </SpaceBetween>
    );
  }

  return (
    <>
      <Table<T>
        {...collectionProps}
        variant="full-page"
        stickyHeader
        resizableColumns
        columnDefinitions={definitions}
        items={items}
        trackBy={id}
        loading={query.isPending}
        loadingText={t("loading")}
        enableKeyboardNavigation
        data-testid={testId}
        ariaLabels={{ tableLabel: title }}
        filter={
          <SpaceBetween size="s" direction="horizontal" alignItems="end">
            <TextFilter
              {...filterProps}
              filteringPlaceholder={t("table.filter")}
              filteringAriaLabel={t("table.filter")}
              countText={tn("table.matches", filteredItemsCount ?? 0)}
            />
            {props.filters}
          </SpaceBetween>
        }
        footer={
          props.history &&
          may("HistoricalChanges.View") && (
            <RouteLink href={changesHref({ kind: props.history })} testId={`${testId}-history`}>
              {t("changes.view")}
            </RouteLink>
          )
        }
        pagination={all.length > pageSize ? <Pagination {...paginationProps} /> : undefined}
        header={
          <Header
            variant="awsui-h1-sticky"
            counter={query.isPending ? undefined : `(${number(all.length)})`}
            description={description}
            actions={
              <SpaceBetween size="xs" direction="horizontal">
                <Button
                  iconName="refresh"
                  ariaLabel={t("table.refresh")}
                  loading={query.isFetching && !query.isPending}
                  onClick={() => void query.refetch()}
                />
                {props.actions}
                {createHref && (
                  <RouteButton variant="primary" href={createHref} testId={`${testId}-create`}>
                    {createText ?? t("action.create")}
                  </RouteButton>
                )}
              </SpaceBetween>
            }
          >
            {title}
          </Header>
        }
      />
      {doomed !== undefined && onDelete && (
        <ConfirmDelete
          name={name(doomed)}
          consequence={
            typeof props.deleteConsequence === "function" ? props.deleteConsequence(doomed) : props.deleteConsequence
          }
          onCancel={() => setDoomed(undefined)}
          onConfirm={async () => {
            await onDelete(doomed);
            say("success", t("table.deleted", { name: name(doomed) }));
            setDoomed(undefined);
            void query.refetch();
          }}
        />
      )}
    </>
  );
}

/** The list of flows or of modules: those in use, or the archive, from where they are restored or deleted. */
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useI18n } from "@kit/i18n";
import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useConsole } from "../../context";
import { type Column, ResourceTable } from "../../parts/ResourceTable";
import { RouteLink } from "../../parts/RouteLink";
import type { FlowKind, State } from "./kinds";

export interface Listed {
  Id?: string;
  Name?: string;
  Description?: string;
  State?: string;
  Status?: string;
  Tags?: Record<string, string>;
}

interface Props<T extends Listed> {
  kind: FlowKind;
  query: UseQueryResult<T[]>;
  /** Columns between the name and the status. */
  columns?: Column<T>[];
  actions?: ReactNode;
}

export function FlowList<T extends Listed>({ kind, query, columns = [], actions }: Props<T>) {
  const { t } = useI18n();
  const { may, say, client, session } = useConsole();
  const at = { client, session };
  const [state, setState] = useState<State>("ACTIVE");
  const shown = query.data?.filter((one) => one.State === state);
  const tagged = (one: T) =>
    Object.entries(one.Tags ?? {})
      .map(([key, value]) => (value === "" ? key : `${key}: ${value}`))
      .join(", ");
  return (
    <ResourceTable<T>
      testId={kind.list}
      history={kind.changes}
      title={t(kind.texts.title)}
      description={t(kind.texts.description)}
      query={{ ...query, data: shown } as typeof query}
      empty={t(state === "ACTIVE" ? kind.texts.empty : kind.texts.noneArchived)}
      actions={actions}
      filters={
        <SegmentedControl
          label={t("flows.which")}
          selectedId={state}
          options={[
            { id: "ACTIVE", text: t("flows.inUse") },
            { id: "ARCHIVED", text: t("flows.archived") },
          ]}
          onChange={({ detail }) => setState(detail.selectedId as State)}
          data-testid={`${kind.list}-state`}
        />
      }
      canDelete={(one) => one.State === "ARCHIVED"}
      rowAction={(one) => {
        if (!may(`${kind.family}.Edit`)) return undefined;
        const archived = one.State === "ARCHIVED";
        const name = one.Name ?? "";
        return {
          text: t(archived ? "flows.restore" : "designer.archive"),
          label: t(archived ? "flows.restoreOne" : "flows.archiveOne", { name }),
          run: async () => {
            await kind.change(at, one.Id ?? "", { state: archived ? "ACTIVE" : "ARCHIVED" });
            say("success", t(archived ? "flows.restored" : "designer.archived", { name }));
          },
        };
      }}
      id={(one) => one.Id ?? ""}
      name={(one) => one.Name ?? ""}
      createHref={may(`${kind.family}.Create`) ? `${kind.href}/new` : undefined}
      createText={t(kind.texts.create)}
      onDelete={may(`${kind.family}.Delete`) ? (one) => kind.remove(at, one.Id ?? "") : undefined}
      deleteConsequence={t(kind.texts.deleteConsequence)}
      columns={[
        {
          id: "name",
          header: t("field.name"),
          value: (one) => one.Name ?? "",
          cell: (one) => <RouteLink href={`${kind.href}/${one.Id}`}>{one.Name}</RouteLink>,
        },
        ...columns,
        {
          id: "status",
          header: t("field.status"),
          value: (one) => t(one.Status === "SAVED" ? "flows.saved" : "flows.published"),
          cell: (one) => (
            <StatusIndicator type={one.Status === "SAVED" ? "pending" : "success"}>
              {t(one.Status === "SAVED" ? "flows.saved" : "flows.published")}
            </StatusIndicator>
          ),
        },
        {
          id: "description",
          header: t("field.description"),
          value: (one) => one.Description ?? "",
          cell: (one) => one.Description,
        },
        { id: "tags", header: t("tags.title"), value: tagged, cell: tagged },
      ]}
    />
  );
}

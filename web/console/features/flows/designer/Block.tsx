/** A block on the canvas: its name, what it does, and one connector for every way out. */
import { useI18n } from "@kit/i18n";
import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import type { ChangeKind } from "../changes";
import { wordsOf } from "./blocks";
import type { Outlet } from "./outlets";

export type BlockNode = Node<
  {
    title: string;
    /** A name that somebody gave. */
    name?: string;
    summary: string;
    outlets: Outlet[];
    problem?: "ERROR" | "WARNING";
    problemText?: string;
    found: boolean;
    /** Whether a contact that is tried out came by, or is here. */
    tried?: "visited" | "current";
    /** How it differs from the same block of another content. */
    mark?: ChangeKind;
    known: boolean;
    group: string;
  },
  "block"
>;

export const Block = memo(function Block({ data, selected }: NodeProps<BlockNode>) {
  const { t } = useI18n();
  return (
    <div
      className="block"
      data-group={data.group}
      data-problem={data.problem}
      data-found={data.found || undefined}
      data-tried={data.tried}
      data-mark={data.mark}
      data-selected={selected || undefined}
    >
      <Handle type="target" position={Position.Left} id="in" className="block__in" />
      <div className="block__head">
        <span className="block__title">{data.title}</span>
        {data.mark && <span className="block__mark">{t(`versions.${data.mark}`)}</span>}
        {data.problem && (
          <span
            className="block__problem"
            role="img"
            aria-label={t(data.problem === "ERROR" ? "designer.hasErrors" : "designer.hasWarnings")}
            title={data.problemText}
          >
            !
          </span>
        )}
      </div>
      {(data.name || data.summary || !data.known) && (
        <div className="block__body">
          {data.name && <div className="block__name">{data.name}</div>}
          {data.known ? (
            data.summary && <div className="block__summary">{data.summary}</div>
          ) : (
            <div className="block__summary">{t("designer.unknownType")}</div>
          )}
        </div>
      )}
      <ul className="block__outlets">
        {data.outlets.map((outlet) => (
          <li key={outlet.id} className="block__outlet" data-kind={outlet.kind} data-open={!outlet.target || undefined}>
            <span>{outletText(outlet, t)}</span>
            <Handle type="source" position={Position.Right} id={outlet.id} className="block__out" />
          </li>
        ))}
      </ul>
    </div>
  );
});

/** The text beside a connector. */
export function outletText(outlet: Outlet, t: ReturnType<typeof useI18n>["t"]): string {
  if (outlet.kind === "next") return t("designer.next");
  if (outlet.kind === "error") return wordsOf(outlet.label);
  if (outlet.operator === "NegativeSentimentAtLeast") return t("designer.soundsNegative", { score: outlet.label });
  if (outlet.operator === "PositiveSentimentAtLeast") return t("designer.soundsPositive", { score: outlet.label });
  const sign: Record<string, string> = {
    Equals: "=",
    NumberLessThan: "<",
    NumberLessOrEqualTo: "≤",
    NumberGreaterThan: ">",
    NumberGreaterOrEqualTo: "≥",
    TextContains: "∋",
    TextStartsWith: "^",
    TextEndsWith: "$",
  };
  return `${sign[outlet.operator ?? "Equals"] ?? outlet.operator} ${outlet.label}`;
}

export type StartNode = Node<Record<string, never>, "start">;

/** Where the flow begins. */
export const Start = memo(function Start({ selected }: NodeProps<StartNode>) {
  const { t } = useI18n();
  return (
    <div className="start" data-selected={selected || undefined}>
      {t("designer.start")}
      <Handle type="source" position={Position.Right} id="start" className="block__out" />
    </div>
  );
});

/** What differs between two contents, in words: blocks added, removed and changed, with their fields before and after. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useI18n } from "@kit/i18n";
import { Fragment } from "react";
import { type ChangeKind, type Changes, changesBetween } from "./changes";
import type { Content } from "./kinds";

const kinds = ["added", "removed", "changed"] as const;

/** How blocks of one side are marked on the canvas. */
export function marksOn(changes: Changes | undefined, side: "before" | "after"): ReadonlyMap<string, ChangeKind> {
  const absent = side === "before" ? "added" : "removed";
  return new Map(
    (changes?.blocks ?? []).filter((one) => one.kind !== absent).map((one) => [one.name, one.kind] as const),
  );
}

interface Props {
  before: Content;
  after: Content;
  /** Shows a block on the canvas. */
  onShow: (name: string, kind: ChangeKind) => void;
}

export function Differences({ before, after, onShow }: Props) {
  const { t } = useI18n();
  const found = changesBetween(before.text, after.text);
  if (!found) return <Box data-testid="version-changes">{t("versions.unreadable")}</Box>;
  const contract = (before.settings ?? "{}") !== (after.settings ?? "{}");
  const rows = found.blocks.flatMap((one) => one.fields.map((field) => ({ ...field, block: one.name })));
  if (found.start) rows.push({ ...found.start, block: t("designer.start") });
  if (contract) {
    rows.push({ block: t("contract.title"), path: "", before: before.settings, after: after.settings });
  }
  return (
    <div data-testid="version-changes">
      <SpaceBetween size="s">
        {found.blocks.length === 0 && !found.start && !contract && <Box>{t("versions.same")}</Box>}
        {kinds.map((kind) => {
          const blocks = found.blocks.filter((one) => one.kind === kind);
          if (blocks.length === 0) return null;
          return (
            <div key={kind} data-testid={`version-${kind}`}>
              {t(`versions.${kind}`)}:{" "}
              {blocks.map((one, index) => (
                <Fragment key={one.name}>
                  {index > 0 && ", "}
                  <Button
                    variant="inline-link"
                    ariaLabel={t("versions.showBlock", { name: one.name })}
                    onClick={() => onShow(one.name, kind)}
                    data-testid={`change-${one.name}`}
                  >
                    {one.name}
                  </Button>
                </Fragment>
              ))}
            </div>
          );
        })}
        {found.start && <div>{t("versions.start")}</div>}
        {rows.length > 0 && (
          <table className="matrix differences" data-testid="version-fields">
            <thead>
              <tr>
                <th scope="col">{t("versions.field")}</th>
                <th scope="col">{t("versions.before")}</th>
                <th scope="col">{t("versions.after")}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={`${row.block} ${row.path}`}>
                  <th scope="row">
                    {row.block} {row.path !== "" && row.path !== "StartAction" && <code>{row.path}</code>}
                  </th>
                  <td>{row.before === undefined ? <em>{t("versions.absent")}</em> : <del>{row.before}</del>}</td>
                  <td>{row.after === undefined ? <em>{t("versions.absent")}</em> : <ins>{row.after}</ins>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </SpaceBetween>
    </div>
  );
}

/** A note on the canvas. */
import { useI18n } from "@kit/i18n";
import type { Node, NodeProps } from "@xyflow/react";
import { memo } from "react";
import { noteLimits } from "./edits";

export type NoteNode = Node<
  {
    text: string;
    folded: boolean;
    width: number;
    height: number;
    editable: boolean;
    found: boolean;
    onText: (text: string) => void;
    onFold: () => void;
  },
  "note"
>;

export const NoteCard = memo(function NoteCard({ data, selected }: NodeProps<NoteNode>) {
  const { t } = useI18n();
  return (
    <div
      className="note"
      data-selected={selected || undefined}
      data-found={data.found || undefined}
      style={{ width: data.width, height: data.folded ? undefined : data.height }}
    >
      <div className="note__head">
        <span>{t("designer.note")}</span>
        <button type="button" className="note__fold nodrag" aria-expanded={!data.folded} onClick={data.onFold}>
          <span aria-hidden="true">{data.folded ? "▸" : "▾"}</span>
          <span className="sr-only">{t(data.folded ? "designer.unfoldNote" : "designer.foldNote")}</span>
        </button>
      </div>
      {!data.folded && (
        <textarea
          className="note__text nodrag nowheel"
          aria-label={t("designer.note")}
          value={data.text}
          maxLength={noteLimits.characters}
          readOnly={!data.editable}
          onChange={(event) => data.onText(event.target.value)}
        />
      )}
    </div>
  );
});

/** The dock: every block that this type of flow may have, by group, to be dragged or added. */
import Input from "@cloudscape-design/components/input";
import { useI18n } from "@kit/i18n";
import { useMemo, useState } from "react";
import type { EditedType } from "../types";
import { blockName, groupOf, groups, groupText } from "./blocks";
import { allowedIn, type Language } from "./language";

/** The kind of data a dragged block carries. */
export const dragKind = "application/x-switchroom-block";

interface Props {
  language: Language;
  flowType: EditedType;
  onAdd: (type: string) => void;
}

export function Palette({ language, flowType, onAdd }: Props) {
  const { t, compare } = useI18n();
  const [query, setQuery] = useState("");
  const items = useMemo(
    () =>
      language.actions
        .filter((one) => allowedIn(one, flowType))
        .map((one) => ({
          type: one.type,
          name: blockName(language, one),
          group: groupOf(one),
          usual: allowedIn(one, flowType) === "yes",
          channels: one.channels,
        }))
        .sort((a, b) => compare(a.name, b.name)),
    [language, flowType, compare],
  );
  const wanted = query.trim().toLowerCase();
  // What the type may have but seldom has is found by searching.
  const shown = items.filter((one) =>
    wanted === "" ? one.usual : `${one.name} ${one.type}`.toLowerCase().includes(wanted),
  );
  return (
    <section className="dock" aria-label={t("designer.blocks")}>
      <Input
        type="search"
        value={query}
        placeholder={t("designer.findBlock")}
        ariaLabel={t("designer.findBlock")}
        onChange={({ detail }) => setQuery(detail.value)}
        data-testid="dock-search"
      />
      <div className="dock__groups">
        {shown.length === 0 && <p className="dock__empty">{t("designer.noBlock")}</p>}
        {groups.map((group) => {
          const members = shown.filter((one) => one.group === group);
          if (members.length === 0) return null;
          return (
            <details key={group} open className="dock__group">
              <summary>{t(groupText[group])}</summary>
              <ul>
                {members.map((one) => (
                  <li key={one.type}>
                    <button
                      type="button"
                      className="dock__block"
                      data-group={group}
                      data-testid={`dock-${one.type}`}
                      draggable
                      title={one.type}
                      onClick={() => onAdd(one.type)}
                      onDragStart={(event) => {
                        event.dataTransfer.setData(dragKind, one.type);
                        event.dataTransfer.effectAllowed = "copy";
                      }}
                    >
                      <span>{one.name}</span>
                      {one.channels.length < 3 && (
                        <span className="dock__channels">
                          {one.channels
                            .map((channel) => t(`channel.${channel.toLowerCase() as Lowercase<typeof channel>}`))
                            .join(", ") || t("channel.email")}
                        </span>
                      )}
                    </button>
                  </li>
                ))}
              </ul>
            </details>
          );
        })}
      </div>
    </section>
  );
}

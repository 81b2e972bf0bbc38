/** What the components of a view share: how to answer, and the columns they stand in. */
import { type CSSProperties, createContext, type ReactNode, useContext } from "react";
import type { JsonObject } from "./template";

/** Takes what was chosen or filled in: the action, and the data that goes with it. */
export type Answer = (action: string, data: JsonObject) => void;

interface ViewContext {
  /** Absent when nothing can be answered (any more). */
  answer?: Answer;
}

const Context = createContext<ViewContext>({});

export const ViewScope = Context.Provider;
export const useView = () => useContext(Context);

/** Lays children out over columns whose widths are given out of 12. */
export function Columns({ widths, children }: { widths: number[]; children: ReactNode[] }) {
  return (
    <div className="view__grid">
      {children.map((child, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: the children never move
          key={index}
          className="view__cell"
          style={{ "--span": widths[index % widths.length] } as CSSProperties}
        >
          {child}
        </div>
      ))}
    </div>
  );
}

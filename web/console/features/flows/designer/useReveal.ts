/** Brings a block into sight, and only if it is not: a canvas that moves without need loses its reader. */
import type { ReactFlowInstance } from "@xyflow/react";
import { type RefObject, useCallback, useRef } from "react";
import type { CanvasNode } from "./graph";

/** Free room around a block, in pixels of the screen. */
const margin = 24;
/** The zoom below which the text of blocks cannot be read. */
export const readable = 0.6;

/** How long the canvas moves, in milliseconds. */
const duration = 200;

/** Reveals a block once what is beside the canvas has its size; answers how to call that off. */
export function useReveal(flow: ReactFlowInstance<CanvasNode>, frame: RefObject<HTMLElement | null>) {
  const still = useRef(0);
  return useCallback(
    (id: string) => {
      const request = requestAnimationFrame(() => {
        const node = flow.getNode(id);
        const box = frame.current?.getBoundingClientRect();
        if (!node || !box || box.width === 0) return;
        const { width = 230, height = 120 } = node.measured ?? {};
        const { x, y } = node.position;
        const from = flow.flowToScreenPosition({ x, y });
        const to = flow.flowToScreenPosition({ x: x + width, y: y + height });
        const inSight =
          from.x >= box.left + margin &&
          from.y >= box.top + margin &&
          to.x <= box.right - margin &&
          to.y <= box.bottom - margin;
        // What is in sight of a canvas that still moves to another block may not be so when it stands.
        const moves = performance.now() < still.current;
        if (inSight && !moves) return;
        still.current = performance.now() + duration * 2;
        const zoom = Math.max(flow.getZoom(), readable);
        void flow.setCenter(x + width / 2, y + height / 2, { zoom, duration });
      });
      return () => cancelAnimationFrame(request);
    },
    [flow, frame],
  );
}

/** Places for blocks that have none: layers from left to right, worked out beside the page. */
import type { ElkNode } from "elkjs/lib/elk-api";
import workerUrl from "elkjs/lib/elk-worker.min.js?url";
import { entryPosition, type FlowDocument, type Point } from "./document";
import type { Language } from "./language";
import { typeOf } from "./language";
import { outletsOf } from "./outlets";

/** Size of a block on the canvas, in its own units. */
export const blockWidth = 230;
export const blockHeight = (outlets: number) => 62 + 24 * Math.max(1, outlets);

/** Answers a place for every block. */
export async function layOut(document: FlowDocument, language: Language): Promise<Map<string, Point>> {
  const { default: Elk } = await import("elkjs/lib/elk-api");
  const elk = new Elk({ workerFactory: () => new Worker(workerUrl) });
  const known = new Set(document.Actions.map((one) => one.Identifier));
  const edges: ElkNode["edges"] = [];
  const children = document.Actions.map((action) => {
    const outlets = outletsOf(action, typeOf(language, action.Type));
    for (const outlet of outlets) {
      if (outlet.target === undefined || !known.has(outlet.target)) continue;
      edges.push({
        id: `${action.Identifier} ${outlet.id}`,
        sources: [`${action.Identifier} ${outlet.id}`],
        targets: [`${outlet.target} in`],
      });
    }
    const first = action.Identifier === document.StartAction;
    return {
      id: action.Identifier,
      width: blockWidth,
      height: blockHeight(outlets.length),
      layoutOptions: {
        "elk.portConstraints": "FIXED_ORDER",
        ...(first && { "elk.layered.layering.layerConstraint": "FIRST" }),
      },
      ports: [
        { id: `${action.Identifier} in`, layoutOptions: { "elk.port.side": "WEST" } },
        // Ports of one side are numbered from the top clockwise.
        ...outlets.map((outlet, index) => ({
          id: `${action.Identifier} ${outlet.id}`,
          layoutOptions: { "elk.port.side": "EAST", "elk.port.index": String(index) },
        })),
      ],
    };
  });
  try {
    const graph = await elk.layout({
      id: "flow",
      children,
      edges,
      layoutOptions: {
        "elk.algorithm": "layered",
        "elk.direction": "RIGHT",
        "elk.layered.spacing.nodeNodeBetweenLayers": "90",
        "elk.spacing.nodeNode": "40",
        "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
      },
    });
    const entry = entryPosition(document);
    // The first block stands right of the entry point, at its height.
    const first = graph.children?.find((one) => one.id === document.StartAction)?.y ?? 0;
    return new Map(
      (graph.children ?? []).map((one) => [
        one.id,
        { x: entry.x + 160 + (one.x ?? 0), y: entry.y - first + (one.y ?? 0) },
      ]),
    );
  } finally {
    elk.terminateWorker();
  }
}

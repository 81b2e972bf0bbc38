/** The kinds of resource in the change history, and the pages that show them. */

/** Each kind with the address of its pages; none where there is no page. */
const pages = {
  user: "/console/users",
  "security-profile": "/console/security-profiles",
  "agent-status": "/console/agent-statuses",
  "hierarchy-group": undefined,
  "hierarchy-structure": undefined,
  queue: "/console/queues",
  "routing-profile": "/console/routing-profiles",
  "hours-of-operation": "/console/hours",
  "quick-connect": "/console/quick-connects",
  "phone-number": "/console/phone-numbers",
  "predefined-attribute": "/console/predefined-attributes",
  flow: "/console/flows",
  "flow-module": "/console/flow-modules",
  prompt: "/console/prompts",
  bot: undefined,
  "task-template": "/console/task-templates",
  view: "/console/views",
  "view-version": undefined,
  instance: undefined,
  quotas: undefined,
  "storage-config": undefined,
} as const;

export type ChangeKind = keyof typeof pages;

export const changeKinds = Object.keys(pages) as ChangeKind[];

/** The page of one resource, where there is one. */
export function resourceHref(kind: string, id: string): string | undefined {
  const page = Object.hasOwn(pages, kind) ? pages[kind as ChangeKind] : undefined;
  return page && `${page}/${encodeURIComponent(id)}`;
}

/** What the change history is asked for. */
export interface ChangesAsked {
  kind?: ChangeKind | "";
  resource?: string;
  /** The name of that resource, to be shown. */
  name?: string;
  user?: string;
}

/** The address of the change history, so filtered. */
export function changesHref(asked: ChangesAsked): string {
  const given = Object.entries(asked).filter(([, value]) => value);
  return `/console/changes?${new URLSearchParams(given as [string, string][])}`;
}

/** Every page of the console: address, permission, place in the navigation. */
import type { MessageKey } from "@kit/i18n";
import { type ComponentType, lazy } from "react";

/** Loads a named page component when it is first shown. */
function page<Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) {
  return lazy(async () => ({ default: (await load())[name] }));
}

export interface Page {
  path: string;
  /** Any one of these opens the page; none means everybody who is signed in. */
  permissions: string[];
  component: ComponentType;
  nav?: { group: NavGroup; text: MessageKey };
}

export const navGroups = ["live", "users", "routing", "flows", "settings"] as const;
export type NavGroup = (typeof navGroups)[number];

const metrics = ["AccessMetrics", "AccessMetrics.RealTimeMetrics.Access"];

/** A list page with the page of one resource beside it. */
function resource(path: string, family: string, nav: Page["nav"], list: ComponentType, one: ComponentType): Page[] {
  return [
    { path, permissions: [`${family}.View`], component: list, nav },
    { path: `${path}/new`, permissions: [`${family}.Create`], component: one },
    { path: `${path}/$id`, permissions: [`${family}.View`], component: one },
  ];
}

export const pages: Page[] = [
  { path: "/console", permissions: [], component: page(() => import("./features/home/HomePage"), "HomePage") },
  {
    path: "/console/agents",
    permissions: metrics,
    component: page(() => import("./features/agents/AgentsPage"), "AgentsPage"),
    nav: { group: "live", text: "agents.title" },
  },
  {
    path: "/console/contacts",
    permissions: ["ContactSearch.View", "MyContacts.View"],
    component: page(() => import("./features/contacts/ContactsPage"), "ContactsPage"),
    nav: { group: "live", text: "contactSearch.title" },
  },
  {
    path: "/console/contacts/$id",
    permissions: ["ContactSearch.View", "MyContacts.View"],
    component: page(() => import("./features/contacts/ContactPage"), "ContactPage"),
  },
  ...resource(
    "/console/users",
    "Users",
    { group: "users", text: "users.title" },
    page(() => import("./features/users/UsersPage"), "UsersPage"),
    page(() => import("./features/users/UserPage"), "UserPage"),
  ),
  ...resource(
    "/console/security-profiles",
    "SecurityProfiles",
    { group: "users", text: "securityProfiles.title" },
    page(() => import("./features/security-profiles/SecurityProfilesPage"), "SecurityProfilesPage"),
    page(() => import("./features/security-profiles/SecurityProfilePage"), "SecurityProfilePage"),
  ),
  ...resource(
    "/console/agent-statuses",
    "AgentStates",
    { group: "users", text: "agentStatuses.title" },
    page(() => import("./features/agent-statuses/AgentStatusesPage"), "AgentStatusesPage"),
    page(() => import("./features/agent-statuses/AgentStatusPage"), "AgentStatusPage"),
  ),
  ...resource(
    "/console/queues",
    "Queues",
    { group: "routing", text: "queues.title" },
    page(() => import("./features/queues/QueuesPage"), "QueuesPage"),
    page(() => import("./features/queues/QueuePage"), "QueuePage"),
  ),
  ...resource(
    "/console/routing-profiles",
    "RoutingPolicies",
    { group: "routing", text: "routingProfiles.title" },
    page(() => import("./features/routing-profiles/RoutingProfilesPage"), "RoutingProfilesPage"),
    page(() => import("./features/routing-profiles/RoutingProfilePage"), "RoutingProfilePage"),
  ),
  ...resource(
    "/console/hours",
    "HoursOfOperation",
    { group: "routing", text: "hours.title" },
    page(() => import("./features/hours/HoursListPage"), "HoursListPage"),
    page(() => import("./features/hours/HoursPage"), "HoursPage"),
  ),
  ...resource(
    "/console/quick-connects",
    "TransferDestinations",
    { group: "routing", text: "quickConnects.title" },
    page(() => import("./features/quick-connects/QuickConnectsPage"), "QuickConnectsPage"),
    page(() => import("./features/quick-connects/QuickConnectPage"), "QuickConnectPage"),
  ),
  ...resource(
    "/console/predefined-attributes",
    "PredefinedAttributes",
    { group: "routing", text: "predefinedAttributes.title" },
    page(() => import("./features/predefined-attributes/PredefinedAttributesPage"), "PredefinedAttributesPage"),
    page(() => import("./features/predefined-attributes/PredefinedAttributePage"), "PredefinedAttributePage"),
  ),
  {
    path: "/console/phone-numbers",
    permissions: ["PhoneNumbers.View"],
    component: page(() => import("./features/phone-numbers/PhoneNumbersPage"), "PhoneNumbersPage"),
    nav: { group: "routing", text: "phoneNumbers.title" },
  },
  {
    path: "/console/phone-numbers/$id",
    permissions: ["PhoneNumbers.View"],
    component: page(() => import("./features/phone-numbers/PhoneNumberPage"), "PhoneNumberPage"),
  },
  ...resource(
    "/console/flows",
    "ContactFlows",
    { group: "flows", text: "flows.title" },
    page(() => import("./features/flows/FlowsPage"), "FlowsPage"),
    page(() => import("./features/flows/FlowPage"), "FlowPage"),
  ),
  {
    path: "/console/flow-logs",
    permissions: ["ContactSearch.View"],
    component: page(() => import("./features/flow-logs/FlowLogsPage"), "FlowLogsPage"),
    nav: { group: "flows", text: "flowLogs.title" },
  },
  ...resource(
    "/console/flow-modules",
    "ContactFlowModules",
    { group: "flows", text: "flowModules.title" },
    page(() => import("./features/flows/ModulesPage"), "ModulesPage"),
    page(() => import("./features/flows/FlowPage"), "ModulePage"),
  ),
  ...resource(
    "/console/task-templates",
    "TaskTemplates",
    { group: "flows", text: "taskTemplates.title" },
    page(() => import("./features/task-templates/TaskTemplatesPage"), "TaskTemplatesPage"),
    page(() => import("./features/task-templates/TaskTemplatePage"), "TaskTemplatePage"),
  ),
  ...resource(
    "/console/prompts",
    "Prompts",
    { group: "flows", text: "prompts.title" },
    page(() => import("./features/prompts/PromptsPage"), "PromptsPage"),
    page(() => import("./features/prompts/PromptPage"), "PromptPage"),
  ),
  {
    path: "/console/views",
    permissions: ["Views.View"],
    component: page(() => import("./features/views/ViewsPage"), "ViewsPage"),
    nav: { group: "flows", text: "pages.title" },
  },
  ...["new", "$id"].map((part) => ({
    path: `/console/views/${part}`,
    permissions: ["Views.View"],
    component: page(() => import("./features/views/ViewEditor"), "ViewEditor"),
  })),
  {
    path: "/console/origins",
    permissions: ["SecurityProfiles.View"],
    component: page(() => import("./features/origins/OriginsPage"), "OriginsPage"),
    nav: { group: "settings", text: "origins.title" },
  },
  {
    path: "/console/changes",
    permissions: ["HistoricalChanges.View"],
    component: page(() => import("./features/changes/ChangesPage"), "ChangesPage"),
    nav: { group: "settings", text: "changes.title" },
  },
];

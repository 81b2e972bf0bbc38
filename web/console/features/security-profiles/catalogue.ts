/** The permissions a security profile can grant, as the page shows them: groups, resources and actions (02 §8.3). */

export const permissionGroups = {
  routing: [
    "RoutingPolicies.Create",
    "RoutingPolicies.Edit",
    "RoutingPolicies.View",
    "TransferDestinations.Create",
    "TransferDestinations.Delete",
    "TransferDestinations.Edit",
    "TransferDestinations.View",
    "HoursOfOperation.Create",
    "HoursOfOperation.Delete",
    "HoursOfOperation.Edit",
    "HoursOfOperation.View",
    "Queues.Create",
    "Queues.Edit",
    "Queues.EnableAndDisable",
    "Queues.View",
    "TaskTemplates.Create",
    "TaskTemplates.Delete",
    "TaskTemplates.Edit",
    "TaskTemplates.View",
    "PredefinedAttributes.Create",
    "PredefinedAttributes.Delete",
    "PredefinedAttributes.Edit",
    "PredefinedAttributes.View",
    "ScreenRecording.Access",
  ],
  channels: [
    "Prompts.Create",
    "Prompts.Delete",
    "Prompts.Edit",
    "Prompts.View",
    "ContactFlows.Create",
    "ContactFlows.Delete",
    "ContactFlows.Edit",
    "ContactFlows.Publish",
    "ContactFlows.View",
    "ContactFlowModules.Create",
    "ContactFlowModules.Delete",
    "ContactFlowModules.Edit",
    "ContactFlowModules.Publish",
    "ContactFlowModules.View",
    "PhoneNumbers.Claim",
    "PhoneNumbers.Edit",
    "PhoneNumbers.Release",
    "PhoneNumbers.View",
    "Views.View",
    "ChatTestMode",
  ],
  users: [
    "Users.Create",
    "Users.Delete",
    "Users.Edit",
    "Users.EditPermission",
    "Users.View",
    "AgentGrouping.Create",
    "AgentGrouping.Edit",
    "AgentGrouping.EnableAndDisable",
    "AgentGrouping.View",
    "SecurityProfiles.Create",
    "SecurityProfiles.Delete",
    "SecurityProfiles.Edit",
    "SecurityProfiles.View",
    "AgentStates.Create",
    "AgentStates.Edit",
    "AgentStates.EnableAndDisable",
    "AgentStates.View",
  ],
  panel: [
    "BasicAgentAccess",
    "RealtimeContactLens.View",
    "OutboundCallAccess",
    "VoiceId.Access",
    "RestrictTaskCreation.Access",
    "AudioDeviceSettings.Access",
    "VideoContact.Access",
  ],
  analytics: [
    "AccessMetrics",
    "AccessMetrics.RealTimeMetrics.Access",
    "HistoricalMetrics.Access",
    "AgentActivityAudit.Access",
    "AccessMetrics.Dashboards.Access",
    "ContactSearch.View",
    "MyContacts.View",
    "ContactSearchWithCharacteristics.Access",
    "ContactSearchWithCharacteristics.View",
    "ContactSearchWithKeywords.Access",
    "ContactSearchWithKeywords.View",
    "ConfigureContactAttributes.View",
    "ContactRecording.Access",
    "RestrictContactAccessByHierarchy.View",
    "ContactAttributes.View",
    "GraphTrends.View",
    "ContactLensCustomVocabulary.Edit",
    "ContactLensCustomVocabulary.View",
    "ContactLensPostContactSummary.View",
    "ThemeDetection.Create",
    "ThemeDetection.Delete",
    "ThemeDetection.View",
    "Rules.Create",
    "Rules.Delete",
    "Rules.Edit",
    "Rules.View",
    "RedactedData.View",
    "ListenCallRecordings",
    "DownloadCallRecordings",
    "DeleteCallRecordings",
    "AgentTimeCard.View",
    "ManagerBargeIn",
    "ManagerListenIn",
    "MetricsReports.Admin",
    "MetricsReports.Create",
    "MetricsReports.Delete",
    "MetricsReports.Edit",
    "MetricsReports.Publish",
    "MetricsReports.Schedule",
    "MetricsReports.Share",
    "MetricsReports.View",
    "ReportSchedules.Create",
    "ReportSchedules.Delete",
    "ReportSchedules.Edit",
    "ReportSchedules.View",
    "Evaluation.Create",
    "Evaluation.Delete",
    "Evaluation.Edit",
    "Evaluation.View",
    "EvaluationForms.Create",
    "EvaluationForms.Delete",
    "EvaluationForms.Edit",
    "EvaluationForms.View",
    "VoiceIdAttributesAndSearch.View",
    "Forecasting.Edit",
    "Forecasting.Publish",
    "Forecasting.View",
    "Capacity.Edit",
    "Capacity.Publish",
    "Capacity.View",
  ],
  contacts: ["TransferContact.Enabled", "StopContact.Enabled", "UpdateContactSchedule.Enabled"],
  history: ["HistoricalChanges.View"],
  profiles: [
    "CustomerProfiles.Create",
    "CustomerProfiles.Edit",
    "CustomerProfiles.View",
    "CustomerProfiles.CalculatedAttributes.Create",
    "CustomerProfiles.CalculatedAttributes.Delete",
    "CustomerProfiles.CalculatedAttributes.Edit",
    "CustomerProfiles.CalculatedAttributes.View",
  ],
  scheduling: [
    "Scheduling.Edit",
    "Scheduling.Publish",
    "Scheduling.View",
    "TimeOff.Approve",
    "TimeOff.Edit",
    "TimeOff.View",
    "TimeOffBalance.Edit",
    "TimeOffBalance.View",
    "TeamCalendar.Edit",
    "TeamCalendar.View",
  ],
  applications: ["StaffCalendar.Edit", "StaffCalendar.View", "CustomViews.Access", "Wisdom.View"],
  content: ["ContentManagement.Create", "ContentManagement.Delete", "ContentManagement.Edit", "ContentManagement.View"],
  cases: [
    "CaseHistory.View",
    "Cases.Create",
    "Cases.Edit",
    "Cases.View",
    "CaseFields.Create",
    "CaseFields.Edit",
    "CaseFields.View",
    "CaseTemplates.Create",
    "CaseTemplates.Edit",
    "CaseTemplates.View",
  ],
  campaigns: ["Campaigns.Create", "Campaigns.Delete", "Campaigns.Edit", "Campaigns.Manage", "Campaigns.View"],
} as const;

export type PermissionGroup = keyof typeof permissionGroups;

/** A row of the matrix: one resource with the actions it has, by the action's name. */
export interface PermissionRow {
  resource: string;
  permissions: { action: string; name: string }[];
}

/** The rows of a group. A permission without an action, such as `ManagerListenIn`, is a row with the action `Access`. */
export function rowsOf(group: PermissionGroup): PermissionRow[] {
  const rows = new Map<string, PermissionRow>();
  for (const name of permissionGroups[group]) {
    const dot = name.lastIndexOf(".");
    const resource = dot < 0 ? name : name.slice(0, dot);
    const action = dot < 0 ? "Access" : name.slice(dot + 1);
    const row = rows.get(resource) ?? { resource, permissions: [] };
    row.permissions.push({ action, name });
    rows.set(resource, row);
  }
  return [...rows.values()];
}

const allNames = new Set<string>(Object.values(permissionGroups).flat());

/** Ticks or clears one permission: ticking ticks the view of the same resource along, clearing the view clears the rest. */
export function toggle(granted: ReadonlySet<string>, name: string, on: boolean): Set<string> {
  const next = new Set(granted);
  const dot = name.lastIndexOf(".");
  const resource = dot < 0 ? name : name.slice(0, dot);
  const view = `${resource}.View`;
  if (on) {
    next.add(name);
    if (allNames.has(view)) next.add(view);
    return next;
  }
  next.delete(name);
  if (name === view) {
    for (const other of allNames) {
      if (other.startsWith(`${resource}.`) && !other.slice(resource.length + 1).includes(".")) next.delete(other);
    }
  }
  return next;
}

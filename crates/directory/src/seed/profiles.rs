//! The permissions of the four security profiles that come with an instance (spec 02 §8.1, 03 D38).

use crate::permissions::{Permission, PermissionGroup};

/// Name, description and permissions of each.
pub(super) fn default_profiles() -> [(&'static str, &'static str, Vec<Permission>); 4] {
    [
        ("Admin", "Everything an administrator does.", admin()),
        ("Agent", "Taking and making contacts in the agent panel.", agent()),
        ("CallCenterManager", "Users, routing, flows and metrics.", manager()),
        ("QualityAnalyst", "Metrics, contacts, recordings and evaluations.", analyst()),
    ]
}

/// What takes something away from its holder, or hides the original of what was redacted.
fn takes_away(permission: Permission) -> bool {
    use Permission::*;
    matches!(
        permission,
        RestrictTaskCreationAccess | RestrictContactAccessByHierarchyView | MyContactsView | RedactedDataView
    )
}

fn admin() -> Vec<Permission> {
    Permission::ALL.iter().copied().filter(|&permission| !takes_away(permission)).collect()
}

fn agent() -> Vec<Permission> {
    use Permission::*;
    vec![BasicAgentAccess, OutboundCallAccess, AudioDeviceSettingsAccess, TransferDestinationsView]
}

fn manager() -> Vec<Permission> {
    use Permission::*;
    let groups =
        [PermissionGroup::Routing, PermissionGroup::ChannelsAndFlows, PermissionGroup::ContactActions];
    let mut permissions: Vec<Permission> =
        Permission::ALL.iter().copied().filter(|permission| groups.contains(&permission.group())).collect();
    permissions.extend([
        UsersCreate,
        UsersEdit,
        UsersView,
        AgentGroupingView,
        SecurityProfilesView,
        AgentStatesCreate,
        AgentStatesEdit,
        AgentStatesEnableAndDisable,
        AgentStatesView,
        BasicAgentAccess,
        OutboundCallAccess,
        RealtimeContactLensView,
        AccessMetrics,
        AccessMetricsRealTimeMetricsAccess,
        AccessMetricsDashboardsAccess,
        HistoricalMetricsAccess,
        AgentActivityAuditAccess,
        AgentTimeCardView,
        ContactSearchView,
        ContactAttributesView,
        GraphTrendsView,
        ListenCallRecordings,
        ManagerListenIn,
        ManagerBargeIn,
        MetricsReportsView,
        MetricsReportsCreate,
        MetricsReportsShare,
        MetricsReportsEdit,
        MetricsReportsDelete,
        MetricsReportsPublish,
        MetricsReportsSchedule,
        ReportSchedulesCreate,
        ReportSchedulesDelete,
        ReportSchedulesEdit,
        ReportSchedulesView,
        RulesCreate,
        RulesDelete,
        RulesEdit,
        RulesView,
        HistoricalChangesView,
    ]);
    permissions
}

fn analyst() -> Vec<Permission> {
    use Permission::*;
    vec![
        BasicAgentAccess,
        UsersView,
        QueuesView,
        RoutingPoliciesView,
        AgentGroupingView,
        AccessMetrics,
        AccessMetricsRealTimeMetricsAccess,
        AccessMetricsDashboardsAccess,
        HistoricalMetricsAccess,
        AgentActivityAuditAccess,
        AgentTimeCardView,
        ContactSearchView,
        ContactSearchWithCharacteristicsAccess,
        ContactSearchWithCharacteristicsView,
        ContactSearchWithKeywordsAccess,
        ContactSearchWithKeywordsView,
        ContactAttributesView,
        GraphTrendsView,
        ListenCallRecordings,
        ManagerListenIn,
        MetricsReportsView,
        MetricsReportsCreate,
        MetricsReportsShare,
        EvaluationCreate,
        EvaluationView,
        EvaluationEdit,
        EvaluationDelete,
        EvaluationFormsView,
        RulesView,
    ]
}

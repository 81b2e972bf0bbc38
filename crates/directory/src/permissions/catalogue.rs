//! The closed list of permission names (spec 02 §8.3), by the group under which a security profile shows them.

macro_rules! catalogue {
    ($($group:ident = $title:literal { $($permission:ident = $name:literal;)* })*) => {
        /// The groups of permissions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)]
        pub enum PermissionGroup { $($group,)* }

        impl PermissionGroup {
            /// Every group, in the order of the page.
            pub const ALL: &[PermissionGroup] = &[$(Self::$group,)*];

            /// The heading.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$group => $title,)* }
            }
        }

        /// One thing a security profile can grant.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)]
        pub enum Permission { $($($permission,)*)* }

        impl Permission {
            /// Every permission, group by group.
            pub const ALL: &[Permission] = &[$($(Self::$permission,)*)*];

            /// The public name, such as `Users.View`.
            pub const fn name(self) -> &'static str {
                match self { $($(Self::$permission => $name,)*)* }
            }

            /// The group it belongs to.
            pub const fn group(self) -> PermissionGroup {
                match self { $($(Self::$permission => PermissionGroup::$group,)*)* }
            }

            /// Reads the public name.
            pub fn parse(name: &str) -> Option<Permission> {
                match name { $($($name => Some(Self::$permission),)*)* _ => None }
            }
        }
    };
}

catalogue! {
    Routing = "Routing" {
        ScreenRecordingAccess = "ScreenRecording.Access";
        RoutingPoliciesCreate = "RoutingPolicies.Create";
        RoutingPoliciesEdit = "RoutingPolicies.Edit";
        RoutingPoliciesView = "RoutingPolicies.View";
        TransferDestinationsCreate = "TransferDestinations.Create";
        TransferDestinationsDelete = "TransferDestinations.Delete";
        TransferDestinationsEdit = "TransferDestinations.Edit";
        TransferDestinationsView = "TransferDestinations.View";
        HoursOfOperationCreate = "HoursOfOperation.Create";
        HoursOfOperationDelete = "HoursOfOperation.Delete";
        HoursOfOperationEdit = "HoursOfOperation.Edit";
        HoursOfOperationView = "HoursOfOperation.View";
        QueuesCreate = "Queues.Create";
        QueuesEdit = "Queues.Edit";
        QueuesEnableAndDisable = "Queues.EnableAndDisable";
        QueuesView = "Queues.View";
        TaskTemplatesCreate = "TaskTemplates.Create";
        TaskTemplatesDelete = "TaskTemplates.Delete";
        TaskTemplatesEdit = "TaskTemplates.Edit";
        TaskTemplatesView = "TaskTemplates.View";
        PredefinedAttributesCreate = "PredefinedAttributes.Create";
        PredefinedAttributesDelete = "PredefinedAttributes.Delete";
        PredefinedAttributesEdit = "PredefinedAttributes.Edit";
        PredefinedAttributesView = "PredefinedAttributes.View";
    }
    ChannelsAndFlows = "Channels and flows" {
        PromptsCreate = "Prompts.Create";
        PromptsDelete = "Prompts.Delete";
        PromptsEdit = "Prompts.Edit";
        PromptsView = "Prompts.View";
        ContactFlowsCreate = "ContactFlows.Create";
        ContactFlowsDelete = "ContactFlows.Delete";
        ContactFlowsEdit = "ContactFlows.Edit";
        ContactFlowsPublish = "ContactFlows.Publish";
        ContactFlowsView = "ContactFlows.View";
        ContactFlowModulesCreate = "ContactFlowModules.Create";
        ContactFlowModulesDelete = "ContactFlowModules.Delete";
        ContactFlowModulesEdit = "ContactFlowModules.Edit";
        ContactFlowModulesPublish = "ContactFlowModules.Publish";
        ContactFlowModulesView = "ContactFlowModules.View";
        PhoneNumbersClaim = "PhoneNumbers.Claim";
        PhoneNumbersEdit = "PhoneNumbers.Edit";
        PhoneNumbersRelease = "PhoneNumbers.Release";
        PhoneNumbersView = "PhoneNumbers.View";
        ChatTestMode = "ChatTestMode";
        ViewsView = "Views.View";
    }
    UsersAndPermissions = "Users and permissions" {
        UsersCreate = "Users.Create";
        UsersDelete = "Users.Delete";
        UsersEdit = "Users.Edit";
        UsersEditPermission = "Users.EditPermission";
        UsersView = "Users.View";
        AgentGroupingCreate = "AgentGrouping.Create";
        AgentGroupingEdit = "AgentGrouping.Edit";
        AgentGroupingEnableAndDisable = "AgentGrouping.EnableAndDisable";
        AgentGroupingView = "AgentGrouping.View";
        SecurityProfilesCreate = "SecurityProfiles.Create";
        SecurityProfilesDelete = "SecurityProfiles.Delete";
        SecurityProfilesEdit = "SecurityProfiles.Edit";
        SecurityProfilesView = "SecurityProfiles.View";
        AgentStatesCreate = "AgentStates.Create";
        AgentStatesEdit = "AgentStates.Edit";
        AgentStatesEnableAndDisable = "AgentStates.EnableAndDisable";
        AgentStatesView = "AgentStates.View";
    }
    ContactControlPanel = "Contact Control Panel" {
        BasicAgentAccess = "BasicAgentAccess";
        RealtimeContactLensView = "RealtimeContactLens.View";
        OutboundCallAccess = "OutboundCallAccess";
        VoiceIdAccess = "VoiceId.Access";
        RestrictTaskCreationAccess = "RestrictTaskCreation.Access";
        AudioDeviceSettingsAccess = "AudioDeviceSettings.Access";
        VideoContactAccess = "VideoContact.Access";
    }
    AnalyticsAndOptimization = "Analytics and optimization" {
        AccessMetrics = "AccessMetrics";
        AccessMetricsRealTimeMetricsAccess = "AccessMetrics.RealTimeMetrics.Access";
        HistoricalMetricsAccess = "HistoricalMetrics.Access";
        AgentActivityAuditAccess = "AgentActivityAudit.Access";
        AccessMetricsDashboardsAccess = "AccessMetrics.Dashboards.Access";
        ContactSearchView = "ContactSearch.View";
        MyContactsView = "MyContacts.View";
        ContactSearchWithCharacteristicsAccess = "ContactSearchWithCharacteristics.Access";
        ContactSearchWithCharacteristicsView = "ContactSearchWithCharacteristics.View";
        ContactSearchWithKeywordsAccess = "ContactSearchWithKeywords.Access";
        ContactSearchWithKeywordsView = "ContactSearchWithKeywords.View";
        ConfigureContactAttributesView = "ConfigureContactAttributes.View";
        ContactRecordingAccess = "ContactRecording.Access";
        RestrictContactAccessByHierarchyView = "RestrictContactAccessByHierarchy.View";
        ContactAttributesView = "ContactAttributes.View";
        GraphTrendsView = "GraphTrends.View";
        ContactLensCustomVocabularyEdit = "ContactLensCustomVocabulary.Edit";
        ContactLensCustomVocabularyView = "ContactLensCustomVocabulary.View";
        ContactLensPostContactSummaryView = "ContactLensPostContactSummary.View";
        ThemeDetectionCreate = "ThemeDetection.Create";
        ThemeDetectionView = "ThemeDetection.View";
        ThemeDetectionDelete = "ThemeDetection.Delete";
        RulesCreate = "Rules.Create";
        RulesDelete = "Rules.Delete";
        RulesEdit = "Rules.Edit";
        RulesView = "Rules.View";
        RedactedDataView = "RedactedData.View";
        ListenCallRecordings = "ListenCallRecordings";
        DownloadCallRecordings = "DownloadCallRecordings";
        DeleteCallRecordings = "DeleteCallRecordings";
        AgentTimeCardView = "AgentTimeCard.View";
        ManagerBargeIn = "ManagerBargeIn";
        ManagerListenIn = "ManagerListenIn";
        MetricsReportsAdmin = "MetricsReports.Admin";
        MetricsReportsView = "MetricsReports.View";
        MetricsReportsCreate = "MetricsReports.Create";
        MetricsReportsShare = "MetricsReports.Share";
        MetricsReportsEdit = "MetricsReports.Edit";
        MetricsReportsDelete = "MetricsReports.Delete";
        MetricsReportsPublish = "MetricsReports.Publish";
        MetricsReportsSchedule = "MetricsReports.Schedule";
        ReportSchedulesCreate = "ReportSchedules.Create";
        ReportSchedulesDelete = "ReportSchedules.Delete";
        ReportSchedulesEdit = "ReportSchedules.Edit";
        ReportSchedulesView = "ReportSchedules.View";
        EvaluationCreate = "Evaluation.Create";
        EvaluationView = "Evaluation.View";
        EvaluationEdit = "Evaluation.Edit";
        EvaluationDelete = "Evaluation.Delete";
        EvaluationFormsCreate = "EvaluationForms.Create";
        EvaluationFormsView = "EvaluationForms.View";
        EvaluationFormsEdit = "EvaluationForms.Edit";
        EvaluationFormsDelete = "EvaluationForms.Delete";
        VoiceIdAttributesAndSearchView = "VoiceIdAttributesAndSearch.View";
        ForecastingView = "Forecasting.View";
        ForecastingEdit = "Forecasting.Edit";
        ForecastingPublish = "Forecasting.Publish";
        CapacityView = "Capacity.View";
        CapacityEdit = "Capacity.Edit";
        CapacityPublish = "Capacity.Publish";
    }
    ContactActions = "Contact actions" {
        TransferContactEnabled = "TransferContact.Enabled";
        StopContactEnabled = "StopContact.Enabled";
        UpdateContactScheduleEnabled = "UpdateContactSchedule.Enabled";
    }
    HistoricalChanges = "Historical changes" {
        HistoricalChangesView = "HistoricalChanges.View";
    }
    CustomerProfiles = "Customer profiles" {
        CustomerProfilesCreate = "CustomerProfiles.Create";
        CustomerProfilesEdit = "CustomerProfiles.Edit";
        CustomerProfilesView = "CustomerProfiles.View";
        CustomerProfilesCalculatedAttributesCreate = "CustomerProfiles.CalculatedAttributes.Create";
        CustomerProfilesCalculatedAttributesEdit = "CustomerProfiles.CalculatedAttributes.Edit";
        CustomerProfilesCalculatedAttributesDelete = "CustomerProfiles.CalculatedAttributes.Delete";
        CustomerProfilesCalculatedAttributesView = "CustomerProfiles.CalculatedAttributes.View";
    }
    Scheduling = "Scheduling" {
        SchedulingView = "Scheduling.View";
        SchedulingEdit = "Scheduling.Edit";
        SchedulingPublish = "Scheduling.Publish";
        TimeOffApprove = "TimeOff.Approve";
        TimeOffEdit = "TimeOff.Edit";
        TimeOffView = "TimeOff.View";
        TimeOffBalanceEdit = "TimeOffBalance.Edit";
        TimeOffBalanceView = "TimeOffBalance.View";
        TeamCalendarView = "TeamCalendar.View";
        TeamCalendarEdit = "TeamCalendar.Edit";
    }
    AgentApplications = "Agent applications" {
        StaffCalendarView = "StaffCalendar.View";
        StaffCalendarEdit = "StaffCalendar.Edit";
        CustomViewsAccess = "CustomViews.Access";
        WisdomView = "Wisdom.View";
    }
    ContentManagement = "Content management" {
        ContentManagementCreate = "ContentManagement.Create";
        ContentManagementEdit = "ContentManagement.Edit";
        ContentManagementView = "ContentManagement.View";
        ContentManagementDelete = "ContentManagement.Delete";
    }
    Cases = "Cases" {
        CaseHistoryView = "CaseHistory.View";
        CasesCreate = "Cases.Create";
        CasesView = "Cases.View";
        CasesEdit = "Cases.Edit";
        CaseFieldsCreate = "CaseFields.Create";
        CaseFieldsView = "CaseFields.View";
        CaseFieldsEdit = "CaseFields.Edit";
        CaseTemplatesCreate = "CaseTemplates.Create";
        CaseTemplatesView = "CaseTemplates.View";
        CaseTemplatesEdit = "CaseTemplates.Edit";
    }
    Campaigns = "Campaigns" {
        CampaignsCreate = "Campaigns.Create";
        CampaignsDelete = "Campaigns.Delete";
        CampaignsEdit = "Campaigns.Edit";
        CampaignsManage = "Campaigns.Manage";
        CampaignsView = "Campaigns.View";
    }
}

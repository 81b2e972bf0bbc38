//! What a signed-in user must hold for each operation (spec 02 §8.3).

use directory::Permission::{self, *};

/// What an operation needs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Need {
    /// An access key; it concerns the account, not one instance's users.
    Account,
    /// Nothing but being a user of the instance.
    User,
    /// One of these permissions, and that the tags of the resource allow it.
    One(&'static [Permission]),
    /// This permission, or one that implies the list (spec 02 §8.2); rows are filtered by tags. Searches answer with
    /// whole resources, so that nothing implies them.
    List(Permission),
    /// This permission from a profile that does not narrow it by tags: settings of the whole instance, which only an
    /// administrator changes. The catalogue has no permission of their own.
    Whole(Permission),
}
use Need::{Account, List, One, User, Whole};

/// Operation → need. Publishing a flow and switching a status need one permission more; see `Subject::also`.
pub(super) const TABLE: &[(&str, Need)] = &[
    // Instance
    ("CreateInstance", Account),
    ("DeleteInstance", Account),
    ("ListInstances", User),
    ("DescribeInstance", User),
    ("DescribeInstanceAttribute", User),
    ("ListInstanceAttributes", User),
    ("UpdateInstanceAttribute", Whole(SecurityProfilesEdit)),
    ("AssociateApprovedOrigin", Whole(SecurityProfilesEdit)),
    ("DisassociateApprovedOrigin", Whole(SecurityProfilesEdit)),
    ("ListApprovedOrigins", Whole(SecurityProfilesView)),
    ("CreateIntegrationAssociation", Whole(SecurityProfilesEdit)),
    ("DeleteIntegrationAssociation", Whole(SecurityProfilesEdit)),
    ("ListIntegrationAssociations", Whole(SecurityProfilesView)),
    ("AssociateLambdaFunction", Whole(SecurityProfilesEdit)),
    ("DisassociateLambdaFunction", Whole(SecurityProfilesEdit)),
    ("ListLambdaFunctions", Whole(SecurityProfilesView)),
    ("AssociateBot", Whole(SecurityProfilesEdit)),
    ("DisassociateBot", Whole(SecurityProfilesEdit)),
    ("ListBots", List(ContactFlowsView)),
    ("AssociateLexBot", Whole(SecurityProfilesEdit)),
    ("DisassociateLexBot", Whole(SecurityProfilesEdit)),
    ("ListLexBots", List(ContactFlowsView)),
    ("AssociateInstanceStorageConfig", Whole(SecurityProfilesEdit)),
    ("UpdateInstanceStorageConfig", Whole(SecurityProfilesEdit)),
    ("DisassociateInstanceStorageConfig", Whole(SecurityProfilesEdit)),
    ("DescribeInstanceStorageConfig", Whole(SecurityProfilesView)),
    ("ListInstanceStorageConfigs", Whole(SecurityProfilesView)),
    // Users
    ("CreateUser", One(&[UsersCreate])),
    ("DescribeUser", One(&[UsersView])),
    ("ListUsers", List(UsersView)),
    ("SearchUsers", One(&[UsersView])),
    ("UpdateUserIdentityInfo", One(&[UsersEdit])),
    ("UpdateUserPhoneConfig", One(&[UsersEdit])),
    ("UpdateUserRoutingProfile", One(&[UsersEdit])),
    ("UpdateUserSecurityProfiles", One(&[UsersEdit, UsersEditPermission])),
    ("UpdateUserHierarchy", One(&[UsersEdit])),
    ("DeleteUser", One(&[UsersDelete])),
    ("AssociateUserProficiencies", One(&[UsersEdit])),
    ("UpdateUserProficiencies", One(&[UsersEdit])),
    ("DisassociateUserProficiencies", One(&[UsersEdit])),
    ("ListUserProficiencies", One(&[UsersView])),
    // Agent hierarchy
    ("DescribeUserHierarchyStructure", List(AgentGroupingView)),
    ("UpdateUserHierarchyStructure", One(&[AgentGroupingEdit])),
    ("CreateUserHierarchyGroup", One(&[AgentGroupingCreate])),
    ("DescribeUserHierarchyGroup", List(AgentGroupingView)),
    ("ListUserHierarchyGroups", List(AgentGroupingView)),
    ("SearchUserHierarchyGroups", One(&[AgentGroupingView])),
    ("UpdateUserHierarchyGroupName", One(&[AgentGroupingEdit])),
    ("DeleteUserHierarchyGroup", One(&[AgentGroupingEdit])),
    // Security profiles
    ("CreateSecurityProfile", One(&[SecurityProfilesCreate])),
    ("DescribeSecurityProfile", One(&[SecurityProfilesView])),
    ("ListSecurityProfiles", List(SecurityProfilesView)),
    ("SearchSecurityProfiles", One(&[SecurityProfilesView])),
    ("ListSecurityProfilePermissions", One(&[SecurityProfilesView])),
    ("UpdateSecurityProfile", One(&[SecurityProfilesEdit])),
    ("DeleteSecurityProfile", One(&[SecurityProfilesDelete])),
    // Routing profiles
    ("CreateRoutingProfile", One(&[RoutingPoliciesCreate])),
    ("DescribeRoutingProfile", One(&[RoutingPoliciesView])),
    ("ListRoutingProfiles", List(RoutingPoliciesView)),
    ("SearchRoutingProfiles", One(&[RoutingPoliciesView])),
    ("ListRoutingProfileQueues", One(&[RoutingPoliciesView])),
    ("UpdateRoutingProfileName", One(&[RoutingPoliciesEdit])),
    ("UpdateRoutingProfileConcurrency", One(&[RoutingPoliciesEdit])),
    ("UpdateRoutingProfileDefaultOutboundQueue", One(&[RoutingPoliciesEdit])),
    ("UpdateRoutingProfileQueues", One(&[RoutingPoliciesEdit])),
    ("UpdateRoutingProfileAgentAvailabilityTimer", One(&[RoutingPoliciesEdit])),
    ("AssociateRoutingProfileQueues", One(&[RoutingPoliciesEdit])),
    ("DisassociateRoutingProfileQueues", One(&[RoutingPoliciesEdit])),
    ("DeleteRoutingProfile", One(&[RoutingPoliciesEdit])),
    // Queues
    ("CreateQueue", One(&[QueuesCreate])),
    ("DescribeQueue", One(&[QueuesView])),
    ("ListQueues", List(QueuesView)),
    ("SearchQueues", One(&[QueuesView])),
    ("ListQueueQuickConnects", One(&[QueuesView])),
    ("UpdateQueueName", One(&[QueuesEdit])),
    ("UpdateQueueHoursOfOperation", One(&[QueuesEdit])),
    ("UpdateQueueMaxContacts", One(&[QueuesEdit])),
    ("UpdateQueueOutboundCallerConfig", One(&[QueuesEdit])),
    ("UpdateQueueStatus", One(&[QueuesEnableAndDisable])),
    ("AssociateQueueQuickConnects", One(&[QueuesEdit])),
    ("DisassociateQueueQuickConnects", One(&[QueuesEdit])),
    ("DeleteQueue", One(&[QueuesEdit])),
    // Hours of operation
    ("CreateHoursOfOperation", One(&[HoursOfOperationCreate])),
    ("DescribeHoursOfOperation", One(&[HoursOfOperationView])),
    ("ListHoursOfOperations", List(HoursOfOperationView)),
    ("SearchHoursOfOperations", One(&[HoursOfOperationView])),
    ("UpdateHoursOfOperation", One(&[HoursOfOperationEdit])),
    ("DeleteHoursOfOperation", One(&[HoursOfOperationDelete])),
    // Quick connects
    ("CreateQuickConnect", One(&[TransferDestinationsCreate])),
    ("DescribeQuickConnect", One(&[TransferDestinationsView])),
    ("ListQuickConnects", List(TransferDestinationsView)),
    ("SearchQuickConnects", One(&[TransferDestinationsView])),
    ("UpdateQuickConnectName", One(&[TransferDestinationsEdit])),
    ("UpdateQuickConnectConfig", One(&[TransferDestinationsEdit])),
    ("DeleteQuickConnect", One(&[TransferDestinationsDelete])),
    // Agent statuses
    ("CreateAgentStatus", One(&[AgentStatesCreate])),
    ("DescribeAgentStatus", One(&[AgentStatesView])),
    ("ListAgentStatuses", List(AgentStatesView)),
    ("SearchAgentStatuses", One(&[AgentStatesView])),
    ("UpdateAgentStatus", One(&[AgentStatesEdit])),
    // Task templates
    ("CreateTaskTemplate", One(&[TaskTemplatesCreate])),
    ("GetTaskTemplate", One(&[TaskTemplatesView])),
    ("ListTaskTemplates", List(TaskTemplatesView)),
    ("UpdateTaskTemplate", One(&[TaskTemplatesEdit])),
    ("DeleteTaskTemplate", One(&[TaskTemplatesDelete])),
    // Views; changes need View too, as the catalogue has no other permission for them
    ("CreateView", One(&[ContactFlowsCreate])),
    ("CheckView", One(&[ViewsView])),
    ("DescribeView", One(&[ViewsView])),
    ("ListViews", List(ViewsView)),
    ("SearchViews", One(&[ViewsView])),
    ("UpdateViewContent", One(&[ContactFlowsEdit])),
    ("UpdateViewMetadata", One(&[ContactFlowsEdit])),
    ("DeleteView", One(&[ContactFlowsDelete])),
    ("CreateViewVersion", One(&[ContactFlowsPublish])),
    ("ListViewVersions", One(&[ViewsView])),
    ("DeleteViewVersion", One(&[ContactFlowsDelete])),
    // Flows
    ("DescribeFlowLanguage", One(&[ContactFlowsView])),
    ("CheckContactFlow", One(&[ContactFlowsView])),
    ("ConvertContactFlow", One(&[ContactFlowsView])),
    ("RehearseContactFlow", One(&[ContactFlowsView])),
    ("SearchFlowLogs", One(&[ContactFlowsView])),
    ("CreateContactFlow", One(&[ContactFlowsCreate])),
    ("DescribeContactFlow", One(&[ContactFlowsView])),
    ("ListContactFlows", List(ContactFlowsView)),
    ("SearchContactFlows", One(&[ContactFlowsView])),
    ("UpdateContactFlowContent", One(&[ContactFlowsEdit])),
    ("UpdateContactFlowName", One(&[ContactFlowsEdit])),
    ("UpdateContactFlowMetadata", One(&[ContactFlowsEdit])),
    ("DeleteContactFlow", One(&[ContactFlowsDelete])),
    ("CreateContactFlowVersion", One(&[ContactFlowsPublish])),
    ("ListContactFlowVersions", One(&[ContactFlowsView])),
    ("DeleteContactFlowVersion", One(&[ContactFlowsDelete])),
    ("DescribeContactFlowHistory", One(&[ContactFlowsView])),
    // Flow modules
    ("CreateContactFlowModule", One(&[ContactFlowModulesCreate])),
    ("CreateContactFlowModuleDraft", One(&[ContactFlowModulesCreate])),
    ("ListContactFlowModuleUses", One(&[ContactFlowModulesView])),
    ("DescribeContactFlowModule", One(&[ContactFlowModulesView])),
    ("ListContactFlowModules", List(ContactFlowModulesView)),
    ("SearchContactFlowModules", One(&[ContactFlowModulesView])),
    ("UpdateContactFlowModuleContent", One(&[ContactFlowModulesEdit])),
    ("UpdateContactFlowModuleMetadata", One(&[ContactFlowModulesEdit])),
    ("DeleteContactFlowModule", One(&[ContactFlowModulesDelete])),
    ("CreateContactFlowModuleVersion", One(&[ContactFlowModulesPublish])),
    ("ListContactFlowModuleVersions", One(&[ContactFlowModulesView])),
    ("DeleteContactFlowModuleVersion", One(&[ContactFlowModulesDelete])),
    ("DescribeContactFlowModuleHistory", One(&[ContactFlowModulesView])),
    // Prompts
    ("CreatePrompt", One(&[PromptsCreate])),
    ("DescribePrompt", One(&[PromptsView])),
    ("ListPrompts", List(PromptsView)),
    ("SearchPrompts", One(&[PromptsView])),
    ("UpdatePrompt", One(&[PromptsEdit])),
    ("DeletePrompt", One(&[PromptsDelete])),
    ("GetPromptFile", One(&[PromptsView])),
    ("StartPromptUpload", One(&[PromptsCreate, PromptsEdit])),
    ("ListPromptMedia", List(PromptsView)),
    ("ListPromptUses", One(&[PromptsView])),
    // Speech
    ("ListVoices", User),
    ("PreviewSpeech", One(&[PromptsCreate, PromptsEdit, ContactFlowsEdit])),
    // Predefined attributes
    ("CreatePredefinedAttribute", One(&[PredefinedAttributesCreate])),
    ("DescribePredefinedAttribute", One(&[PredefinedAttributesView])),
    ("ListPredefinedAttributes", List(PredefinedAttributesView)),
    ("SearchPredefinedAttributes", One(&[PredefinedAttributesView])),
    ("UpdatePredefinedAttribute", One(&[PredefinedAttributesEdit])),
    ("DeletePredefinedAttribute", One(&[PredefinedAttributesDelete])),
    // What was changed; rows of resources the user may not view are left out
    ("SearchChangeHistory", One(&[HistoricalChangesView])),
    // Phone numbers
    ("SearchAvailablePhoneNumbers", One(&[PhoneNumbersClaim])),
    ("ClaimPhoneNumber", One(&[PhoneNumbersClaim])),
    ("ImportPhoneNumber", One(&[PhoneNumbersClaim])),
    ("DescribePhoneNumber", One(&[PhoneNumbersView])),
    ("ListPhoneNumbers", List(PhoneNumbersView)),
    ("ListPhoneNumbersV2", List(PhoneNumbersView)),
    ("UpdatePhoneNumber", One(&[PhoneNumbersEdit])),
    ("UpdatePhoneNumberMetadata", One(&[PhoneNumbersEdit])),
    ("AssociatePhoneNumberContactFlow", One(&[PhoneNumbersEdit])),
    ("DisassociatePhoneNumberContactFlow", One(&[PhoneNumbersEdit])),
    ("BatchGetFlowAssociation", One(&[PhoneNumbersView])),
    ("ReleasePhoneNumber", One(&[PhoneNumbersRelease])),
    // Tags; those of one resource need what that kind of resource needs
    ("SearchResourceTags", User),
];

/// What an operation needs.
pub(super) fn need(operation: &str) -> Need {
    // A row that the table forgot is closed to users; a test sees to it that there is none.
    TABLE.iter().find(|(name, _)| *name == operation).map_or(Account, |(_, need)| *need)
}

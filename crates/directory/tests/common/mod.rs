//! A seeded instance under test: public operations by name, members in, body out, and what holds for each of them.

#![allow(dead_code)]

use std::collections::BTreeMap;

use directory::input::{Input, read};
use directory::rows::{Found, Rows, page};
use directory::seed::{SeedFlow, SeedPerson, seed};
use directory::*;
use model::resource::FlowType;
use model::{InstanceId, Scope, Timestamp};
use serde_json::{Value, json};

pub const INSTANCE: &str = "00000000-0000-0000-0000-0000000000aa";

/// Stored documents by kind and id.
pub type Store = BTreeMap<(Kind, String), Value>;

/// The directory beside a store that is fed with nothing but its changes.
pub struct World {
    pub directory: Directory,
    pub store: Store,
    pub now: Timestamp,
    ids: u128,
}

pub fn scope() -> Scope {
    Scope {
        region: "us-east-1".to_owned(),
        account: "123456789012".to_owned(),
        instance: InstanceId::from_u128(0xaa),
    }
}

pub fn arn(rest: &str) -> String {
    format!("arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE}/{rest}")
}

fn flow(name: &str, kind: FlowType) -> SeedFlow {
    let content = r#"{"Version":"2019-10-30","StartAction":"a","Actions":[]}"#.to_owned();
    SeedFlow { name: name.to_owned(), kind, description: String::new(), content }
}

fn person(username: &str, profile: &str) -> SeedPerson {
    SeedPerson {
        username: username.to_owned(),
        first_name: username.to_uppercase(),
        last_name: "Example".to_owned(),
        email: Some(format!("{username}@example.com")),
        password_hash: Some("$argon2id$x".to_owned()),
        security_profiles: vec![profile.to_owned()],
    }
}

impl World {
    /// A new instance with default flows, one administrator and one agent.
    pub fn new() -> Self {
        let flows = vec![
            flow("Default customer queue", FlowType::CustomerQueue),
            flow("Default agent transfer", FlowType::AgentTransfer),
            flow("Default queue transfer", FlowType::QueueTransfer),
            flow("Default outbound", FlowType::OutboundWhisper),
            flow("Sample inbound flow", FlowType::ContactFlow),
        ];
        Self::seeded(flows, vec![person("admin", "Admin"), person("ann", "Agent")]).expect("a valid seed")
    }

    pub fn seeded(flows: Vec<SeedFlow>, people: Vec<SeedPerson>) -> Result<Self> {
        let mut ids = 0x1000;
        let mut new_uuid = || {
            ids += 1;
            uuid::Uuid::from_u128(ids)
        };
        let now = Timestamp(1_700_000_000_000);
        let mut cx = Cx { now, new_uuid: &mut new_uuid };
        let directory = seed(scope(), "acme", &mut cx, flows, people)?;
        let mut world = World { directory, store: Store::new(), now, ids };
        world.commit();
        Ok(world)
    }

    /// Applies what the directory asks for and checks that nothing was forgotten.
    fn commit(&mut self) {
        for change in self.directory.take_changes() {
            let key = (change.kind, change.id);
            match change.after {
                Some(body) => self.store.insert(key, body),
                None => self.store.remove(&key),
            };
        }
        let loaded = self.reload().expect("what was stored can be loaded");
        assert!(loaded == self.directory, "the stored documents make up another directory");
    }

    /// Sets a quota.
    pub fn quota(&mut self, quota: Quota, value: Option<u64>) {
        self.directory.set_quota(quota, value);
        self.commit();
    }

    pub fn reload(&self) -> Result<Directory, LoadError> {
        let rows = self.store.iter().map(|((kind, id), body)| (*kind, id.clone(), body.clone()));
        Directory::load(scope(), rows)
    }

    /// Runs an operation. A refusal must leave everything as it was; a success must be complete in the store.
    pub fn run<I: Input, R>(
        &mut self,
        members: Value,
        operation: impl FnOnce(&mut Directory, &mut Cx<'_>, I) -> Result<R>,
    ) -> Result<R> {
        let before = self.directory.clone();
        self.now = self.now + 1_000;
        let (now, ids) = (self.now, &mut self.ids);
        let mut new_uuid = || {
            *ids += 1;
            uuid::Uuid::from_u128(*ids)
        };
        let result = read(members).and_then(|input| {
            operation(&mut self.directory, &mut Cx { now, new_uuid: &mut new_uuid }, input)
        });
        match result {
            Ok(value) => {
                self.commit();
                Ok(value)
            }
            Err(error) => {
                assert!(self.directory == before, "a refused operation changed something: {error}");
                assert_eq!(
                    self.directory.take_changes(),
                    Vec::new(),
                    "a refused operation wants to store: {error}"
                );
                assert!(error.message.len() > 10 && error.message.ends_with('.'), "no sentence: {error}");
                Err(error)
            }
        }
    }

    /// The content of a version that was replaced, as the store has it.
    pub fn stored_version(&self, key: &str) -> Option<model::resource::VersionContent> {
        let body = self.store.get(&(directory::Kind::FlowVersion, key.to_owned()))?.clone();
        Some(serde_json::from_value(body).expect("the content of a version"))
    }

    pub fn id(&self, kind: &str, name: &str) -> String {
        let directory = &self.directory;
        let id = match kind {
            "queue" => directory.queue_named(name).map(|it| it.queue_id.to_string()),
            "hours" => {
                directory.hours_of_operation_named(name).map(|it| it.hours_of_operation_id.to_string())
            }
            "flow" => directory.flow_named(name).map(|it| it.id.to_string()),
            "user" => directory.user_named(name).map(|it| it.id.to_string()),
            "security-profile" => directory.security_profile_named(name).map(|it| it.id.to_string()),
            "routing-profile" => {
                directory.routing_profile_named(name).map(|it| it.routing_profile_id.to_string())
            }
            "status" => directory.agent_status_named(name).map(|it| it.agent_status_id.to_string()),
            "prompt" => directory.prompt_named(name).map(|it| it.prompt_id.to_string()),
            "quick-connect" => directory.quick_connect_named(name).map(|it| it.quick_connect_id.to_string()),
            other => panic!("no kind {other}"),
        };
        id.unwrap_or_else(|| panic!("no {kind} {name}"))
    }
}

/// Who publishes in these tests.
pub const AUTHOR: &str = "ann";

/// Accepts every content, except one that contains the word `broken`.
pub fn validator(_kind: FlowType, content: &str, _directory: &Directory) -> Vec<String> {
    if content.contains("broken") { vec!["Action a has no next action.".to_owned()] } else { Vec::new() }
}

fn listed(rows: Rows<'_>, member: &str) -> Value {
    json!({ member: page(rows, usize::MAX).items })
}

fn found(found: Found<'_>, member: &str) -> Value {
    let total = found.total();
    json!({ member: found.page(None, usize::MAX).items, "ApproximateTotalCount": total })
}

macro_rules! operations {
    (
        created { $($create:literal => $create_fn:ident, $created_fn:ident;)* }
        changed { $($change:literal => $change_fn:ident;)* }
        removed { $($remove:literal => $remove_fn:ident;)* }
        described { $($describe:literal => $describe_fn:ident;)* }
        listed { $($list:literal => $list_fn:ident, $list_member:literal;)* }
        found { $($find:literal => $find_fn:ident, $find_member:literal;)* }
    ) => {
        impl World {
            /// Runs the operation with this public name and gives its output body.
            pub fn call(&mut self, operation: &str, members: Value) -> Result<Value> {
                match operation {
                    $($create => {
                        let id = self.run(members, |directory, cx, input| directory.$create_fn(cx, input))?;
                        Ok(self.directory.$created_fn(id))
                    })*
                    $($change => self.run(members, |directory, cx, input| directory.$change_fn(cx, input)).map(|_| json!({})),)*
                    $($remove => self.run(members, |directory, _, input| directory.$remove_fn(input)).map(|_| json!({})),)*
                    $($describe => self.run(members, |directory, _, input| directory.$describe_fn(&input)),)*
                    $($list => self.run(members, |directory, _, input| Ok(listed(directory.$list_fn(&input, None)?, $list_member))),)*
                    $($find => self.run(members, |directory, _, input| Ok(found(directory.$find_fn(&input)?, $find_member))),)*
                    "CreateUser" => {
                        let id = self.run(members, |directory, cx, input: users::CreateUser| {
                            let hash = input.password.as_ref().map(|_| "$argon2id$y".to_owned());
                            directory.create_user(cx, input, hash)
                        })?;
                        Ok(self.directory.created_user(id))
                    }
                    "CreateContactFlow" => {
                        let id = self.run(members, |directory, cx, input| {
                            directory.create_contact_flow(cx, input, AUTHOR, &validator)
                        })?;
                        Ok(self.directory.created_contact_flow(id))
                    }
                    "UpdateContactFlowContent" => self
                        .run(members, |directory, cx, input| {
                            directory.update_contact_flow_content(cx, input, AUTHOR, &validator)
                        })
                        .map(|()| json!({})),
                    "DescribeContactFlow" => {
                        let input: flows::DescribeContactFlow = read(members)?;
                        let key = self.directory.replaced_flow_version(&input.contact_flow_id)?;
                        let content = key.and_then(|key| self.stored_version(&key));
                        self.directory.describe_contact_flow(&input, content.as_ref())
                    }
                    "DescribeContactFlowModule" => {
                        let input: flow_modules::DescribeContactFlowModule = read(members)?;
                        let key = self.directory.replaced_module_version(&input.contact_flow_module_id)?;
                        let content = key.and_then(|key| self.stored_version(&key));
                        self.directory.describe_contact_flow_module(&input, content.as_ref())
                    }
                    "CreateContactFlowVersion" => self.run(members, |directory, cx, input| {
                        directory.create_contact_flow_version(cx, input, AUTHOR)
                    }),
                    "CreateContactFlowModule" => {
                        let id = self.run(members, |directory, cx, input| {
                            directory.create_contact_flow_module(cx, input, AUTHOR, &validator)
                        })?;
                        Ok(self.directory.created_contact_flow_module(id))
                    }
                    "UpdateContactFlowModuleContent" => self
                        .run(members, |directory, cx, input| {
                            directory.update_contact_flow_module_content(cx, input, AUTHOR, &validator)
                        })
                        .map(|()| json!({})),
                    "CreateContactFlowModuleVersion" => self.run(members, |directory, cx, input| {
                        directory.create_contact_flow_module_version(cx, input, AUTHOR)
                    }),
                    other => panic!("no operation {other}"),
                }
            }
        }
    };
}

operations! {
    created {
        "CreateQueue" => create_queue, created_queue;
        "CreateHoursOfOperation" => create_hours_of_operation, created_hours_of_operation;
        "CreatePrompt" => create_prompt, created_prompt;
        "UpdatePrompt" => update_prompt, created_prompt;
        "CreateTaskTemplate" => create_task_template, created_task_template;
        "UpdateTaskTemplate" => update_task_template, updated_task_template;
        "CreateQuickConnect" => create_quick_connect, created_quick_connect;
        "CreateAgentStatus" => create_agent_status, created_agent_status;
        "CreateRoutingProfile" => create_routing_profile, created_routing_profile;
        "CreateSecurityProfile" => create_security_profile, created_security_profile;
        "CreateUserHierarchyGroup" => create_user_hierarchy_group, created_user_hierarchy_group;
        "AssociateInstanceStorageConfig" => associate_instance_storage_config, associated_instance_storage_config;
    }
    changed {
        "UpdateQueueName" => update_queue_name;
        "UpdateQueueHoursOfOperation" => update_queue_hours_of_operation;
        "UpdateQueueMaxContacts" => update_queue_max_contacts;
        "UpdateQueueStatus" => update_queue_status;
        "UpdateQueueOutboundCallerConfig" => update_queue_outbound_caller_config;
        "AssociateQueueQuickConnects" => associate_queue_quick_connects;
        "DisassociateQueueQuickConnects" => disassociate_queue_quick_connects;
        "UpdateHoursOfOperation" => update_hours_of_operation;
        "UpdateQuickConnectName" => update_quick_connect_name;
        "UpdateQuickConnectConfig" => update_quick_connect_config;
        "DeleteQuickConnect" => delete_quick_connect;
        "UpdateAgentStatus" => update_agent_status;
        "UpdateRoutingProfileName" => update_routing_profile_name;
        "UpdateRoutingProfileConcurrency" => update_routing_profile_concurrency;
        "UpdateRoutingProfileDefaultOutboundQueue" => update_routing_profile_default_outbound_queue;
        "UpdateRoutingProfileQueues" => update_routing_profile_queues;
        "UpdateRoutingProfileAgentAvailabilityTimer" => update_routing_profile_agent_availability_timer;
        "AssociateRoutingProfileQueues" => associate_routing_profile_queues;
        "DisassociateRoutingProfileQueues" => disassociate_routing_profile_queues;
        "UpdateSecurityProfile" => update_security_profile;
        "UpdateUserIdentityInfo" => update_user_identity_info;
        "UpdateUserPhoneConfig" => update_user_phone_config;
        "UpdateUserRoutingProfile" => update_user_routing_profile;
        "UpdateUserSecurityProfiles" => update_user_security_profiles;
        "UpdateUserHierarchy" => update_user_hierarchy;
        "AssociateUserProficiencies" => associate_user_proficiencies;
        "UpdateUserProficiencies" => update_user_proficiencies;
        "DisassociateUserProficiencies" => disassociate_user_proficiencies;
        "CreatePredefinedAttribute" => create_predefined_attribute;
        "UpdatePredefinedAttribute" => update_predefined_attribute;
        "UpdateContactFlowName" => update_contact_flow_name;
        "UpdateContactFlowMetadata" => update_contact_flow_metadata;
        "UpdateContactFlowModuleMetadata" => update_contact_flow_module_metadata;
        "UpdateUserHierarchyStructure" => update_user_hierarchy_structure;
        "UpdateUserHierarchyGroupName" => update_user_hierarchy_group_name;
        "TagResource" => tag_resource;
        "UntagResource" => untag_resource;
    }
    removed {
        "DeleteQueue" => delete_queue;
        "DeleteHoursOfOperation" => delete_hours_of_operation;
        "DeletePrompt" => delete_prompt;
        "DeleteTaskTemplate" => delete_task_template;
        "DeleteRoutingProfile" => delete_routing_profile;
        "DeleteSecurityProfile" => delete_security_profile;
        "DeleteUser" => delete_user;
        "DeletePredefinedAttribute" => delete_predefined_attribute;
        "DeleteContactFlow" => delete_contact_flow;
        "DeleteContactFlowVersion" => delete_contact_flow_version;
        "DeleteContactFlowModule" => delete_contact_flow_module;
        "DeleteContactFlowModuleVersion" => delete_contact_flow_module_version;
        "DeleteUserHierarchyGroup" => delete_user_hierarchy_group;
        "UpdateInstanceAttribute" => update_instance_attribute;
        "AssociateApprovedOrigin" => associate_approved_origin;
        "DisassociateApprovedOrigin" => disassociate_approved_origin;
        "UpdateInstanceStorageConfig" => update_instance_storage_config;
        "DisassociateInstanceStorageConfig" => disassociate_instance_storage_config;
    }
    described {
        "DescribeQueue" => describe_queue;
        "DescribeHoursOfOperation" => describe_hours_of_operation;
        "DescribePrompt" => describe_prompt;
        "GetTaskTemplate" => get_task_template;
        "DescribeQuickConnect" => describe_quick_connect;
        "DescribeAgentStatus" => describe_agent_status;
        "DescribeRoutingProfile" => describe_routing_profile;
        "DescribeSecurityProfile" => describe_security_profile;
        "DescribeUser" => describe_user;
        "DescribePredefinedAttribute" => describe_predefined_attribute;
        "DescribeContactFlowHistory" => describe_contact_flow_history;
        "DescribeContactFlowModuleHistory" => describe_contact_flow_module_history;
        "DescribeUserHierarchyStructure" => describe_user_hierarchy_structure;
        "DescribeUserHierarchyGroup" => describe_user_hierarchy_group;
        "DescribeInstance" => describe_instance;
        "DescribeInstanceAttribute" => describe_instance_attribute;
        "DescribeInstanceStorageConfig" => describe_instance_storage_config;
        "ListTagsForResource" => list_tags_for_resource;
    }
    listed {
        "ListQueues" => list_queues, "QueueSummaryList";
        "ListQueueQuickConnects" => list_queue_quick_connects, "QuickConnectSummaryList";
        "ListHoursOfOperations" => list_hours_of_operations, "HoursOfOperationSummaryList";
        "ListPrompts" => list_prompts, "PromptSummaryList";
        "ListTaskTemplates" => list_task_templates, "TaskTemplates";
        "ListQuickConnects" => list_quick_connects, "QuickConnectSummaryList";
        "ListAgentStatuses" => list_agent_statuses, "AgentStatusSummaryList";
        "ListRoutingProfiles" => list_routing_profiles, "RoutingProfileSummaryList";
        "ListRoutingProfileQueues" => list_routing_profile_queues, "RoutingProfileQueueConfigSummaryList";
        "ListSecurityProfiles" => list_security_profiles, "SecurityProfileSummaryList";
        "ListSecurityProfilePermissions" => list_security_profile_permissions, "Permissions";
        "ListUsers" => list_users, "UserSummaryList";
        "ListUserProficiencies" => list_user_proficiencies, "UserProficiencyList";
        "ListPredefinedAttributes" => list_predefined_attributes, "PredefinedAttributeSummaryList";
        "ListContactFlows" => list_contact_flows, "ContactFlowSummaryList";
        "ListContactFlowVersions" => list_contact_flow_versions, "ContactFlowVersionSummaryList";
        "ListContactFlowModules" => list_contact_flow_modules, "ContactFlowModulesSummaryList";
        "ListContactFlowModuleVersions" => list_contact_flow_module_versions, "ContactFlowModuleVersionSummaryList";
        "ListUserHierarchyGroups" => list_user_hierarchy_groups, "UserHierarchyGroupSummaryList";
        "ListInstanceAttributes" => list_instance_attributes, "Attributes";
        "ListApprovedOrigins" => list_approved_origins, "Origins";
        "ListInstanceStorageConfigs" => list_instance_storage_configs, "StorageConfigs";
    }
    found {
        "SearchQueues" => search_queues, "Queues";
        "SearchHoursOfOperations" => search_hours_of_operations, "HoursOfOperations";
        "SearchPrompts" => search_prompts, "Prompts";
        "SearchQuickConnects" => search_quick_connects, "QuickConnects";
        "SearchAgentStatuses" => search_agent_statuses, "AgentStatuses";
        "SearchRoutingProfiles" => search_routing_profiles, "RoutingProfiles";
        "SearchSecurityProfiles" => search_security_profiles, "SecurityProfiles";
        "SearchUsers" => search_users, "Users";
        "SearchPredefinedAttributes" => search_predefined_attributes, "PredefinedAttributes";
        "SearchContactFlows" => search_contact_flows, "ContactFlows";
        "SearchContactFlowModules" => search_contact_flow_modules, "ContactFlowModules";
        "SearchUserHierarchyGroups" => search_user_hierarchy_groups, "UserHierarchyGroups";
        "SearchResourceTags" => search_resource_tags, "Tags";
    }
}

impl World {
    /// Runs an operation that must succeed.
    #[track_caller]
    pub fn ok(&mut self, operation: &str, members: Value) -> Value {
        match self.call(operation, members.clone()) {
            Ok(body) => body,
            Err(error) => panic!("{operation} {members}: {error}"),
        }
    }

    /// Runs an operation that must be refused with this code, in a sentence that contains this text.
    #[track_caller]
    pub fn refused(&mut self, operation: &str, members: Value, code: &str, text: &str) {
        match self.call(operation, members.clone()) {
            Ok(body) => panic!("{operation} {members} succeeded: {body}"),
            Err(error) => {
                assert_eq!(error.code.name(), code, "{operation} {members}: {error}");
                assert!(error.message.contains(text), "{operation} {members}: {error} does not say {text:?}");
            }
        }
    }

    /// Runs a table of refusals.
    #[track_caller]
    pub fn all_refused(&mut self, operation: &str, table: &[(Value, &str, &str)]) {
        for (members, code, text) in table {
            self.refused(operation, members.clone(), code, text);
        }
    }
}

/// The members of the first object with those of the second put over them; null takes one away.
pub fn with(base: &Value, changes: Value) -> Value {
    let mut merged = base.clone();
    if let (Some(target), Value::Object(changes)) = (merged.as_object_mut(), changes) {
        for (key, value) in changes {
            if value.is_null() {
                target.remove(&key)
            } else {
                target.insert(key, value)
            };
        }
    }
    merged
}

/// The texts under a member of every entry of a list, sorted.
pub fn texts(list: &Value, member: &str) -> Vec<String> {
    let entries = list.as_array().expect("a list");
    let mut texts: Vec<String> =
        entries.iter().map(|entry| entry[member].as_str().unwrap_or("-").to_owned()).collect();
    texts.sort();
    texts
}

pub const INVALID: &str = "InvalidParameterException";
pub const REQUEST: &str = "InvalidRequestException";
pub const MISSING: &str = "ResourceNotFoundException";
pub const DUPLICATE: &str = "DuplicateResourceException";
pub const LIMIT: &str = "LimitExceededException";
pub const IN_USE: &str = "ResourceInUseException";
pub const CONFLICT: &str = "ResourceConflictException";
pub const PROPERTY: &str = "PropertyValidationException";
pub const BAD_FLOW: &str = "InvalidContactFlowException";
pub const BAD_MODULE: &str = "InvalidContactFlowModuleException";
/// An id that nothing has.
pub const NOBODY: &str = "00000000-0000-0000-0000-00000000dead";

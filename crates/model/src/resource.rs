//! The configured resources of an instance, as they are stored and as the public API describes them.
//!
//! Field names serialise in the public spelling (`PascalCase`). Optional members that are unset are left out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::channel::Channel;
use crate::id::*;
pub use crate::phone_number::*;
pub use crate::task_template::*;
use crate::time::Timestamp;
pub use crate::view::*;

/// Tags of a resource: at most 50, keys 1–128 and values 0–256 characters.
pub type Tags = BTreeMap<String, String>;

/// Who may use the instance and what it may do (spec 01 §16).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct Instance {
    pub id: InstanceId,
    pub alias: String,
    /// `CONNECT_MANAGED`, `SAML` or `EXISTING_DIRECTORY`.
    pub identity_management_type: String,
    pub created_time: Timestamp,
    pub inbound_calls_enabled: bool,
    pub outbound_calls_enabled: bool,
    /// Instance attributes by their public type name, such as `CONTACTFLOW_LOGS`; values `true` or `false`.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// Origins (scheme, host, port) whose pages may embed the agent panel.
    #[serde(default)]
    pub approved_origins: Vec<String>,
    /// Where attachments are sent for scanning before anyone sees them; none = accepted unscanned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment_scanner: Option<String>,
    /// The resource names of the functions that flows may call, in order.
    #[serde(default)]
    pub functions: Vec<String>,
    /// The token of the request that made the instance: the same request again is answered with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creation_token: Option<String>,
    #[serde(default)]
    pub tags: Tags,
}

/// A person who signs in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct User {
    pub id: UserId,
    pub username: String,
    #[serde(default)]
    pub identity_info: IdentityInfo,
    pub phone_config: PhoneConfig,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory_user_id: Option<String>,
    pub security_profile_ids: Vec<SecurityProfileId>,
    pub routing_profile_id: RoutingProfileId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hierarchy_group_id: Option<HierarchyGroupId>,
    /// An argon2 hash in PHC form; never leaves the store. Absent = cannot sign in with a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
    #[serde(default)]
    pub proficiencies: Vec<Proficiency>,
    #[serde(default)]
    pub tags: Tags,
    pub last_modified_time: Timestamp,
}

/// Name and mail addresses of a user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct IdentityInfo {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secondary_email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
}

/// How an agent's calls and after-contact work are handled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct PhoneConfig {
    /// `SOFT_PHONE` or `DESK_PHONE`.
    pub phone_type: String,
    #[serde(default)]
    pub auto_accept: bool,
    /// Seconds of after-contact work; 0 = until the agent closes the contact.
    #[serde(default)]
    pub after_contact_work_time_limit: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk_phone_number: Option<String>,
}

/// A skill of an agent, matched by routing criteria.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Proficiency {
    /// Name of the predefined attribute.
    pub attribute_name: String,
    /// One of its values.
    pub attribute_value: String,
    /// Level from 1.0 to 5.0.
    pub level: f32,
}

/// A standard queue (spec 02 §9).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct Queue {
    pub queue_id: QueueId,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outbound_caller_config: Option<serde_json::Value>,
    pub hours_of_operation_id: HoursOfOperationId,
    /// Limit over all channels together; absent = no limit set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_contacts: Option<u32>,
    pub status: QueueStatus,
    /// Quick connects offered to agents who work this queue.
    #[serde(default)]
    pub quick_connect_ids: Vec<QuickConnectId>,
    #[serde(default)]
    pub tags: Tags,
    pub last_modified_time: Timestamp,
}

/// Whether flows may put new contacts into a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum QueueStatus {
    /// Takes new contacts.
    Enabled,
    /// Takes no new contacts; those waiting are still served.
    Disabled,
}

/// What an agent may be offered, and in which order (spec 02 §11).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct RoutingProfile {
    pub routing_profile_id: RoutingProfileId,
    pub name: String,
    pub description: String,
    pub media_concurrencies: Vec<MediaConcurrency>,
    pub default_outbound_queue_id: QueueId,
    #[serde(default)]
    pub queue_configs: Vec<QueueConfig>,
    /// `TIME_SINCE_LAST_ACTIVITY` or `TIME_SINCE_LAST_INBOUND` (outbound contacts keep the place).
    #[serde(default = "default_availability_timer")]
    pub agent_availability_timer: String,
    /// Our option: a waiting contact of a higher priority blocks lower ones even before its delay is over.
    #[serde(default)]
    pub strict_priority_includes_delayed: bool,
    #[serde(default)]
    pub tags: Tags,
    pub last_modified_time: Timestamp,
}

/// The tag that sets [`RoutingProfile::strict_priority_includes_delayed`] through the public API, which has no member
/// for it.
pub const STRICT_PRIORITY_TAG: &str = "switchroom:strict-priority";

impl RoutingProfile {
    /// Whether a waiting contact of a higher priority blocks lower ones even before its delay is over.
    pub fn is_strict(&self) -> bool {
        self.strict_priority_includes_delayed
            || self.tags.get(STRICT_PRIORITY_TAG).is_some_and(|value| value == "true")
    }
}

fn default_availability_timer() -> String {
    "TIME_SINCE_LAST_ACTIVITY".to_owned()
}

/// How many contacts of a channel an agent takes, and what else beside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MediaConcurrency {
    /// The channel.
    pub channel: Channel,
    /// Most contacts of the channel at once.
    pub concurrency: u32,
    /// What may be offered while a contact of this channel is handled.
    #[serde(default)]
    pub cross_channel_behavior: CrossChannelBehavior,
}

/// Wrapper with the public shape `{"BehaviorType": …}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CrossChannelBehavior {
    /// The behaviour.
    pub behavior_type: BehaviorType,
}

/// What may be offered beside a contact of a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BehaviorType {
    /// Only more contacts of the same channel.
    #[default]
    RouteCurrentChannelOnly,
    /// Contacts of any channel.
    RouteAnyChannel,
}

/// One row of a routing profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueueConfig {
    /// The queue.
    pub queue_id: QueueId,
    /// The channel this row is for.
    pub channel: Channel,
    /// 1 is served first; 1–99.
    pub priority: u32,
    /// Seconds a contact must have waited; 0–9999.
    pub delay: u32,
}

/// When a queue is open (spec 02 §10).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct HoursOfOperation {
    pub hours_of_operation_id: HoursOfOperationId,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// IANA name.
    pub time_zone: String,
    pub config: Vec<HoursEntry>,
    #[serde(default)]
    pub tags: Tags,
    pub last_modified_time: Timestamp,
}

/// One opening span of one weekday; an end equal to the start, or 00:00, means midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct HoursEntry {
    /// The weekday on which the span starts.
    pub day: Weekday,
    /// Opening time, inclusive.
    pub start_time: TimeOfDay,
    /// Closing time, exclusive.
    pub end_time: TimeOfDay,
}

/// A time of day in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TimeOfDay {
    /// 0–23.
    pub hours: u8,
    /// 0–59.
    pub minutes: u8,
}

/// Days in the public spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs)]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// A destination that agents transfer to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct QuickConnect {
    pub quick_connect_id: QuickConnectId,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub quick_connect_config: QuickConnectConfig,
    #[serde(default)]
    pub tags: Tags,
    pub last_modified_time: Timestamp,
}

/// Where a quick connect leads; exactly the member named by the type is set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "QuickConnectType")]
pub enum QuickConnectConfig {
    /// To an agent, by a transfer-to-agent flow.
    #[serde(rename = "USER")]
    User {
        /// Target.
        #[serde(rename = "UserConfig")]
        user_config: UserQuickConnect,
    },
    /// To a queue, by a transfer-to-queue flow.
    #[serde(rename = "QUEUE")]
    Queue {
        /// Target.
        #[serde(rename = "QueueConfig")]
        queue_config: QueueQuickConnect,
    },
    /// To a telephone number.
    #[serde(rename = "PHONE_NUMBER")]
    PhoneNumber {
        /// Target.
        #[serde(rename = "PhoneConfig")]
        phone_config: PhoneQuickConnect,
    },
}

/// An agent as the target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct UserQuickConnect {
    pub user_id: UserId,
    pub contact_flow_id: FlowId,
}

/// A queue as the target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct QueueQuickConnect {
    pub queue_id: QueueId,
    pub contact_flow_id: FlowId,
}

/// A number as the target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct PhoneQuickConnect {
    pub phone_number: String,
}

/// A state an agent can choose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct AgentStatus {
    pub agent_status_id: AgentStatusId,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(rename = "Type")]
    pub kind: AgentStatusType,
    pub display_order: u32,
    /// False = hidden in the agent panel.
    pub enabled: bool,
    #[serde(default)]
    pub tags: Tags,
    pub last_modified_time: Timestamp,
}

/// What an agent status means for routing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum AgentStatusType {
    /// Contacts are offered.
    Routable,
    /// At work but not offered contacts.
    Custom,
    /// Not at work.
    Offline,
}

/// A flow: its saved draft and its published content, kept byte for byte as they came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct FlowResource {
    pub id: FlowId,
    pub name: String,
    #[serde(rename = "Type")]
    pub kind: FlowType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `ACTIVE` or `ARCHIVED`.
    pub state: String,
    /// The content that runs; absent until first published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// The content last saved; equal to the published one after publishing.
    pub draft: String,
    /// What was published when, oldest first; the last one is what runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<FlowVersion>,
    #[serde(default)]
    pub tags: Tags,
    pub last_modified_time: Timestamp,
}

impl FlowResource {
    /// Number of the published version; 0 before anything was published.
    pub fn version(&self) -> u64 {
        self.versions.last().map_or(0, |version| version.number)
    }
}

/// A module: a part of a flow that flows call (spec 10 §1.9).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct FlowModule {
    pub id: FlowId,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `ACTIVE` or `ARCHIVED`.
    pub state: String,
    /// What runs; absent until first published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<VersionContent>,
    /// What was last saved; equal to the published one after publishing.
    pub draft: VersionContent,
    /// What was published when, oldest first; the last one is what runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<FlowVersion>,
    /// Whether other services than flows may call it, as it was set; nothing but flows calls modules here.
    #[serde(default)]
    pub external_invocation: bool,
    /// The client token of the request that made it, with a digest of that request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_by: Option<(String, String)>,
    #[serde(default)]
    pub tags: Tags,
    pub last_modified_time: Timestamp,
}

impl FlowModule {
    /// Number of the published version; 0 before anything was published.
    pub fn version(&self) -> u64 {
        self.versions.last().map_or(0, |version| version.number)
    }
}

/// One published version of a flow or module, without its content. It never changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FlowVersion {
    /// 1, 2, … A number is never given twice.
    pub number: u64,
    /// When it was published.
    pub created_time: Timestamp,
    /// Who published it: a user name or an access key id; absent for what the instance was made with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// What its author says about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// What a version consists of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct VersionContent {
    /// The flow document.
    pub content: String,
    /// Of a module: its contract, a JSON text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<String>,
}

/// The nine flow types, in the public spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum FlowType {
    ContactFlow,
    CustomerQueue,
    CustomerHold,
    CustomerWhisper,
    AgentHold,
    AgentWhisper,
    OutboundWhisper,
    AgentTransfer,
    QueueTransfer,
}

/// A sound file that flows can play.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct Prompt {
    pub prompt_id: PromptId,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub s3_uri: String,
    /// The sound; none for built-in ones, which are calculated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<PromptMedia>,
    #[serde(default)]
    pub tags: Tags,
    pub last_modified_time: Timestamp,
}

/// The sound of a prompt: a WAV file of 8 kHz, one channel and µ-law.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PromptMedia {
    /// Its name among the files.
    pub file: String,
    /// How long it lasts, in milliseconds.
    pub duration_ms: u64,
    /// Its size.
    pub bytes: u64,
}

/// What its holders may do in the pages and, signed in, through the API (spec 02 §8).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct SecurityProfile {
    pub id: SecurityProfileId,
    pub security_profile_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Permission names such as `Users.View`.
    pub permissions: Vec<String>,
    #[serde(default)]
    pub allowed_access_control_tags: Tags,
    #[serde(default)]
    pub tag_restricted_resources: Vec<String>,
    #[serde(default)]
    pub tags: Tags,
    pub last_modified_time: Timestamp,
}

/// A name with its possible values, used by proficiencies and routing criteria (spec 02 §13).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct PredefinedAttribute {
    pub name: String,
    pub values: Vec<String>,
    pub last_modified_time: Timestamp,
}

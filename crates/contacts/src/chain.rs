//! A chain: what all segments with the same initial contact share — attributes, the customer, the conversation.

use std::collections::{BTreeMap, HashMap};

use model::{Channel, ContactId, ItemId, ParticipantId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::sound::Sound;

/// All contacts with the same initial contact id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chain {
    /// The initial contact.
    pub id: ContactId,
    /// Medium.
    pub channel: Channel,
    /// User-defined contact attributes, shared by all segments.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// Segments in the order of their start.
    pub contacts: Vec<ContactId>,
    /// The segment the customer is in.
    pub current: ContactId,
    /// The customer of a chat or call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Customer>,
    /// Participant id under which the system speaks.
    pub system: ParticipantId,
    /// A bot brought in by the API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bot: Option<CustomBot>,
    /// The customer sees replies of bots while they are made.
    #[serde(default, skip_serializing_if = "is_false")]
    pub incremental: bool,
    /// The reply that is being made.
    #[serde(skip)]
    pub reply: Option<Reply>,
    /// When the chat ends at the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Endpoints that get every item.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub streams: Vec<StreamingEndpoint>,
    /// Idle and auto-disconnect times.
    #[serde(default)]
    pub role_timers: RoleTimers,
    /// Chats whose transcripts continue this one, nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past: Vec<PastChain>,
    /// When the last segment was disconnected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// The number that the customer called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<String>,
    /// What plays to the parties of the call and is waited for; gone with the process, as the call is.
    #[serde(skip)]
    pub sounds: Vec<Sound>,
    /// Position of the last transcript item; known from the items themselves.
    #[serde(skip)]
    pub last_seq: i64,
    /// Client tokens of items, by sender and token; known from the items themselves.
    #[serde(skip)]
    pub tokens: HashMap<String, (ItemId, Timestamp)>,
}

/// A bot's reply while it is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The item that it becomes.
    pub item: ItemId,
    /// When the bot was asked.
    pub asked_at: Timestamp,
    /// Pieces sent.
    pub pieces: u32,
    /// What they say together.
    pub said: String,
}

fn is_false(value: &bool) -> bool {
    !*value
}

/// The customer of a chat or call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Customer {
    /// Participant id.
    pub participant: ParticipantId,
    /// Name shown to agents.
    pub display_name: String,
    /// Content types the customer's client can show.
    pub content_types: Vec<String>,
    /// First connection; none = must connect by `connect_by`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connected_at: Option<Timestamp>,
    /// Until when the first connection must come.
    pub connect_by: Timestamp,
    /// The message that came with the start, for `$.Media.InitialMessage`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_message: Option<String>,
    /// The telephone number of a caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

/// A custom participant (bot) brought in by the API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomBot {
    /// Participant id.
    pub participant: ParticipantId,
    /// Name.
    pub display_name: String,
    /// Until when it must connect.
    pub connect_by: Timestamp,
    /// Whether it has.
    pub connected: bool,
}

/// Where the items of a chat are sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StreamingEndpoint {
    /// Id for stopping.
    pub id: String,
    /// Address: an ARN or an HTTP address.
    pub endpoint: String,
}

/// A past chat whose transcript continues this one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PastChain {
    /// Its initial contact.
    pub chain: ContactId,
    /// Position of its last item that is shown; none = all are.
    pub until: Option<i64>,
}

/// The four inactivity times of a chat, in minutes (spec 03 D24).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RoleTimers {
    /// As configured now; applies when an agent joins.
    #[serde(default)]
    pub configured: BTreeMap<RoleTimer, u32>,
    /// In force since the agent joined.
    #[serde(default)]
    pub in_force: BTreeMap<RoleTimer, u32>,
    /// Roles that are idle.
    #[serde(default)]
    pub idle: Vec<Role>,
    /// When the counting for each role (re)started.
    #[serde(skip)]
    pub counting_since: BTreeMap<Role, Timestamp>,
}

/// Whose time and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum RoleTimer {
    CustomerIdle,
    CustomerDisconnect,
    AgentIdle,
    AgentDisconnect,
}

/// Who takes part in a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum Role {
    Agent,
    Customer,
    System,
    CustomBot,
    Supervisor,
}

impl Role {
    /// The public spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Agent => "AGENT",
            Role::Customer => "CUSTOMER",
            Role::System => "SYSTEM",
            Role::CustomBot => "CUSTOM_BOT",
            Role::Supervisor => "SUPERVISOR",
        }
    }
}

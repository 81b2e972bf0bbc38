//! A contact: one segment of a customer's interaction, from its start to its record.

use std::collections::BTreeMap;

use flows::{EventHook, Run, TaskReference};
use model::{Channel, ContactId, FlowId, InitiationMethod, ParticipantId, QuickConnectId, Timestamp, UserId};
use routing::QueueRef;
use routing::criteria::CriteriaLog;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::authentication::{CustomerAuthentication, SignIn};
use crate::call::Voice;
use crate::guides::GuideOf;
use crate::monitoring::Monitor;
use crate::task_template::MadeBy;

/// Where a contact is; it is in exactly one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// A chat whose customer has not connected yet; no flow has run.
    Created,
    /// A task whose time has not come.
    Scheduled,
    /// A flow runs; not in a queue.
    InFlow,
    /// Waits in a queue.
    Queued,
    /// Offered to one agent; still counted in its queue.
    Offered,
    /// With an agent.
    Connected,
    /// Disconnected; its agent finishes the after-contact work.
    AfterContactWork,
    /// Over; its record is written.
    Ended,
}

/// One segment of an interaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// Identity.
    pub id: ContactId,
    /// First contact of the chain (the initial contact id).
    pub chain: ContactId,
    /// The contact this one was transferred from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<ContactId>,
    /// The contact this one was transferred to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<ContactId>,
    /// A contact of another chain it is related to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub related: Option<ContactId>,
    /// Medium.
    pub channel: Channel,
    /// How it began.
    pub initiation_method: InitiationMethod,
    /// When it began.
    pub initiated_at: Timestamp,
    /// When the customer's end was connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connected_to_system_at: Option<Timestamp>,
    /// Where it is.
    pub stage: Stage,
    /// Name of a task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Description of a task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// References by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub references: BTreeMap<String, TaskReference>,
    /// The template that the task was made by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_template: Option<MadeBy>,
    /// System and user tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Key-values of the segment, such as `connect:Subtype`; what came of a sign-in is kept beside them.
    #[serde(default)]
    pub segment_attributes: BTreeMap<String, String>,
    /// BCP-47 language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language_code: Option<String>,
    /// The customer's id in another system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    /// The flow that runs, or waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<FlowRun>,
    /// The flow of a pause or resume event, beside the main one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_flow: Option<FlowRun>,
    /// Flows set for events; none as value = nothing runs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hooks: BTreeMap<EventHook, Option<FlowId>>,
    /// The working queue that the flow has set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_queue: Option<QueueRef>,
    /// The agent a transfer is meant for: the `Agent` namespace of a transfer-to-agent flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_agent: Option<UserId>,
    /// Contact priority; 5 unless changed, 1 is best.
    pub priority: i64,
    /// Milliseconds added to its age.
    #[serde(default)]
    pub age_adjustment_ms: i64,
    /// Routing criteria set by the flow.
    #[serde(default)]
    pub criteria: CriteriaLog,
    /// Its stay in a queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueStay>,
    /// The agent it is offered to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offer>,
    /// The agent who accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentPart>,
    /// Supervisors who listen to it or have barged in, in the order in which they came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub monitors: Vec<Monitor>,
    /// Of a guide: what it goes with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guide_of: Option<GuideOf>,
    /// The guides that go with it, in the order of their start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guides: Vec<ContactId>,
    /// How often it was offered.
    #[serde(default)]
    pub agent_connection_attempts: u32,
    /// While its transfer flow runs: the contact that an agent transfers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer_from: Option<TransferSource>,
    /// Whether flow logs are written.
    #[serde(default)]
    pub logging: bool,
    /// When a scheduled task begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_at: Option<Timestamp>,
    /// How often the schedule was changed.
    #[serde(default)]
    pub reschedules: u32,
    /// When it is ended for its age: tasks after seven days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Pauses of a task.
    #[serde(default)]
    pub pauses: Pauses,
    /// How many flows made tasks for one another up to this one.
    #[serde(default)]
    pub made_depth: u32,
    /// When the customer was first put into a queue; a transferred contact ranks by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_arrival: Option<Timestamp>,
    /// A function's answer that came while the task was paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_answer: Option<Result<Value, String>>,
    /// What the customer wrote while a bot was at its reply: text and content type.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held_messages: Vec<(String, String)>,
    /// A bot's reply that came while the task was paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_reply: Option<Result<flows::BotReply, String>>,
    /// The agent's part in a call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallPart>,
    /// The voice that speaks to the caller.
    #[serde(default, skip_serializing_if = "Voice::is_default")]
    pub voice: Voice,
    /// Recording and analytics as set by the flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<Value>,
    /// The sign-in of the customer that its flow waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<SignIn>,
    /// What came of the customer's sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_authentication: Option<CustomerAuthentication>,
    /// When the customer's end was disconnected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disconnected_at: Option<Timestamp>,
    /// Published reason of the disconnect; none where the channel publishes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disconnect_reason: Option<String>,
    /// Last change.
    pub updated_at: Timestamp,
}

/// A flow at work on a contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlowRun {
    /// Why it runs.
    pub purpose: Purpose,
    /// Its state.
    pub run: Run,
    /// When its present wait is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wake_at: Option<Timestamp>,
    /// Whether the customer's next message answers the wait, as a message or as a return.
    #[serde(default)]
    pub waits_for: WaitsFor,
    /// Whether the custom participant's leaving ends the wait.
    #[serde(default)]
    pub waits_for_bot: bool,
}

/// Why a flow runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// The flow that the contact began with.
    Main,
    /// While it waits in a queue.
    CustomerQueue,
    /// After the agent left: the disconnect flow.
    Disconnect,
    /// The flow of a quick connect; speaks to the agent who transfers.
    Transfer,
    /// Speaks to the agent who has just accepted.
    AgentWhisper,
    /// Speaks to the customer before the agent does.
    CustomerWhisper,
    /// Plays to a caller on hold.
    CustomerHold,
    /// A task was paused or resumed.
    Event,
}

impl Purpose {
    /// Whether it speaks beside the conversation, which does not wait for it.
    pub fn is_whisper(self) -> bool {
        matches!(self, Self::AgentWhisper | Self::CustomerWhisper)
    }
}

/// What ends the wait of a flow before its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum WaitsFor {
    /// Only the time limit.
    #[default]
    Time,
    /// The customer's next message.
    Message,
    /// The customer's next message, seen as a return.
    CustomerReturn,
    /// The customer's next message, as the answer to a view.
    View,
}

/// A stay in a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueStay {
    /// Which queue.
    pub queue: QueueRef,
    /// When it was put in.
    pub enqueued_at: Timestamp,
    /// The moment its age counts from: the original arrival of a transferred contact.
    pub ranked_from: Timestamp,
    /// When it left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dequeued_at: Option<Timestamp>,
}

/// An offer to an agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// The agent.
    pub user: UserId,
    /// The agent's participant id, should they accept.
    pub participant: ParticipantId,
    /// When it is missed.
    pub until: Timestamp,
}

/// The agent's part in a contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentPart {
    /// The agent.
    pub user: UserId,
    /// The agent's participant id.
    pub participant: ParticipantId,
    /// When they accepted.
    pub connected_at: Timestamp,
    /// When their after-contact work began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acw_started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acw_ended_at: Option<Timestamp>,
    /// Milliseconds the task was paused with them.
    #[serde(default)]
    pub paused_ms: i64,
}

/// A call while an agent is in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CallPart {
    /// The agent had sound, and so heard whispers.
    #[serde(default)]
    pub heard: bool,
    /// The whispers are over: agent and customer hear each other.
    pub joined: bool,
    /// The agent is not heard.
    #[serde(default)]
    pub muted: bool,
    /// Since when the customer is on hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_since: Option<Timestamp>,
    /// How many holds.
    #[serde(default)]
    pub holds: u32,
    /// All of them together, in milliseconds; without the present one.
    #[serde(default)]
    pub hold_ms: i64,
    /// The longest of them, in milliseconds.
    #[serde(default)]
    pub longest_hold_ms: i64,
}

impl CallPart {
    /// Ends a hold; false when there is none.
    pub fn end_hold(&mut self, now: Timestamp) -> bool {
        let Some(since) = self.held_since.take() else { return false };
        let lasted = now.since(since).max(0);
        self.hold_ms += lasted;
        self.longest_hold_ms = self.longest_hold_ms.max(lasted);
        true
    }
}

/// The contact that an agent transfers while the transfer flow runs on the new one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransferSource {
    /// The contact.
    pub contact: ContactId,
    /// The agent; none when the API transfers a contact that has no agent.
    pub user: Option<UserId>,
    /// The quick connect, when one was used.
    pub quick_connect: Option<QuickConnectId>,
}

/// Pauses of a task.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pauses {
    /// Since when it is paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// How many pauses.
    #[serde(default)]
    pub count: u32,
    /// All of them together, in milliseconds; without the present one.
    #[serde(default)]
    pub total_ms: i64,
    /// Last pause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_paused_at: Option<Timestamp>,
    /// Last resumption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_resumed_at: Option<Timestamp>,
}

/// Priority of a contact unless changed.
pub const DEFAULT_PRIORITY: i64 = 5;

impl Contact {
    /// A contact that begins now.
    pub fn new(
        id: ContactId,
        chain: ContactId,
        channel: Channel,
        initiation_method: InitiationMethod,
        stage: Stage,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            chain,
            previous: None,
            next: None,
            related: None,
            channel,
            initiation_method,
            initiated_at: now,
            connected_to_system_at: None,
            stage,
            name: None,
            description: None,
            references: BTreeMap::new(),
            task_template: None,
            tags: BTreeMap::new(),
            segment_attributes: BTreeMap::new(),
            language_code: None,
            customer_id: None,
            flow: None,
            event_flow: None,
            hooks: BTreeMap::new(),
            target_queue: None,
            target_agent: None,
            priority: DEFAULT_PRIORITY,
            age_adjustment_ms: 0,
            criteria: CriteriaLog::default(),
            queue: None,
            offer: None,
            agent: None,
            monitors: Vec::new(),
            guide_of: None,
            guides: Vec::new(),
            agent_connection_attempts: 0,
            transfer_from: None,
            logging: false,
            scheduled_at: None,
            reschedules: 0,
            expires_at: None,
            pauses: Pauses::default(),
            made_depth: 0,
            original_arrival: None,
            held_answer: None,
            held_messages: Vec::new(),
            held_reply: None,
            call: None,
            voice: Voice::default(),
            recording: None,
            sign_in: None,
            customer_authentication: None,
            disconnected_at: None,
            disconnect_reason: None,
            updated_at: now,
        }
    }

    /// Whether the customer's side is over.
    pub fn is_disconnected(&self) -> bool {
        matches!(self.stage, Stage::AfterContactWork | Stage::Ended)
    }

    /// Whether it waits in a queue, offered or not.
    pub fn is_waiting(&self) -> bool {
        matches!(self.stage, Stage::Queued | Stage::Offered)
    }

    /// Whether it is a paused task.
    pub fn is_paused(&self) -> bool {
        self.pauses.since.is_some()
    }
}

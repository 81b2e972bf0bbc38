//! What a run asks of the contact's surroundings. The engine implements it in memory; every method returns at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::resource::FlowType;
use model::{Channel, FlowId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::FlowError;
use crate::program::Program;
use crate::run::Run;
use crate::value::Reference;

/// The surroundings of a run: its contact, the queues, and the rest of the instance.
///
/// Methods with a default answer the documented error until a host provides them.
pub trait Host {
    /// The present moment; the same during one call of `advance`.
    fn now(&self) -> Timestamp;

    /// A fresh uniform number from 1 to 100.
    fn random_percent(&mut self) -> u8;

    /// The channel of the contact.
    fn channel(&self) -> Channel;

    /// The value of a contact-scoped path: `Attributes`, `SegmentAttributes`, `Tags`, `References`, `Queue`, `Agent`,
    /// `CustomerEndpoint`, `SystemEndpoint`, `Media`, the system scalars. What belongs to the run itself
    /// (`FlowAttributes`, `External`, `Lex`, `Loop`, `Metrics`, `StoredCustomerInput`, `Modules`, `Views`, …) is never
    /// asked for.
    fn lookup(&self, path: &Reference) -> Option<Value>;

    /// The published program of a flow or module, named by id or ARN (with an optional qualifier).
    fn program(&mut self, flow_or_module: &str) -> Result<(FlowId, FlowType, Arc<Program>), FlowError>;

    /// The program of a version that the run has entered, whatever was published since; a host without versions has
    /// one program of each flow.
    fn program_at(&mut self, flow: FlowId, _version: u64) -> Result<Arc<Program>, FlowError> {
        self.program(&flow.to_string()).map(|(_, _, program)| program)
    }

    /// Sets contact attributes, all or none; the host keeps the 32 KB rule.
    fn set_attributes(
        &mut self,
        target: Target,
        attributes: BTreeMap<String, String>,
    ) -> Result<(), FlowError>;

    /// Changes fields of the contact, all or none.
    fn update_contact(&mut self, target: Target, update: ContactUpdate) -> Result<(), FlowError>;

    /// Adds tags to the contact, all or none.
    fn tag(&mut self, tags: BTreeMap<String, String>) -> Result<(), FlowError>;

    /// Takes tags off the contact.
    fn untag(&mut self, keys: Vec<String>) -> Result<(), FlowError>;

    /// Names the flow (id or ARN) that runs at an event; none = nothing runs, not even the default flow.
    fn set_event_hook(&mut self, event: EventHook, flow: Option<&str>) -> Result<(), FlowError>;

    /// Sets the target (working) queue of the contact.
    fn set_target_queue(&mut self, target: &TargetQueue) -> Result<(), FlowError>;

    /// Changes the contact's place among waiting contacts.
    fn set_routing_behavior(&mut self, behavior: RoutingBehavior) -> Result<(), FlowError>;

    /// Sets the routing criteria (`{"Steps":[…]}`, references resolved).
    fn set_routing_criteria(&mut self, criteria: &Value) -> Result<(), FlowError>;

    /// Sets recording and analytics; `behavior` is the action's parameters, references resolved.
    fn set_recording_behavior(&mut self, behavior: &Value) -> Result<(), FlowError>;

    /// Sets in-flight message processing (chat); parameters as resolved.
    fn set_media_processing(&mut self, _behavior: &Value) -> Result<(), FlowError> {
        Err(FlowError::Unavailable("message processing"))
    }

    /// Sets the text-to-speech voice; parameters as resolved. Only voice contacts have an effect.
    fn set_voice(&mut self, _behavior: &Value) -> Result<(), FlowError> {
        Err(FlowError::Unavailable("speech synthesis"))
    }

    /// Turns flow logs on or off for the rest of the contact.
    fn set_logging(&mut self, enabled: bool);

    /// Whether the hours are open now; none = the hours of the target queue.
    fn check_hours(&self, hours: Option<&str>) -> Result<bool, FlowError>;

    /// The present metrics of a queue, optionally of one channel; none = the target queue.
    fn queue_metrics(
        &self,
        queue: Option<&TargetQueue>,
        channel: Option<Channel>,
    ) -> Result<QueueMetrics, FlowError>;

    /// One metric; by default read from [`Host::queue_metrics`] over the channels that the metric counts.
    fn queue_metric(&self, metric: Metric, queue: Option<&TargetQueue>) -> Result<f64, FlowError> {
        let metrics = self.queue_metrics(queue, None)?;
        Ok(match metric {
            Metric::AgentsAvailable => metrics.agents_available as f64,
            Metric::AgentsStaffed => metrics.agents_staffed as f64,
            Metric::AgentsOnline => metrics.agents_online as f64,
            Metric::OldestContactAge => metrics.oldest_contact_age_ms as f64,
            Metric::ContactsInQueue => metrics.contacts_in_queue as f64,
        })
    }

    /// Creates a task contact and answers its contact id.
    fn create_task(&mut self, task: CreateTask) -> Result<String, FlowError>;

    /// Shows or plays a message. Chat: to the customer (in whispers: to the addressee) as `SYSTEM`.
    /// Never called for tasks. What plays to a caller is waited for.
    fn send_message(&mut self, message: Message) -> Result<Said, FlowError>;

    /// Resumes a paused task.
    fn resume_contact(&mut self) -> Result<(), FlowError> {
        Err(FlowError::Unavailable("resuming a task"))
    }

    /// Creates a queued callback; parameters as resolved.
    fn create_callback(&mut self, _callback: &Value) -> Result<(), FlowError> {
        Err(FlowError::Unavailable("queued callback"))
    }

    /// Sets the number that a callback dials.
    fn set_callback_number(&mut self, _number: &str) -> Result<(), FlowError> {
        Err(FlowError::Unavailable("queued callback"))
    }

    /// Starts a messaging conversation (SMS and the like); parameters as resolved.
    fn start_outbound_chat(&mut self, _request: &Value) -> Result<(), FlowError> {
        Err(FlowError::Unavailable("outbound messaging"))
    }

    /// Whether a bot other than the built-in menu can be asked by this alias in the contact's language.
    fn bot(&self, alias: &str) -> Result<(), FlowError> {
        Err(FlowError::NotFound { kind: "bot", name: alias.to_owned() })
    }

    /// Whether the host can act on a pause that needs this service.
    fn provides(&self, _service: Service) -> bool {
        false
    }

    /// The `ContactData` of function requests (spec 05 D17).
    fn contact_data(&self) -> Value {
        contact_data(|path| Reference::parse(path).and_then(|path| self.lookup(&path)))
    }

    /// The run stands before its current action and begins it; for those who watch.
    fn entered(&mut self, _run: &Run) {}

    /// The run left an action by this branch; for those who watch.
    fn left(&mut self, _flow: FlowId, _identifier: &str, _branch: Branch) {}

    /// Takes a flow log entry. Called only while logging is on, and never with sensitive input.
    fn log(&mut self, entry: LogEntry);
}

/// Builds the `ContactData` of a function request from single lookups.
fn contact_data(get: impl Fn(&str) -> Option<Value>) -> Value {
    let endpoint = |root: &str| {
        get(&format!("$.{root}.Address"))
            .map(|address| json!({"Address": address, "Type": get(&format!("$.{root}.Type"))}))
    };
    let mut data = serde_json::Map::new();
    data.insert("Attributes".into(), get("$.Attributes").unwrap_or_else(|| json!({})));
    for scalar in [
        "Channel",
        "ContactId",
        "CustomerId",
        "Description",
        "InitialContactId",
        "InitiationMethod",
        "InstanceARN",
        "LanguageCode",
        "Name",
        "PreviousContactId",
    ] {
        if let Some(value) = get(&format!("$.{scalar}")) {
            data.insert(scalar.into(), value);
        }
    }
    data.insert("CustomerEndpoint".into(), endpoint("CustomerEndpoint").unwrap_or(Value::Null));
    data.insert("SystemEndpoint".into(), endpoint("SystemEndpoint").unwrap_or(Value::Null));
    let queue = get("$.Queue.ARN").map(|arn| {
        json!({
            "ARN": arn,
            "Name": get("$.Queue.Name"),
            "OutboundCallerId": endpoint("Queue.OutboundCallerId"),
        })
    });
    data.insert("Queue".into(), queue.unwrap_or(Value::Null));
    data.insert("References".into(), get("$.References").unwrap_or_else(|| json!({})));
    if let Some(streams) = get("$.MediaStreams") {
        data.insert("MediaStreams".into(), streams);
    }
    Value::Object(data)
}

/// A way out of an action: a place in its `Transitions`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Branch {
    /// `NextAction`.
    Next,
    /// The condition with this index.
    Condition(usize),
    /// The entry of `Errors` with this index.
    Error(usize),
}

/// Which contact an action changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The contact of the run.
    Current,
    /// The contact it is related to.
    Related,
}

/// A queue as a flow names it: an id, an ARN, or (agents) a login name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TargetQueue {
    /// A standard queue.
    Queue(String),
    /// The own queue of an agent.
    Agent(String),
}

/// Fields of a contact to change; absent ones stay as they are.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs)]
pub struct ContactUpdate {
    pub name: Option<String>,
    pub description: Option<String>,
    /// BCP-47, such as `en-US`.
    pub language_code: Option<String>,
    pub customer_id: Option<String>,
    pub references: BTreeMap<String, TaskReference>,
    pub segment_attributes: BTreeMap<String, String>,
    pub wisdom_session_arn: Option<String>,
    /// Voice-authentication and fraud switches and thresholds, by parameter name.
    pub voice_id: BTreeMap<String, String>,
}

/// The events at which another flow runs (spec 10, UpdateContactEventHooks).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum EventHook {
    AgentHold,
    AgentWhisper,
    CustomerHold,
    CustomerQueue,
    /// The disconnect flow.
    CustomerRemaining,
    CustomerWhisper,
    DefaultAgentUI,
    DisconnectAgentUI,
    PauseContact,
    ResumeContact,
}

impl EventHook {
    /// Every event.
    pub const ALL: [EventHook; 10] = [
        Self::AgentHold,
        Self::AgentWhisper,
        Self::CustomerHold,
        Self::CustomerQueue,
        Self::CustomerRemaining,
        Self::CustomerWhisper,
        Self::DefaultAgentUI,
        Self::DisconnectAgentUI,
        Self::PauseContact,
        Self::ResumeContact,
    ];

    /// The key inside `EventHooks`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AgentHold => "AgentHold",
            Self::AgentWhisper => "AgentWhisper",
            Self::CustomerHold => "CustomerHold",
            Self::CustomerQueue => "CustomerQueue",
            Self::CustomerRemaining => "CustomerRemaining",
            Self::CustomerWhisper => "CustomerWhisper",
            Self::DefaultAgentUI => "DefaultAgentUI",
            Self::DisconnectAgentUI => "DisconnectAgentUI",
            Self::PauseContact => "PauseContact",
            Self::ResumeContact => "ResumeContact",
        }
    }

    /// Reads the key.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == text)
    }
}

/// A change of the place among waiting contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoutingBehavior {
    /// Lower is served first; at least 1; contacts begin with 5.
    Priority(i64),
    /// Seconds added to the time in queue; may be negative.
    AgeAdjustment(i64),
}

/// The metrics that `CheckMetricData` compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Agents with a free slot.
    AgentsAvailable,
    /// Agents available, on contact, or in after-contact work.
    AgentsStaffed,
    /// Agents in any state but offline.
    AgentsOnline,
    /// Age of the oldest waiting contact, in milliseconds.
    OldestContactAge,
    /// Contacts waiting.
    ContactsInQueue,
}

/// A queue at this moment.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs)]
pub struct QueueMetrics {
    pub name: String,
    pub arn: String,
    pub contacts_in_queue: u64,
    /// Age of the oldest waiting contact, in milliseconds; 0 when none waits.
    pub oldest_contact_age_ms: u64,
    pub agents_online: u64,
    pub agents_available: u64,
    pub agents_staffed: u64,
    pub agents_after_contact_work: u64,
    pub agents_busy: u64,
    pub agents_missed: u64,
    pub agents_non_productive: u64,
    /// Expected wait in seconds, where it can be told.
    pub estimated_wait_time: Option<u64>,
    /// 1 = next, where the contact of the run waits in this queue.
    pub position_in_queue: Option<u64>,
}

/// A task to create.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreateTask {
    /// Shown to the agent.
    pub name: String,
    /// Shown to the agent.
    pub description: Option<String>,
    /// Flow (id or ARN) that handles the task; absent only with a template.
    pub flow: Option<String>,
    /// Task template (id or ARN).
    pub template: Option<String>,
    /// Contact attributes of the task.
    pub attributes: BTreeMap<String, String>,
    /// References by name.
    pub references: BTreeMap<String, TaskReference>,
    /// Start then; absent = now.
    pub scheduled_time: Option<Timestamp>,
}

/// A reference of a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TaskReference {
    /// Value, such as an address.
    pub value: String,
    /// Type, such as `URL`.
    #[serde(rename = "Type")]
    pub kind: String,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is said.
    Done,
    /// It plays; the run waits for its end.
    Playing,
}

/// What is shown or played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// Plain text.
    Text(String),
    /// Speech markup.
    Ssml(String),
    /// A prompt of the library, by id or ARN.
    Prompt(String),
    /// A sound file by its address.
    Media(String),
    /// An interactive message (JSON with `templateType`).
    Interactive(String),
}

/// What a bot says in one turn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BotReply {
    /// Sent to the customer in order.
    pub messages: Vec<Message>,
    /// The intent it settled on; absent = it wants another message of the customer.
    pub intent: Option<String>,
    /// 0–1.
    pub confidence: Option<f64>,
    /// Slots by name.
    pub slots: BTreeMap<String, String>,
    /// Session attributes from now on.
    pub session: BTreeMap<String, String>,
    /// Such as `Fulfilled`, `Failed`, `ElicitSlot`.
    pub dialog_state: String,
    /// Anything else for `$.Lex`, by key (`SentimentResponse`, `AlternativeIntents`).
    pub more: serde_json::Map<String, Value>,
    /// Given back with the next message of this conversation.
    #[serde(default)]
    pub state: Value,
}

/// Services behind pauses that a host may or may not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// [`Pause::Function`](crate::Pause::Function).
    Functions,
    /// [`Pause::View`](crate::Pause::View).
    Views,
    /// [`Pause::PersistentChat`](crate::Pause::PersistentChat).
    PersistentChat,
    /// [`Pause::Authentication`](crate::Pause::Authentication).
    Authentication,
    /// [`Pause::ThirdParty`](crate::Pause::ThirdParty), [`Pause::TransferToAgent`](crate::Pause::TransferToAgent) and
    /// [`Pause::LoopPrompts`](crate::Pause::LoopPrompts).
    Telephony,
}

/// One line of the flow log (spec 04 §12).
#[derive(Clone, Debug, PartialEq)]
pub struct LogEntry {
    /// The flow or module that runs.
    pub flow: FlowId,
    /// Log name of the action's type, such as `SetQueue`.
    pub module_type: String,
    /// Identifier of the action.
    pub identifier: String,
    /// When.
    pub timestamp: Timestamp,
    /// Parameters as resolved, without sensitive input.
    pub parameters: Value,
    /// What came of it; absent when nothing is worth telling.
    pub results: Option<Value>,
    /// The failure, if it failed.
    pub error: Option<String>,
}

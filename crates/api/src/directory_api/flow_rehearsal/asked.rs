//! What is asked: the draft, the world around the contact, and what the customer and the agents do.

use std::collections::BTreeMap;

use directory::input::Input;
use model::resource::FlowType;
use model::{Channel, FlowId, Timestamp, arn};
use rehearsal::{Answer, Given, Hours, Queue};
use serde::Deserialize;
use serde_json::Value;
use wire::ApiError;

/// `RehearseContactFlow`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct RehearseContactFlow {
    instance_id: Option<String>,
    /// The flow of which the content is a draft, so that flows that name it meet the draft.
    contact_flow_id: Option<String>,
    #[serde(rename = "Type")]
    pub kind: FlowType,
    pub content: String,
    #[serde(default)]
    pub given: World,
    #[serde(default)]
    pub inputs: Vec<Act>,
}

impl Input for RehearseContactFlow {
    const OPERATION: &'static str = "RehearseContactFlow";
    fn instance_id(&self) -> Option<&str> {
        self.instance_id.as_deref()
    }
}

impl RehearseContactFlow {
    /// The id of the draft; a new flow has one that no other has.
    pub fn flow_id(&self) -> Result<FlowId, ApiError> {
        let Some(text) = &self.contact_flow_id else { return Ok(FlowId::from_u128(1)) };
        arn::id_part(text)
            .parse()
            .map_err(|_| ApiError::invalid_parameter(format!("ContactFlowId: {text:?} is no id of a flow.")))
    }
}

/// The world around the contact. What is absent is an open centre with one free agent in every queue.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub(super) struct World {
    channel: Option<Channel>,
    /// When it begins, such as `2026-01-05T09:00:00Z`; now unless given.
    clock: Option<String>,
    attributes: BTreeMap<String, String>,
    /// Values by reference without `$.`, such as `CustomerEndpoint.Address`.
    values: BTreeMap<String, Value>,
    hours: Option<HoursState>,
    /// Hours of operation that differ, by name.
    hours_of: BTreeMap<String, HoursState>,
    /// Queues that differ, by name.
    queues: BTreeMap<String, QueueState>,
    other_queues: Option<QueueState>,
    percents: Vec<u8>,
    /// What functions answer, by name or ARN.
    functions: BTreeMap<String, FunctionAnswer>,
    /// What bots understand, by alias: the intent of a text in lower case. Others are the instance's own.
    bots: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum HoursState {
    Open,
    Closed,
    Unknown,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct QueueState {
    online: Option<u64>,
    staffed: Option<u64>,
    available: Option<u64>,
    waiting: Option<u64>,
    oldest_seconds: Option<u64>,
    position: Option<u64>,
    full: bool,
    missing: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct FunctionAnswer {
    answer: Option<Value>,
    error: Option<String>,
    takes_ms: u64,
}

/// What the customer or an agent does.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "Kind", rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub(super) enum Act {
    #[serde(rename_all = "PascalCase")]
    Says {
        text: String,
    },
    Returns,
    /// Without seconds: until the flow's next time limit.
    #[serde(rename_all = "PascalCase")]
    Waits {
        seconds: Option<u64>,
    },
    Leaves,
    AgentAnswers,
    AgentLeaves,
}

impl From<Act> for rehearsal::Input {
    fn from(act: Act) -> Self {
        match act {
            Act::Says { text } => Self::Says(text),
            Act::Returns => Self::Returns,
            Act::Waits { seconds } => Self::Waits(seconds.map(|seconds| seconds * 1000)),
            Act::Leaves => Self::Leaves,
            Act::AgentAnswers => Self::AgentAnswers,
            Act::AgentLeaves => Self::AgentLeaves,
        }
    }
}

impl World {
    /// The same in the rehearsal's words. Files and real functions cannot be named from here.
    pub fn into_given(self, now: Timestamp) -> Given {
        let queues = self.queues.into_iter().map(|(name, queue)| (name, queue.into()));
        let hours = self.hours_of.into_iter().map(|(name, hours)| (name, hours.into()));
        let functions = self.functions.into_iter().map(|(name, answer)| (name, answer.into()));
        Given {
            channel: self.channel,
            clock: Some(self.clock.unwrap_or_else(|| now.iso_millis())),
            attributes: self.attributes,
            values: self.values,
            hours: self.hours.map(Into::into).unwrap_or_default(),
            hours_of: hours.collect(),
            queues: queues.collect(),
            other_queues: self.other_queues.map(Into::into).unwrap_or_default(),
            percents: self.percents,
            functions: functions.collect(),
            bots: self.bots,
            kind: None,
            functions_folder: None,
            flows: BTreeMap::new(),
        }
    }
}

impl From<HoursState> for Hours {
    fn from(state: HoursState) -> Self {
        match state {
            HoursState::Open => Self::Open,
            HoursState::Closed => Self::Closed,
            HoursState::Unknown => Self::Unknown,
        }
    }
}

impl From<QueueState> for Queue {
    fn from(state: QueueState) -> Self {
        let usual = Self::default();
        Self {
            online: state.online.unwrap_or(usual.online),
            staffed: state.staffed.unwrap_or(usual.staffed),
            available: state.available.unwrap_or(usual.available),
            waiting: state.waiting.unwrap_or(usual.waiting),
            oldest_seconds: state.oldest_seconds.unwrap_or(usual.oldest_seconds),
            position: state.position.or(usual.position),
            full: state.full,
            missing: state.missing,
        }
    }
}

impl From<FunctionAnswer> for Answer {
    fn from(given: FunctionAnswer) -> Self {
        Self { answer: given.answer, error: given.error, takes_ms: given.takes_ms }
    }
}

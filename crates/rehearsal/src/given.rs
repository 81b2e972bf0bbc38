//! What is given: the contact, and the centre around it.

use std::collections::BTreeMap;

use flows::{BotCall, BotError, BotReply};
use model::resource::FlowType;
use model::{Channel, Timestamp};
use serde::Deserialize;
use serde_json::Value;

/// Why a rehearsal cannot begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct GivenError(pub String);

/// The world of a rehearsal. Everything has a default: an open centre with one free agent in every queue.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Given {
    /// `CHAT` (default), `TASK` or `VOICE`.
    pub channel: Option<Channel>,
    /// Type of the flow; `CONTACT_FLOW` unless given.
    #[serde(rename = "type")]
    pub kind: Option<FlowType>,
    /// When it begins, such as `2026-01-05T09:00:00Z`.
    pub clock: Option<String>,
    /// Contact attributes at the start.
    pub attributes: BTreeMap<String, String>,
    /// Values by reference without `$.`, such as `CustomerEndpoint.Address` or `Agent.UserName`.
    pub values: BTreeMap<String, Value>,
    /// `open` (default), `closed` or `unknown` for every hours of operation.
    pub hours: Hours,
    /// Hours of operation that differ, by name.
    pub hours_of: BTreeMap<String, Hours>,
    /// Queues by name. Others are open, empty and staffed by one.
    pub queues: BTreeMap<String, Queue>,
    /// How every other queue is.
    pub other_queues: Queue,
    /// The dice of distributions, 1–100 each, in order; 50 when they are used up.
    pub percents: Vec<u8>,
    /// What functions answer, by name.
    pub functions: BTreeMap<String, Answer>,
    /// A folder of real functions, beside the file that says so; they are called when `functions` does not name them.
    pub functions_folder: Option<String>,
    /// What bots understand: by alias, the intent of a text in lower case.
    pub bots: BTreeMap<String, BTreeMap<String, String>>,
    /// Flow files by the name, id or ARN under which flows call them.
    pub flows: BTreeMap<String, FlowFile>,
}

/// A flow in a file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowFile {
    /// The file, beside the one that names it.
    pub file: String,
    /// Its type; `CONTACT_FLOW` unless given.
    #[serde(rename = "type", default)]
    pub kind: Option<FlowType>,
}

/// Whether hours of operation are open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hours {
    /// Open now.
    #[default]
    Open,
    /// Closed now.
    Closed,
    /// There are no such hours.
    Unknown,
}

/// A queue.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Queue {
    /// Agents signed in.
    pub online: u64,
    /// Agents at work.
    pub staffed: u64,
    /// Agents with a free place.
    pub available: u64,
    /// Contacts waiting.
    pub waiting: u64,
    /// Seconds that the oldest of them waits.
    pub oldest_seconds: u64,
    /// The place of this contact, when it waits here.
    pub position: Option<u64>,
    /// Takes nobody more.
    pub full: bool,
    /// Does not exist.
    pub missing: bool,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            online: 1,
            staffed: 1,
            available: 1,
            waiting: 0,
            oldest_seconds: 0,
            position: Some(1),
            full: false,
            missing: false,
        }
    }
}

/// What a function does.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Answer {
    /// Its answer.
    pub answer: Option<Value>,
    /// Or its error.
    pub error: Option<String>,
    /// Milliseconds that it takes; more than the block allows is its time limit.
    pub takes_ms: u64,
}

impl Given {
    /// The moment at which it begins.
    pub(crate) fn begin(&self) -> Result<Timestamp, GivenError> {
        match &self.clock {
            // A Monday morning.
            None => Ok(Timestamp(1_767_603_600_000)),
            Some(text) => Timestamp::parse_iso(text).ok_or_else(|| {
                GivenError(format!("clock: {text:?} is no moment such as 2026-01-05T09:00:00Z"))
            }),
        }
    }

    /// What the bot behind an alias understands, named by the whole alias or by its last part.
    pub(crate) fn bot(&self, alias: &str) -> Option<&BTreeMap<String, String>> {
        let last = alias.rsplit('/').next().unwrap_or(alias);
        self.bots.get(alias).or_else(|| self.bots.get(last))
    }

    /// One turn of a bot: the intent given for the text, else that it did not understand.
    pub(crate) fn bot_reply(&self, call: BotCall) -> Result<BotReply, BotError> {
        let understood = self.bot(&call.alias).ok_or(BotError::Unavailable(call.alias))?;
        let intent = understood.get(&call.text.to_lowercase()).cloned();
        let dialog_state = if intent.is_some() { "Fulfilled" } else { "Failed" };
        Ok(BotReply {
            intent: Some(intent.unwrap_or_else(|| "FallbackIntent".to_owned())),
            dialog_state: dialog_state.to_owned(),
            session: call.session,
            ..BotReply::default()
        })
    }

    /// The queue with this name.
    pub(crate) fn queue(&self, name: &str) -> Queue {
        self.queues.get(name).unwrap_or(&self.other_queues).clone()
    }
}

//! What a bot remembers between two messages of one customer. Plain data, to be kept by the caller.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The state of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// The intent at hand, or the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<CurrentIntent>,
    /// What the bot waits for.
    pub action: Action,
    /// How often the present question was asked.
    pub asked: u32,
    /// Session attributes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// Active contexts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contexts: Vec<ActiveContext>,
}

/// What the bot waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// To hear what the customer wants.
    #[default]
    ElicitIntent,
    /// The value of a slot.
    ElicitSlot(String),
    /// A yes or no.
    ConfirmIntent,
    /// Nothing more: the intent is settled.
    Close,
}

/// An intent with what is known for it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CurrentIntent {
    /// Its name.
    pub name: String,
    /// Values by slot; none = not known yet.
    pub slots: BTreeMap<String, Option<SlotValue>>,
    /// How far it is.
    pub state: IntentState,
    /// What the customer said to the confirmation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<bool>,
}

/// How far an intent is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum IntentState {
    /// Something is still asked.
    #[default]
    InProgress,
    /// Everything is known.
    ReadyForFulfillment,
    /// Done by the bot.
    Fulfilled,
    /// Refused by the customer, or not understood too often.
    Failed,
}

/// The value of a slot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotValue {
    /// As it was written.
    pub original: String,
    /// As the flow gets it.
    pub value: String,
    /// Values it may mean.
    #[serde(default)]
    pub resolved: Vec<String>,
}

/// A context that makes intents understood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActiveContext {
    /// Its name.
    pub name: String,
    /// Until when, in milliseconds since 1970.
    pub until_ms: i64,
    /// Turns that are left.
    pub turns: u32,
    /// Values that go with it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
}

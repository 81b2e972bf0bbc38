//! What passes between a run and the engine: why it stopped, and what lets it go on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::host::{BotReply, Message, TargetQueue};

/// Why the run stopped. The engine acts and calls [`advance`](crate::advance) again with a [`Resume`].
///
/// Time limits are what is left of them, in milliseconds from [`Host::now`](crate::Host::now) at the time of the call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Pause {
    /// Waits for the customer's next message: [`Resume::CustomerMessage`] or [`Resume::TimeLimit`].
    Input {
        /// Time until [`Resume::TimeLimit`]; none = no limit.
        time_limit_ms: Option<u64>,
    },
    /// Something plays to the caller; what comes next waits for its end: [`Resume::Done`], [`Resume::TimeLimit`] or
    /// [`Resume::Failed`].
    Sound,
    /// The caller is asked to press keys: [`Resume::Keys`], or [`Resume::TimeLimit`] and [`Resume::Failed`] where that
    /// could not be done.
    Keys(KeysRequest),
    /// Waits for time to pass, or for one of the named events.
    Wait {
        /// Time until [`Resume::TimeLimit`].
        time_limit_ms: u64,
        /// [`Resume::CustomerReturned`] (or a customer's message) goes on before that.
        customer_returned: bool,
        /// [`Resume::BotDisconnected`] goes on before that.
        bot_disconnected: bool,
    },
    /// A function is to be called: [`Resume::Function`].
    Function(FunctionCall),
    /// A bot is to be asked: [`Resume::Bot`].
    Bot(BotCall),
    /// The chat is to go on with an earlier one: [`Resume::Done`] or [`Resume::Failed`].
    PersistentChat(PastChatRequest),
    /// Hold or queue prompts play until something else happens: [`Resume::TimeLimit`] at the interrupt time.
    LoopPrompts {
        /// What plays, in order, again and again.
        messages: Vec<Message>,
        /// Time until the interrupt; none = never.
        interrupt_ms: Option<u64>,
    },
    /// The contact is to be put into its target queue. On success the engine drops the run; otherwise it answers
    /// [`Resume::QueueAtCapacity`] or [`Resume::Failed`].
    TransferToQueue,
    /// The waiting contact is to be moved to another queue: [`Resume::Done`], [`Resume::QueueAtCapacity`] or
    /// [`Resume::Failed`].
    DequeueAndTransfer {
        /// The other queue; none = the target queue of the contact.
        target: Option<TargetQueue>,
    },
    /// The contact is to be joined with the agent chosen in the transfer; the run is over.
    TransferToAgent,
    /// A third party is to be called: [`Resume::ThirdParty`] when `resume` is set, otherwise the run is over on
    /// success and [`Resume::Failed`] answers a failure.
    ThirdParty(ThirdParty),
    /// A view is to be shown to the agent of this guide: [`Resume::View`], [`Resume::TimeLimit`] or
    /// [`Resume::Failed`].
    View(ViewRequest),
    /// The customer is asked to sign in: [`Resume::Authenticated`], [`Resume::OptedOut`], [`Resume::TimeLimit`] or
    /// [`Resume::Failed`].
    Authentication(AuthenticationRequest),
    /// The contact is to be disconnected; the run is over.
    Disconnect,
    /// The flow ended without a disconnect; the run is over (spec 10, EndFlowExecution).
    End,
    /// The run has no way out; it is over. The engine disconnects a contact that is not queued or joined
    /// (spec 10 §1.4 rule 5).
    Failed {
        /// What happened, for the log.
        reason: String,
    },
}

impl Pause {
    /// True when the run is over and must not be advanced again.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::TransferToAgent | Self::Disconnect | Self::End | Self::Failed { .. })
    }
}

/// What lets a paused run go on. A resume that does not fit the pause changes nothing: the same pause is answered.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Resume {
    /// The beginning of the run.
    Start,
    /// The customer wrote something.
    CustomerMessage {
        /// The text as it came.
        text: String,
        /// Media type, such as `text/plain`.
        content_type: String,
    },
    /// The caller pressed keys, or let the time pass.
    Keys {
        /// The keys, without those that ended the input; empty when none came.
        keys: String,
        /// The time was over, rather than the input ended or as long as it may be.
        timed_out: bool,
    },
    /// The time limit of the pause is over.
    TimeLimit,
    /// The customer came back (wrote a message or reconnected).
    CustomerReturned,
    /// The custom participant (bot) left.
    BotDisconnected,
    /// There is no custom participant (bot) to wait for.
    BotNotFound,
    /// The function answered or failed.
    Function(Result<Value, FunctionError>),
    /// The bot answered or failed.
    Bot(Result<BotReply, BotError>),
    /// The view was answered.
    View {
        /// The action chosen in the view.
        action: String,
        /// What the view gave back.
        data: Value,
    },
    /// What came of calling a third party.
    ThirdParty(ThirdPartyEnd),
    /// The customer has signed in.
    Authenticated,
    /// The customer does not want to sign in.
    OptedOut,
    /// What the pause asked for is done.
    Done,
    /// The queue is full.
    QueueAtCapacity,
    /// What the pause asked for could not be done.
    Failed(String),
}

/// A function to call on behalf of the flow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FunctionCall {
    /// Name, ARN or alias ARN.
    pub function: String,
    /// The request: `{"Name":"ContactFlowEvent","Details":{"ContactData":…,"Parameters":…}}` (spec 05 D17).
    pub event: Value,
    /// Longest total time, retries included, in milliseconds.
    pub time_limit_ms: u64,
    /// Only start it: the engine answers [`Resume::Done`] as soon as it is accepted.
    pub asynchronous: bool,
}

/// What a customer wrote to a bot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BotCall {
    /// ARN of the bot's alias; a bot of the first generation is `name:alias`.
    pub alias: String,
    /// The contact's language, such as `en-US`; none = the contact has none.
    pub language: Option<String>,
    /// What the customer wrote.
    pub text: String,
    /// Session attributes.
    pub session: BTreeMap<String, String>,
    /// What the bot gave to remember with its last reply; null at the beginning.
    #[serde(default)]
    pub state: Value,
    /// Longest time until the reply begins, in milliseconds.
    pub time_limit_ms: u64,
}

/// Keys that a caller is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeysRequest {
    /// What plays first; the first key stops it.
    pub prompt: Option<Message>,
    /// Time for the first key after the prompt, in milliseconds.
    pub first_ms: u64,
    /// Time between keys, in milliseconds.
    pub between_ms: u64,
    /// Most keys; reaching it ends the input.
    pub most: u32,
    /// Keys in a row that end the input and do not count; empty = none.
    pub terminator: String,
    /// Whether `*` starts the input anew.
    pub cancel_key: bool,
}

/// An earlier chat that this one is to go on with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastChatRequest {
    /// `ENTIRE_PAST_SESSION` or `FROM_SEGMENT`.
    pub rehydration: String,
    /// A contact of that chat.
    pub source: String,
}

/// Why a bot gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BotError {
    /// No such bot, or none for the contact's language.
    #[error("the bot is not available: {0}")]
    Unavailable(String),
    /// It did not answer in time.
    #[error("the bot did not answer in time")]
    TimeLimit,
    /// It answered with an error.
    #[error("the bot failed: {0}")]
    Failed(String),
}

/// Why a function gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FunctionError {
    /// No such function, or no place to run it.
    #[error("the function is not available: {0}")]
    Unavailable(String),
    /// It did not answer in time.
    #[error("the function did not answer in time")]
    TimeLimit,
    /// Too many calls.
    #[error("the function is throttled")]
    Throttled,
    /// It answered with an error.
    #[error("the function failed: {0}")]
    Failed(String),
}

/// A view to show in a guide.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ViewRequest {
    /// Short name or ARN of the view.
    pub view: String,
    /// Version; `Latest` when the flow names none.
    pub version: String,
    /// The view's input, references resolved.
    pub data: Value,
    /// Time until [`Resume::TimeLimit`].
    pub time_limit_ms: u64,
    /// The answer must not appear in the transcript.
    pub hide_response: bool,
}

/// A sign-in that the flow asks the customer for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthenticationRequest {
    /// ARN of the user pool: with the client id it names the identity provider.
    pub user_pool_arn: String,
    /// Client id at the identity provider.
    pub client_id: String,
    /// Time until [`Resume::TimeLimit`].
    pub time_limit_ms: u64,
}

/// A call to a third party.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ThirdParty {
    /// Number to call.
    pub phone_number: String,
    /// How long to let it ring, in milliseconds.
    pub time_limit_ms: u64,
    /// The flow goes on when the third party leaves.
    pub resume: bool,
    /// Digits to send when answered.
    pub digits: Option<String>,
    /// Caller id number to show.
    pub caller_id: Option<String>,
    /// Caller id name to show.
    pub caller_name: Option<String>,
}

/// How a call to a third party ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThirdPartyEnd {
    /// It was answered and the third party has left.
    Left,
    /// Nobody answered in time.
    TimeLimit,
    /// The call could not be made.
    CallFailed,
}

//! The persistent state of one run of a flow. Plain data that lives inside the contact's document.

use std::collections::BTreeMap;

use model::resource::FlowType;
use model::{FlowId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::exchange::{
    AuthenticationRequest, BotCall, FunctionCall, KeysRequest, PastChatRequest, Pause, ThirdParty,
    ViewRequest,
};
use crate::host::{Message, TargetQueue};

/// Deepest nesting of modules (spec 10 §1.9).
pub const MODULE_DEPTH: usize = 5;

/// One run: from the start of a flow, over transfers to other flows and calls of modules, to its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The flow, or inside a module the module, whose program continues the run.
    pub flow: FlowId,
    /// The version of it that the run entered and goes on with; 0 before the start, which takes the newest.
    #[serde(default)]
    pub version: u64,
    /// Type of the flow; a module runs under the type of its caller.
    pub flow_kind: FlowType,
    /// Identifier of the action at which the run stands; empty before the start.
    pub current: String,
    /// Data of the flow; a module has its own.
    #[serde(default, skip_serializing_if = "Scope::is_empty")]
    pub scope: Scope,
    /// Callers of the current module, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub callers: Vec<Caller>,
    /// What the run waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaiting: Option<Awaiting>,
    /// Whether flow log entries are written. The engine seeds it from the contact, see [`Run::start`].
    #[serde(default)]
    pub logging: bool,
    /// Actions since the last pause.
    #[serde(default)]
    pub steps: u32,
    /// Time spent in functions since the customer last heard something, in milliseconds.
    #[serde(default)]
    pub function_ms: u64,
}

impl Run {
    /// A run that has not begun. `logging` is the contact's present setting, which flows inherit from one another.
    pub fn start(flow: FlowId, flow_kind: FlowType, logging: bool) -> Self {
        Self {
            flow,
            version: 0,
            flow_kind,
            current: String::new(),
            scope: Scope::default(),
            callers: Vec::new(),
            awaiting: None,
            logging,
            steps: 0,
            function_ms: 0,
        }
    }

    /// What the run waits for, as [`advance`](crate::advance) last answered it, with the time that is left at `now`;
    /// for a restart. None when it does not wait.
    pub fn pause(&self, now: Timestamp) -> Option<Pause> {
        let left = |until: Timestamp| until.since(now).max(0) as u64;
        Some(match self.awaiting.clone()? {
            Awaiting::Input { until } => Pause::Input { time_limit_ms: until.map(left) },
            Awaiting::Sound => Pause::Sound,
            Awaiting::Keys { request } => Pause::Keys(request),
            Awaiting::Wait { until, customer_returned, bot_disconnected } => {
                Pause::Wait { time_limit_ms: left(until), customer_returned, bot_disconnected }
            }
            Awaiting::Function { since, mut call, .. } => {
                call.time_limit_ms = left(since + call.time_limit_ms as i64);
                Pause::Function(call)
            }
            Awaiting::Bot { call, .. } => Pause::Bot(call),
            Awaiting::PersistentChat { request, .. } => Pause::PersistentChat(request),
            Awaiting::LoopPrompts { messages, until } => {
                Pause::LoopPrompts { messages, interrupt_ms: until.map(left) }
            }
            Awaiting::TransferToQueue => Pause::TransferToQueue,
            Awaiting::DequeueAndTransfer { target } => Pause::DequeueAndTransfer { target },
            Awaiting::ThirdParty(call) => Pause::ThirdParty(call),
            Awaiting::View { until, mut request } => {
                request.time_limit_ms = left(until);
                Pause::View(request)
            }
            Awaiting::Authentication { until, mut request } => {
                request.time_limit_ms = left(until);
                Pause::Authentication(request)
            }
        })
    }

    /// The flow that the contact is in: the outermost caller of a module, or the flow itself.
    pub fn outer_flow(&self) -> FlowId {
        self.callers.first().map_or(self.flow, |caller| caller.flow)
    }

    /// The versions that the run stands in: the present one and those it returns to.
    pub fn pinned(&self) -> impl Iterator<Item = (FlowId, u64)> + '_ {
        let callers = self.callers.iter().map(|caller| (caller.flow, caller.version));
        callers.chain([(self.flow, self.version)]).filter(|(_, version)| *version > 0)
    }
}

/// Data that belongs to one flow (or one module call) of the run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scope {
    /// `$.FlowAttributes`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub flow_attributes: Map<String, Value>,
    /// `$.External`: the last function response.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub external: Value,
    /// `$.Lex`: the last bot turn.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub lex: Value,
    /// What the bot at work remembers.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub bot: Value,
    /// `$.StoredCustomerInput`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored_input: Option<String>,
    /// `$.Metrics`: the last queue metrics.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub metrics: Value,
    /// `$.Views`: the last view answer.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub views: Value,
    /// What the last view was answered must not be told.
    #[serde(skip_serializing_if = "is_false")]
    pub views_hidden: bool,
    /// `$.Modules`: inside a module its input, in a caller the last result.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub modules: Value,
    /// What stands in `$.Modules` was made of what must not be told.
    #[serde(skip_serializing_if = "is_false")]
    pub modules_hidden: bool,
    /// `$.Task`: the last task created.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub task: Value,
    /// Counters by identifier of the `Loop` action.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub loops: BTreeMap<String, LoopState>,
}

fn is_false(value: &bool) -> bool {
    !*value
}

impl Scope {
    /// True when nothing was set yet.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The state of one `Loop` action.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LoopState {
    /// Passes so far.
    pub passes: u64,
    /// `LoopName`, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The list it goes over, if it goes over one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elements: Option<Vec<Value>>,
    /// The list was made of what must not be told.
    #[serde(default, skip_serializing_if = "is_false")]
    pub hidden: bool,
}

/// Where a module returns to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Caller {
    /// The calling flow or module.
    pub flow: FlowId,
    /// The version of it that the run returns to.
    #[serde(default)]
    pub version: u64,
    /// Identifier of the calling action.
    pub action: String,
    /// The caller's data.
    #[serde(default, skip_serializing_if = "Scope::is_empty")]
    pub scope: Scope,
}

/// What a paused run waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Awaiting {
    /// The customer's message to a bot.
    Input {
        /// Moment of the time limit.
        until: Option<Timestamp>,
    },
    /// The end of what plays.
    Sound,
    /// Keys of the telephone.
    Keys {
        /// Which.
        request: KeysRequest,
    },
    /// Time or an event.
    Wait {
        /// Moment of the time limit.
        until: Timestamp,
        /// Customer's return counts.
        customer_returned: bool,
        /// The bot's leaving counts.
        bot_disconnected: bool,
    },
    /// A function's answer.
    Function {
        /// When it was called.
        since: Timestamp,
        /// The call, to repeat it after a restart.
        call: FunctionCall,
        /// Nested answers are allowed.
        json: bool,
    },
    /// A bot's reply.
    Bot {
        /// When it was asked.
        since: Timestamp,
        /// The question, to repeat it after a restart.
        call: BotCall,
    },
    /// An earlier chat to go on with.
    PersistentChat {
        /// When it was asked for.
        since: Timestamp,
        /// Which one.
        request: PastChatRequest,
    },
    /// The interrupt of loop prompts.
    LoopPrompts {
        /// What plays.
        messages: Vec<Message>,
        /// Moment of the interrupt.
        until: Option<Timestamp>,
    },
    /// The answer of the queue.
    TransferToQueue,
    /// The answer of the other queue.
    DequeueAndTransfer {
        /// The other queue.
        target: Option<TargetQueue>,
    },
    /// A third party.
    ThirdParty(ThirdParty),
    /// A view's answer.
    View {
        /// Moment of the time limit.
        until: Timestamp,
        /// The view, to show it again after a restart.
        request: ViewRequest,
    },
    /// The customer's sign-in.
    Authentication {
        /// Moment of the time limit.
        until: Timestamp,
        /// What was asked for.
        request: AuthenticationRequest,
    },
}

//! The one table of action types: what each may carry, where it may stand, how it leaves, and what performs it.
//!
//! Validator, interpreter and designer all read this table; nothing else knows a rule about a single type
//! (spec 10 §2).

mod contact;
mod control;
mod interaction;
mod other;
mod participant;
mod recording;
mod shape;
mod table;

use std::collections::HashMap;
use std::sync::LazyLock;

use model::Channel;
use model::resource::FlowType;
use serde_json::{Map, Value};

pub use shape::{Class, Kind, Parameter, ResourceKind, Rule, Shape};
pub use table::table;

use crate::error::ErrorBranch;
use crate::interpreter::Perform;

/// Everything the product knows about one action type.
pub struct ActionSpec {
    /// The wire name.
    pub name: &'static str,
    /// Names that documents also use for it; accepted, with a warning.
    pub aliases: &'static [&'static str],
    /// The designer's block.
    pub block: &'static str,
    /// The name in flow logs.
    pub log_name: &'static str,
    /// The group it is listed in.
    pub family: Family,
    /// Whether it goes on to `NextAction`.
    pub next: Next,
    /// What its result may be compared with.
    pub conditions: Conditions,
    /// Its error branches.
    pub errors: &'static [ErrorSpec],
    /// What happens when it fails and has no branch for that.
    pub unhandled: Unhandled,
    /// The flow types it may stand in.
    pub flow_types: FlowTypes,
    /// The channels it works on; on others it fails.
    pub channels: Channels,
    /// Its parameters.
    pub parameters: &'static [Parameter],
    /// Rules over several parameters.
    pub rules: &'static [Rule],
    /// Whether a run may stay at it: for the customer, for time, or for an answer from outside.
    pub waits: bool,
    /// What performs it.
    pub(crate) perform: Perform,
}

impl std::fmt::Debug for ActionSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ActionSpec({})", self.name)
    }
}

impl ActionSpec {
    /// The error branch that a failure without a branch of its own takes: `NoMatchingError` where the type knows it.
    pub fn general_error(&self) -> ErrorBranch {
        let knows = |branch| self.errors.iter().any(|error| error.branch == branch);
        match self.errors.first() {
            Some(first) if !knows(ErrorBranch::NoMatchingError) => first.branch,
            _ => ErrorBranch::NoMatchingError,
        }
    }

    /// The error branch taken on a channel the type does not work on.
    pub fn channel_error(&self) -> ErrorBranch {
        if self.errors.iter().any(|error| error.branch == ErrorBranch::ChannelMismatch) {
            ErrorBranch::ChannelMismatch
        } else {
            self.general_error()
        }
    }
}

/// The groups of the overview.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Family {
    Contact,
    FlowControl,
    Interaction,
    Participant,
}

/// Whether an action goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// `NextAction` must be there.
    Required,
    /// `NextAction` may be there.
    Optional,
    /// Terminal: `Transitions` is empty.
    Never,
}

/// Operators of our own for how a customer's last words to a bot sound, and the score that each compares, in the order
/// in which they are looked at (spec 04 §14.18). How they are written elsewhere is not known; no other document has them.
pub const SENTIMENTS: [(&str, &str); 2] =
    [("NegativeSentimentAtLeast", "Negative"), ("PositiveSentimentAtLeast", "Positive")];

/// What a result may be compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conditions {
    /// The type has no result.
    None,
    /// `Equals` with any text.
    Equals,
    /// `Equals` with any intent of a bot, and [`SENTIMENTS`], which go before intents.
    Intents,
    /// Any operator.
    Any,
    /// `Equals` with exactly these, each wired.
    All(&'static [&'static str]),
    /// `Equals` with any of these.
    Some(&'static [&'static str]),
    /// `Equals` and the numeric operators.
    Numeric,
    /// A rising chain of `NumberLessThan`.
    Shares,
    /// `Equals` with one key of the telephone each; none at all in the store form.
    Keys,
    /// `Equals` with `WaitCompleted` and with each of the listed events.
    Wait,
    /// `Equals` with `MessagesInterrupted`, if the action has an interrupt.
    Interrupt,
}

/// An error branch of a type.
pub struct ErrorSpec {
    /// Its name.
    pub branch: ErrorBranch,
    /// Whether it must be there.
    pub need: Need,
}

/// Whether an error branch must be there.
#[derive(Clone, Copy)]
pub enum Need {
    /// Publishing refuses the action without it.
    Required,
    /// Missing only warns.
    Advised,
    /// May be there.
    Optional,
    /// Required with such parameters, refused with others.
    RequiredWhen(Test),
    /// May be there with such parameters, refused with others.
    OptionalWhen(Test),
}

/// A property of an action's parameters.
pub type Test = fn(&Map<String, Value>) -> bool;

/// What happens when an action fails and has no branch for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unhandled {
    /// The run has no way out.
    Fails,
    /// The failure is swallowed and `NextAction` taken (spec 10 §1.4 rule 5).
    GoesOn,
    /// The flow ends and the contact stays where it is (spec 04 §5 rule 13).
    EndsFlow,
}

/// A set of flow types, modules included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeSet(u16);

impl TypeSet {
    /// All nine flow types.
    pub const ALL: Self = Self(0x1ff);

    /// The set of one flow type.
    pub const fn of(kind: FlowType) -> Self {
        Self(1 << kind as u16)
    }

    /// Both sets together.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// This set without the other.
    pub const fn but(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether a flow type is in the set.
    pub const fn contains(self, kind: FlowType) -> bool {
        self.0 & (1 << kind as u16) != 0
    }
}

/// Where a type may stand.
#[derive(Clone, Copy, Debug)]
pub struct FlowTypes {
    /// By the language reference.
    pub reference: TypeSet,
    /// By the block pages.
    pub block: TypeSet,
    /// In modules.
    pub module: bool,
}

/// Whether a type may stand in a flow type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Yes.
    Yes,
    /// The designer would not offer it there; the reference allows it.
    Unusual,
    /// No.
    No,
}

impl FlowTypes {
    /// Whether the type may stand in a flow of this type: where the two sources disagree the wider one counts
    /// (spec 10 §2.0, conflict rule).
    pub fn allowed(&self, kind: FlowType) -> Allowed {
        match (self.reference.contains(kind), self.block.contains(kind)) {
            (_, true) => Allowed::Yes,
            (true, false) => Allowed::Unusual,
            (false, false) => Allowed::No,
        }
    }
}

/// A set of channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channels(u8);

impl Channels {
    /// Every channel.
    pub const ALL: Self = Self(7);
    /// No channel the product has (email).
    pub const NONE: Self = Self(0);
    /// Telephone and web calls.
    pub const VOICE: Self = Self(1);
    /// Chat and messaging.
    pub const CHAT: Self = Self(2);
    /// Tasks.
    pub const TASK: Self = Self(4);

    /// Both sets together.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a channel is in the set.
    pub const fn contains(self, channel: Channel) -> bool {
        self.0 & (1 << channel.index()) != 0
    }
}

/// All known action types, group by group.
pub fn all() -> impl Iterator<Item = &'static ActionSpec> {
    [
        contact::ACTIONS,
        recording::ACTIONS,
        control::ACTIONS,
        interaction::ACTIONS,
        participant::ACTIONS,
        other::ACTIONS,
    ]
    .into_iter()
    .flatten()
}

/// The row of an action type, by its name or an alias.
pub fn spec(name: &str) -> Option<&'static ActionSpec> {
    static BY_NAME: LazyLock<HashMap<&'static str, &'static ActionSpec>> = LazyLock::new(|| {
        let names =
            |spec: &'static ActionSpec| std::iter::once(spec.name).chain(spec.aliases.iter().copied());
        all().flat_map(|spec| names(spec).map(move |name| (name, spec))).collect()
    });
    BY_NAME.get(name).copied()
}

/// Short forms that keep the rows of the table readable.
mod short {
    use super::*;

    pub(super) const IN: TypeSet = TypeSet::of(FlowType::ContactFlow);
    pub(super) const CQ: TypeSet = TypeSet::of(FlowType::CustomerQueue);
    pub(super) const CH: TypeSet = TypeSet::of(FlowType::CustomerHold);
    pub(super) const CW: TypeSet = TypeSet::of(FlowType::CustomerWhisper);
    pub(super) const OW: TypeSet = TypeSet::of(FlowType::OutboundWhisper);
    pub(super) const AH: TypeSet = TypeSet::of(FlowType::AgentHold);
    pub(super) const AW: TypeSet = TypeSet::of(FlowType::AgentWhisper);
    pub(super) const TA: TypeSet = TypeSet::of(FlowType::AgentTransfer);
    pub(super) const TQ: TypeSet = TypeSet::of(FlowType::QueueTransfer);
    /// Inbound, customer queue and both transfer types.
    pub(super) const IN_CQ_TRANSFER: TypeSet = IN.and(CQ).and(TA).and(TQ);
    pub(super) const IN_TRANSFER: TypeSet = IN.and(TA).and(TQ);

    /// The same by both sources, and in modules.
    pub(super) const fn both(set: TypeSet) -> FlowTypes {
        FlowTypes { reference: set, block: set, module: true }
    }
    pub(super) const EVERYWHERE: FlowTypes = both(TypeSet::ALL);

    pub(super) const fn needs(branch: ErrorBranch) -> ErrorSpec {
        ErrorSpec { branch, need: Need::Required }
    }
    pub(super) const fn may_error(branch: ErrorBranch) -> ErrorSpec {
        ErrorSpec { branch, need: Need::Optional }
    }
    /// The row of most types: one required `NoMatchingError`.
    pub(super) const ERROR: &[ErrorSpec] = &[needs(ErrorBranch::NoMatchingError)];
    /// One optional `NoMatchingError`.
    pub(super) const MAY_ERROR: &[ErrorSpec] = &[may_error(ErrorBranch::NoMatchingError)];

    /// A type whose branches are not known: any are accepted (spec 10 §7 O18).
    pub(super) const UNKNOWN_ERRORS: &[ErrorSpec] = &[
        may_error(ErrorBranch::NoMatchingError),
        may_error(ErrorBranch::NoMatchingCondition),
        may_error(ErrorBranch::TimeLimitExceeded),
    ];

    /// What most rows have in common.
    pub(super) const ROW: ActionSpec = ActionSpec {
        name: "",
        aliases: &[],
        block: "",
        log_name: "",
        family: Family::Contact,
        next: Next::Required,
        conditions: Conditions::None,
        errors: ERROR,
        unhandled: Unhandled::Fails,
        flow_types: EVERYWHERE,
        channels: Channels::ALL,
        parameters: &[],
        rules: &[],
        waits: false,
        perform: crate::interpreter::not_built,
    };

    /// True when a parameter, at any depth by dots, has this text (letter case does not matter).
    pub(super) fn has(parameters: &Map<String, Value>, path: &str, text: &str) -> bool {
        let mut steps = path.split('.');
        let first = steps.next().and_then(|step| parameters.get(step));
        let found = steps.fold(first, |value, step| value.and_then(|value| value.get(step)));
        match found {
            Some(Value::String(value)) => value.eq_ignore_ascii_case(text),
            Some(Value::Bool(value)) => text.eq_ignore_ascii_case(if *value { "true" } else { "false" }),
            _ => false,
        }
    }
}

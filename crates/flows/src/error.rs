//! Why an action failed, and the error branch that the failure takes.

use model::Channel;
use serde::{Deserialize, Serialize};

/// The names of error branches in flow documents (spec 10 §2.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum ErrorBranch {
    NoMatchingError,
    NoMatchingCondition,
    QueueAtCapacity,
    InputTimeLimitExceeded,
    TimeLimitExceeded,
    InvalidPhoneNumber,
    InvalidCallbackNumber,
    CallbackNumberNotDialable,
    ContactNotLinked,
    MultipleFound,
    NoneFound,
    MultipleFoundError,
    NoneFoundError,
    ConnectionTimeLimitExceeded,
    CallFailed,
    ChannelMismatch,
    InFlightRedactionConfigurationFailed,
    ParticipantNotFound,
    TemplateRenderingError,
}

impl ErrorBranch {
    /// Every branch name, in declaration order.
    pub const ALL: [ErrorBranch; 19] = [
        Self::NoMatchingError,
        Self::NoMatchingCondition,
        Self::QueueAtCapacity,
        Self::InputTimeLimitExceeded,
        Self::TimeLimitExceeded,
        Self::InvalidPhoneNumber,
        Self::InvalidCallbackNumber,
        Self::CallbackNumberNotDialable,
        Self::ContactNotLinked,
        Self::MultipleFound,
        Self::NoneFound,
        Self::MultipleFoundError,
        Self::NoneFoundError,
        Self::ConnectionTimeLimitExceeded,
        Self::CallFailed,
        Self::ChannelMismatch,
        Self::InFlightRedactionConfigurationFailed,
        Self::ParticipantNotFound,
        Self::TemplateRenderingError,
    ];

    /// The spelling in `Transitions.Errors[].ErrorType`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoMatchingError => "NoMatchingError",
            Self::NoMatchingCondition => "NoMatchingCondition",
            Self::QueueAtCapacity => "QueueAtCapacity",
            Self::InputTimeLimitExceeded => "InputTimeLimitExceeded",
            Self::TimeLimitExceeded => "TimeLimitExceeded",
            Self::InvalidPhoneNumber => "InvalidPhoneNumber",
            Self::InvalidCallbackNumber => "InvalidCallbackNumber",
            Self::CallbackNumberNotDialable => "CallbackNumberNotDialable",
            Self::ContactNotLinked => "ContactNotLinked",
            Self::MultipleFound => "MultipleFound",
            Self::NoneFound => "NoneFound",
            Self::MultipleFoundError => "MultipleFoundError",
            Self::NoneFoundError => "NoneFoundError",
            Self::ConnectionTimeLimitExceeded => "ConnectionTimeLimitExceeded",
            Self::CallFailed => "CallFailed",
            Self::ChannelMismatch => "ChannelMismatch",
            Self::InFlightRedactionConfigurationFailed => "InFlightRedactionConfigurationFailed",
            Self::ParticipantNotFound => "ParticipantNotFound",
            Self::TemplateRenderingError => "TemplateRenderingError",
        }
    }

    /// Reads the spelling of a document.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|branch| branch.as_str() == text)
    }
}

/// Why an action, or what it asked of the [`Host`](crate::Host), failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    /// A part of the product that the action needs is not there.
    #[error("{0} is not available")]
    Unavailable(&'static str),
    /// A resource named by the action does not exist, or may not be used from here.
    #[error("{kind} {name:?} was not found")]
    NotFound {
        /// Kind of resource, such as `queue`.
        kind: &'static str,
        /// The name, id or ARN as resolved.
        name: String,
    },
    /// A parameter refers to something that has no value.
    #[error("{0} has no value")]
    Unresolved(String),
    /// A parameter is missing or has a value the action cannot use.
    #[error("parameter {parameter}: {reason}")]
    Invalid {
        /// Name of the parameter.
        parameter: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The action does not work on this channel.
    #[error("not possible on channel {}", .0.as_str())]
    Channel(Channel),
    /// The action does not work in this type of flow.
    #[error("not possible in this type of flow")]
    FlowType,
    /// A size limit would be exceeded.
    #[error("{what} is larger than {limit} bytes")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// Too many actions without a pause (spec 10 §1.4 rule 7).
    #[error("more than {0} actions without a pause")]
    StepLimit(u32),
    /// The queue is full.
    #[error("the queue is at its capacity")]
    QueueAtCapacity,
    /// The surroundings refused, for the reason given.
    #[error("{0}")]
    Refused(String),
    /// A failure with an error branch of its own.
    #[error("{}: {reason}", .branch.as_str())]
    Branch {
        /// The branch.
        branch: ErrorBranch,
        /// What happened.
        reason: String,
    },
}

impl FlowError {
    /// A failure that takes a branch of its own.
    pub fn branch_of(branch: ErrorBranch, reason: impl Into<String>) -> Self {
        Self::Branch { branch, reason: reason.into() }
    }

    /// A parameter that cannot be used.
    pub fn invalid(parameter: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { parameter: parameter.into(), reason: reason.into() }
    }

    /// The same kind of failure, taking the same branch, without the values that its words may tell.
    pub fn without_values(self) -> Self {
        const WITHHELD: &str = "failed; the reason may tell what is hidden";
        match self {
            Self::NotFound { kind, .. } => Self::Refused(format!("the {kind} was not found")),
            Self::Invalid { parameter, .. } => Self::invalid(parameter, "cannot be used"),
            Self::Refused(_) => Self::Refused(WITHHELD.to_owned()),
            Self::Branch { branch, .. } => Self::branch_of(branch, WITHHELD),
            // What a parameter refers to is told as it is written.
            told @ (Self::Unavailable(_)
            | Self::Unresolved(_)
            | Self::Channel(_)
            | Self::FlowType
            | Self::TooLarge { .. }
            | Self::StepLimit(_)
            | Self::QueueAtCapacity) => told,
        }
    }

    /// The error branch this failure takes; an action without it takes `NoMatchingError`.
    pub fn branch(&self) -> ErrorBranch {
        match self {
            Self::QueueAtCapacity => ErrorBranch::QueueAtCapacity,
            Self::Branch { branch, .. } => *branch,
            _ => ErrorBranch::NoMatchingError,
        }
    }
}

/// Why a text is not a flow document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Not JSON.
    #[error("not JSON: {0}")]
    Json(String),
    /// JSON, but not of the shape of a flow document.
    #[error("{path}: {reason}")]
    Shape {
        /// Where, such as `Actions[3].Type`.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

impl ParseError {
    /// A wrong shape at `path`.
    pub fn shape(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Shape { path: path.into(), reason: reason.into() }
    }
}

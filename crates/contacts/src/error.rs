//! Why a command was refused. Every refusal carries the public error code it is answered with.

use model::ContactId;

/// A refused command; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Which published error answers it.
    pub code: Code,
    /// What is wrong and what to do.
    pub message: String,
}

/// The published errors of this part of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The thing named does not exist in this instance.
    NotFound,
    /// A member has a value that cannot be used.
    InvalidParameter,
    /// The request as a whole makes no sense now.
    InvalidRequest,
    /// The caller may not do this, or the chat is over.
    AccessDenied,
    /// A limit of the instance is reached.
    LimitExceeded,
    /// The same token was used for something else.
    Conflict,
    /// The contact or agent is not in a state that allows it.
    InvalidState,
}

impl Refusal {
    /// A contact that does not exist here.
    pub fn no_contact(id: ContactId) -> Self {
        not_found(format!("There is no contact {id} in this instance."))
    }
}

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident => $code:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(message: impl Into<String>) -> Refusal {
            Refusal { code: Code::$code, message: message.into() }
        }
    )*};
}

constructors! {
    /// The thing named does not exist.
    not_found => NotFound;
    /// A member cannot be used.
    invalid_parameter => InvalidParameter;
    /// The request makes no sense now.
    invalid_request => InvalidRequest;
    /// Not allowed, or over.
    access_denied => AccessDenied;
    /// A limit is reached.
    limit_exceeded => LimitExceeded;
    /// The token was used for something else.
    conflict => Conflict;
    /// Not in a state that allows it.
    invalid_state => InvalidState;
}

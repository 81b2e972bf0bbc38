//! What the router refuses.

use model::{ContactId, UserId};

/// A request that does not fit the state of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoutingError {
    /// A contact is in one place only: remove it first.
    #[error("contact {0} already waits in a queue")]
    AlreadyWaiting(ContactId),
    /// The contact is in no queue.
    #[error("contact {0} does not wait in a queue")]
    NotWaiting(ContactId),
    /// The contact is offered to nobody.
    #[error("contact {0} is not offered to an agent")]
    NotOffered(ContactId),
    /// The contact is offered to an agent already.
    #[error("contact {0} is already offered to agent {1}")]
    AlreadyOffered(ContactId, UserId),
}

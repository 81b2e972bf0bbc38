//! Whether a queue takes one more contact (spec 02 §9.2–9.3).

use model::resource::{Queue, QueueStatus};
use serde::{Deserialize, Serialize};

/// How many contacts the own queue of an agent holds; not configurable.
pub const AGENT_QUEUE_CAPACITY: u32 = 10;

/// The instance's quotas of concurrent contacts (spec 01 §2.2): their sum bounds a queue without a limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConcurrencyQuotas {
    /// Concurrent active calls.
    pub calls: u32,
    /// Concurrent active chats, messaging included.
    pub chats: u32,
    /// Concurrent active tasks.
    pub tasks: u32,
}

impl Default for ConcurrencyQuotas {
    /// The quotas of a new instance: 10 calls, 100 chats, 2,500 tasks.
    fn default() -> Self {
        ConcurrencyQuotas { calls: 10, chats: 100, tasks: 2_500 }
    }
}

impl ConcurrencyQuotas {
    /// Calls, chats and tasks together.
    pub const fn sum(self) -> u32 {
        self.calls.saturating_add(self.chats).saturating_add(self.tasks)
    }
}

/// What bounds a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Limit {
    /// A standard queue.
    Standard {
        /// Whether new contacts may enter.
        status: QueueStatus,
        /// The configured maximum over all channels; 0 makes the queue unusable, `None` leaves it to the quotas.
        max_contacts: Option<u32>,
    },
    /// The own queue of an agent.
    Agent,
}

impl From<&Queue> for Limit {
    fn from(queue: &Queue) -> Self {
        Limit::Standard { status: queue.status, max_contacts: queue.max_contacts }
    }
}

/// How a contact comes to a queue; some ways may overfill it by a fifth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Entry {
    /// A flow puts a call, chat or task into the queue.
    Flow,
    /// A queued callback without an initial delay.
    Callback,
    /// A queued callback whose initial delay is over.
    CallbackDue,
    /// A flow moves the contact here from another queue.
    QueueTransfer,
    /// An agent transfers the contact with a quick connect.
    QuickConnect,
}

impl Entry {
    /// Whether a configured maximum may be exceeded by 20 %.
    pub const fn may_overflow(self) -> bool {
        matches!(self, Entry::CallbackDue | Entry::QueueTransfer | Entry::QuickConnect)
    }
}

/// Why a queue takes no contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The queue is disabled; contacts that wait in it are still served.
    #[error("the queue is disabled")]
    Disabled,
    /// The queue is full.
    #[error("the queue is full: {in_queue} of {capacity}")]
    AtCapacity {
        /// Contacts in the queue, all channels together.
        in_queue: usize,
        /// How many may be in it for this kind of entry.
        capacity: u32,
    },
}

/// A maximum that a queue cannot be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the maximum of a queue must be below the sum of the concurrent contact quotas, {quota_sum}")]
pub struct MaxContactsTooHigh {
    /// Calls, chats and tasks together.
    pub quota_sum: u32,
}

/// How many contacts may be in the queue for an entry of this kind to succeed.
///
/// The fifth on top is rounded down and granted on configured maxima only.
pub fn capacity(limit: Limit, quotas: ConcurrencyQuotas, entry: Entry) -> u32 {
    match limit {
        Limit::Agent => AGENT_QUEUE_CAPACITY,
        Limit::Standard { max_contacts: None, .. } => quotas.sum(),
        Limit::Standard { max_contacts: Some(max), .. } if entry.may_overflow() => {
            u32::try_from(u64::from(max) * 6 / 5).unwrap_or(u32::MAX)
        }
        Limit::Standard { max_contacts: Some(max), .. } => max,
    }
}

/// Whether a queue that holds `in_queue` contacts (all channels together) takes one more.
pub fn admit(limit: Limit, quotas: ConcurrencyQuotas, in_queue: usize, entry: Entry) -> Result<(), Refusal> {
    if matches!(limit, Limit::Standard { status: QueueStatus::Disabled, .. }) {
        return Err(Refusal::Disabled);
    }
    let capacity = capacity(limit, quotas, entry);
    if in_queue < capacity as usize { Ok(()) } else { Err(Refusal::AtCapacity { in_queue, capacity }) }
}

/// Checks a maximum before it is saved: it must be below the sum of the quotas.
pub fn check_max_contacts(max_contacts: u32, quotas: ConcurrencyQuotas) -> Result<(), MaxContactsTooHigh> {
    let quota_sum = quotas.sum();
    if max_contacts < quota_sum { Ok(()) } else { Err(MaxContactsTooHigh { quota_sum }) }
}

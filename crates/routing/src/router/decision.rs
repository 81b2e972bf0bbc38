//! What a decision says: who gets which contact, and why.

use model::{Channel, ContactId, RoutingProfileId, Timestamp, UserId};
use serde::Serialize;

use crate::criteria::StepStatus;
use crate::waiting::QueueRef;

/// A contact to be offered to an agent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Assignment {
    /// The contact; it stays in its queue until [`super::Router::accept`] or [`super::Router::remove`].
    pub contact: ContactId,
    /// The agent, whose load already counts the contact.
    pub agent: UserId,
    /// Where the contact waits.
    pub queue: QueueRef,
    /// Its channel.
    pub channel: Channel,
    /// Why this contact and this agent.
    pub explanation: Explanation,
}

/// The values that decided.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The profile of the agent.
    pub routing_profile: RoutingProfileId,
    /// What let the agent see the contact.
    pub rule: Rule,
    /// Priority of the contact; 1 is best.
    pub contact_priority: i64,
    /// Milliseconds in this queue.
    pub waited_ms: i64,
    /// Milliseconds of age that the order of service went by.
    pub effective_age_ms: i64,
    /// The routing step that the agent meets, from 0; `None` = any agent would do.
    pub routing_step: Option<usize>,
    /// Milliseconds the agent has been available.
    pub agent_available_ms: i64,
}

/// What lets an agent see a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Rule {
    /// It is the agent's own queue, which comes first.
    OwnQueue,
    /// A row of the routing profile.
    Row {
        /// Priority of the queue; 1 is served first.
        priority: u32,
        /// Milliseconds a contact must have waited.
        delay_ms: i64,
    },
}

/// Why the router wants to be asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WakeReason {
    /// A contact has waited long enough for further agents.
    DelayElapses {
        /// Where it waits.
        queue: QueueRef,
        /// Its channel.
        channel: Channel,
    },
    /// A routing step expires.
    StepExpires {
        /// The contact.
        contact: ContactId,
    },
}

/// A routing step of a waiting contact that changed its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct StepChange {
    /// The contact.
    pub contact: ContactId,
    /// Which criteria of the contact, from 0.
    pub criteria: u32,
    /// Which step, from 0.
    pub step: usize,
    /// Status before.
    pub from: StepStatus,
    /// Status after.
    pub to: StepStatus,
    /// When it happened; not later than the call that reports it.
    pub at: Timestamp,
}

//! A contact that waits in a queue, and its place there.

use model::{Channel, QueueId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::criteria::Criteria;

/// The priority of a contact that no flow has changed (spec 01 §10.5).
pub const DEFAULT_PRIORITY: i64 = 5;

/// A standard queue or the own queue of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum QueueRef {
    /// Served by the routing profiles that list it.
    Standard(QueueId),
    /// Served by one agent, before every standard queue and without delay; it has the id of the agent.
    Agent(UserId),
}

/// A contact in a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// Where it waits.
    pub queue: QueueRef,
    /// Its channel.
    pub channel: Channel,
    /// 1 is best, [`DEFAULT_PRIORITY`] is usual; compared before age.
    pub priority: i64,
    /// When it came into this queue: delays and waiting times count from here.
    pub enqueued_at: Timestamp,
    /// Its age counts from here: the arrival of the original contact for transfers and callbacks,
    /// else [`Waiting::enqueued_at`].
    pub ranked_from: Timestamp,
    /// Added to its age in the order of service, never to its waiting time; negative makes it younger.
    pub age_adjustment_ms: i64,
    /// Proficiencies asked for; without effect in an agent's own queue.
    pub criteria: Option<Criteria>,
}

impl Waiting {
    /// A contact as it usually comes: default priority, ranked from its arrival, nothing asked for.
    pub fn new(queue: QueueRef, channel: Channel, enqueued_at: Timestamp) -> Self {
        Waiting {
            queue,
            channel,
            priority: DEFAULT_PRIORITY,
            enqueued_at,
            ranked_from: enqueued_at,
            age_adjustment_ms: 0,
            criteria: None,
        }
    }

    /// Milliseconds spent in this queue; never negative.
    pub fn waited_ms(&self, now: Timestamp) -> i64 {
        now.0.saturating_sub(self.enqueued_at.0).max(0)
    }

    /// Milliseconds of age that the order of service goes by; negative for a contact made younger.
    pub fn effective_age_ms(&self, now: Timestamp) -> i64 {
        now.0.saturating_sub(self.ranked_from.0).saturating_add(self.age_adjustment_ms)
    }
}

/// The order of service inside a queue: contact priority, then age, then arrival.
///
/// Every age grows alike, so comparing the moments from which ages count gives the same order at any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub priority: i64,
    pub since: Timestamp,
    pub sequence: u64,
    /// Index of the contact inside the router; never decides, because sequence numbers differ.
    pub slot: u32,
}

impl Place {
    /// Before every contact.
    pub const FIRST: Place = Place { priority: i64::MIN, since: Timestamp(i64::MIN), sequence: 0, slot: 0 };

    pub fn of(waiting: &Waiting, sequence: u64, slot: u32) -> Place {
        let since = waiting.ranked_from - waiting.age_adjustment_ms;
        Place { priority: waiting.priority, since, sequence, slot }
    }
}

//! The machine that pairs waiting contacts with free agents.
//!
//! | part | owns |
//! |---|---|
//! | `queue` | who waits where, in which order, and since when |
//! | `pool` | who is free, for what, and in which order |
//! | `skills` | what agents hold and contacts ask for |
//! | `agenda` | what has changed since the last decision |
//! | `clock` | when something changes by itself |

mod agenda;
mod clock;
mod config;
mod contacts;
mod decision;
mod explain;
mod metrics;
mod pool;
mod queue;
mod skills;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};

use model::{Channel, ContactId, RoutingProfileId, Timestamp, UserId};
use slab::Slab;

pub use contacts::Change;
pub use decision::{Assignment, Explanation, Rule, StepChange, WakeReason};
pub use explain::{AgentReport, Obstacle, Report};
pub use metrics::Staffing;

use crate::agent::Rank;
use crate::waiting::{Place, QueueRef, Waiting};
use agenda::Source;
use clock::Timer;
use pool::{AgentSlot, ProfileSlot};
use queue::{Queue, Tier};
use skills::{RequirementIx, Skills};

/// The router of one instance.
///
/// Put profiles and agents, enqueue contacts, then call [`Router::next`] until it answers `None`. See the front page
/// of the crate for an example and the design.
#[derive(Clone, Debug, Default)]
pub struct Router {
    /// The latest time heard of; it never runs backwards.
    now: Timestamp,
    /// Contacts enqueued so far.
    sequence: u64,
    skills: Skills,
    profiles: Slab<ProfileSlot>,
    profile_index: HashMap<RoutingProfileId, u32>,
    agents: Slab<AgentSlot>,
    agent_index: HashMap<UserId, u32>,
    queues: Slab<Queue>,
    queue_index: HashMap<QueueRef, u32>,
    tiers: Slab<Tier>,
    contacts: Slab<ContactSlot>,
    contact_index: HashMap<ContactId, u32>,
    timers: BTreeSet<(Timestamp, Timer)>,
    agenda: BTreeSet<(Rank, Source)>,
    changes: Vec<StepChange>,
}

/// A contact inside the router.
#[derive(Clone, Debug)]
struct ContactSlot {
    id: ContactId,
    waiting: Waiting,
    queue: u32,
    place: Place,
    /// What it asks for now.
    requirement: Option<RequirementIx>,
    offered_to: Option<UserId>,
    /// When its routing step expires.
    timer: Option<Timestamp>,
}

impl Router {
    /// A router without profiles, agents and contacts.
    pub fn new() -> Router {
        Router::default()
    }

    /// A contact that waits or is offered.
    pub fn get(&self, contact: ContactId) -> Option<&Waiting> {
        Some(&self.contact(contact)?.waiting)
    }

    /// The agent that a contact is offered to.
    pub fn offered_to(&self, contact: ContactId) -> Option<UserId> {
        self.contact(contact)?.offered_to
    }

    fn contact(&self, contact: ContactId) -> Option<&ContactSlot> {
        self.contact_index.get(&contact).map(|&slot| &self.contacts[slot as usize])
    }

    fn agent(&self, agent: UserId) -> Option<&AgentSlot> {
        self.agent_index.get(&agent).map(|&slot| &self.agents[slot as usize])
    }

    fn queue(&self, queue: QueueRef) -> Option<&Queue> {
        self.queue_index.get(&queue).map(|&slot| &self.queues[slot as usize])
    }

    fn profile(&self, slot: u32) -> &ProfileSlot {
        &self.profiles[slot as usize]
    }

    fn tier(&self, slot: u32) -> &Tier {
        &self.tiers[slot as usize]
    }

    fn tier_mut(&mut self, slot: u32) -> &mut Tier {
        &mut self.tiers[slot as usize]
    }

    /// How many tiers the line of a queue has, to walk them by number while they change.
    fn tier_count(&self, queue: u32, channel: Channel) -> usize {
        self.queues[queue as usize].lines[channel.index()].tiers.len()
    }

    fn nth_tier(&self, queue: u32, channel: Channel, number: usize) -> u32 {
        self.queues[queue as usize].lines[channel.index()].tiers[number]
    }
}

//! An agent as the router sees one: presence, rank, load and proficiencies.

use model::resource::Proficiency;
use model::{RoutingProfileId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// What decides whether and when an agent is offered a contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    /// The one routing profile of the agent.
    pub profile: RoutingProfileId,
    /// Whether the agent's status lets contacts through.
    pub presence: Presence,
    /// An offer was missed or failed and the agent has not been made available again.
    pub in_error: bool,
    /// Rank among free agents: who has been available longer is served first.
    pub available_since: Timestamp,
    /// Contacts that occupy a slot, per [`model::Channel::index`]: offered, handled, missed or in after-contact
    /// work. Paused tasks are left out by the caller (spec 01 §9.4).
    pub load: [u32; 3],
    /// Skills that routing criteria are matched with.
    pub proficiencies: Vec<Proficiency>,
}

/// What an agent's status means for routing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Presence {
    /// Not at work: does not count for staffing.
    Offline,
    /// At work in a status that takes no contacts: online, but not staffed.
    NotRoutable,
    /// Takes contacts: online and staffed, also while busy.
    Routable,
}

/// The order in which free agents are served: longest available first, ties by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    pub since: Timestamp,
    pub id: UserId,
    /// Index of the agent inside the router; never decides, because ids differ.
    pub slot: u32,
}

impl Rank {
    /// Before every agent.
    pub const FIRST: Rank = Rank { since: Timestamp(i64::MIN), id: UserId::from_u128(0), slot: 0 };

    /// A bound that excludes this agent and includes the next one.
    pub const fn after(self) -> Rank {
        Rank { slot: self.slot + 1, ..self }
    }
}

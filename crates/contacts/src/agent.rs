//! An agent at work: the status they chose, what the system makes of it, and the contacts they hold.

use model::{AgentStatusId, Channel, ContactId, InitiationMethod, ParticipantId, Timestamp, UserId};
use routing::QueueRef;
use serde::{Deserialize, Serialize};

/// An agent's state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    /// The user.
    pub user: UserId,
    /// The status chosen last.
    pub status: AgentStatusId,
    /// Since when.
    pub status_since: Timestamp,
    /// The status to take when all contacts are finished; while it is set nothing is offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_status: Option<NextStatus>,
    /// Something went wrong; not routable until the agent clears it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<AgentError>,
    /// Contacts held, in the order in which they came.
    #[serde(default)]
    pub legs: Vec<Leg>,
    /// Since when the agent counts as idle; the rank for routing.
    pub available_since: Timestamp,
    /// Whether signed in; events go on for an hour after.
    pub signed_in: bool,
    /// When they signed in or out last.
    pub signed_at: Timestamp,
    /// Last event of the agent, for heart-beats.
    pub last_event_at: Timestamp,
}

/// A status that waits for the agent to finish.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NextStatus {
    /// The status.
    pub status: AgentStatusId,
    /// When it was chosen.
    pub enqueued_at: Timestamp,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentError {
    /// Published name, such as `MissedCallAgent`.
    pub name: String,
    /// When.
    pub since: Timestamp,
}

/// One contact from the agent's side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leg {
    /// The contact.
    pub contact: ContactId,
    /// Its initial contact.
    pub chain: ContactId,
    /// The agent's participant id, also the connection id.
    pub participant: ParticipantId,
    /// Medium.
    pub channel: Channel,
    /// How the contact began.
    pub initiation_method: InitiationMethod,
    /// Where it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueRef>,
    /// When it was put into that queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued_at: Option<Timestamp>,
    /// State.
    pub state: LegState,
    /// Since when.
    pub since: Timestamp,
    /// When the agent accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connected_at: Option<Timestamp>,
    /// When the after-contact work is ended by the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acw_until: Option<Timestamp>,
}

/// State of a contact from the agent's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum LegState {
    Connecting,
    Connected,
    Paused,
    Missed,
    Rejected,
    Error,
    Ended,
}

impl LegState {
    /// Spelling in the agent event stream.
    pub const fn event_name(self) -> &'static str {
        match self {
            Self::Connecting => "CONNECTING",
            Self::Connected => "CONNECTED",
            Self::Paused => "PAUSED",
            Self::Missed => "MISSED",
            Self::Rejected => "REJECTED",
            Self::Error => "ERROR",
            Self::Ended => "ENDED",
        }
    }

    /// Spelling in the agent panel's protocol.
    pub const fn panel_name(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Paused => "paused",
            Self::Missed => "missed",
            Self::Rejected => "rejected",
            Self::Error => "error",
            Self::Ended => "ended",
        }
    }

    /// Whether the agent still works (or is asked to work) with the customer.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Connecting | Self::Connected | Self::Paused)
    }
}

impl Agent {
    /// The leg of a contact.
    pub fn leg(&self, contact: ContactId) -> Option<&Leg> {
        self.legs.iter().find(|leg| leg.contact == contact)
    }

    /// The leg of a contact, to change.
    pub fn leg_mut(&mut self, contact: ContactId) -> Option<&mut Leg> {
        self.legs.iter_mut().find(|leg| leg.contact == contact)
    }

    /// Contacts per channel that take up a slot: all but paused tasks.
    pub fn load(&self) -> [u32; 3] {
        let mut load = [0; 3];
        for leg in self.legs.iter().filter(|leg| leg.state != LegState::Paused) {
            load[leg.channel.index()] += 1;
        }
        load
    }

    /// Whether any contact is still worked on with the customer.
    pub fn has_active_leg(&self) -> bool {
        self.legs.iter().any(|leg| leg.state.is_active())
    }
}

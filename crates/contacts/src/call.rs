//! Calls: what the core asks of telephony, and what telephony tells it.
//!
//! A call is made of parties: the customer, agents, third parties, supervisors; each is a participant with a leg of
//! sound somewhere. The core never sees sound. It says who hears whom ([`CallCommand::Mix`]), what is played to a
//! party and which keys are waited for, and learns what came of it. Everything here can cross a process border.
//!
//! ```text
//! core ── CallCommand (an effect, after its commit) ──► telephony
//! core ◄── CallEvent (a command of its own) ─────────── telephony
//! ```

use std::collections::BTreeMap;

use flows::Message;
use model::{ContactId, ParticipantId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What telephony is to do. Commands come in order; one that names a party that is gone is dropped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum CallCommand {
    /// Take an incoming call; [`CallEvent::Connected`] follows once sound flows.
    Answer {
        /// Whose leg.
        party: ParticipantId,
    },
    /// Refuse an incoming call, or end a leg that is up. Nothing follows.
    HangUp {
        /// Whose leg.
        party: ParticipantId,
        /// Why, for the far end.
        cause: HangUpCause,
    },
    /// Call a number; [`CallEvent::Ringing`], then [`CallEvent::Connected`] or [`CallEvent::Failed`] follow.
    Dial {
        /// Whose leg it will be.
        party: ParticipantId,
        /// The number, in E.164.
        number: String,
        /// The caller's number to show; none = the trunk's own.
        caller_id: Option<String>,
        /// The caller's name to show.
        caller_name: Option<String>,
        /// How long to let it ring, in milliseconds.
        time_limit_ms: u64,
        /// Keys to send once it is answered; a comma is a pause of 750 ms.
        digits: Option<String>,
    },
    /// From now on these parties hear exactly these others; a party that is not named hears nobody. Declares the whole
    /// room, so that the last one holds.
    Mix {
        /// First contact of the chain: the room.
        room: ContactId,
        /// Who hears whom.
        hears: BTreeMap<ParticipantId, Vec<ParticipantId>>,
    },
    /// Play to one party, instead of what it hears; [`CallEvent::Played`] follows unless it is repeated or stopped.
    Play {
        /// Who hears it.
        party: ParticipantId,
        /// Named by the event.
        play: Uuid,
        /// What, in this order.
        sounds: Vec<Message>,
        /// The voice that speaks texts.
        voice: Voice,
        /// Begin again at the end, until something else is played or [`CallCommand::Stop`].
        repeat: bool,
    },
    /// Stop what is played to a party and drop what is gathered from it.
    Stop {
        /// Who hears it.
        party: ParticipantId,
    },
    /// Play to a party and gather keys meanwhile and afterwards; the first key stops what is played.
    /// [`CallEvent::Gathered`] follows.
    Gather {
        /// Whose keys.
        party: ParticipantId,
        /// Named by the event.
        gather: Uuid,
        /// What is played first.
        sounds: Vec<Message>,
        /// The voice that speaks texts.
        voice: Voice,
        /// Which keys, and how long.
        keys: KeyRules,
    },
    /// Send keys to a party's far end. A comma is a pause of 750 ms.
    SendDigits {
        /// Whose far end.
        party: ParticipantId,
        /// `0`–`9`, `*`, `#`, `,`.
        digits: String,
    },
}

/// How keys are gathered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRules {
    /// Time for the first key after the prompt, in milliseconds.
    pub first_ms: u64,
    /// Time between keys, in milliseconds.
    pub between_ms: u64,
    /// Most keys; reaching it ends the input.
    pub most: u32,
    /// Keys in a row that end the input and do not count; empty = none.
    pub terminator: String,
    /// Whether `*` starts the input anew.
    pub cancel_key: bool,
}

impl KeyRules {
    /// What ends the input, other than time.
    pub fn end(&self) -> flows::KeysEnd<'_> {
        flows::KeysEnd { most: self.most, terminator: &self.terminator, cancel_key: self.cancel_key }
    }
}

/// A voice for texts, by published names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    /// Voice id such as `Joanna`; none = the default voice.
    pub id: Option<String>,
    /// Engine such as `neural`.
    pub engine: Option<String>,
    /// Speaking style.
    pub style: Option<String>,
    /// BCP-47 language of the contact.
    pub language: Option<String>,
}

impl Voice {
    /// Whether nothing was chosen.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Why a leg is ended from this side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HangUpCause {
    /// The call is over in order.
    Normal,
    /// There is no room for another call.
    Busy,
    /// Nobody is there under the number that was called.
    NotFound,
    /// The call is not wanted.
    Refused,
}

/// Why a call out came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallFailure {
    /// Nobody answered in time.
    NoAnswer,
    /// The far end is busy.
    Busy,
    /// The number does not exist, or may not be called.
    BadNumber,
    /// The far end refused.
    Refused,
    /// No trunk, or no way through it.
    Telecom,
}

/// What telephony tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum CallEvent {
    /// A call out rings.
    Ringing {
        /// Whose leg.
        party: ParticipantId,
    },
    /// Sound flows both ways.
    Connected {
        /// Whose leg.
        party: ParticipantId,
    },
    /// A call out came to nothing.
    Failed {
        /// Whose leg.
        party: ParticipantId,
        /// Why.
        cause: CallFailure,
    },
    /// The far end hung up, or its sound is gone for good.
    HungUp {
        /// Whose leg.
        party: ParticipantId,
        /// Whether it was lost rather than ended.
        lost: bool,
    },
    /// What was played is over.
    Played {
        /// As in the command.
        play: Uuid,
        /// Who heard it.
        party: ParticipantId,
        /// Why it could not be played, if it could not.
        error: Option<String>,
    },
    /// Keys were gathered.
    Gathered {
        /// As in the command.
        gather: Uuid,
        /// Whose keys.
        party: ParticipantId,
        /// The keys without terminator; empty when none came.
        keys: String,
        /// The time between or before keys was over, rather than a terminator or the most keys reached.
        timed_out: bool,
        /// Why the prompt could not be played, if it could not.
        error: Option<String>,
    },
}

impl CallEvent {
    /// Whose leg it is about.
    pub fn party(&self) -> ParticipantId {
        match self {
            Self::Ringing { party }
            | Self::Connected { party }
            | Self::Failed { party, .. }
            | Self::HungUp { party, .. }
            | Self::Played { party, .. }
            | Self::Gathered { party, .. } => *party,
        }
    }
}

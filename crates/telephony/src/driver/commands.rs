//! What the driver is told.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use contacts::call::KeyRules;
use model::{ContactId, ParticipantId};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use uuid::Uuid;

use super::{Owner, Sibling};
use crate::rtc::{OfferError, RtcLeg};
use crate::sound::Playlist;
use crate::turn::Client;

/// What the driver is told.
pub enum Command {
    /// Take a leg that was made of a browser's offer, in place of the one that the party may have.
    Leg {
        /// Whose leg.
        owner: Owner,
        /// The leg.
        leg: Box<RtcLeg>,
        /// Told whether there is a place for it.
        taken: oneshot::Sender<Result<(), OfferError>>,
    },
    /// The party is taken: from now on it is told that it is connected.
    Answer(ParticipantId),
    /// End a party's leg; nothing is told.
    HangUp(ParticipantId),
    /// Who hears whom in a room.
    Mix {
        /// The room.
        room: ContactId,
        /// Who hears whom.
        hears: BTreeMap<ParticipantId, Vec<ParticipantId>>,
    },
    /// Play to a party.
    Play {
        /// Who hears it.
        party: ParticipantId,
        /// Named when it is over.
        play: Uuid,
        /// What.
        list: Playlist,
        /// Over and over.
        repeat: bool,
    },
    /// Play to a party and gather its keys.
    Gather {
        /// Whose keys.
        party: ParticipantId,
        /// Named when they are there.
        gather: Uuid,
        /// What is played first.
        list: Playlist,
        /// Which keys.
        keys: KeyRules,
        /// Why the prompt is not played, when it could not be made.
        error: Option<String>,
    },
    /// Stop what is played to a party and drop what is gathered.
    Stop(ParticipantId),
    /// Send keys to a party's far end.
    SendDigits {
        /// Whose.
        party: ParticipantId,
        /// Which, with commas as pauses.
        digits: String,
    },
    /// A party has pressed a key that does not come as sound.
    Key {
        /// Who.
        party: ParticipantId,
        /// Which.
        key: char,
    },
    /// A stream of TURN is there; what is for it goes into the queue.
    StreamOpened {
        /// Who.
        client: Client,
        /// Messages for it.
        queue: mpsc::Sender<Vec<u8>>,
        /// Set while it has an allocation.
        allocated: Arc<AtomicBool>,
    },
    /// A message of such a stream.
    StreamMessage {
        /// Who.
        client: Client,
        /// The message.
        message: Vec<u8>,
    },
    /// Such a stream has ended.
    StreamClosed {
        /// Who.
        client: Client,
        /// Its place among the streams, which is free once this is done.
        place: OwnedSemaphorePermit,
    },
    /// The other drivers, with which the relay is shared.
    Siblings(Vec<Sibling>),
    /// What a client of the relay sends to the media of this driver.
    Relayed {
        /// The client's relayed address.
        from: SocketAddr,
        /// The media address.
        to: SocketAddr,
        /// The datagram.
        data: Vec<u8>,
    },
    /// What the media of another driver sends to a client of the relay.
    ToRelay {
        /// The client's relayed address.
        relayed: SocketAddr,
        /// The media address.
        peer: SocketAddr,
        /// The datagram.
        data: Vec<u8>,
    },
    /// Stop the thread.
    End,
}

impl Command {
    /// Whose leg it is for, when it is for one.
    pub(super) fn party(&self) -> Option<ParticipantId> {
        match self {
            Self::Leg { owner, .. } => Some(owner.party),
            Self::Answer(party) | Self::HangUp(party) | Self::Stop(party) => Some(*party),
            Self::Play { party, .. }
            | Self::Gather { party, .. }
            | Self::SendDigits { party, .. }
            | Self::Key { party, .. } => Some(*party),
            _ => None,
        }
    }
}

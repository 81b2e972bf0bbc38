//! What the driver is told.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use contacts::call::KeyRules;
use model::{ContactId, ParticipantId};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::{Owner, Sibling};
use crate::rtc::{Answer, OfferError};
use crate::sound::Clip;
use crate::turn::Client;

/// What the driver is told.
pub enum Command {
    /// Make a leg of a browser's offer, in place of the one that the party may have.
    Offer {
        /// Whose leg.
        owner: Owner,
        /// The offer.
        sdp: String,
        /// Told the answer.
        answer: oneshot::Sender<Result<Answer, OfferError>>,
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
        clip: Arc<Clip>,
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
        clip: Arc<Clip>,
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
    },
    /// A message of such a stream.
    StreamMessage {
        /// Who.
        client: Client,
        /// The message.
        message: Vec<u8>,
    },
    /// Such a stream has ended.
    StreamClosed(Client),
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

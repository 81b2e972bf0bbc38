//! The port to telephony: legs of calls live elsewhere, here they are only told what to do.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use contacts::call::CallCommand;
use engine::Engine;
use model::{ContactId, ParticipantId, Timestamp};

/// Something that has the legs of calls.
pub trait Telephony: Send + Sync + 'static {
    /// Takes a command of a call of this instance, in the order of their commits. Must not block; what comes of it is
    /// told with [`contacts::Core::call_event`].
    fn command(&self, engine: &Arc<Engine>, command: CallCommand);

    /// Makes a leg of a browser's offer, in place of the one that the party may have. Once sound can flow, the core is
    /// told that the party is connected.
    fn offer<'a>(&'a self, engine: &'a Arc<Engine>, offer: WebOffer) -> Answering<'a>;

    /// A party has pressed a key that does not come as sound.
    fn key(&self, party: ParticipantId, key: char);

    /// Where a browser finds the relay, and credentials of a user for it that are good until a moment. `host` is the
    /// name by which the browser has reached this server. None = there is no relay.
    fn relay(&self, host: &str, user: &str, until: Timestamp) -> Option<Relay>;
}

/// A browser's part of a leg.
#[derive(Clone, Debug)]
pub struct WebOffer {
    /// Whose leg.
    pub party: ParticipantId,
    /// First contact of the chain: the room of the call.
    pub room: ContactId,
    /// The session description.
    pub sdp: String,
}

/// The server's part of a leg.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebAnswer {
    /// The session description.
    pub sdp: String,
    /// Where the server's sound is: lines of ICE candidates, beginning with `candidate:`.
    pub candidates: Vec<String>,
    /// The server's name in the ICE session.
    pub ufrag: String,
}

/// Why an offer is not answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OfferRefused {
    /// The offer cannot be followed.
    #[error("{0}")]
    Wrong(String),
    /// There is no room for another leg.
    #[error("The server has no room for another call. Try again later.")]
    Busy,
    /// Telephony does not answer.
    #[error("Calls are not available now. Try again in a moment.")]
    Unavailable,
}

/// An answer that is waited for.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Result<WebAnswer, OfferRefused>> + Send + 'a>>;

/// A relay for browsers that cannot reach the server's sound directly, or shall not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay {
    /// Addresses such as `turn:cc.example.com:3478?transport=udp`, the preferred one first.
    pub urls: Vec<String>,
    /// User name.
    pub username: String,
    /// Password.
    pub credential: String,
}

/// Where telephony is plugged in; a server without it has no calls.
#[derive(Default)]
pub(crate) struct Port(OnceLock<Arc<dyn Telephony>>);

impl Port {
    pub(crate) fn plug(&self, telephony: Arc<dyn Telephony>) {
        if self.0.set(telephony).is_err() {
            tracing::error!("telephony was plugged in twice; the first goes on");
        }
    }

    pub(crate) fn plugged(&self) -> Option<&Arc<dyn Telephony>> {
        self.0.get()
    }

    pub(crate) fn command(&self, engine: &Arc<Engine>, command: CallCommand) {
        match self.0.get() {
            Some(telephony) => telephony.command(engine, command),
            None => tracing::warn!(instance = %engine.id(), "a call wants telephony, and there is none"),
        }
    }
}

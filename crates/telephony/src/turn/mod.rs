//! The TURN server (RFC 8656) as a machine: datagrams in, datagrams out, time as an input.
//!
//! Browsers of agents reach media through relays only. This one relays to nothing but the media of this server, and in
//! memory: a relayed address is a name that only the media driver knows, no socket stands behind it, so the server
//! cannot be used to reach anybody else.
//!
//! ```text
//! browser ──UDP/TCP/TLS──► Turn ──(relayed address, media address, data)──► media driver
//! ```
//!
//! | message | answered |
//! |---|---|
//! | Binding | always |
//! | Allocate, Refresh, CreatePermission, ChannelBind | with long-term credentials (see [`credentials`]) |
//! | Send, ChannelData | passed on, where permitted, to addresses of our media |
//!
//! Not there, and answered as the RFC says: relays over TCP, IPv6 relays, even ports and reservations.

mod allocation;
pub mod credentials;
pub mod framing;
mod relayed;
mod request;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tracing::subscriber::NoSubscriber;
use turn_types::attribute::{Data, XorPeerAddress};
use turn_types::channel::ChannelData;
use turn_types::message::{DATA, SEND};
use turn_types::stun::attribute::{Attribute, AttributeStaticType};
use turn_types::stun::message::{
    Message, MessageClass, MessageType, MessageWrite, MessageWriteExt, MessageWriteVec, TransactionId,
};

pub use relayed::is_relayed;

use allocation::Allocation;
use credentials::Secret;
use relayed::Names;

/// Who sent a datagram to the TURN server: the address, and for streams the number of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Client {
    /// The client's address as the server sees it.
    pub address: SocketAddr,
    /// Which connection, when it is none of UDP.
    pub stream: Option<u64>,
}

/// What the server grants.
#[derive(Clone, Debug)]
pub struct TurnRules {
    /// The name of the server's users, shown to clients.
    pub realm: String,
    /// Media addresses that are relayed to.
    pub peers: BTreeSet<SocketAddr>,
    /// Allocations at once.
    pub allocations: usize,
    /// Allocations at once of one user.
    pub allocations_per_user: usize,
}

/// What comes of a datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relay<'a> {
    /// An answer for the client.
    Answer(Vec<u8>),
    /// For the media of this server.
    Media {
        /// The relayed address of the client: the source that media sees.
        from: SocketAddr,
        /// The media address.
        to: SocketAddr,
        /// The datagram.
        data: &'a [u8],
    },
}

/// Peers that one client may have permissions for, and channels it may have.
const PERMISSIONS: usize = 16;
/// How often expired allocations are looked for.
const SWEEP: Duration = Duration::from_secs(5);

/// The TURN server.
#[derive(Debug)]
pub struct Turn {
    rules: TurnRules,
    secret: Secret,
    allocations: HashMap<Client, Allocation>,
    /// Clients by their relayed addresses.
    relayed: HashMap<SocketAddr, Client>,
    users: HashMap<String, usize>,
    names: Names,
    swept: Instant,
}

impl Turn {
    /// A server without clients.
    pub fn new(rules: TurnRules, secret: Secret, now: Instant) -> Self {
        Self {
            rules,
            secret,
            allocations: HashMap::new(),
            relayed: HashMap::new(),
            users: HashMap::new(),
            names: Names::default(),
            swept: now,
        }
    }

    /// Lets clients reach more media.
    pub fn add_peers(&mut self, peers: impl IntoIterator<Item = SocketAddr>) {
        self.rules.peers.extend(peers);
    }

    /// How many allocations there are.
    pub fn allocations(&self) -> usize {
        self.allocations.len()
    }

    /// Whether a client has an allocation.
    pub fn has(&self, client: Client) -> bool {
        self.allocations.contains_key(&client)
    }

    /// Takes a datagram, or a message of a stream, from a client. `unix` is the present in seconds since 1970, against
    /// which credentials are checked.
    pub fn from_client<'a>(
        &mut self,
        client: Client,
        data: &'a [u8],
        now: Instant,
        unix: i64,
    ) -> Option<Relay<'a>> {
        match data.first()? >> 6 {
            0 => {
                // Anybody may send anything here; what the reader thinks of it is not worth a line of the log each.
                tracing::subscriber::with_default(NoSubscriber::default(), || {
                    self.message(client, data, now, unix)
                })
            }
            1 => self.channel_data(client, data, now),
            _ => None,
        }
    }

    /// Takes what media sends to a relayed address: for which client, and in which wrapping.
    pub fn from_media(
        &mut self,
        relayed: SocketAddr,
        peer: SocketAddr,
        data: &[u8],
        now: Instant,
    ) -> Option<(Client, Vec<u8>)> {
        let client = *self.relayed.get(&relayed)?;
        let allocation = self.allocations.get(&client).filter(|allocation| allocation.until > now)?;
        if !allocation.permits(peer, now) {
            return None;
        }
        if let Some(channel) = allocation.channel_of(peer, now) {
            let mut wrapped = Vec::with_capacity(data.len() + 8);
            wrapped.extend(channel.to_be_bytes());
            wrapped.extend(u16::try_from(data.len()).ok()?.to_be_bytes());
            wrapped.extend(data);
            if client.stream.is_some() {
                // Over streams every message ends on a multiple of four bytes.
                wrapped.resize(wrapped.len().next_multiple_of(4), 0);
            }
            return Some((client, wrapped));
        }
        let transaction = TransactionId::generate();
        let kind = MessageType::from_class_method(MessageClass::Indication, DATA);
        let mut message = Message::builder(kind, transaction, MessageWriteVec::new());
        message.add_attribute(&XorPeerAddress::new(peer, transaction)).ok()?;
        message.add_attribute(&Data::new(data)).ok()?;
        Some((client, message.finish()))
    }

    /// The connection of a client has ended, and with it its allocation.
    pub fn gone(&mut self, client: Client) {
        self.release(client);
    }

    /// Frees what has expired; call it now and then.
    pub fn sweep(&mut self, now: Instant) {
        if now < self.swept + SWEEP {
            return;
        }
        self.swept = now;
        let over: Vec<Client> = self
            .allocations
            .iter()
            .filter(|(_, allocation)| allocation.until <= now)
            .map(|(client, _)| *client)
            .collect();
        for client in over {
            self.release(client);
        }
        for allocation in self.allocations.values_mut() {
            allocation.forget_expired(now);
        }
    }

    fn message<'a>(&mut self, client: Client, data: &'a [u8], now: Instant, unix: i64) -> Option<Relay<'a>> {
        let message = Message::from_bytes(data).ok()?;
        match message.class() {
            MessageClass::Request => self.request(client, &message, now, unix).map(Relay::Answer),
            MessageClass::Indication if message.has_method(SEND) => self.send(client, &message, data, now),
            _ => None,
        }
    }

    fn send<'a>(&self, client: Client, message: &Message, data: &'a [u8], now: Instant) -> Option<Relay<'a>> {
        let peer = message.attribute::<XorPeerAddress>().ok()?.addr(message.transaction_id());
        let (at, attribute) = message.iter_attributes().find(|(_, one)| one.get_type() == Data::TYPE)?;
        let start = at + 4;
        let length = attribute.value.len();
        self.pass(client, peer, data.get(start..start + length)?, now)
    }

    fn channel_data<'a>(&self, client: Client, data: &'a [u8], now: Instant) -> Option<Relay<'a>> {
        let (channel, length) = ChannelData::parse_header(data).ok()?;
        let peer = self.allocations.get(&client)?.peer_of(channel, now)?;
        self.pass(client, peer, data.get(4..4 + length)?, now)
    }

    fn pass<'a>(&self, client: Client, peer: SocketAddr, data: &'a [u8], now: Instant) -> Option<Relay<'a>> {
        let allocation = self.allocations.get(&client).filter(|allocation| allocation.until > now)?;
        let allowed = allocation.permits(peer, now) && self.rules.peers.contains(&peer);
        allowed.then_some(Relay::Media { from: allocation.relayed, to: peer, data })
    }

    fn release(&mut self, client: Client) {
        let Some(allocation) = self.allocations.remove(&client) else { return };
        self.relayed.remove(&allocation.relayed);
        self.names.free(allocation.relayed);
        if let Some(count) = self.users.get_mut(&allocation.user) {
            *count -= 1;
            if *count == 0 {
                self.users.remove(&allocation.user);
            }
        }
    }
}

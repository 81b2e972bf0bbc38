//! Requests of TURN: who asks, whether they may, and what they are granted.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use turn_types::attribute::{
    ChannelNumber, DontFragment, EvenPort, Lifetime, RequestedAddressFamily, RequestedTransport,
    ReservationToken, XorPeerAddress, XorRelayedAddress,
};
use turn_types::message::{ALLOCATE, CHANNEL_BIND, CREATE_PERMISSION, REFRESH};
use turn_types::stun::AddressFamily;
use turn_types::stun::attribute::{
    Attribute, AttributeStaticType, AttributeType, ErrorCode, Fingerprint, MessageIntegrity, Nonce, Realm,
    Software, UnknownAttributes, Username, XorMappedAddress,
};
use turn_types::stun::message::{
    BINDING, IntegrityAlgorithm, IntegrityKey, LongTermKeyCredentials, Message, MessageWrite,
    MessageWriteExt, MessageWriteVec,
};

use super::allocation::{Allocation, Refused};
use super::{Client, Turn, credentials};

/// Protocol number of UDP.
const UDP: u8 = 17;
/// Seconds that an allocation lives at least and at most.
const LIFETIME: std::ops::RangeInclusive<u32> = 600..=3600;
/// Peers of one request.
const PEERS: usize = 8;

/// An answer that refuses: code and reason.
type Refusal = (u16, &'static str);

/// The caller of a request, whose password was right.
struct Caller {
    username: String,
    key: IntegrityKey,
}

impl Turn {
    /// The answer to a request.
    pub(super) fn request(
        &mut self,
        client: Client,
        message: &Message,
        now: Instant,
        unix: i64,
    ) -> Option<Vec<u8>> {
        if let Some(answer) = unknown(message) {
            return Some(answer);
        }
        if message.has_method(BINDING) {
            let mapped = XorMappedAddress::new(client.address, message.transaction_id());
            let mut answer = Message::builder_success(message, MessageWriteVec::new());
            answer.add_attribute(&mapped).ok()?;
            answer.add_fingerprint().ok()?;
            return Some(answer.finish());
        }
        let caller = match self.caller(client, message, now, unix) {
            Ok(caller) => caller,
            Err(refusal) => return self.challenge(client, message, unix, refusal),
        };
        let answered = if message.has_method(ALLOCATE) {
            self.allocate(client, message, &caller, now)
        } else if message.has_method(REFRESH) {
            self.refresh(client, message, &caller, now)
        } else if message.has_method(CREATE_PERMISSION) {
            self.create_permission(client, message, &caller, now)
        } else if message.has_method(CHANNEL_BIND) {
            self.bind_channel(client, message, &caller, now)
        } else {
            Err((ErrorCode::BAD_REQUEST, "No such method"))
        };
        let mut answer = match answered {
            Ok(answer) => answer,
            Err((code, reason)) => refuse(message, code, reason)?,
        };
        answer.add_message_integrity_with_key(&caller.key, IntegrityAlgorithm::Sha1).ok()?;
        Some(answer.finish())
    }

    /// Who asks (RFC 8489 §9.2.4). Names that have expired may keep and use what they have.
    fn caller(&self, client: Client, message: &Message, now: Instant, unix: i64) -> Result<Caller, Refusal> {
        let unauthorized = (ErrorCode::UNAUTHORIZED, "Unauthorized");
        if !message.has_attribute(MessageIntegrity::TYPE) {
            return Err(unauthorized);
        }
        let (Ok(username), Ok(realm), Ok(nonce)) =
            (message.attribute::<Username>(), message.attribute::<Realm>(), message.attribute::<Nonce>())
        else {
            return Err((ErrorCode::BAD_REQUEST, "Bad Request"));
        };
        if !self.secret.knows_nonce(nonce.nonce(), client.address, unix) {
            return Err((ErrorCode::STALE_NONCE, "Stale Nonce"));
        }
        let username = username.username().to_owned();
        let (_, until) = credentials::read(&username).ok_or(unauthorized)?;
        let has_allocation =
            self.allocations.get(&client).is_some_and(|one| one.until > now && one.username == username);
        if realm.realm() != self.rules.realm || (until <= unix && !has_allocation) {
            return Err(unauthorized);
        }
        let password = self.secret.password(&username);
        let key = LongTermKeyCredentials::new(username.clone(), password, self.rules.realm.clone())
            .make_key(IntegrityAlgorithm::Sha1);
        message.validate_integrity_with_key(&key).map_err(|_| unauthorized)?;
        Ok(Caller { username, key })
    }

    fn challenge(
        &self,
        client: Client,
        message: &Message,
        unix: i64,
        (code, reason): Refusal,
    ) -> Option<Vec<u8>> {
        let mut answer = refuse(message, code, reason)?;
        if code != ErrorCode::BAD_REQUEST {
            answer.add_attribute(&Realm::new(&self.rules.realm).ok()?).ok()?;
            answer.add_attribute(&Nonce::new(&self.secret.nonce(client.address, unix)).ok()?).ok()?;
        }
        Some(answer.finish())
    }

    fn allocate(
        &mut self,
        client: Client,
        message: &Message,
        caller: &Caller,
        now: Instant,
    ) -> Result<MessageWriteVec, Refusal> {
        let (user, _) = credentials::read(&caller.username).unwrap_or_default();
        if let Some(there) = self.allocations.get(&client) {
            if there.until <= now {
                self.release(client);
            } else if there.transaction != message.transaction_id() {
                return Err((ErrorCode::ALLOCATION_MISMATCH, "Allocation Mismatch"));
            } else {
                return allocated(client, message, there, now);
            }
        }
        let transport = message
            .attribute::<RequestedTransport>()
            .map_err(|_| (ErrorCode::BAD_REQUEST, "REQUESTED-TRANSPORT is missing"))?;
        if transport.protocol() != UDP {
            return Err((ErrorCode::UNSUPPORTED_TRANSPORT_PROTOCOL, "Only UDP is relayed"));
        }
        if message.attribute::<RequestedAddressFamily>().is_ok_and(|one| one.family() != AddressFamily::IPV4)
        {
            return Err((ErrorCode::ADDRESS_FAMILY_NOT_SUPPORTED, "Relayed addresses are IPv4"));
        }
        if message.has_attribute(EvenPort::TYPE) || message.has_attribute(ReservationToken::TYPE) {
            return Err((ErrorCode::INSUFFICIENT_CAPACITY, "Ports are not reserved"));
        }
        if self.users.get(user).is_some_and(|count| *count >= self.rules.allocations_per_user) {
            return Err((ErrorCode::ALLOCATION_QUOTA_REACHED, "Allocation Quota Reached"));
        }
        if self.allocations.len() >= self.rules.allocations {
            return Err((ErrorCode::INSUFFICIENT_CAPACITY, "Insufficient Capacity"));
        }
        let relayed = self.names.take();
        let until = now + Duration::from_secs(lifetime(message).into());
        let allocation = Allocation::new(
            relayed,
            user.to_owned(),
            caller.username.clone(),
            until,
            message.transaction_id(),
        );
        let answer = allocated(client, message, &allocation, now);
        *self.users.entry(user.to_owned()).or_default() += 1;
        self.relayed.insert(relayed, client);
        self.allocations.insert(client, allocation);
        answer
    }

    fn refresh(
        &mut self,
        client: Client,
        message: &Message,
        caller: &Caller,
        now: Instant,
    ) -> Result<MessageWriteVec, Refusal> {
        let allocation = self.allocation(client, caller, now)?;
        let seconds = match message.attribute::<Lifetime>() {
            Ok(asked) if asked.seconds() == 0 => 0,
            _ => lifetime(message),
        };
        allocation.until = now + Duration::from_secs(seconds.into());
        if seconds == 0 {
            self.release(client);
        }
        with(message, &Lifetime::new(seconds))
    }

    fn create_permission(
        &mut self,
        client: Client,
        message: &Message,
        caller: &Caller,
        now: Instant,
    ) -> Result<MessageWriteVec, Refusal> {
        self.allocation(client, caller, now)?;
        let peers: Vec<SocketAddr> = (0..PEERS)
            .map_while(|nth| message.nth_attribute::<XorPeerAddress>(nth).ok())
            .map(|peer| peer.addr(message.transaction_id()))
            .collect();
        if peers.is_empty() {
            return Err((ErrorCode::BAD_REQUEST, "XOR-PEER-ADDRESS is missing"));
        }
        for peer in &peers {
            self.is_ours(*peer)?;
        }
        let allocation = self.allocation(client, caller, now)?;
        for peer in peers {
            allocation.permit(peer.ip(), now).map_err(refused)?;
        }
        Ok(Message::builder_success(message, MessageWriteVec::new()))
    }

    fn bind_channel(
        &mut self,
        client: Client,
        message: &Message,
        caller: &Caller,
        now: Instant,
    ) -> Result<MessageWriteVec, Refusal> {
        self.allocation(client, caller, now)?;
        let (Ok(channel), Ok(peer)) =
            (message.attribute::<ChannelNumber>(), message.attribute::<XorPeerAddress>())
        else {
            return Err((ErrorCode::BAD_REQUEST, "CHANNEL-NUMBER or XOR-PEER-ADDRESS is missing"));
        };
        let peer = peer.addr(message.transaction_id());
        if !(0x4000..=0x4fff).contains(&channel.channel()) {
            return Err((ErrorCode::BAD_REQUEST, "The channel is not from 0x4000 to 0x4fff"));
        }
        self.is_ours(peer)?;
        self.allocation(client, caller, now)?.bind(channel.channel(), peer, now).map_err(refused)?;
        Ok(Message::builder_success(message, MessageWriteVec::new()))
    }

    fn allocation(
        &mut self,
        client: Client,
        caller: &Caller,
        now: Instant,
    ) -> Result<&mut Allocation, Refusal> {
        let allocation = self
            .allocations
            .get_mut(&client)
            .filter(|allocation| allocation.until > now)
            .ok_or((ErrorCode::ALLOCATION_MISMATCH, "Allocation Mismatch"))?;
        if allocation.username != caller.username {
            return Err((ErrorCode::WRONG_CREDENTIALS, "Wrong Credentials"));
        }
        Ok(allocation)
    }

    /// Refuses addresses where no media of this server is. The port is looked at when data comes.
    fn is_ours(&self, peer: SocketAddr) -> Result<(), Refusal> {
        if peer.is_ipv6() {
            return Err((ErrorCode::PEER_ADDRESS_FAMILY_MISMATCH, "Relayed addresses are IPv4"));
        }
        if self.rules.peers.iter().any(|known| known.ip() == peer.ip()) {
            return Ok(());
        }
        Err((ErrorCode::FORBIDDEN, "Only media of this server is relayed to"))
    }
}

fn allocated(
    client: Client,
    message: &Message,
    allocation: &Allocation,
    now: Instant,
) -> Result<MessageWriteVec, Refusal> {
    let transaction = message.transaction_id();
    let seconds = u32::try_from((allocation.until - now).as_secs()).unwrap_or(u32::MAX);
    let mut answer = with(message, &XorRelayedAddress::new(allocation.relayed, transaction))?;
    answer.add_attribute(&Lifetime::new(seconds)).map_err(too_long)?;
    answer.add_attribute(&XorMappedAddress::new(client.address, transaction)).map_err(too_long)?;
    Ok(answer)
}

fn with(
    message: &Message,
    attribute: &dyn turn_types::stun::attribute::AttributeWrite,
) -> Result<MessageWriteVec, Refusal> {
    let mut answer = Message::builder_success(message, MessageWriteVec::new());
    answer.add_attribute(attribute).map_err(too_long)?;
    Ok(answer)
}

fn too_long(_: turn_types::stun::message::StunWriteError) -> Refusal {
    (ErrorCode::SERVER_ERROR, "Server Error")
}

fn refused(refused: Refused) -> Refusal {
    match refused {
        Refused::TooMany => (ErrorCode::INSUFFICIENT_CAPACITY, "Insufficient Capacity"),
        Refused::Taken => (ErrorCode::BAD_REQUEST, "The channel or the peer is bound already"),
    }
}

fn lifetime(message: &Message) -> u32 {
    let asked = message.attribute::<Lifetime>().map_or(*LIFETIME.start(), |asked| asked.seconds());
    asked.clamp(*LIFETIME.start(), *LIFETIME.end())
}

fn refuse(message: &Message, code: u16, reason: &str) -> Option<MessageWriteVec> {
    let mut answer = Message::builder_error(message, MessageWriteVec::new());
    answer.add_attribute(&ErrorCode::new(code, reason).ok()?).ok()?;
    answer.add_attribute(&Software::new("Switchroom").ok()?).ok()?;
    Some(answer)
}

/// The refusal of a request with attributes that have to be understood and are not.
fn unknown(message: &Message) -> Option<Vec<u8>> {
    const KNOWN: [AttributeType; 14] = [
        Username::TYPE,
        MessageIntegrity::TYPE,
        Realm::TYPE,
        Nonce::TYPE,
        Fingerprint::TYPE,
        ChannelNumber::TYPE,
        Lifetime::TYPE,
        XorPeerAddress::TYPE,
        RequestedAddressFamily::TYPE,
        EvenPort::TYPE,
        RequestedTransport::TYPE,
        DontFragment::TYPE,
        ReservationToken::TYPE,
        XorMappedAddress::TYPE,
    ];
    // ICE attributes come along in the checks of some clients.
    const PRIORITY: [u16; 2] = [0x0024, 0x0025];
    let unknown: Vec<AttributeType> = message
        .iter_attributes()
        .map(|(_, attribute)| attribute.get_type())
        .filter(|kind| {
            kind.comprehension_required() && !KNOWN.contains(kind) && !PRIORITY.contains(&kind.value())
        })
        .take(16)
        .collect();
    if unknown.is_empty() {
        return None;
    }
    let mut answer = refuse(message, ErrorCode::UNKNOWN_ATTRIBUTE, "Unknown Attribute")?;
    answer.add_attribute(&UnknownAttributes::new(&unknown)).ok()?;
    Some(answer.finish())
}

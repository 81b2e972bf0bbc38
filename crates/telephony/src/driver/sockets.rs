//! The sockets of a driver: one port for all WebRTC legs, one for TURN.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};

use mio::net::UdpSocket;
use mio::{Interest, Registry, Token};

use super::DriverOptions;

/// The queue of commands.
pub(super) const WAKER: Token = Token(0);
/// Bytes of the longest datagram that is taken.
pub(super) const DATAGRAM: usize = 2_048;

/// Why a driver has no sockets.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// An address cannot be had.
    #[error("{what} cannot listen on {address} (UDP): {source}")]
    Bind {
        /// What for.
        what: &'static str,
        /// Where.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The operating system gives no way to wait for sockets.
    #[error("sockets cannot be waited for: {0}")]
    Poll(std::io::Error),
    /// No certificate for DTLS could be made.
    #[error("no certificate could be made: {0}")]
    Certificate(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Media,
    Turn,
}

/// What reading a socket brought.
pub(super) enum Read {
    /// A datagram, now in the buffer.
    Datagram {
        /// What the socket is for.
        purpose: Use,
        /// Who sent it.
        source: SocketAddr,
        /// The address it came to, as the sender knows it.
        local: SocketAddr,
        /// Bytes.
        length: usize,
    },
    /// Something that is not taken.
    Passed,
    /// Nothing more for now.
    Nothing,
}

struct Open {
    socket: UdpSocket,
    address: SocketAddr,
    purpose: Use,
}

/// All sockets.
pub(super) struct Sockets {
    open: Vec<Open>,
    /// Where browsers find the media.
    pub candidates: Vec<SocketAddr>,
    nat: bool,
}

impl Sockets {
    pub(super) fn open(options: &DriverOptions, registry: &Registry) -> Result<Self, BindError> {
        let mut open = Vec::new();
        let wanted = options.media.iter().map(|address| (Use::Media, *address));
        for (purpose, address) in wanted.chain(options.turn.iter().map(|address| (Use::Turn, *address))) {
            let what = if purpose == Use::Media { "media" } else { "the TURN server" };
            let failed = |source| BindError::Bind { what, address, source };
            let mut socket = UdpSocket::bind(address).map_err(failed)?;
            let address = socket.local_addr().map_err(failed)?;
            registry
                .register(&mut socket, Token(1 + open.len()), Interest::READABLE)
                .map_err(BindError::Poll)?;
            open.push(Open { socket, address, purpose });
        }
        let bound: Vec<SocketAddr> =
            open.iter().filter(|one| one.purpose == Use::Media).map(|one| one.address).collect();
        let nat = !options.advertised.is_empty();
        let candidates = if nat {
            let port = bound.first().map_or(0, SocketAddr::port);
            options.advertised.iter().map(|ip| SocketAddr::new(*ip, port)).collect()
        } else {
            bound
        };
        Ok(Self { open, candidates, nat })
    }

    /// The tokens of all sockets.
    pub(super) fn tokens(&self) -> impl Iterator<Item = Token> + use<> {
        (1..=self.open.len()).map(Token)
    }

    pub(super) fn turn_addresses(&self) -> Vec<SocketAddr> {
        self.open.iter().filter(|one| one.purpose == Use::Turn).map(|one| one.address).collect()
    }

    /// Reads the next datagram of the socket with this token.
    pub(super) fn read(&self, token: Token, buffer: &mut [u8; DATAGRAM]) -> Read {
        let one = token.0.checked_sub(1).and_then(|index| self.open.get(index));
        let Some(one) = one else { return Read::Nothing };
        match one.socket.recv_from(buffer) {
            // A datagram that fills the buffer was longer and is cut off.
            Ok((length, source)) if length < DATAGRAM => {
                Read::Datagram { purpose: one.purpose, source, local: self.local(one), length }
            }
            Ok(_) => Read::Passed,
            Err(error) if error.kind() == ErrorKind::WouldBlock => Read::Nothing,
            Err(error) => {
                // What an earlier datagram met on its way, such as a port that nobody listens on.
                tracing::trace!(%error, "a socket told of an earlier datagram");
                Read::Passed
            }
        }
    }

    /// Sends a datagram of media from one of the candidates.
    pub(super) fn send_media(&self, from: SocketAddr, to: SocketAddr, data: &[u8]) {
        let media = || self.open.iter().filter(|one| one.purpose == Use::Media);
        let one = media()
            .find(|one| one.address == from)
            .or_else(|| media().find(|one| one.address.is_ipv4() == to.is_ipv4()));
        send(one, to, data);
    }

    /// Sends a datagram of the TURN server.
    pub(super) fn send_turn(&self, to: SocketAddr, data: &[u8]) {
        let turn = || self.open.iter().filter(|one| one.purpose == Use::Turn);
        let fits = |one: &&Open| {
            one.address.is_ipv4() == to.is_ipv4() && one.address.ip().is_loopback() == to.ip().is_loopback()
        };
        let same_family = |one: &&Open| one.address.is_ipv4() == to.is_ipv4();
        send(turn().find(fits).or_else(|| turn().find(same_family)), to, data);
    }

    /// The address under which a browser reaches a socket.
    fn local(&self, one: &Open) -> SocketAddr {
        if !self.nat {
            return one.address;
        }
        let same_family = |candidate: &&SocketAddr| candidate.is_ipv4() == one.address.is_ipv4();
        self.candidates.iter().find(same_family).copied().unwrap_or(one.address)
    }
}

fn send(one: Option<&Open>, to: SocketAddr, data: &[u8]) {
    let Some(one) = one else { return };
    // As with every datagram: it may be lost. A socket whose buffer is full would be late anyway.
    if let Err(error) = one.socket.send_to(data, to) {
        tracing::trace!(%error, "a datagram was not sent");
    }
}

/// The addresses of this machine that others reach it by, when it is to listen on all.
pub fn machine_addresses(any: IpAddr) -> Vec<IpAddr> {
    if !any.is_unspecified() {
        return vec![any];
    }
    // Nothing is sent: the operating system says which address it would send from.
    let target = |text: &str| text.parse::<SocketAddr>().ok();
    let (own, far, home) = match any {
        IpAddr::V4(_) => (target("0.0.0.0:0"), target("192.0.2.1:9"), IpAddr::from([127, 0, 0, 1])),
        IpAddr::V6(_) => (target("[::]:0"), target("[2001:db8::1]:9"), std::net::Ipv6Addr::LOCALHOST.into()),
    };
    let outward = own.zip(far).and_then(|(own, far)| {
        let socket = std::net::UdpSocket::bind(own).ok()?;
        socket.connect(far).ok()?;
        Some(socket.local_addr().ok()?.ip())
    });
    let mut found: Vec<IpAddr> = outward.into_iter().chain([home]).collect();
    found.dedup();
    found
}

//! What one client has been granted.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use turn_types::stun::message::TransactionId;

use super::PERMISSIONS;

/// How long a permission holds (RFC 8656 §9).
const PERMISSION: Duration = Duration::from_secs(300);
/// How long a channel holds (RFC 8656 §12).
const CHANNEL: Duration = Duration::from_secs(600);

/// Something cannot be granted, as one client has too much of it or uses it for something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    TooMany,
    Taken,
}

/// An allocation.
#[derive(Debug)]
pub(super) struct Allocation {
    /// Its relayed address.
    pub relayed: SocketAddr,
    /// The user it is counted for.
    pub user: String,
    /// The name in its credentials.
    pub username: String,
    /// When it ends unless refreshed.
    pub until: Instant,
    /// The request that made it, for its repetitions.
    pub transaction: TransactionId,
    permissions: Vec<(IpAddr, Instant)>,
    channels: Vec<(u16, SocketAddr, Instant)>,
}

impl Allocation {
    pub(super) fn new(
        relayed: SocketAddr,
        user: String,
        username: String,
        until: Instant,
        transaction: TransactionId,
    ) -> Self {
        Self { relayed, user, username, until, transaction, permissions: Vec::new(), channels: Vec::new() }
    }

    /// Lets a peer's address send and be sent to.
    pub(super) fn permit(&mut self, peer: IpAddr, now: Instant) -> Result<(), Refused> {
        let until = now + PERMISSION;
        if let Some(one) = self.permissions.iter_mut().find(|(known, _)| *known == peer) {
            one.1 = until;
            return Ok(());
        }
        if self.permissions.len() >= PERMISSIONS {
            return Err(Refused::TooMany);
        }
        self.permissions.push((peer, until));
        Ok(())
    }

    /// Binds a channel to a peer, or keeps it.
    pub(super) fn bind(&mut self, channel: u16, peer: SocketAddr, now: Instant) -> Result<(), Refused> {
        self.forget_expired(now);
        let until = now + CHANNEL;
        if let Some(one) =
            self.channels.iter_mut().find(|(number, known, _)| *number == channel || *known == peer)
        {
            if (one.0, one.1) != (channel, peer) {
                return Err(Refused::Taken);
            }
            one.2 = until;
        } else if self.channels.len() >= PERMISSIONS {
            return Err(Refused::TooMany);
        } else {
            self.channels.push((channel, peer, until));
        }
        self.permit(peer.ip(), now)
    }

    pub(super) fn permits(&self, peer: SocketAddr, now: Instant) -> bool {
        self.permissions.iter().any(|(known, until)| *known == peer.ip() && *until > now)
    }

    pub(super) fn channel_of(&self, peer: SocketAddr, now: Instant) -> Option<u16> {
        self.channels
            .iter()
            .find(|(_, known, until)| *known == peer && *until > now)
            .map(|(number, ..)| *number)
    }

    pub(super) fn peer_of(&self, channel: u16, now: Instant) -> Option<SocketAddr> {
        self.channels
            .iter()
            .find(|(number, _, until)| *number == channel && *until > now)
            .map(|(_, peer, _)| *peer)
    }

    pub(super) fn forget_expired(&mut self, now: Instant) {
        self.permissions.retain(|(_, until)| *until > now);
        self.channels.retain(|(_, _, until)| *until > now);
    }
}

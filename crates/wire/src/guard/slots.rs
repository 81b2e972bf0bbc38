//! Counting connections, in all and per peer.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;

/// The room for connections.
#[derive(Debug)]
pub(super) struct Slots {
    most: usize,
    most_per_peer: usize,
    taken: Mutex<Taken>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    per_peer: HashMap<IpAddr, usize>,
}

/// Room for one connection, given back when dropped. It travels with the socket, also into a WebSocket.
#[derive(Debug)]
pub(super) struct Slot {
    slots: Arc<Slots>,
    peer: Option<IpAddr>,
}

impl Slots {
    pub(super) fn new(most: usize, most_per_peer: usize) -> Arc<Self> {
        Arc::new(Self { most, most_per_peer, taken: Mutex::default(), freed: Notify::new() })
    }

    /// Room for a connection from `peer`; none if there is none left.
    pub(super) fn take(self: &Arc<Self>, peer: IpAddr) -> Option<Slot> {
        let peer = counted_as(peer);
        let mut taken = self.taken.lock();
        if taken.all >= self.most {
            return None;
        }
        if let Some(peer) = peer {
            let count = taken.per_peer.entry(peer).or_default();
            if *count >= self.most_per_peer {
                if *count == 0 {
                    taken.per_peer.remove(&peer);
                }
                return None;
            }
            *count += 1;
        }
        taken.all += 1;
        Some(Slot { slots: Arc::clone(self), peer })
    }

    pub(super) fn taken(&self) -> usize {
        self.taken.lock().all
    }

    /// Ends when no connection is left.
    pub(super) async fn all_free(&self) {
        loop {
            let freed = self.freed.notified();
            if self.taken() == 0 {
                return;
            }
            freed.await;
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.slots.taken.lock();
        taken.all -= 1;
        let empty = taken.all == 0;
        if let Some(peer) = self.peer
            && let Some(count) = taken.per_peer.get_mut(&peer)
        {
            *count -= 1;
            if *count == 0 {
                taken.per_peer.remove(&peer);
            }
        }
        drop(taken);
        if empty {
            self.slots.freed.notify_waiters();
        }
    }
}

/// The address that a peer counts under: its /64 network for IPv6, which one host usually owns whole; none for
/// loopback.
fn counted_as(peer: IpAddr) -> Option<IpAddr> {
    let peer = peer.to_canonical();
    if peer.is_loopback() {
        return None;
    }
    Some(match peer {
        IpAddr::V4(_) => peer,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn counts_in_all_and_per_peer() {
        let slots = Slots::new(6, 2);
        let first = slots.take(ip("192.0.2.1"));
        let second = slots.take(ip("::ffff:192.0.2.1"));
        assert!(first.is_some() && second.is_some());
        assert!(slots.take(ip("192.0.2.1")).is_none(), "two per address");
        drop(first);
        let _again = slots.take(ip("192.0.2.1")).expect("one was given back");
        let _six = slots.take(ip("2001:db8::1")).expect("another network");
        let _seven = slots.take(ip("2001:db8::2")).expect("the second of its network");
        assert!(slots.take(ip("2001:db8::3")).is_none(), "two per /64");
        let _loopback =
            [slots.take(ip("127.0.0.1")), slots.take(ip("::1"))].map(|slot| slot.expect("exempt"));
        assert!(slots.take(ip("127.0.0.1")).is_none(), "six in all");
        assert_eq!(slots.taken(), 6);
    }

    #[test]
    fn forgets_peers_that_are_gone() {
        let slots = Slots::new(10, 1);
        drop(slots.take(ip("192.0.2.1")));
        assert_eq!((slots.taken(), slots.taken.lock().per_peer.len()), (0, 0));
        let closed = Slots::new(10, 0);
        assert!(closed.take(ip("192.0.2.1")).is_none());
        assert_eq!(closed.taken.lock().per_peer.len(), 0);
    }
}

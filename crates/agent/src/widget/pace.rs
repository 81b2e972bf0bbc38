//! How often one address may start a chat.

use std::collections::HashMap;
use std::net::IpAddr;

use model::Timestamp;
use parking_lot::Mutex;

/// Chats that an address may start at once.
const BURST: i64 = 30;
/// Milliseconds after which it may start one more.
const EVERY_MS: i64 = 2000;
/// Addresses remembered at most.
const REMEMBERED: usize = 10_000;

/// A bucket per address. Addresses of one IPv6 network (/64) share theirs: a subscriber has the whole of it.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When each bucket is full again.
    full_at: Mutex<HashMap<IpAddr, Timestamp>>,
}

impl Pace {
    /// Counts one start; refused with the milliseconds to wait.
    pub(super) fn charge(&self, peer: IpAddr, now: Timestamp) -> Result<(), i64> {
        let mut buckets = self.full_at.lock();
        if buckets.len() >= REMEMBERED {
            buckets.retain(|_, full_at| *full_at > now);
            if buckets.len() >= REMEMBERED {
                // So many addresses at once are no customers; those that come now share the wait.
                return Err(EVERY_MS);
            }
        }
        let full_at = buckets.entry(network(peer)).or_insert(now);
        let next = (*full_at).max(now) + EVERY_MS;
        let wait = next.since(now) - BURST * EVERY_MS;
        if wait > 0 {
            return Err(wait);
        }
        *full_at = next;
        Ok(())
    }
}

fn network(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => IpAddr::V4(address),
            None => IpAddr::V6((u128::from(address) & !u128::from(u64::MAX)).into()),
        },
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_waits_after_its_burst() {
        let pace = Pace::default();
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let (one, other) = (address("192.0.2.1"), address("192.0.2.2"));
        for _ in 0..BURST {
            assert_eq!(pace.charge(one, Timestamp(0)), Ok(()));
        }
        assert_eq!(pace.charge(one, Timestamp(0)), Err(EVERY_MS));
        assert_eq!(pace.charge(other, Timestamp(0)), Ok(()));
        assert_eq!(pace.charge(one, Timestamp(EVERY_MS - 1)), Err(1));
        assert_eq!(pace.charge(one, Timestamp(EVERY_MS)), Ok(()));
        for _ in 0..BURST {
            assert_eq!(pace.charge(address("2001:db8::1"), Timestamp(0)), Ok(()));
        }
        assert!(pace.charge(address("2001:db8::2"), Timestamp(0)).is_err());
        assert!(pace.charge(address("2001:db8:0:1::2"), Timestamp(0)).is_ok());
    }
}

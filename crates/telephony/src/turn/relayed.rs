//! Relayed addresses: names without sockets, from a range that no host on any network has (RFC 2544, 198.18.0.0/15).

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

const FIRST_PORT: u16 = 49_152;
const PORTS: u32 = (u16::MAX - FIRST_PORT) as u32 + 1;
const NETWORK: u32 = u32::from_be_bytes([198, 18, 0, 0]);

/// Whether an address is one of a TURN client of this server.
pub fn is_relayed(address: SocketAddr) -> bool {
    match address.ip() {
        IpAddr::V4(ip) => u32::from(ip) >> 17 == NETWORK >> 17,
        IpAddr::V6(_) => false,
    }
}

/// The names in use.
#[derive(Debug, Default)]
pub(super) struct Names {
    next: u32,
    free: Vec<u32>,
}

impl Names {
    /// A name that nobody has. The longest unused are not preferred: late datagrams of the last holder are still kept
    /// out by permissions.
    pub(super) fn take(&mut self) -> SocketAddr {
        let number = self.free.pop().unwrap_or_else(|| {
            let number = self.next;
            // 2^31 names, of which as many are used as there are allocations.
            self.next += 1;
            number
        });
        let ip = Ipv4Addr::from(NETWORK + number / PORTS);
        let port = FIRST_PORT + u16::try_from(number % PORTS).unwrap_or_default();
        SocketAddr::new(ip.into(), port)
    }

    pub(super) fn free(&mut self, name: SocketAddr) {
        if let IpAddr::V4(ip) = name.ip() {
            self.free.push((u32::from(ip) - NETWORK) * PORTS + u32::from(name.port() - FIRST_PORT));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_used_again_and_known_as_such() {
        let mut names = Names::default();
        let taken: Vec<_> = (0..20_000).map(|_| names.take()).collect();
        assert!(taken.iter().all(|name| is_relayed(*name)));
        assert_eq!(taken.iter().collect::<std::collections::BTreeSet<_>>().len(), taken.len());
        names.free(taken[17_000]);
        assert_eq!(names.take(), taken[17_000]);
        for other in ["198.17.255.255:1", "198.20.0.0:50000", "127.0.0.1:49152", "[::1]:49152"] {
            assert!(!is_relayed(other.parse().expect("an address")), "{other}");
        }
    }
}

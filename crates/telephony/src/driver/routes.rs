//! Whose leg a datagram is for.
//!
//! A browser's checks name the leg they are for (the first half of USERNAME, RFC 8445 §7.3); from then on its address
//! does.

use std::collections::HashMap;
use std::net::SocketAddr;

use model::ParticipantId;

/// Addresses that one leg is reached from: a browser tries each of its own before it settles.
const PER_LEG: usize = 32;

/// Legs by names and addresses.
#[derive(Debug, Default)]
pub(super) struct Routes {
    by_name: HashMap<String, ParticipantId>,
    by_source: HashMap<SocketAddr, ParticipantId>,
    of_leg: HashMap<ParticipantId, (String, Vec<SocketAddr>)>,
}

impl Routes {
    /// A leg has this name from now on, and only this.
    pub(super) fn name(&mut self, party: ParticipantId, ufrag: &str) {
        self.forget(party);
        self.by_name.insert(ufrag.to_owned(), party);
        self.of_leg.insert(party, (ufrag.to_owned(), Vec::new()));
    }

    /// A leg is no more.
    pub(super) fn forget(&mut self, party: ParticipantId) {
        let Some((name, sources)) = self.of_leg.remove(&party) else { return };
        self.by_name.remove(&name);
        for source in sources {
            if self.by_source.get(&source) == Some(&party) {
                self.by_source.remove(&source);
            }
        }
    }

    /// Whose a datagram says that it is.
    pub(super) fn find(&self, source: SocketAddr, data: &[u8]) -> Option<ParticipantId> {
        match local_name(data) {
            Some(name) => self.by_name.get(name).copied(),
            None => self.by_source.get(&source).copied(),
        }
    }

    /// A leg has taken a datagram of this address for its own, so the address is its browser's. Names alone prove
    /// nothing: whoever has seen one could take the addresses of others away.
    pub(super) fn taken(&mut self, party: ParticipantId, source: SocketAddr) {
        if self.by_source.get(&source) == Some(&party) {
            return;
        }
        let Some((_, sources)) = self.of_leg.get_mut(&party) else { return };
        if sources.len() >= PER_LEG {
            let oldest = sources.remove(0);
            if self.by_source.get(&oldest) == Some(&party) {
                self.by_source.remove(&oldest);
            }
        }
        sources.push(source);
        self.by_source.insert(source, party);
    }
}

/// The receiver's name in a binding request; none in everything else.
fn local_name(data: &[u8]) -> Option<&str> {
    const USERNAME: u16 = 0x0006;
    let head = data.get(..20)?;
    if head[..2] != [0, 1] || head[4..8] != [0x21, 0x12, 0xa4, 0x42] {
        return None;
    }
    let mut rest = &data[20..];
    while let [a, b, c, d, body @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*c, *d]));
        if u16::from_be_bytes([*a, *b]) == USERNAME {
            let text = std::str::from_utf8(body.get(..length)?).ok()?;
            return text.split_once(':').map(|(local, _)| local);
        }
        rest = body.get(length.next_multiple_of(4)..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str) -> Vec<u8> {
        let mut bytes = vec![0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42];
        bytes.extend([7; 12]);
        bytes.extend([0x80, 0x22, 0, 3, b'x', b'y', b'z', 0]);
        let text = format!("{name}:far");
        bytes.extend([0, 6, 0, text.len() as u8]);
        bytes.extend(text.as_bytes());
        bytes
    }

    #[test]
    fn checks_that_are_taken_make_addresses_known() {
        let (one, other) = (ParticipantId::from_u128(1), ParticipantId::from_u128(2));
        let source: SocketAddr = "192.0.2.1:5".parse().expect("an address");
        let mut routes = Routes::default();
        routes.name(one, "aaaa");
        routes.name(other, "bbbb");
        assert_eq!(routes.find(source, b"\x80rtp"), None);
        assert_eq!(routes.find(source, &check("cccc")), None);
        assert_eq!(routes.find(source, &check("bbbb")), Some(other));
        assert_eq!(routes.find(source, b"\x80rtp"), None, "nobody has taken it");
        routes.taken(other, source);
        assert_eq!(routes.find(source, b"\x80rtp"), Some(other));
        routes.name(other, "dddd");
        assert_eq!(routes.find(source, b"\x80rtp"), None, "a new session is asked for first");
        assert_eq!(routes.find(source, &check("bbbb")), None);
        assert_eq!(routes.find(source, &check("dddd")), Some(other));
        routes.taken(other, source);
        routes.forget(other);
        assert_eq!(routes.find(source, &check("dddd")), None);
        assert!(routes.by_source.is_empty());
        assert_eq!(routes.find(source, &check("aaaa")), Some(one));
    }

    #[test]
    fn a_leg_is_known_by_so_many_addresses() {
        let mut routes = Routes::default();
        routes.name(ParticipantId::from_u128(1), "aaaa");
        for port in 1..1000 {
            routes.taken(ParticipantId::from_u128(1), SocketAddr::new([192, 0, 2, 1].into(), port));
        }
        assert_eq!(routes.by_source.len(), PER_LEG);
    }

    #[test]
    fn odd_bytes_name_nobody() {
        let whole = check("aaaa");
        for end in 0..whole.len() {
            assert_eq!(local_name(&whole[..end]), None, "{end}");
        }
        assert_eq!(local_name(&whole), Some("aaaa"));
    }
}

//! Where a leg's media really comes from, and whose packets are taken (symmetric RTP).
//!
//! The address of the description is often that of a private network. So the address that media comes from is learned,
//! once, and then held on to: packets from elsewhere are ignored, however well they look. A stranger gets in neither by
//! being fast (four packets in a row are asked of an address that was not told, none of one that was) nor later on (a new
//! port is learned only of the same host, and only when the old one has been silent for a while).

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::time::MediaTime;

/// Whose packets are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Latching {
    /// Those from the address of the description.
    Strict,
    /// Those from the address that media is learned to come from.
    #[default]
    Symmetric,
    /// All: the transport has checked them, as WebRTC does.
    Transport,
}

/// Packets in a row from an address that was not told.
const PROOF: u8 = 4;
/// So long silent, another port of the same host may be learned.
const SILENT_MS: u64 = 3_000;

/// What to do with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Take it.
    Take,
    /// Take it: the address is learned with it.
    Learned,
    /// Leave it.
    Ignore,
}

/// The memory of one leg.
#[derive(Clone, Debug)]
pub struct Latch {
    latching: Latching,
    told: Option<SocketAddr>,
    locked: Option<SocketAddr>,
    heard: MediaTime,
    candidate: Option<(SocketAddr, u32, u16, u8)>,
}

impl Latch {
    /// With the address of the description.
    pub fn new(latching: Latching, told: Option<SocketAddr>) -> Self {
        Self { latching, told, locked: None, heard: MediaTime::default(), candidate: None }
    }

    /// Where to send to.
    pub fn destination(&self) -> Option<SocketAddr> {
        self.locked.or(self.told)
    }

    /// Takes a new address from a new description; one that is the same changes nothing.
    pub fn told(&mut self, latching: Latching, told: Option<SocketAddr>) {
        if (self.latching, self.told) != (latching, told) {
            *self = Self::new(latching, told);
        }
    }

    /// Judges a packet. `authentic` when a key has proved who sent it.
    pub fn judge(
        &mut self,
        now: MediaTime,
        source: SocketAddr,
        ssrc: u32,
        sequence: u16,
        authentic: bool,
    ) -> Verdict {
        match self.latching {
            Latching::Transport => return Verdict::Take,
            Latching::Strict => {
                return if self.told == Some(source) { Verdict::Take } else { Verdict::Ignore };
            }
            Latching::Symmetric => {}
        }
        if self.locked == Some(source) {
            self.heard = now;
            return Verdict::Take;
        }
        if authentic || (self.locked.is_none() && self.told == Some(source)) {
            return self.lock(now, source);
        }
        let same_host = self.locked.is_some_and(|locked| locked.ip() == source.ip());
        let silent = now.since(self.heard) >= SILENT_MS * 1_000;
        if self.locked.is_some() && !(same_host && silent) {
            return Verdict::Ignore;
        }
        let shown = match self.candidate {
            Some((address, of, last, shown))
                if address == source && of == ssrc && last.wrapping_add(1) == sequence =>
            {
                shown + 1
            }
            // A second stranger must not make the first begin anew for ever: the first is forgotten only when it is not
            // the one that goes on.
            _ => 1,
        };
        if shown >= PROOF {
            return self.lock(now, source);
        }
        self.candidate = Some((source, ssrc, sequence, shown));
        Verdict::Ignore
    }

    /// Whether RTCP from there is taken: it comes from the same host.
    pub fn takes_control(&self, source: SocketAddr, authentic: bool) -> bool {
        let known = self.locked.or(self.told);
        authentic
            || self.latching == Latching::Transport
            || known.is_some_and(|known| known.ip() == source.ip())
    }

    fn lock(&mut self, now: MediaTime, source: SocketAddr) -> Verdict {
        (self.locked, self.heard, self.candidate) = (Some(source), now, None);
        Verdict::Learned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn judge(latch: &mut Latch, millis: u64, source: &str, sequence: u16) -> Verdict {
        latch.judge(MediaTime::from_millis(millis), address(source), 1, sequence, false)
    }

    #[test]
    fn the_told_address_is_believed_at_once_and_held_on_to() {
        let mut latch = Latch::new(Latching::Symmetric, Some(address("10.0.0.1:4000")));
        assert_eq!(judge(&mut latch, 0, "10.0.0.1:4000", 1), Verdict::Learned);
        for sequence in 2..50 {
            assert_eq!(judge(&mut latch, 20, "203.0.113.9:4000", sequence), Verdict::Ignore, "a stranger");
        }
        assert_eq!(judge(&mut latch, 40, "10.0.0.1:4000", 2), Verdict::Take);
        assert_eq!(latch.destination(), Some(address("10.0.0.1:4000")));
    }

    #[test]
    fn another_address_has_to_show_a_row_of_packets() {
        let mut latch = Latch::new(Latching::Symmetric, Some(address("192.168.1.5:4000")));
        for (sequence, verdict) in [
            (7, Verdict::Ignore),
            (9, Verdict::Ignore),
            (10, Verdict::Ignore),
            (11, Verdict::Ignore),
            (12, Verdict::Learned),
            (13, Verdict::Take),
        ] {
            assert_eq!(judge(&mut latch, 0, "198.51.100.2:62000", sequence), verdict, "{sequence}");
        }
        assert_eq!(latch.destination(), Some(address("198.51.100.2:62000")));
    }

    #[test]
    fn a_new_port_is_learned_after_silence_and_only_of_the_same_host() {
        let mut latch = Latch::new(Latching::Symmetric, Some(address("10.0.0.1:4000")));
        judge(&mut latch, 0, "10.0.0.1:4000", 1);
        for (millis, source, last) in [
            (1_000, "10.0.0.1:5000", Verdict::Ignore),
            (10_000, "10.0.0.2:4000", Verdict::Ignore),
            (10_000, "10.0.0.1:5000", Verdict::Learned),
        ] {
            let verdicts: Vec<Verdict> =
                (20..24).map(|sequence| judge(&mut latch, millis, source, sequence)).collect();
            assert_eq!(verdicts[3], last, "{millis} {source}");
        }
    }

    #[test]
    fn a_key_is_proof_enough() {
        let mut latch = Latch::new(Latching::Symmetric, None);
        assert_eq!(latch.judge(MediaTime(0), address("10.0.0.9:1"), 1, 1, true), Verdict::Learned);
        assert_eq!(latch.judge(MediaTime(0), address("10.0.0.8:1"), 1, 1, true), Verdict::Learned);
        assert!(!latch.takes_control(address("10.0.0.1:2"), false));
        assert!(latch.takes_control(address("10.0.0.8:2"), false));
    }

    #[test]
    fn strict_and_transport_do_not_learn() {
        let mut strict = Latch::new(Latching::Strict, Some(address("10.0.0.1:4000")));
        assert_eq!(judge(&mut strict, 0, "10.0.0.1:4001", 1), Verdict::Ignore);
        assert_eq!(judge(&mut strict, 0, "10.0.0.1:4000", 1), Verdict::Take);
        let mut transport = Latch::new(Latching::Transport, None);
        assert_eq!(judge(&mut transport, 0, "10.0.0.1:4001", 1), Verdict::Take);
    }
}

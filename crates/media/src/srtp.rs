//! SRTP and SRTCP, RFC 3711, with keys from crypto lines (RFC 4568).
//!
//! One [`Outbound`] for what a leg sends, one [`Inbound`] for what it receives; each knows one master key.

use aws_lc_rs::cipher::{AES_128, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::{constant_time, hmac};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::rtp::{Packet, PacketError, Window};

/// Sources that one receiver follows; a call has one, and another for a moment when it changes.
const SOURCES: usize = 4;
const RTCP_TAG: usize = 10;

/// A protection that can be negotiated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Suite {
    /// `AES_CM_128_HMAC_SHA1_80`
    AesCm128HmacSha1_80,
    /// `AES_CM_128_HMAC_SHA1_32`; its RTCP carries 80 bits all the same.
    AesCm128HmacSha1_32,
}

impl Suite {
    /// As crypto lines name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AesCm128HmacSha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Self::AesCm128HmacSha1_32 => "AES_CM_128_HMAC_SHA1_32",
        }
    }

    /// By its name in crypto lines.
    pub fn by_name(name: &str) -> Option<Self> {
        [Self::AesCm128HmacSha1_80, Self::AesCm128HmacSha1_32].into_iter().find(|suite| suite.name() == name)
    }

    const fn tag(self) -> usize {
        match self {
            Self::AesCm128HmacSha1_80 => 10,
            Self::AesCm128HmacSha1_32 => 4,
        }
    }
}

/// Master key and master salt.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MasterKey {
    /// Sixteen bytes of key, fourteen of salt.
    bytes: Vec<u8>,
}

impl MasterKey {
    /// Bytes of key and salt together.
    pub const LENGTH: usize = 30;

    /// From key and salt, one after the other.
    pub fn new(bytes: [u8; Self::LENGTH]) -> Self {
        Self { bytes: bytes.to_vec() }
    }

    /// Key and salt, one after the other.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("MasterKey(secret)")
    }
}

/// Why a packet was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SrtpError {
    /// The key has a wrong length.
    #[error("the master key is not 30 bytes long")]
    Key,
    /// Too short to be protected, or no RTP at all.
    #[error("no protected packet: {0}")]
    Packet(#[from] PacketError),
    /// The tag is not that of the packet under this key.
    #[error("the packet is not authentic")]
    Authentication,
    /// Received before, or too old to tell.
    #[error("the packet was received before")]
    Replay,
    /// The key has protected as many packets as it may.
    #[error("the key is used up")]
    Exhausted,
}

struct Keys {
    cipher: EncryptingKey,
    salt: [u8; 14],
    authentication: hmac::Key,
}

struct Session {
    rtp: Keys,
    rtcp: Keys,
    suite: Suite,
}

fn counter_mode(key: &[u8], iv: [u8; 16], data: &mut [u8]) -> Result<(), SrtpError> {
    cipher(key)?.less_safe_encrypt(data, EncryptionContext::Iv128(iv.into())).map_err(|_| SrtpError::Key)?;
    Ok(())
}

fn cipher(key: &[u8]) -> Result<EncryptingKey, SrtpError> {
    UnboundCipherKey::new(&AES_128, key).and_then(EncryptingKey::ctr).map_err(|_| SrtpError::Key)
}

/// Fills `into` with the key stream for a label, §4.3.
fn derive(master: &MasterKey, label: u8, into: &mut [u8]) -> Result<(), SrtpError> {
    let (key, salt) = master.bytes.split_at_checked(16).ok_or(SrtpError::Key)?;
    let mut iv = [0; 16];
    iv.get_mut(..salt.len()).ok_or(SrtpError::Key)?.copy_from_slice(salt);
    iv[7] ^= label;
    into.fill(0);
    counter_mode(key, iv, into)
}

impl Keys {
    fn derive(master: &MasterKey, first_label: u8) -> Result<Self, SrtpError> {
        let (mut key, mut authentication, mut salt) = ([0; 16], [0; 20], [0; 14]);
        derive(master, first_label, &mut key)?;
        derive(master, first_label + 1, &mut authentication)?;
        derive(master, first_label + 2, &mut salt)?;
        Ok(Self {
            cipher: cipher(&key)?,
            salt,
            authentication: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &authentication),
        })
    }

    /// Encrypts or decrypts: the key stream is the same.
    fn apply(&self, ssrc: u32, index: u64, data: &mut [u8]) -> Result<(), SrtpError> {
        if data.is_empty() {
            return Ok(());
        }
        let mut iv = [0; 16];
        iv[..14].copy_from_slice(&self.salt);
        for (at, byte) in ssrc.to_be_bytes().into_iter().enumerate() {
            iv[4 + at] ^= byte;
        }
        for (at, byte) in index.to_be_bytes()[2..].iter().enumerate() {
            iv[8 + at] ^= byte;
        }
        self.cipher.less_safe_encrypt(data, EncryptionContext::Iv128(iv.into())).map_err(|_| SrtpError::Key)?;
        Ok(())
    }

    fn tag(&self, packet: &[u8], rollover: Option<u32>) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.authentication);
        context.update(packet);
        if let Some(rollover) = rollover {
            context.update(&rollover.to_be_bytes());
        }
        context.sign()
    }
}

impl Session {
    fn new(suite: Suite, master: &MasterKey) -> Result<Self, SrtpError> {
        if master.bytes.len() != MasterKey::LENGTH {
            return Err(SrtpError::Key);
        }
        Ok(Self { rtp: Keys::derive(master, 0)?, rtcp: Keys::derive(master, 3)?, suite })
    }
}

/// Protects what one leg sends.
pub struct Outbound {
    session: Session,
    highest: Option<u64>,
    rtcp_index: u32,
}

impl Outbound {
    /// With the key that our own crypto line told.
    pub fn new(suite: Suite, master: &MasterKey) -> Result<Self, SrtpError> {
        Ok(Self { session: Session::new(suite, master)?, highest: None, rtcp_index: 0 })
    }

    /// Encrypts an RTP packet in place and appends its tag. Sequence numbers go up by less than half their range.
    pub fn protect(&mut self, packet: &mut Vec<u8>) -> Result<(), SrtpError> {
        let parsed = Packet::parse(packet)?;
        let (header, offset) = (parsed.header, parsed.payload_offset);
        let index = estimate(self.highest, header.sequence);
        if index >= 1 << 48 {
            return Err(SrtpError::Exhausted);
        }
        self.highest = Some(self.highest.unwrap_or(index).max(index));
        self.session.rtp.apply(header.ssrc, index, &mut packet[offset..])?;
        let tag = self.session.rtp.tag(packet, Some((index >> 16) as u32));
        packet.extend_from_slice(&tag.as_ref()[..self.session.suite.tag()]);
        Ok(())
    }

    /// Encrypts a compound RTCP packet in place and appends index and tag.
    pub fn protect_rtcp(&mut self, packet: &mut Vec<u8>) -> Result<(), SrtpError> {
        let ssrc = packet.get(4..8).ok_or(PacketError::Short)?;
        let ssrc = u32::from_be_bytes([ssrc[0], ssrc[1], ssrc[2], ssrc[3]]);
        if self.rtcp_index >= 1 << 31 {
            return Err(SrtpError::Exhausted);
        }
        let index = self.rtcp_index;
        self.rtcp_index += 1;
        self.session.rtcp.apply(ssrc, u64::from(index), &mut packet[8..])?;
        packet.extend_from_slice(&(index | 1 << 31).to_be_bytes());
        let tag = self.session.rtcp.tag(packet, None);
        packet.extend_from_slice(&tag.as_ref()[..RTCP_TAG]);
        Ok(())
    }
}

/// Opens what one leg receives.
pub struct Inbound {
    session: Session,
    sources: Vec<(u32, Window)>,
    rtcp: Vec<(u32, Window)>,
}

impl Inbound {
    /// With the key that the other side's crypto line told.
    pub fn new(suite: Suite, master: &MasterKey) -> Result<Self, SrtpError> {
        Ok(Self { session: Session::new(suite, master)?, sources: Vec::new(), rtcp: Vec::new() })
    }

    /// Checks and decrypts an RTP packet in place; what is returned is its length without the tag.
    pub fn unprotect(&mut self, datagram: &mut [u8]) -> Result<usize, SrtpError> {
        let length = datagram.len().checked_sub(self.session.suite.tag()).ok_or(PacketError::Short)?;
        let (packet, tag) = datagram.split_at_mut(length);
        // Padding is encrypted: its length means nothing yet.
        let offset = crate::rtp::header_length(packet)?;
        let sequence = u16::from_be_bytes([packet[2], packet[3]]);
        let ssrc = u32::from_be_bytes([packet[8], packet[9], packet[10], packet[11]]);
        let known = self.sources.iter().position(|(source, _)| *source == ssrc);
        let mut window = known.map_or_else(Window::default, |at| self.sources[at].1);
        let index = estimate(window.highest, sequence);
        if !window.admits(index) {
            return Err(SrtpError::Replay);
        }
        let expected = self.session.rtp.tag(packet, Some((index >> 16) as u32));
        constant_time::verify_slices_are_equal(&expected.as_ref()[..tag.len()], tag)
            .map_err(|_| SrtpError::Authentication)?;
        self.session.rtp.apply(ssrc, index, &mut packet[offset..])?;
        window.note(index);
        remember(&mut self.sources, known, ssrc, window);
        Ok(length)
    }

    /// Checks and decrypts a compound RTCP packet in place; what is returned is its length without index and tag.
    pub fn unprotect_rtcp(&mut self, datagram: &mut [u8]) -> Result<usize, SrtpError> {
        let signed = datagram.len().checked_sub(RTCP_TAG).ok_or(PacketError::Short)?;
        let length = signed.checked_sub(4).filter(|length| *length >= 8).ok_or(PacketError::Short)?;
        let (packet, tag) = datagram.split_at_mut(signed);
        let ssrc = u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]);
        let word = u32::from_be_bytes([packet[length], packet[length + 1], packet[length + 2], packet[length + 3]]);
        let (encrypted, index) = (word >> 31 == 1, word & 0x7fff_ffff);
        let known = self.rtcp.iter().position(|(source, _)| *source == ssrc);
        let mut window = known.map_or_else(Window::default, |at| self.rtcp[at].1);
        if !window.admits(u64::from(index)) {
            return Err(SrtpError::Replay);
        }
        let expected = self.session.rtcp.tag(packet, None);
        constant_time::verify_slices_are_equal(&expected.as_ref()[..RTCP_TAG], tag)
            .map_err(|_| SrtpError::Authentication)?;
        if encrypted {
            self.session.rtcp.apply(ssrc, u64::from(index), &mut packet[8..length])?;
        }
        window.note(u64::from(index));
        remember(&mut self.rtcp, known, ssrc, window);
        Ok(length)
    }
}

/// Only authentic packets come here, so no stranger can push a source out.
fn remember(sources: &mut Vec<(u32, Window)>, known: Option<usize>, ssrc: u32, window: Window) {
    match known {
        Some(at) => sources[at].1 = window,
        None => {
            if sources.len() == SOURCES {
                sources.remove(0);
            }
            sources.push((ssrc, window));
        }
    }
}

/// The packet index nearest to the highest one, §3.3.1.
fn estimate(highest: Option<u64>, sequence: u16) -> u64 {
    let Some(highest) = highest else { return u64::from(sequence) };
    let rollover = highest >> 16;
    let last = highest as u16;
    let rollover = if last < 0x8000 {
        if sequence.saturating_sub(last) > 0x8000 { rollover.saturating_sub(1) } else { rollover }
    } else if last - 0x8000 > sequence {
        rollover + 1
    } else {
        rollover
    };
    (rollover << 16) | u64::from(sequence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtp::{Header, write_header};

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
        digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
    }

    fn master() -> MasterKey {
        let bytes = hex("E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6");
        MasterKey::new(bytes.try_into().unwrap())
    }

    fn packet(sequence: u16, payload: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_header(&Header { sequence, timestamp: 160, ssrc: 0x1234, ..Header::default() }, &mut bytes);
        bytes.extend_from_slice(payload);
        bytes
    }

    /// RFC 3711 appendix B.3.
    #[test]
    fn keys_are_derived_as_published() {
        for (label, expected) in [
            (0, "C61E7A93744F39EE10734AFE3FF7A087"),
            (2, "30CBBC08863D8C85D49DB34A9AE1"),
            (1, "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"),
        ] {
            let expected = hex(expected);
            let mut key = vec![0; expected.len()];
            derive(&master(), label, &mut key).unwrap();
            assert_eq!(key, expected);
        }
    }

    /// RFC 3711 appendix B.2.
    #[test]
    fn the_key_stream_is_the_published_one() {
        let mut stream = vec![0; 48];
        let mut iv = [0; 16];
        iv[..14].copy_from_slice(&hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD"));
        counter_mode(&hex("2B7E151628AED2A6ABF7158809CF4F3C"), iv, &mut stream).unwrap();
        let published = "E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0";
        assert_eq!(stream, hex(published));
    }

    /// A packet protected by another implementation (libsrtp's test of AES-CM with HMAC-SHA1-80).
    #[test]
    fn a_packet_of_another_implementation_is_opened() {
        let mut datagram = hex(
            "800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb",
        );
        let mut inbound = Inbound::new(Suite::AesCm128HmacSha1_80, &master()).unwrap();
        let length = inbound.unprotect(&mut datagram).unwrap();
        assert_eq!(datagram[..length], hex("800f1234decafbadcafebabe abababababababababababababababab"));
    }

    #[test]
    fn packets_travel_across_the_wrap_of_sequence_numbers() {
        for suite in [Suite::AesCm128HmacSha1_80, Suite::AesCm128HmacSha1_32] {
            let mut outbound = Outbound::new(suite, &master()).unwrap();
            let mut inbound = Inbound::new(suite, &master()).unwrap();
            let mut held = None;
            for step in 0u32..70_000 {
                let plain = packet((step + 65_000) as u16, &step.to_be_bytes());
                let mut bytes = plain.clone();
                outbound.protect(&mut bytes).unwrap();
                assert_ne!(bytes[12..16], plain[12..]);
                // One packet is overtaken exactly at the wrap.
                if step == 535 {
                    held = Some((bytes, plain));
                    continue;
                }
                let length = inbound.unprotect(&mut bytes).unwrap();
                assert_eq!(bytes[..length], plain[..]);
                if let Some((mut late, plain)) = held.take_if(|_| step == 540) {
                    let length = inbound.unprotect(&mut late).unwrap();
                    assert_eq!(late[..length], plain[..]);
                }
            }
        }
    }

    #[test]
    fn replays_and_forgeries_are_refused() {
        let mut outbound = Outbound::new(Suite::AesCm128HmacSha1_80, &master()).unwrap();
        let mut inbound = Inbound::new(Suite::AesCm128HmacSha1_80, &master()).unwrap();
        let protected: Vec<Vec<u8>> = (0..200u16)
            .map(|sequence| {
                let mut bytes = packet(sequence, b"voice");
                outbound.protect(&mut bytes).unwrap();
                bytes
            })
            .collect();
        let mut forged = protected[0].clone();
        forged[13] ^= 1;
        assert_eq!(inbound.unprotect(&mut forged), Err(SrtpError::Authentication));
        assert_eq!(inbound.unprotect(&mut protected[0].clone()), Ok(17));
        assert_eq!(inbound.unprotect(&mut protected[0].clone()), Err(SrtpError::Replay));
        assert_eq!(inbound.unprotect(&mut protected[199].clone()), Ok(17));
        assert_eq!(inbound.unprotect(&mut protected[150].clone()), Ok(17));
        assert_eq!(inbound.unprotect(&mut protected[150].clone()), Err(SrtpError::Replay));
        assert_eq!(inbound.unprotect(&mut protected[1].clone()), Err(SrtpError::Replay), "too old to tell");
        assert!(inbound.unprotect(&mut [0x80; 9]).is_err());
    }

    #[test]
    fn rtcp_travels_and_is_not_replayed() {
        let mut outbound = Outbound::new(Suite::AesCm128HmacSha1_32, &master()).unwrap();
        let mut inbound = Inbound::new(Suite::AesCm128HmacSha1_32, &master()).unwrap();
        let mut plain = Vec::new();
        crate::rtp::rtcp::write_report(9, "name", None, None, &mut plain);
        let mut bytes = plain.clone();
        outbound.protect_rtcp(&mut bytes).unwrap();
        assert_eq!(bytes.len(), plain.len() + 14);
        let copy = bytes.clone();
        let length = inbound.unprotect_rtcp(&mut bytes).unwrap();
        assert_eq!(bytes[..length], plain[..]);
        assert_eq!(inbound.unprotect_rtcp(&mut copy.clone()), Err(SrtpError::Replay));
        let mut forged = copy;
        let last = forged.len() - 1;
        forged[last] ^= 1;
        forged[last - 10] ^= 1;
        assert_eq!(inbound.unprotect_rtcp(&mut forged), Err(SrtpError::Authentication));
    }

    #[test]
    fn a_key_does_not_show_itself() {
        assert_eq!(format!("{:?}", master()), "MasterKey(secret)");
    }
}

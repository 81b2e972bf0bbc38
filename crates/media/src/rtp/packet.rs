//! One RTP packet: reading within its bounds, writing a header.

use thiserror::Error;

/// Bytes of a header without contributing sources and extension.
pub const HEADER_LENGTH: usize = 12;

/// The fields of an RTP header that mean something here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Start of a talk spurt, or of a telephone event.
    pub marker: bool,
    /// Payload type, 0 to 127.
    pub payload_type: u8,
    /// Sequence number, counting packets.
    pub sequence: u16,
    /// Media time in units of the codec's clock.
    pub timestamp: u32,
    /// Synchronisation source.
    pub ssrc: u32,
}

/// A received packet, borrowed from its datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The header.
    pub header: Header,
    /// Bytes before the payload: header, contributing sources and extension.
    pub payload_offset: usize,
    /// The payload without padding.
    pub payload: &'a [u8],
}

/// Why a datagram is no RTP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PacketError {
    /// Less than its own header says.
    #[error("the packet is shorter than its header says")]
    Short,
    /// Not version 2.
    #[error("the packet is not of RTP version 2")]
    Version,
    /// More padding than packet.
    #[error("the padding is longer than the packet")]
    Padding,
}

/// Whether a datagram on a port shared by both is RTCP, RFC 5761 §4.
pub fn looks_like_rtcp(datagram: &[u8]) -> bool {
    datagram.len() >= 2 && (192..=223).contains(&datagram[1])
}

/// The length of header, contributing sources and extension.
pub(crate) fn header_length(datagram: &[u8]) -> Result<usize, PacketError> {
    if datagram.len() < HEADER_LENGTH {
        return Err(PacketError::Short);
    }
    if datagram[0] >> 6 != 2 {
        return Err(PacketError::Version);
    }
    let mut length = HEADER_LENGTH + 4 * usize::from(datagram[0] & 0x0f);
    if datagram[0] & 0x10 != 0 {
        let words = datagram.get(length + 2..length + 4).ok_or(PacketError::Short)?;
        length += 4 + 4 * usize::from(u16::from_be_bytes([words[0], words[1]]));
    }
    if datagram.len() < length {
        return Err(PacketError::Short);
    }
    Ok(length)
}

impl<'a> Packet<'a> {
    /// Reads a datagram.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, PacketError> {
        let payload_offset = header_length(datagram)?;
        let mut end = datagram.len();
        if datagram[0] & 0x20 != 0 {
            let padding = usize::from(datagram[end - 1]);
            if padding == 0 || payload_offset + padding > end {
                return Err(PacketError::Padding);
            }
            end -= padding;
        }
        let word = |at: usize| u32::from_be_bytes([datagram[at], datagram[at + 1], datagram[at + 2], datagram[at + 3]]);
        Ok(Self {
            header: Header {
                marker: datagram[1] & 0x80 != 0,
                payload_type: datagram[1] & 0x7f,
                sequence: u16::from_be_bytes([datagram[2], datagram[3]]),
                timestamp: word(4),
                ssrc: word(8),
            },
            payload_offset,
            payload: &datagram[payload_offset..end],
        })
    }
}

/// Appends a plain header: no padding, extension or contributing sources.
pub fn write_header(header: &Header, into: &mut Vec<u8>) {
    into.extend_from_slice(&[0x80, (u8::from(header.marker) << 7) | (header.payload_type & 0x7f)]);
    into.extend_from_slice(&header.sequence.to_be_bytes());
    into.extend_from_slice(&header.timestamp.to_be_bytes());
    into.extend_from_slice(&header.ssrc.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: Header = Header { marker: true, payload_type: 8, sequence: 513, timestamp: 70_000, ssrc: 0xdead_beef };

    fn written() -> Vec<u8> {
        let mut bytes = Vec::new();
        write_header(&HEADER, &mut bytes);
        bytes.extend_from_slice(b"audio");
        bytes
    }

    #[test]
    fn what_is_written_is_read() {
        let bytes = written();
        assert_eq!(Packet::parse(&bytes), Ok(Packet { header: HEADER, payload_offset: 12, payload: b"audio" }));
    }

    #[test]
    fn sources_extension_and_padding_are_left_out() {
        let mut bytes = written()[..12].to_vec();
        bytes[0] = 0x80 | 0x20 | 0x10 | 2;
        bytes.extend_from_slice(&[0; 8]);
        bytes.extend_from_slice(&[0xbe, 0xde, 0, 1, 9, 9, 9, 9]);
        bytes.extend_from_slice(b"audio");
        bytes.extend_from_slice(&[0, 0, 3]);
        let packet = Packet::parse(&bytes).unwrap();
        assert_eq!((packet.payload, packet.payload_offset), (&b"audio"[..], 28));
    }

    #[test]
    fn lies_about_lengths_are_errors() {
        let whole = written();
        for cut in 0..12 {
            assert_eq!(Packet::parse(&whole[..cut]), Err(PacketError::Short));
        }
        for (first, last, expected) in [
            (0x40, 0, PacketError::Version),
            (0x8f, 0, PacketError::Short),
            (0x90, 0, PacketError::Short),
            (0xa0, 0, PacketError::Padding),
            (0xa0, 200, PacketError::Padding),
        ] {
            let mut bytes = whole.clone();
            bytes[0] = first;
            bytes.truncate(14);
            bytes[13] = last;
            assert_eq!(Packet::parse(&bytes), Err(expected), "{first:x} {last}");
        }
        let mut extension = whole;
        extension[0] = 0x90;
        extension[12..16].copy_from_slice(&[0, 0, 0xff, 0xff]);
        assert_eq!(Packet::parse(&extension), Err(PacketError::Short));
    }

    #[test]
    fn rtcp_is_told_from_rtp_on_one_port() {
        assert!(looks_like_rtcp(&[0x80, 200]));
        assert!(!looks_like_rtcp(&[0x80, 0x80 | 8]));
        assert!(!looks_like_rtcp(&[0x80]));
    }
}

//! RTCP: sender and receiver reports, source descriptions, goodbyes, in compound packets.

/// What is said about one received source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportBlock {
    /// The source reported on.
    pub ssrc: u32,
    /// Share lost since the report before, in 256ths.
    pub fraction_lost: u8,
    /// Packets lost since the beginning; duplicates may make it negative.
    pub cumulative_lost: i32,
    /// Highest sequence number with its wraps above.
    pub highest_sequence: u32,
    /// Inter-arrival jitter in clock units.
    pub jitter: u32,
    /// The middle 32 bits of the last sender report's time, zero for none.
    pub last_sender_report: u32,
    /// Time since that report in 65,536ths of a second.
    pub delay_since_last: u32,
}

/// What a sender says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SenderInfo {
    /// When this was sent, in seconds as 32.32 fixed point.
    pub ntp: u64,
    /// The same instant in the media clock.
    pub rtp: u32,
    /// Packets sent.
    pub packets: u32,
    /// Payload bytes sent.
    pub octets: u32,
}

/// One packet of a compound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rtcp<'a> {
    /// From one who sends.
    SenderReport {
        /// Who.
        ssrc: u32,
        /// What was sent.
        info: SenderInfo,
        /// What was received.
        blocks: Blocks<'a>,
    },
    /// From one who only receives.
    ReceiverReport {
        /// Who.
        ssrc: u32,
        /// What was received.
        blocks: Blocks<'a>,
    },
    /// Descriptions of sources; only the first canonical name is of interest.
    SourceDescription {
        /// Who.
        ssrc: u32,
        /// The canonical name.
        cname: &'a [u8],
    },
    /// Sources that leave.
    Goodbye {
        /// The first of them.
        ssrc: u32,
    },
    /// A kind that is not acted upon.
    Other(u8),
}

/// The blocks of a report, read as they are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks<'a>(&'a [u8]);

impl Iterator for Blocks<'_> {
    type Item = ReportBlock;

    fn next(&mut self) -> Option<ReportBlock> {
        let (block, rest) = self.0.split_at_checked(24)?;
        self.0 = rest;
        let lost = i32::from_be_bytes([block[4], block[5], block[6], block[7]]);
        Some(ReportBlock {
            ssrc: word(block, 0),
            fraction_lost: block[4],
            // Sign-extended from its 24 bits.
            cumulative_lost: (lost << 8) >> 8,
            highest_sequence: word(block, 8),
            jitter: word(block, 12),
            last_sender_report: word(block, 16),
            delay_since_last: word(block, 20),
        })
    }
}

/// The packets of a compound; what is damaged ends it.
pub struct Compound<'a>(&'a [u8]);

/// Reads a datagram.
pub fn parse(datagram: &[u8]) -> Compound<'_> {
    Compound(datagram)
}

impl<'a> Iterator for Compound<'a> {
    type Item = Rtcp<'a>;

    fn next(&mut self) -> Option<Rtcp<'a>> {
        let bytes = self.0;
        if bytes.len() < 4 || bytes[0] >> 6 != 2 {
            self.0 = &[];
            return None;
        }
        let length = 4 + 4 * usize::from(u16::from_be_bytes([bytes[2], bytes[3]]));
        let Some((packet, rest)) = bytes.split_at_checked(length) else {
            self.0 = &[];
            return None;
        };
        self.0 = rest;
        let count = usize::from(packet[0] & 0x1f);
        Some(one(packet, count).unwrap_or(Rtcp::Other(packet[1])))
    }
}

fn one(packet: &[u8], count: usize) -> Option<Rtcp<'_>> {
    let ssrc = packet.get(4..8).map(|bytes| word(bytes, 0))?;
    match packet[1] {
        200 => Some(Rtcp::SenderReport {
            ssrc,
            info: {
                let info = packet.get(8..28)?;
                SenderInfo {
                    ntp: (u64::from(word(info, 0)) << 32) | u64::from(word(info, 4)),
                    rtp: word(info, 8),
                    packets: word(info, 12),
                    octets: word(info, 16),
                }
            },
            blocks: Blocks(packet.get(28..28 + 24 * count)?),
        }),
        201 => Some(Rtcp::ReceiverReport { ssrc, blocks: Blocks(packet.get(8..8 + 24 * count)?) }),
        202 if count > 0 => {
            let mut items = packet.get(8..)?;
            while let [kind @ 1..=255, length, rest @ ..] = items {
                let value = rest.get(..usize::from(*length))?;
                if *kind == 1 {
                    return Some(Rtcp::SourceDescription { ssrc, cname: value });
                }
                items = &rest[value.len()..];
            }
            None
        }
        203 if count > 0 => Some(Rtcp::Goodbye { ssrc }),
        _ => None,
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// Appends a report and the description that every compound carries.
///
/// With `info` it is a sender report, without a receiver report.
pub fn write_report(ssrc: u32, cname: &str, info: Option<&SenderInfo>, block: Option<&ReportBlock>, into: &mut Vec<u8>) {
    let words = 1 + if info.is_some() { 5 } else { 0 } + if block.is_some() { 6 } else { 0 };
    let kind = if info.is_some() { 200 } else { 201 };
    into.extend_from_slice(&[0x80 | u8::from(block.is_some()), kind, 0, words]);
    into.extend_from_slice(&ssrc.to_be_bytes());
    if let Some(info) = info {
        into.extend_from_slice(&info.ntp.to_be_bytes());
        for value in [info.rtp, info.packets, info.octets] {
            into.extend_from_slice(&value.to_be_bytes());
        }
    }
    if let Some(block) = block {
        into.extend_from_slice(&block.ssrc.to_be_bytes());
        into.push(block.fraction_lost);
        into.extend_from_slice(&block.cumulative_lost.clamp(-0x80_0000, 0x7f_ffff).to_be_bytes()[1..]);
        for value in [block.highest_sequence, block.jitter, block.last_sender_report, block.delay_since_last] {
            into.extend_from_slice(&value.to_be_bytes());
        }
    }
    let name = &cname.as_bytes()[..cname.len().min(255)];
    // Source, kind, length and name, closed by at least one zero and filled to a word.
    let words = (4 + 2 + name.len()) / 4 + 1;
    let end = into.len() + 4 + 4 * words;
    into.extend_from_slice(&[0x81, 202]);
    into.extend_from_slice(&(words as u16).to_be_bytes());
    into.extend_from_slice(&ssrc.to_be_bytes());
    into.extend_from_slice(&[1, name.len() as u8]);
    into.extend_from_slice(name);
    into.resize(end, 0);
}

/// Appends a goodbye.
pub fn write_goodbye(ssrc: u32, into: &mut Vec<u8>) {
    into.extend_from_slice(&[0x81, 203, 0, 1]);
    into.extend_from_slice(&ssrc.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compound_is_read_as_written() {
        let info = SenderInfo { ntp: 0x1122_3344_5566_7788, rtp: 9, packets: 10, octets: 1_600 };
        let block = ReportBlock { ssrc: 5, fraction_lost: 12, cumulative_lost: -3, highest_sequence: 65_600, jitter: 40, last_sender_report: 1, delay_since_last: 2 };
        for name in ["a", "ab", "abc", "abcd", "call@host"] {
            let mut bytes = Vec::new();
            write_report(1, name, Some(&info), Some(&block), &mut bytes);
            write_goodbye(1, &mut bytes);
            assert_eq!(bytes.len() % 4, 0);
            let mut compound = parse(&bytes);
            let Some(Rtcp::SenderReport { ssrc: 1, info: read, mut blocks }) = compound.next() else { panic!("no report") };
            assert_eq!((read, blocks.next(), blocks.next()), (info, Some(block), None));
            assert_eq!(compound.next(), Some(Rtcp::SourceDescription { ssrc: 1, cname: name.as_bytes() }));
            assert_eq!(compound.next(), Some(Rtcp::Goodbye { ssrc: 1 }));
            assert_eq!(compound.next(), None);
        }
    }

    #[test]
    fn a_receiver_report_may_be_empty() {
        let mut bytes = Vec::new();
        write_report(3, "x", None, None, &mut bytes);
        let Some(Rtcp::ReceiverReport { ssrc: 3, mut blocks }) = parse(&bytes).next() else { panic!("no report") };
        assert_eq!(blocks.next(), None);
    }

    #[test]
    fn damage_ends_the_compound() {
        let mut bytes = Vec::new();
        write_report(3, "x", Some(&SenderInfo::default()), None, &mut bytes);
        for cut in 0..bytes.len() {
            assert!(parse(&bytes[..cut]).count() <= 1);
        }
        bytes[0] = 0x9f;
        assert_eq!(parse(&bytes).next(), Some(Rtcp::Other(200)), "31 blocks that are not there");
    }
}

//! Audio codecs behind one enum, and the two sample rates that calls are worked on in.

mod concealment;
mod decoder;
mod encoder;
mod g722;

pub use concealment::Concealment;
pub use decoder::Decoder;
pub use encoder::Encoder;
pub use g722::{G722Decoder, G722Encoder};

use serde::{Deserialize, Serialize};

/// Milliseconds of a frame: what is mixed, encoded and sent at a time.
pub const FRAME_MS: u64 = 20;
/// Samples of a frame at the higher rate.
pub const LONGEST_FRAME: usize = 320;
/// Bytes that one encoded frame may have.
pub const LONGEST_PAYLOAD: usize = 1_500;

/// The sample rate in which the sound of a call is worked on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Rate {
    /// 8 kHz, as telephones have it.
    #[default]
    Narrow,
    /// 16 kHz.
    Wide,
}

impl Rate {
    /// In hertz.
    pub const fn hertz(self) -> u32 {
        match self {
            Self::Narrow => 8_000,
            Self::Wide => 16_000,
        }
    }

    /// Samples of one frame.
    pub const fn frame(self) -> usize {
        self.hertz() as usize / 50
    }
}

/// How sound is coded in packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Codec {
    /// G.711 µ-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
    /// G.722 at 64 kbit/s. Its RTP clock is 8 kHz by an old mistake that everyone keeps.
    G722,
    /// Opus, one channel.
    Opus,
    /// Samples as they are, most significant byte first.
    L16(Rate),
}

impl Codec {
    /// Every codec.
    pub const ALL: [Self; 6] =
        [Self::Pcmu, Self::Pcma, Self::G722, Self::Opus, Self::L16(Rate::Narrow), Self::L16(Rate::Wide)];

    /// The clock of its timestamps in hertz.
    pub const fn clock_rate(self) -> u32 {
        match self {
            Self::Pcmu | Self::Pcma | Self::G722 => 8_000,
            Self::Opus => 48_000,
            Self::L16(rate) => rate.hertz(),
        }
    }

    /// Timestamp units of one frame.
    pub const fn frame_units(self) -> u32 {
        self.clock_rate() / 50
    }

    /// The number that needs no mapping.
    pub const fn static_payload_type(self) -> Option<u8> {
        match self {
            Self::Pcmu => Some(0),
            Self::Pcma => Some(8),
            Self::G722 => Some(9),
            Self::Opus | Self::L16(_) => None,
        }
    }

    /// By a number that needs no mapping.
    pub fn by_static_payload_type(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| codec.static_payload_type() == Some(number))
    }

    /// Encoding name, clock and channels as `rtpmap` says them. Opus always says two, RFC 7587 §7.
    pub const fn rtpmap(self) -> (&'static str, u32, u8) {
        match self {
            Self::Pcmu => ("PCMU", 8_000, 1),
            Self::Pcma => ("PCMA", 8_000, 1),
            Self::G722 => ("G722", 8_000, 1),
            Self::Opus => ("opus", 48_000, 2),
            Self::L16(rate) => ("L16", rate.hertz(), 1),
        }
    }

    /// By what `rtpmap` says.
    pub fn by_rtpmap(encoding: &str, rate: u32, channels: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| {
            let (name, clock, count) = codec.rtpmap();
            name.eq_ignore_ascii_case(encoding) && clock == rate && count == channels
        })
    }

    /// What `fmtp` says of how we would like to be sent.
    pub const fn parameters(self) -> Option<&'static str> {
        match self {
            Self::Opus => Some("useinbandfec=1;stereo=0;sprop-stereo=0"),
            _ => None,
        }
    }

    /// Bytes of a frame where all frames are of one length.
    pub const fn frame_bytes(self) -> Option<usize> {
        match self {
            Self::Pcmu | Self::Pcma | Self::G722 => Some(160),
            Self::L16(rate) => Some(rate.frame() * 2),
            Self::Opus => None,
        }
    }

    /// Timestamp units that a payload lasts.
    pub fn payload_units(self, payload: &[u8]) -> u32 {
        let length = payload.len() as u32;
        match self {
            Self::Pcmu | Self::Pcma | Self::G722 => length,
            Self::L16(_) => length / 2,
            Self::Opus => opus_units(payload),
        }
    }
}

/// Frame length and count of an Opus packet, RFC 6716 §3.1, in units of 48 kHz; at most 120 ms.
fn opus_units(payload: &[u8]) -> u32 {
    let [toc, rest @ ..] = payload else { return 0 };
    let frame = match toc >> 3 {
        config @ 0..=11 => [480, 960, 1_920, 2_880][usize::from(config & 3)],
        config @ 12..=15 => [480, 960][usize::from(config & 1)],
        config => [120, 240, 480, 960][usize::from(config & 3)],
    };
    let count = match (toc & 3, rest.first()) {
        (0, _) => 1,
        (1 | 2, _) => 2,
        (_, Some(count)) => u32::from(count & 63),
        (_, None) => 0,
    };
    (frame * count).min(5_760)
}

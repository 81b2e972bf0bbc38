//! Session descriptions of audio trunks, RFC 4566 and RFC 3264: text, model, offer and answer.

mod negotiation;
mod text;

pub use negotiation::{Agreed, AudioFormat, Local, Protection, Refusal, accept, answer, offer};
pub use text::ParseError;

use std::net::IpAddr;

use crate::srtp::{MasterKey, Suite};

/// Who sends, as the describing side sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Direction {
    /// Both ways.
    #[default]
    SendRecv,
    /// This side only sends.
    SendOnly,
    /// This side only listens.
    RecvOnly,
    /// Nobody sends.
    Inactive,
}

impl Direction {
    /// The attribute's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    /// By whether this side sends and whether it receives.
    pub const fn of(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }

    /// Whether the describing side sends.
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether the describing side receives.
    pub const fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// As the other side sees it.
    #[must_use]
    pub const fn reversed(self) -> Self {
        Self::of(self.receives(), self.sends())
    }
}

/// A whole description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The number of the session in the origin line.
    pub session_id: u64,
    /// The version in the origin line, one more with each change.
    pub version: u64,
    /// The address in the origin line, as written.
    pub origin: String,
    /// The address of all media without one of their own; none for a name.
    pub connection: Option<IpAddr>,
    /// Direction of all media without one of their own.
    pub direction: Option<Direction>,
    /// The media in their order.
    pub media: Vec<Media>,
}

/// One `m=` section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Media {
    /// `audio` or another kind.
    pub kind: String,
    /// Zero where it is refused.
    pub port: u16,
    /// As written, `RTP/AVP` or `RTP/SAVP` for what is understood.
    pub protocol: String,
    /// The formats as written.
    pub formats: Vec<String>,
    /// Its own address.
    pub connection: Option<IpAddr>,
    /// Its own direction.
    pub direction: Option<Direction>,
    /// What `rtpmap` says.
    pub maps: Vec<FormatMap>,
    /// What `fmtp` says, by payload type.
    pub parameters: Vec<(u8, String)>,
    /// Packet length that the describing side would like to receive, in milliseconds.
    pub ptime: Option<u16>,
    /// Longest packet it takes, in milliseconds.
    pub maxptime: Option<u16>,
    /// Keys offered or chosen.
    pub crypto: Vec<Crypto>,
    /// Where its RTCP comes from, if not one above.
    pub rtcp_port: Option<u16>,
    /// Whether RTP and RTCP share the port.
    pub rtcp_mux: bool,
}

/// One `rtpmap` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatMap {
    /// Payload type.
    pub payload_type: u8,
    /// Name of the encoding as written.
    pub encoding: String,
    /// Clock in hertz.
    pub rate: u32,
    /// Channels, one where nothing is said.
    pub channels: u8,
}

/// One `crypto` line with a key that is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crypto {
    /// Its tag.
    pub tag: u32,
    /// The protection.
    pub suite: Suite,
    /// The key of whoever wrote the line.
    pub key: MasterKey,
}

impl Description {
    /// The address and port that a section is sent to.
    pub fn address(&self, media: &Media) -> Option<IpAddr> {
        media.connection.or(self.connection)
    }

    /// The direction of a section.
    pub fn direction(&self, media: &Media) -> Direction {
        media.direction.or(self.direction).unwrap_or_default()
    }
}

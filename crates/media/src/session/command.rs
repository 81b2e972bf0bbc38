//! What a session can be told. Commands and events are plain data and may cross a process border.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::gather::GatherSpec;
use super::recording::RecordingSpec;
use crate::dtmf::NoDigit;
use crate::latch::Latching;
use crate::prompt::PromptId;
use crate::sdp::{Agreed, AudioFormat, Direction};
use crate::srtp::{MasterKey, Suite};
use crate::tone::Cadence;

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub u64);
    )*};
}

identifiers! {
    /// One participant's connection.
    LegId,
    /// One play command.
    PlayId,
    /// One recording.
    RecordingId,
    /// One media stream to the outside.
    StreamId,
}

/// What a leg is to the call; it decides about the side of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Party {
    /// An agent: the right channel.
    Agent,
    /// The customer: the left channel.
    Customer,
    /// Anyone else: the left channel.
    Other,
}

/// Who a leg hears and who hears it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Seat {
    /// Nobody: it hears only what is played to it.
    #[default]
    Apart,
    /// Hears and is heard by all who talk.
    Talk,
    /// Hears all who talk.
    Listen,
    /// Hears all who talk, and is heard by one of them alone. Not recorded.
    Coach(LegId),
}

/// Encryption of a leg.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegKeys {
    /// The protection.
    pub suite: Suite,
    /// The key we send under.
    pub ours: MasterKey,
    /// The key we receive under.
    pub theirs: MasterKey,
}

/// A leg as it was negotiated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegSpec {
    /// What it is to the call.
    pub party: Party,
    /// Codec and numbers.
    pub format: AudioFormat,
    /// Telephone events as (sent, received) payload types. Without them, digits are sent and found as sound.
    pub events: Option<(u8, u8)>,
    /// Our direction.
    pub direction: Direction,
    /// Where the description says to send.
    pub remote: Option<SocketAddr>,
    /// Where it says to send RTCP.
    pub remote_rtcp: Option<SocketAddr>,
    /// Whose packets are taken.
    pub latching: Latching,
    /// Encryption, where the transport does not do it.
    pub keys: Option<LegKeys>,
    /// Our synchronisation source; drawn at random, as are the next two.
    pub ssrc: u32,
    /// Our first sequence number.
    pub first_sequence: u16,
    /// Our first timestamp.
    pub first_timestamp: u32,
    /// Tell when nothing has been received for so many milliseconds.
    pub silent_after_ms: Option<u32>,
}

impl LegSpec {
    /// From what was agreed; `random` are 16 bytes drawn for this leg.
    pub fn agreed(party: Party, agreed: &Agreed, latching: Latching, random: [u8; 16]) -> Self {
        let word =
            |at: usize| u32::from_le_bytes([random[at], random[at + 1], random[at + 2], random[at + 3]]);
        Self {
            party,
            format: agreed.format,
            events: agreed.events,
            direction: agreed.direction,
            remote: agreed.remote,
            remote_rtcp: agreed.remote_rtcp,
            latching,
            keys: agreed.crypto.clone().map(|(suite, ours, theirs)| LegKeys { suite, ours, theirs }),
            ssrc: word(0),
            // The upper half stays free, so that the first wrap is far from the first packet (RFC 3711 §3.3.1).
            first_sequence: word(4) as u16 & 0x7fff,
            first_timestamp: word(8),
            silent_after_ms: Some(10_000),
        }
    }
}

/// What can be played.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Source {
    /// A prompt of the library.
    Prompt(PromptId),
    /// A tone, for so many milliseconds or until it is stopped.
    Tone {
        /// How it sounds.
        cadence: Cadence,
        /// How long.
        millis: Option<u32>,
    },
    /// Silence for so many milliseconds.
    Pause {
        /// How long.
        millis: u32,
    },
}

/// What a session does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Adds a participant, apart from the others.
    AddLeg {
        /// Its name from now on.
        leg: LegId,
        /// What was negotiated.
        spec: Box<LegSpec>,
    },
    /// Takes in a new negotiation. Source, numbers and timestamps go on as they were.
    UpdateLeg {
        /// Which.
        leg: LegId,
        /// What was negotiated.
        spec: Box<LegSpec>,
    },
    /// Lets a participant go, with a goodbye and its last figures.
    RemoveLeg {
        /// Which.
        leg: LegId,
    },
    /// Seats legs, all at once.
    Bridge {
        /// Those whose seats change.
        seats: Vec<(LegId, Seat)>,
    },
    /// Whether others hear a leg, and whether it is recorded.
    Mute {
        /// Which.
        leg: LegId,
        /// Muted or not.
        muted: bool,
    },
    /// Whether a leg is out of its seat for a while: it neither hears the others nor is heard by them.
    Hold {
        /// Which.
        leg: LegId,
        /// Held or not.
        held: bool,
    },
    /// Plays sources one after the other, over what the leg hears otherwise; what played before ends.
    Play {
        /// To whom.
        leg: LegId,
        /// The name that its end is told with.
        play: PlayId,
        /// What, at most 100.
        sources: Vec<Source>,
        /// Begin again at the end.
        repeat: bool,
    },
    /// Ends what plays.
    StopPlay {
        /// To whom.
        leg: LegId,
    },
    /// Collects digits. The first ends what plays; times run from the end of what plays.
    Gather {
        /// Whose.
        leg: LegId,
        /// How many and how long.
        spec: GatherSpec,
    },
    /// Ends collecting digits.
    StopGather {
        /// Whose.
        leg: LegId,
    },
    /// Sends digits; a comma is a pause of 750 ms.
    SendDigits {
        /// To whom.
        leg: LegId,
        /// At most 50.
        digits: String,
    },
    /// Records all who talk; one recording at a time.
    StartRecording {
        /// Its name.
        recording: RecordingId,
        /// What of it.
        spec: RecordingSpec,
    },
    /// Records silence instead.
    SuspendRecording {
        /// Which.
        recording: RecordingId,
    },
    /// Records sound again.
    ResumeRecording {
        /// Which.
        recording: RecordingId,
    },
    /// Ends a recording.
    StopRecording {
        /// Which.
        recording: RecordingId,
    },
    /// Streams what one leg says, what it hears, or both, as two tracks.
    StartStream {
        /// Its name.
        stream: StreamId,
        /// Whose.
        leg: LegId,
        /// What it says.
        from: bool,
        /// What it hears.
        to: bool,
    },
    /// Ends a stream.
    StopStream {
        /// Which.
        stream: StreamId,
    },
}

/// Why a command was not carried out; nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum CommandError {
    /// There is no such leg.
    #[error("there is no leg {0:?} in this session")]
    NoLeg(LegId),
    /// There is one already.
    #[error("there is a leg {0:?} in this session already")]
    LegExists(LegId),
    /// A session has at most so many legs.
    #[error("a session has at most {0} legs")]
    TooManyLegs(usize),
    /// At most so many can talk.
    #[error("at most {0} can talk to each other")]
    TooManySpeakers(usize),
    /// The library has no such prompt.
    #[error("there is no prompt {0:?}")]
    NoPrompt(PromptId),
    /// The prompt was not made for the session's sample rate.
    #[error("the prompt {0:?} was not made for the sample rate of this session")]
    PromptRate(PromptId),
    /// Nothing to play, or more than can wait.
    #[error("a play command has one to {0} sources")]
    Sources(usize),
    /// Something to be dialled is on no key.
    #[error("{0:?} is on no key; 0 to 9, *, # and A to D are, and a comma is a pause")]
    NoDigit(char),
    /// More digits than are dialled at once.
    #[error("at most {0} digits are sent at once")]
    TooManyDigits(usize),
    /// A gather that could never end well.
    #[error("digits are gathered 1 to 1,024 at a time, with at most 5 terminating ones, within an hour")]
    GatherSpec,
    /// A recording runs already.
    #[error("a recording runs already")]
    RecordingExists,
    /// There is no such recording.
    #[error("there is no recording {0:?}")]
    NoRecording(RecordingId),
    /// There is no such stream, or there is one already.
    #[error("there is no stream {0:?}")]
    NoStream(StreamId),
    /// The name is taken, or there are too many.
    #[error("a stream {0:?} cannot be added")]
    StreamExists(StreamId),
    /// The keys do not fit the suite.
    #[error("the keys of the leg cannot be used")]
    Keys,
}

impl From<NoDigit> for CommandError {
    fn from(error: NoDigit) -> Self {
        Self::NoDigit(error.0)
    }
}

//! What a session tells, and the queue it waits in.

use std::collections::VecDeque;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::command::{LegId, PlayId, RecordingId, StreamId};
use super::gather::GatherEnd;
use crate::dtmf::Digit;
use crate::quality::LegStats;

/// Events of each kind that may wait.
const MOST_AUDIO: usize = 64;
const MOST_OTHER: usize = 1_024;

/// Why something stopped playing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PlayEnd {
    /// It was played to its end.
    Finished,
    /// It was stopped, or the leg was removed.
    Stopped,
    /// A digit was pressed.
    Interrupted,
    /// Another one took its place.
    Replaced,
}

/// How a digit came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DigitForm {
    /// As an event in packets.
    Event,
    /// As sound.
    Tone,
}

/// A track of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Track {
    /// What the leg says.
    From,
    /// What the leg hears.
    To,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A play command is over.
    PlayEnded {
        /// Whom it was played to.
        leg: LegId,
        /// Which.
        play: PlayId,
        /// Why.
        end: PlayEnd,
        /// How much was played, in milliseconds.
        played_ms: u64,
    },
    /// A digit was pressed while none were gathered.
    Digit {
        /// By whom.
        leg: LegId,
        /// Which.
        digit: Digit,
        /// How it came.
        form: DigitForm,
    },
    /// Gathering digits is over.
    Gathered {
        /// Whose.
        leg: LegId,
        /// What was pressed, without what terminated it.
        digits: String,
        /// Why.
        end: GatherEnd,
    },
    /// All digits to be sent are sent.
    DigitsSent {
        /// To whom.
        leg: LegId,
    },
    /// Media comes from another address than before, and goes there.
    AddressLearned {
        /// Whose.
        leg: LegId,
        /// Where.
        address: SocketAddr,
    },
    /// No packets come any more.
    LegSilent {
        /// From whom.
        leg: LegId,
    },
    /// Packets come again.
    LegHeard {
        /// From whom.
        leg: LegId,
    },
    /// The other side said goodbye in RTCP.
    Goodbye {
        /// Who.
        leg: LegId,
    },
    /// Figures: every ten seconds, and the last when a leg goes.
    Stats {
        /// Whose.
        leg: LegId,
        /// The figures.
        stats: Box<LegStats>,
        /// Whether the leg has gone.
        last: bool,
    },
    /// A second of a recording, or what is left at its end.
    Recorded {
        /// Which.
        recording: RecordingId,
        /// Frames of both channels before this.
        position: u64,
        /// Left and right in turn, in the recording's encoding.
        data: Vec<u8>,
    },
    /// A recording is over; everything of it has been told.
    RecordingEnded {
        /// Which.
        recording: RecordingId,
        /// Its length in frames of both channels.
        frames: u64,
    },
    /// A tenth of a second of a stream at 8 kHz.
    Streamed {
        /// Which.
        stream: StreamId,
        /// Which side.
        track: Track,
        /// Samples of the track before this.
        position: u64,
        /// The samples.
        samples: Vec<i16>,
    },
    /// A stream is over.
    StreamEnded {
        /// Which.
        stream: StreamId,
    },
    /// Events were not taken in time and some are missing: pieces of recordings and streams, which leave a hole at
    /// their position, or others.
    Overrun {
        /// Pieces of sound.
        audio: u64,
        /// Others.
        other: u64,
    },
}

impl Event {
    fn is_audio(&self) -> bool {
        matches!(self, Self::Recorded { .. } | Self::Streamed { .. })
    }
}

/// Events that wait to be taken, within bounds.
#[derive(Debug, Default)]
pub(crate) struct EventQueue {
    events: VecDeque<Event>,
    audio: usize,
    missing: (u64, u64),
}

impl EventQueue {
    /// Appends an event, or counts it where there is no room.
    pub fn push(&mut self, event: Event) {
        let audio = event.is_audio();
        match audio {
            true if self.audio >= MOST_AUDIO => self.missing.0 += 1,
            false if self.events.len() - self.audio >= MOST_OTHER => self.missing.1 += 1,
            _ => {
                self.audio += usize::from(audio);
                self.events.push_back(event);
            }
        }
    }

    /// Takes the oldest.
    pub fn pop(&mut self) -> Option<Event> {
        if let Some(event) = self.events.pop_front() {
            self.audio -= usize::from(event.is_audio());
            return Some(event);
        }
        let (audio, other) = std::mem::take(&mut self.missing);
        (audio + other > 0).then_some(Event::Overrun { audio, other })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_taken_is_counted() {
        let mut queue = EventQueue::default();
        for position in 0..100 {
            queue.push(Event::Recorded { recording: RecordingId(1), position, data: Vec::new() });
        }
        for _ in 0..2_000 {
            queue.push(Event::LegHeard { leg: LegId(1) });
        }
        let mut taken = std::iter::from_fn(|| queue.pop()).collect::<Vec<_>>();
        assert_eq!(taken.pop(), Some(Event::Overrun { audio: 36, other: 976 }));
        assert_eq!(taken.len(), 64 + 1_024);
    }
}

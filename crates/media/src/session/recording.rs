//! A recording in two channels: agents on the right, everyone else on the left.

use audio::g711::Law;
use serde::{Deserialize, Serialize};

use super::command::RecordingId;
use super::event::Event;
use crate::codec::Rate;

/// Who is recorded; the other channel is silent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tracks {
    /// Both sides.
    #[default]
    All,
    /// Agents.
    FromAgent,
    /// Everyone else.
    ToAgent,
}

/// How samples are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RecordingEncoding {
    /// Sixteen bits, least significant first.
    #[default]
    Pcm16,
    /// G.711 µ-law: half as much, as good as the telephone.
    Mulaw,
}

impl RecordingEncoding {
    /// Bytes of one sample of both channels.
    pub const fn frame_bytes(self) -> usize {
        match self {
            Self::Pcm16 => 4,
            Self::Mulaw => 2,
        }
    }

    /// Bytes of one frame of silence, of both channels.
    pub const fn silence(self) -> &'static [u8] {
        match self {
            Self::Pcm16 => &[0; 4],
            Self::Mulaw => const { &[Law::Mu.silence(); 2] },
        }
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingSpec {
    /// Who.
    pub tracks: Tracks,
    /// How.
    pub encoding: RecordingEncoding,
}

/// A recording that runs.
#[derive(Debug)]
pub(crate) struct Recording {
    pub id: RecordingId,
    spec: RecordingSpec,
    suspended: bool,
    /// Frames told.
    position: u64,
    block: Vec<u8>,
    block_bytes: usize,
}

impl Recording {
    pub fn new(id: RecordingId, spec: RecordingSpec, rate: Rate) -> Self {
        let block_bytes = rate.hertz() as usize * spec.encoding.frame_bytes();
        Self { id, spec, suspended: false, position: 0, block: Vec::with_capacity(block_bytes), block_bytes }
    }

    /// Silence takes the place of sound, so that times in the recording stay those of the call.
    pub fn suspend(&mut self, suspended: bool) {
        self.suspended = suspended;
    }

    /// Adds a frame of both channels; a whole second is told.
    pub fn add(&mut self, left: &[i16], right: &[i16]) -> Option<Event> {
        let left_on = !self.suspended && self.spec.tracks != Tracks::FromAgent;
        let right_on = !self.suspended && self.spec.tracks != Tracks::ToAgent;
        let pairs = left
            .iter()
            .zip(right)
            .map(|(left, right)| (if left_on { *left } else { 0 }, if right_on { *right } else { 0 }));
        match self.spec.encoding {
            RecordingEncoding::Pcm16 => {
                for (left, right) in pairs {
                    self.block.extend_from_slice(&left.to_le_bytes());
                    self.block.extend_from_slice(&right.to_le_bytes());
                }
            }
            RecordingEncoding::Mulaw => {
                for (left, right) in pairs {
                    self.block.extend_from_slice(&[Law::Mu.encode(left), Law::Mu.encode(right)]);
                }
            }
        }
        (self.block.len() >= self.block_bytes).then(|| self.tell())
    }

    fn tell(&mut self) -> Event {
        let position = self.position;
        let data = std::mem::replace(&mut self.block, Vec::with_capacity(self.block_bytes));
        self.position += (data.len() / self.spec.encoding.frame_bytes()) as u64;
        Event::Recorded { recording: self.id, position, data }
    }

    /// The rest, and the end.
    pub fn finish(mut self) -> [Option<Event>; 2] {
        let rest = (!self.block.is_empty()).then(|| self.tell());
        [rest, Some(Event::RecordingEnded { recording: self.id, frames: self.position })]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(spec: RecordingSpec) -> Vec<u8> {
        let mut recording = Recording::new(RecordingId(1), spec, Rate::Narrow);
        assert_eq!(recording.add(&[1_000; 160], &[-1_000; 160]), None);
        recording.suspend(true);
        recording.add(&[1_000; 160], &[-1_000; 160]);
        recording.suspend(false);
        recording.add(&[1_000; 160], &[-1_000; 160]);
        let [
            Some(Event::Recorded { position: 0, data, .. }),
            Some(Event::RecordingEnded { frames: 480, .. }),
        ] = recording.finish()
        else {
            panic!("no end");
        };
        data
    }

    #[test]
    fn channels_and_suspension() {
        let sample = |data: &[u8], frame: usize, channel: usize| {
            i16::from_le_bytes([data[frame * 4 + channel * 2], data[frame * 4 + channel * 2 + 1]])
        };
        for (tracks, left, right) in
            [(Tracks::All, 1_000, -1_000), (Tracks::FromAgent, 0, -1_000), (Tracks::ToAgent, 1_000, 0)]
        {
            let data = recorded(RecordingSpec { tracks, encoding: RecordingEncoding::Pcm16 });
            assert_eq!((sample(&data, 0, 0), sample(&data, 0, 1)), (left, right));
            assert_eq!((sample(&data, 200, 0), sample(&data, 200, 1)), (0, 0), "suspended");
            assert_eq!((sample(&data, 479, 0), sample(&data, 479, 1)), (left, right));
        }
        let data = recorded(RecordingSpec { tracks: Tracks::All, encoding: RecordingEncoding::Mulaw });
        assert_eq!(data.len(), 960);
        assert_eq!(data[400..402], [0xff, 0xff]);
    }

    #[test]
    fn every_second_is_told() {
        let mut recording = Recording::new(RecordingId(1), RecordingSpec::default(), Rate::Narrow);
        let told: Vec<(usize, u64)> = (0..120)
            .filter_map(|at| match recording.add(&[1; 160], &[2; 160])? {
                Event::Recorded { position, .. } => Some((at, position)),
                _ => None,
            })
            .collect();
        assert_eq!(told, [(49, 0), (99, 8_000)]);
    }
}

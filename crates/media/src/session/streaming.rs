//! A copy of what one leg says and hears, as two tracks at 8 kHz.

use audio::resample::Resampler;

use super::command::{LegId, StreamId};
use super::event::{Event, Track};
use crate::codec::Rate;

/// Samples of one event: a tenth of a second.
const BLOCK: usize = 800;

/// A stream that runs.
pub(crate) struct Stream {
    pub id: StreamId,
    pub leg: LegId,
    pub from: Option<TrackBlock>,
    pub to: Option<TrackBlock>,
}

/// The samples of one track that were not told yet.
pub(crate) struct TrackBlock {
    stream: StreamId,
    track: Track,
    resampler: Option<Resampler>,
    samples: Vec<i16>,
    position: u64,
}

impl Stream {
    pub fn new(id: StreamId, leg: LegId, from: bool, to: bool, rate: Rate) -> Self {
        let block = |track| TrackBlock::new(id, track, rate);
        Self { id, leg, from: from.then(|| block(Track::From)), to: to.then(|| block(Track::To)) }
    }

    /// The rest, and the end.
    pub fn finish(self) -> [Option<Event>; 3] {
        let id = self.id;
        let rest = |track: Option<TrackBlock>| {
            track.and_then(|mut track| (!track.samples.is_empty()).then(|| track.tell()))
        };
        [rest(self.from), rest(self.to), Some(Event::StreamEnded { stream: id })]
    }
}

impl TrackBlock {
    fn new(stream: StreamId, track: Track, rate: Rate) -> Self {
        let resampler = (rate != Rate::Narrow)
            .then(|| Resampler::new(rate.hertz(), Rate::Narrow.hertz()).expect("both rates are supported"));
        Self { stream, track, resampler, samples: Vec::with_capacity(BLOCK), position: 0 }
    }

    /// Adds a frame; a tenth of a second is told.
    pub fn add(&mut self, frame: &[i16]) -> Option<Event> {
        match &mut self.resampler {
            None => self.samples.extend_from_slice(frame),
            Some(resampler) => resampler.push(frame, &mut self.samples),
        }
        (self.samples.len() >= BLOCK).then(|| self.tell())
    }

    fn tell(&mut self) -> Event {
        let samples = std::mem::replace(&mut self.samples, Vec::with_capacity(BLOCK));
        let position = self.position;
        self.position += samples.len() as u64;
        Event::Streamed { stream: self.stream, track: self.track, position, samples }
    }
}

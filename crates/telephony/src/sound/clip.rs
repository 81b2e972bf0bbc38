//! Sound that is played to parties, shared by all who hear it.

use std::sync::Arc;

use audio::resample::{RateError, resample};

use super::RATE;

/// Samples at the rate of [`RATE`].
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Clip {
    samples: Vec<i16>,
}

impl Clip {
    /// Of one channel at any rate from 8 to 48 kHz.
    pub fn new(samples: &[i16], rate: u32) -> Result<Self, RateError> {
        Ok(Self { samples: resample(samples, rate, RATE.hertz())? })
    }

    /// Its samples.
    pub fn samples(&self) -> &[i16] {
        &self.samples
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        self.samples.len() * 2
    }

    /// Whether nothing is heard.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }
}

/// Clips that are played one after the other. Whoever hears them shares them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Playlist(Arc<[Arc<Clip>]>);

impl From<Arc<Clip>> for Playlist {
    fn from(clip: Arc<Clip>) -> Self {
        Self::from_iter([clip])
    }
}

impl FromIterator<Arc<Clip>> for Playlist {
    fn from_iter<T: IntoIterator<Item = Arc<Clip>>>(clips: T) -> Self {
        Self(clips.into_iter().filter(|clip| !clip.is_empty()).collect())
    }
}

/// Where a list is being played.
#[derive(Debug)]
pub(super) struct Playing {
    list: Playlist,
    clip: usize,
    at: usize,
    repeat: bool,
}

impl Playing {
    /// From the beginning.
    pub(super) fn new(list: Playlist, repeat: bool) -> Self {
        Self { list, clip: 0, at: 0, repeat }
    }

    /// Fills the next frame; whether the list is over with it.
    pub(super) fn fill(&mut self, frame: &mut [i16]) -> bool {
        let clips = &self.list.0;
        let mut filled = 0;
        while filled < frame.len() {
            let Some(clip) = clips.get(self.clip) else {
                if !self.repeat || clips.is_empty() {
                    break;
                }
                self.clip = 0;
                continue;
            };
            // No clip of a list is empty, so each turn of this loop fills something or moves on.
            let rest = &clip.samples()[self.at..];
            let count = (frame.len() - filled).min(rest.len());
            frame[filled..filled + count].copy_from_slice(&rest[..count]);
            (filled, self.at) = (filled + count, self.at + count);
            if self.at == clip.samples().len() {
                (self.clip, self.at) = (self.clip + 1, 0);
            }
        }
        frame[filled..].fill(0);
        self.clip >= clips.len() && (!self.repeat || clips.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clips_are_played_one_after_the_other_and_shared() {
        let clip = |samples: &[i16]| Arc::new(Clip { samples: samples.to_vec() });
        let (one, two) = (clip(&[1, 2, 3]), clip(&[4, 5]));
        let list: Playlist = [one.clone(), clip(&[]), two, one.clone()].into_iter().collect();
        let frames = |repeat: bool, count: usize| {
            let mut playing = Playing::new(list.clone(), repeat);
            let mut frame = [9; 3];
            (0..count).map(|_| (playing.fill(&mut frame), frame)).collect::<Vec<_>>()
        };
        assert_eq!(frames(false, 3), [(false, [1, 2, 3]), (false, [4, 5, 1]), (true, [2, 3, 0])]);
        assert_eq!(
            frames(true, 4),
            [(false, [1, 2, 3]), (false, [4, 5, 1]), (false, [2, 3, 1]), (false, [2, 3, 4])]
        );
        // Here twice in the list: nobody has a copy.
        assert_eq!(Arc::strong_count(&one), 3);
        let mut nothing = Playing::new(Playlist::from(clip(&[])), true);
        assert!(nothing.fill(&mut [9; 3]));
    }
}

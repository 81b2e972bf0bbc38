//! Sound that is played to parties, shared by all who hear it.

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

    /// Several, one after the other.
    pub fn joined<'a>(clips: impl IntoIterator<Item = &'a Clip>) -> Self {
        Self { samples: clips.into_iter().flat_map(|clip| clip.samples.iter().copied()).collect() }
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

/// Where a clip is being played.
#[derive(Debug)]
pub(super) struct Playing {
    pub clip: std::sync::Arc<Clip>,
    pub at: usize,
    pub repeat: bool,
}

impl Playing {
    /// Fills the next frame; whether the clip is over with it.
    pub(super) fn fill(&mut self, frame: &mut [i16]) -> bool {
        let samples = self.clip.samples();
        let mut filled = 0;
        while filled < frame.len() {
            if self.at >= samples.len() {
                if !self.repeat || samples.is_empty() {
                    break;
                }
                self.at = 0;
            }
            let count = (frame.len() - filled).min(samples.len() - self.at);
            frame[filled..filled + count].copy_from_slice(&samples[self.at..self.at + count]);
            (filled, self.at) = (filled + count, self.at + count);
        }
        frame[filled..].fill(0);
        self.at >= samples.len() && (!self.repeat || samples.is_empty())
    }
}

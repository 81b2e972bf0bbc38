//! Sound that is played to many: encoded once per codec and shared, so that a listener costs a pointer and a copy.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use audio::resample::{RateError, resample};
use serde::{Deserialize, Serialize};

use crate::codec::{Codec, Encoder, Rate};

/// Names a prompt among those of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PromptId(pub u64);

/// A prompt with the forms it is played in. It never changes.
///
/// Making one takes a while (Opus half a millisecond for each frame): do it where nobody waits.
#[derive(Debug)]
pub struct Prompt {
    samples: HashMap<Rate, Vec<i16>>,
    encoded: HashMap<Codec, Encoded>,
    frames: usize,
}

/// One form of a prompt, frame after frame.
#[derive(Debug)]
struct Encoded {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Prompt {
    /// From samples of one channel at `hertz`: playable in calls at `rates`, and encoded for `codecs`.
    ///
    /// A leg with another codec hears it all the same, encoded for that leg alone.
    pub fn new(samples: &[i16], hertz: u32, rates: &[Rate], codecs: &[Codec]) -> Result<Self, RateError> {
        let at_rate = |rate: Rate| -> Result<Vec<i16>, RateError> {
            let mut samples = resample(samples, hertz, rate.hertz())?;
            samples.resize(samples.len().next_multiple_of(rate.frame()), 0);
            Ok(samples)
        };
        let (narrow, wide) = (at_rate(Rate::Narrow)?, at_rate(Rate::Wide)?);
        let frames = narrow.len() / Rate::Narrow.frame();
        let mut encoded = HashMap::new();
        for codec in codecs {
            let (rate, samples) = match codec {
                Codec::Pcmu | Codec::Pcma | Codec::L16(Rate::Narrow) => (Rate::Narrow, &narrow),
                Codec::G722 | Codec::Opus | Codec::L16(Rate::Wide) => (Rate::Wide, &wide),
            };
            encoded.insert(*codec, Encoded::new(*codec, rate, samples));
        }
        let samples =
            [(Rate::Narrow, narrow), (Rate::Wide, wide)].into_iter().filter(|(rate, _)| rates.contains(rate));
        Ok(Self { samples: samples.collect(), encoded, frames })
    }

    /// How many frames it lasts.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// The samples of one frame, silence after the end; none where it was not made for that rate.
    pub fn samples(&self, rate: Rate, frame: usize) -> Option<&[i16]> {
        let samples = self.samples.get(&rate)?;
        samples.get(frame * rate.frame()..(frame + 1) * rate.frame())
    }

    /// Whether it was made for a rate.
    pub fn is_for(&self, rate: Rate) -> bool {
        self.samples.contains_key(&rate)
    }

    /// The payload of one frame, where it was made for that codec.
    pub fn payload(&self, codec: Codec, frame: usize) -> Option<&[u8]> {
        let encoded = self.encoded.get(&codec)?;
        let end = *encoded.ends.get(frame)? as usize;
        let start = if frame == 0 { 0 } else { encoded.ends[frame - 1] as usize };
        Some(&encoded.bytes[start..end])
    }
}

impl Encoded {
    fn new(codec: Codec, rate: Rate, samples: &[i16]) -> Self {
        let mut encoder = Encoder::new(codec, rate);
        let mut encoded = Self { bytes: Vec::new(), ends: Vec::new() };
        for frame in samples.chunks_exact(rate.frame()) {
            encoder.encode(frame, &mut encoded.bytes);
            encoded.ends.push(encoded.bytes.len() as u32);
        }
        encoded.bytes.shrink_to_fit();
        encoded
    }
}

/// The payload of a frame of silence.
pub(crate) fn silence(codec: Codec) -> &'static [u8] {
    static SILENCE: OnceLock<HashMap<Codec, Vec<u8>>> = OnceLock::new();
    let all = SILENCE.get_or_init(|| {
        let one = |codec: Codec| {
            let rate = if codec.clock_rate() > 8_000 { Rate::Wide } else { Rate::Narrow };
            let mut encoder = Encoder::new(codec, rate);
            let mut payload = Vec::new();
            // Those with a memory need a moment to see that it is silent.
            for _ in 0..5 {
                payload.clear();
                encoder.encode(&vec![0; rate.frame()], &mut payload);
            }
            (codec, payload)
        };
        Codec::ALL.into_iter().map(one).collect()
    });
    &all[&codec]
}

/// The prompts that commands name.
#[derive(Clone, Debug, Default)]
pub struct PromptLibrary {
    prompts: HashMap<PromptId, Arc<Prompt>>,
}

impl PromptLibrary {
    /// Adds a prompt, or puts another in its place; what plays already plays on as it was.
    pub fn insert(&mut self, id: PromptId, prompt: Arc<Prompt>) {
        self.prompts.insert(id, prompt);
    }

    /// Takes a prompt out; what plays already plays on.
    pub fn remove(&mut self, id: PromptId) {
        self.prompts.remove(&id);
    }

    /// A prompt by its name.
    pub fn get(&self, id: PromptId) -> Option<&Arc<Prompt>> {
        self.prompts.get(&id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Decoder;

    #[test]
    fn a_prompt_sounds_the_same_in_every_codec() {
        let tone: Vec<i16> = (0..8_000)
            .map(|n| ((f64::from(n) * 440.0 / 8_000.0 * std::f64::consts::TAU).sin() * 9_000.0) as i16)
            .collect();
        let prompt = Prompt::new(&tone, 8_000, &[Rate::Narrow, Rate::Wide], &Codec::ALL).unwrap();
        assert_eq!(prompt.frames(), 50);
        for codec in Codec::ALL {
            let mut heard = Vec::new();
            let mut decoder = Decoder::new(codec, Rate::Narrow);
            for frame in 0..50 {
                decoder.decode(prompt.payload(codec, frame).unwrap(), &mut heard);
            }
            assert!(prompt.payload(codec, 50).is_none());
            let found = audio::level::dbov(&heard[800..7_200]);
            assert!((found - audio::level::dbov(&tone)).abs() < 1.0, "{codec:?}: {found}");
        }
    }

    #[test]
    fn silence_is_silent_in_every_codec() {
        for codec in Codec::ALL {
            let mut heard = Vec::new();
            let mut decoder = Decoder::new(codec, Rate::Narrow);
            for _ in 0..20 {
                decoder.decode(silence(codec), &mut heard);
            }
            assert_eq!(heard.len(), 3_200, "{codec:?}");
            assert!(audio::level::peak(&heard) < 64, "{codec:?}: {}", audio::level::peak(&heard));
        }
    }

    #[test]
    fn only_what_was_asked_for_is_made() {
        let prompt = Prompt::new(&[1; 100], 8_000, &[Rate::Narrow], &[Codec::Pcma]).unwrap();
        assert!(prompt.is_for(Rate::Narrow) && !prompt.is_for(Rate::Wide));
        assert_eq!(prompt.samples(Rate::Narrow, 0).unwrap()[99..102], [1, 0, 0], "filled up to a frame");
        assert!(prompt.payload(Codec::Pcmu, 0).is_none());
        assert!(Prompt::new(&[1], 96_000, &[], &[]).is_err());
    }
}

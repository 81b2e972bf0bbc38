//! Frames of samples to payloads.

use audio::g711::Law;
use audio::resample::Resampler;
use opus_rs::{Application, OpusEncoder};

use super::{Codec, G722Encoder, LONGEST_PAYLOAD, Rate};

/// Good speech; at a constant rate, since the encoder overshoots a variable one.
const OPUS_BITS_PER_SECOND: i32 = 24_000;
/// Of ten; higher ones cost much and change little for speech.
const OPUS_COMPLEXITY: i32 = 3;

/// One direction of one leg.
pub struct Encoder {
    rate: Rate,
    kind: Kind,
    resampled: Vec<i16>,
}

enum Kind {
    Law(Law, Option<Resampler>),
    G722(Box<G722Encoder>, Option<Resampler>),
    Linear(Option<Resampler>),
    Opus(Box<OpusEncoder>),
}

impl Encoder {
    /// For frames at `rate`; payloads are of `codec`.
    pub fn new(codec: Codec, rate: Rate) -> Self {
        let kind = match codec {
            Codec::Pcmu => Kind::Law(Law::Mu, between(rate, Rate::Narrow)),
            Codec::Pcma => Kind::Law(Law::A, between(rate, Rate::Narrow)),
            Codec::G722 => Kind::G722(Box::default(), between(rate, Rate::Wide)),
            Codec::L16(own) => Kind::Linear(between(rate, own)),
            Codec::Opus => {
                let mut encoder = OpusEncoder::new(rate.hertz() as i32, 1, Application::Voip)
                    .expect("8 and 16 kHz, one channel are supported");
                encoder.use_cbr = true;
                encoder.bitrate_bps = OPUS_BITS_PER_SECOND;
                encoder.complexity = OPUS_COMPLEXITY;
                Kind::Opus(Box::new(encoder))
            }
        };
        Self { rate, kind, resampled: Vec::new() }
    }

    /// Appends the payload of one frame, which is [`Rate::frame`] samples long.
    pub fn encode(&mut self, frame: &[i16], into: &mut Vec<u8>) {
        debug_assert_eq!(frame.len(), self.rate.frame());
        match &mut self.kind {
            Kind::Law(law, resampler) => {
                let samples = resampled(frame, resampler, &mut self.resampled);
                into.extend(samples.iter().map(|sample| law.encode(*sample)));
            }
            Kind::G722(encoder, resampler) => {
                encoder.encode(resampled(frame, resampler, &mut self.resampled), into);
            }
            Kind::Linear(resampler) => {
                let samples = resampled(frame, resampler, &mut self.resampled);
                into.extend(samples.iter().flat_map(|sample| sample.to_be_bytes()));
            }
            Kind::Opus(encoder) => {
                let start = into.len();
                into.resize(start + LONGEST_PAYLOAD, 0);
                // An encoder that has no answer sends nothing for this frame, as in silence suppression.
                let length = encoder.encode_i16(frame, frame.len(), &mut into[start..]).unwrap_or(0);
                into.truncate(start + length);
            }
        }
    }
}

fn between(from: Rate, to: Rate) -> Option<Resampler> {
    (from != to).then(|| Resampler::new(from.hertz(), to.hertz()).expect("both rates are supported"))
}

fn resampled<'a>(frame: &'a [i16], resampler: &mut Option<Resampler>, buffer: &'a mut Vec<i16>) -> &'a [i16] {
    let Some(resampler) = resampler else { return frame };
    buffer.clear();
    resampler.push(frame, buffer);
    buffer
}

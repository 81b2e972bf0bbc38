//! Payloads to samples at the rate of the call.

use audio::g711::Law;
use audio::resample::Resampler;
use opus_rs::OpusDecoder;

use super::{Codec, Concealment, G722Decoder, LONGEST_PAYLOAD, Rate};

/// Opus packets may last 120 ms.
const LONGEST_OPUS_MS: usize = 120;

/// One direction of one leg.
pub struct Decoder {
    rate: Rate,
    kind: Kind,
    concealment: Concealment,
}

enum Kind {
    Law(Law, Option<Resampler>),
    G722(Box<G722Decoder>, Option<Resampler>),
    Linear(Option<Resampler>),
    Opus(Box<OpusDecoder>, Vec<f32>),
}

impl Decoder {
    /// For payloads of `codec`; samples come at `rate`.
    pub fn new(codec: Codec, rate: Rate) -> Self {
        let kind = match codec {
            Codec::Pcmu => Kind::Law(Law::Mu, between(Rate::Narrow, rate)),
            Codec::Pcma => Kind::Law(Law::A, between(Rate::Narrow, rate)),
            Codec::G722 => Kind::G722(Box::default(), between(Rate::Wide, rate)),
            Codec::L16(own) => Kind::Linear(between(own, rate)),
            Codec::Opus => {
                let decoder = OpusDecoder::new(rate.hertz() as i32, 1).expect("8 and 16 kHz, one channel are supported");
                let longest = rate.hertz() as usize * LONGEST_OPUS_MS / 1_000;
                Kind::Opus(Box::new(decoder), vec![0.0; longest])
            }
        };
        Self { rate, kind, concealment: Concealment::new(rate) }
    }

    /// Appends the samples of a payload; damaged ones sound like lost ones.
    pub fn decode(&mut self, payload: &[u8], into: &mut Vec<i16>) {
        let start = into.len();
        let payload = &payload[..payload.len().min(LONGEST_PAYLOAD)];
        match &mut self.kind {
            Kind::Law(law, resampler) => {
                let samples = payload.iter().map(|code| law.decode(*code));
                append(samples, resampler, into);
            }
            Kind::G722(decoder, resampler) => match resampler {
                None => decoder.decode(payload, into),
                Some(resampler) => {
                    let mut wide = Vec::with_capacity(payload.len() * 2);
                    decoder.decode(payload, &mut wide);
                    resampler.push(&wide, into);
                }
            },
            Kind::Linear(resampler) => {
                let samples = payload.chunks_exact(2).map(|pair| i16::from_be_bytes([pair[0], pair[1]]));
                append(samples, resampler, into);
            }
            Kind::Opus(decoder, floats) => {
                if payload.len() <= 1 {
                    // Silence that the encoder did not bother to send.
                    return self.conceal(self.rate.frame(), None, into);
                }
                match decoder.decode(payload, floats.len(), floats) {
                    Ok(count) => into.extend(floats[..count.min(floats.len())].iter().map(|value| integer(*value))),
                    Err(_) => return self.conceal(self.rate.frame(), None, into),
                }
            }
        }
        if !matches!(self.kind, Kind::Opus(..)) {
            self.concealment.heard(&mut into[start..]);
        }
    }

    /// Appends `count` samples in place of lost ones; Opus may know them from the packet after.
    pub fn conceal(&mut self, count: usize, next: Option<&[u8]>, into: &mut Vec<i16>) {
        let Kind::Opus(decoder, floats) = &mut self.kind else {
            return self.concealment.conceal(count, into);
        };
        let made = match next {
            Some(payload) => decoder.decode_fec(payload, count, floats),
            None => decoder.decode(&[], count, floats),
        };
        let start = into.len();
        if let Ok(made) = made {
            into.extend(floats[..made.min(count)].iter().map(|value| integer(*value)));
        }
        into.resize(start + count, 0);
    }
}

fn between(from: Rate, to: Rate) -> Option<Resampler> {
    (from != to).then(|| Resampler::new(from.hertz(), to.hertz()).expect("both rates are supported"))
}

fn append(samples: impl Iterator<Item = i16>, resampler: &mut Option<Resampler>, into: &mut Vec<i16>) {
    match resampler {
        None => into.extend(samples),
        Some(resampler) => resampler.push(&samples.collect::<Vec<i16>>(), into),
    }
}

fn integer(value: f32) -> i16 {
    (value * 32_768.0).round() as i16
}

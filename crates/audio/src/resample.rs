//! Conversion between sample rates: of a whole buffer, and of a stream part by part.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Indexing, Resampler as _};

use crate::RATES;

/// Why a conversion cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sample rate {0} Hz is outside of 8,000 to 48,000 Hz")]
pub struct RateError(pub u32);

/// Input frames that a whole buffer is converted in at a time; long blocks have the sharper filter.
const BLOCK: usize = 2_048;

/// The whole of `samples` at another rate: as long, and not delayed.
pub fn resample(samples: &[i16], from: u32, to: u32) -> Result<Vec<i16>, RateError> {
    checked(from, to)?;
    if from == to || samples.is_empty() {
        return Ok(samples.to_vec());
    }
    let mut fft = converter(from, to, BLOCK);
    let input = floats(samples);
    let input = InterleavedSlice::new(&input, 1, samples.len()).expect("as long as its samples");
    let output = fft.process_all(&input, samples.len(), None).expect("one channel of the stated length");
    Ok(output.take_data().into_iter().map(integer).collect())
}

/// Converts one direction of one conversation. What comes out is later than what went in by [`Resampler::delay_ms`].
pub struct Resampler {
    fft: Option<Fft<f32>>,
    to: u32,
    waiting: Vec<f32>,
    block: Vec<f32>,
}

impl Resampler {
    /// A converter with blocks of 20 ms where the two rates have such a block (all usual ones do).
    pub fn new(from: u32, to: u32) -> Result<Self, RateError> {
        checked(from, to)?;
        let fft = (from != to).then(|| converter(from, to, from as usize / 50));
        let block = vec![0.0; fft.as_ref().map_or(0, |fft| fft.output_frames_max())];
        Ok(Self { fft, to, waiting: Vec::new(), block })
    }

    /// Takes the next samples and appends what is ready to `out`; the rest of a block waits for the next call.
    pub fn push(&mut self, samples: &[i16], out: &mut Vec<i16>) {
        let Some(fft) = &mut self.fft else {
            out.extend_from_slice(samples);
            return;
        };
        self.waiting.extend(samples.iter().map(|&sample| float(sample)));
        let mut taken = 0;
        loop {
            let need = fft.input_frames_next();
            if self.waiting.len() - taken < need {
                break;
            }
            let (read, _) = process(fft, &self.waiting[taken..taken + need], &mut self.block, need, out);
            taken += read;
        }
        self.waiting.drain(..taken);
    }

    /// Appends what still waits, filled up with silence, and what the filter holds back; then begins anew.
    pub fn finish(&mut self, out: &mut Vec<i16>) {
        let Some(fft) = &mut self.fft else { return };
        let need = fft.input_frames_next();
        let left = self.waiting.len();
        self.waiting.resize(need, 0.0);
        let ratio = fft.resample_ratio();
        let owed = (left as f64 * ratio).ceil() as usize + fft.output_delay();
        let begin = out.len();
        process(fft, &self.waiting, &mut self.block, left, out);
        while out.len() - begin < owed {
            process(fft, &self.waiting, &mut self.block, 0, out);
        }
        out.truncate(begin + owed);
        self.waiting.clear();
        fft.reset();
    }

    /// How much later the sound comes out, without the waiting for a full block, in milliseconds.
    pub fn delay_ms(&self) -> u64 {
        self.fft.as_ref().map_or(0, |fft| crate::duration_ms(fft.output_delay(), self.to))
    }
}

fn checked(from: u32, to: u32) -> Result<(), RateError> {
    match [from, to].into_iter().find(|rate| !RATES.contains(rate)) {
        Some(rate) => Err(RateError(rate)),
        None => Ok(()),
    }
}

fn converter(from: u32, to: u32, block: usize) -> Fft<f32> {
    Fft::new(from as usize, to as usize, block, 1, FixedSync::Both)
        .expect("both rates are above zero, one channel")
}

fn process(
    fft: &mut Fft<f32>,
    input: &[f32],
    block: &mut [f32],
    valid: usize,
    out: &mut Vec<i16>,
) -> (usize, usize) {
    let source = InterleavedSlice::new(input, 1, input.len()).expect("as long as its samples");
    let frames = block.len();
    let mut target = InterleavedSlice::new_mut(block, 1, frames).expect("as long as its samples");
    let part = Indexing::new().partial_len(valid);
    let part = (valid < input.len()).then_some(&part);
    let done =
        fft.process_into_buffer(&source, &mut target, part).expect("both buffers are as long as asked for");
    out.extend(block[..done.1].iter().map(|&sample| integer(sample)));
    done
}

fn floats(samples: &[i16]) -> Vec<f32> {
    samples.iter().map(|&sample| float(sample)).collect()
}

fn float(sample: i16) -> f32 {
    f32::from(sample) / 32_768.0
}

/// The nearest sample; what is louder than possible becomes as loud as possible.
pub(crate) fn integer(sample: f32) -> i16 {
    (sample * 32_768.0).round() as i16
}

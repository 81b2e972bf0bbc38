//! Sound as numbers: PCM samples, G.711, WAV files, sample rates, levels and tones.
//!
//! Sound is a slice of 16-bit samples (`&[i16]`) and a rate in Hz. Nothing here does I/O, reads a clock or draws random
//! numbers, and no input makes it panic or allocate more than a small multiple of its own size.
//!
//! ```
//! let wave = audio::wav::read(&audio::wav::pcm16(&[0, 1000, -1000, 0], 16_000, 1))?;
//! let telephone = audio::resample::resample(&wave.mono(), wave.info.rate, 8_000)?;
//! let bytes = audio::g711::encode(audio::g711::Law::Mu, &telephone);
//! assert_eq!(bytes.len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod g711;
pub mod level;
pub mod resample;
pub mod tone;
pub mod wav;

/// The rate of telephone sound, in Hz.
pub const TELEPHONE_RATE: u32 = 8_000;

/// The lowest and the highest sample rate taken, in Hz.
pub const RATES: std::ops::RangeInclusive<u32> = 8_000..=48_000;

/// The one channel that two interleaved ones make: their mean. A lone last sample is dropped.
pub fn stereo_to_mono(interleaved: &[i16]) -> Vec<i16> {
    interleaved.chunks_exact(2).map(|pair| i16::midpoint(pair[0], pair[1])).collect()
}

/// How long so many samples of one channel last, in milliseconds, rounded down. No rate, no time.
pub fn duration_ms(samples: usize, rate: u32) -> u64 {
    if rate == 0 { 0 } else { samples as u64 * 1_000 / u64::from(rate) }
}

//! WAV files: reading all that telephones and recorders write, writing what telephones play.

mod read;
mod write;

pub use read::{info, read};
pub use write::{law, pcm16};

use crate::g711::Law;

/// How the samples of a file are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Whole numbers of 8 (unsigned), 16, 24 or 32 bits.
    Pcm(u16),
    /// Floating-point numbers of 32 or 64 bits.
    Float(u16),
    /// G.711.
    Law(Law),
}

impl std::fmt::Display for Encoding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Pcm(bits) => write!(f, "{bits}-bit PCM"),
            Self::Float(bits) => write!(f, "{bits}-bit float"),
            Self::Law(Law::Mu) => f.write_str("µ-law"),
            Self::Law(Law::A) => f.write_str("A-law"),
        }
    }
}

/// What a file says of its sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Info {
    /// How samples are kept.
    pub encoding: Encoding,
    /// Samples of one channel in a second.
    pub rate: u32,
    /// One or two.
    pub channels: u16,
    /// Samples of one channel that are really there, whatever the header claims.
    pub frames: usize,
}

impl Info {
    /// How long the sound lasts, in milliseconds.
    pub fn duration_ms(&self) -> u64 {
        crate::duration_ms(self.frames, self.rate)
    }
}

/// The sound of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wave {
    /// What the file said.
    pub info: Info,
    /// The samples, the channels in turn.
    pub samples: Vec<i16>,
}

impl Wave {
    /// The sound in one channel.
    pub fn mono(&self) -> Vec<i16> {
        match self.info.channels {
            2 => crate::stereo_to_mono(&self.samples),
            _ => self.samples.clone(),
        }
    }

    /// The sound as telephones have it: 8 kHz, one channel.
    pub fn telephone(&self) -> Vec<i16> {
        crate::resample::resample(&self.mono(), self.info.rate, crate::TELEPHONE_RATE)
            .expect("a file with another rate was not read")
    }
}

/// Why bytes are no sound that can be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WavError {
    /// Something else than a WAV file, with its name where it is known.
    #[error("it is not a WAV file but {0}")]
    NotWav(&'static str),
    /// The bytes end inside of the header.
    #[error("it ends inside of its header")]
    Truncated,
    /// No chunk tells the format, or it follows the sound.
    #[error("it has no format before its sound")]
    NoFormat,
    /// There is no chunk with sound.
    #[error("it has no sound")]
    NoData,
    /// A WAV file with a compression that is not taken.
    #[error("its sound is {0}; PCM, float, µ-law and A-law are taken")]
    Codec(String),
    /// More or fewer channels than taken.
    #[error("it has {0} channels; one or two are taken")]
    Channels(u16),
    /// A sample rate outside of what is taken.
    #[error("its sample rate is {0} Hz; 8,000 to 48,000 Hz are taken")]
    Rate(u32),
}

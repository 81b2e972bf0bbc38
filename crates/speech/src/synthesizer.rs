//! The port: what speaks words.

use std::pin::Pin;

use crate::{SpeechError, Style, Voice};

/// Words for an engine.
#[derive(Clone, Copy, Debug)]
pub struct Utterance<'a> {
    /// Plain text, only writing that the language has sounds for, not empty.
    pub text: &'a str,
    /// Who speaks.
    pub voice: Voice,
    /// How. Loudness is not the engine's matter.
    pub style: &'a Style,
}

/// What an engine spoke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sound {
    /// One channel.
    pub samples: Vec<i16>,
    /// In Hz.
    pub rate: u32,
}

/// What comes of an utterance.
pub type Speaking<'a> = Pin<Box<dyn Future<Output = Result<Sound, SpeechError>> + Send + 'a>>;

/// Speaks words.
pub trait Synthesizer: Send + Sync {
    /// Its name in errors, answers and the configuration.
    fn name(&self) -> &'static str;

    /// Whether it can be asked at all; the error says what to do.
    fn ready(&self) -> Result<(), SpeechError>;

    /// Speaks. Dropping the future stops the work.
    fn speak<'a>(&'a self, utterance: Utterance<'a>) -> Speaking<'a>;
}

/// Reads the WAV file that an engine answered with.
pub(crate) fn heard(engine: &'static str, bytes: &[u8]) -> Result<Sound, SpeechError> {
    let wave = audio::wav::read(bytes)
        .map_err(|error| SpeechError::Failed { engine, reason: format!("of what it answered, {error}") })?;
    Ok(Sound { rate: wave.info.rate, samples: wave.mono() })
}

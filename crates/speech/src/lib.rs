//! Text and speech markup become sound: a port with an embedded synthesiser and one over HTTP.
//!
//! 1. [`Plan`] reads plain text or SSML and says what is spoken how, where pauses are and where marks; pure.
//! 2. [`Voice`] finds a published voice and what it stands for.
//! 3. [`Speech`] asks the configured engine for every part, joins the parts and keeps what was asked for before.
//!
//! The embedded engine is espeak-ng, always as a program of its own. Where it is not installed, speech is unavailable
//! and says so.

mod cache;
mod espeak;
mod http;
mod plan;
mod say_as;
mod service;
mod ssml;
mod synthesizer;
mod voice;

pub use espeak::Espeak;
pub use http::{Format, Http, HttpOptions};
pub use plan::{Plan, Prosody, Segment, Style, TextError, Words};
pub use service::{EngineName, Options, Request, Speech, Spoken};
pub use synthesizer::{Sound, Speaking, Synthesizer, Utterance};
pub use voice::{Gender, UnknownVoice, Voice};

/// Why text did not become sound.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SpeechError {
    /// The text or its markup is not right.
    #[error(transparent)]
    Text(#[from] TextError),
    /// There is no such voice.
    #[error(transparent)]
    Voice(#[from] UnknownVoice),
    /// No engine is set up or installed; the text says what to do.
    #[error("{0}")]
    Unavailable(String),
    /// The engine did not answer in time.
    #[error("the speech engine {0} did not answer in time")]
    TimedOut(&'static str),
    /// The engine failed.
    #[error("the speech engine {engine} failed: {reason}")]
    Failed {
        /// Which one.
        engine: &'static str,
        /// In its words.
        reason: String,
    },
}

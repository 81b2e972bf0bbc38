//! An engine over HTTP that speaks the usual `/audio/speech`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use crate::synthesizer::{Sound, Speaking, heard};
use crate::{SpeechError, Synthesizer, Utterance};

const NAME: &str = "http";
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Most bytes of one answer.
const ANSWER: usize = 40 * 1024 * 1024;
/// The rate of bare samples.
const PCM_RATE: u32 = 24_000;

/// In which form the engine answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A WAV file.
    Wav,
    /// Bare samples: 16 bits, little-endian, one channel, 24 kHz.
    Pcm,
}

/// Where the engine is and how it is asked.
#[derive(Clone)]
pub struct HttpOptions {
    /// The address before `/audio/speech`, such as `https://speech.example.com/v1`.
    pub url: String,
    /// Sent as bearer token; empty = none.
    pub key: String,
    /// Its model.
    pub model: String,
    /// Its names of our voices; a voice without one is asked for by its own name.
    pub voices: BTreeMap<String, String>,
    /// How it answers.
    pub format: Format,
}

impl std::fmt::Debug for HttpOptions {
    // Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpOptions")
            .field("url", &self.url)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

/// The engine.
pub struct Http {
    options: HttpOptions,
    client: reqwest::Client,
}

impl Http {
    /// One with these options.
    pub fn new(options: HttpOptions) -> Self {
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT_WITHIN)
            // The text goes where the operator said, nowhere else.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("these settings make a client");
        Self { options, client }
    }

    async fn ask(&self, utterance: Utterance<'_>) -> Result<Sound, SpeechError> {
        let failed = |reason: String| SpeechError::Failed { engine: NAME, reason };
        let options = &self.options;
        let voice = options.voices.get(utterance.voice.name).map_or(utterance.voice.name, |name| name);
        let format = match options.format {
            Format::Wav => "wav",
            Format::Pcm => "pcm",
        };
        let mut request =
            self.client.post(format!("{}/audio/speech", options.url.trim_end_matches('/'))).json(&json!({
                "model": options.model,
                "voice": voice,
                "input": utterance.text,
                "response_format": format,
                "speed": utterance.style.prosody.rate.clamp(0.25, 4.0),
            }));
        if !options.key.is_empty() {
            request = request.bearer_auth(&options.key);
        }
        let mut answer = request.send().await.map_err(|error| failed(innermost(&error)))?;
        if !answer.status().is_success() {
            // Its text may repeat what was to be said.
            return Err(failed(format!("it answered {}", answer.status())));
        }
        let mut bytes = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|error| failed(innermost(&error)))? {
            if bytes.len() + part.len() > ANSWER {
                return Err(failed("its answer is too long".to_owned()));
            }
            bytes.extend_from_slice(&part);
        }
        match options.format {
            Format::Wav => heard(NAME, &bytes),
            Format::Pcm => Ok(Sound {
                samples: bytes.chunks_exact(2).map(|it| i16::from_le_bytes([it[0], it[1]])).collect(),
                rate: PCM_RATE,
            }),
        }
    }
}

impl Synthesizer for Http {
    fn name(&self) -> &'static str {
        NAME
    }

    fn ready(&self) -> Result<(), SpeechError> {
        Ok(())
    }

    fn speak<'a>(&'a self, utterance: Utterance<'a>) -> Speaking<'a> {
        Box::pin(self.ask(utterance))
    }
}

/// The cause below all causes, without the address.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(below) = cause.source() {
        cause = below;
    }
    match cause.downcast_ref::<reqwest::Error>() {
        Some(_) => "the call failed".to_owned(),
        None => cause.to_string(),
    }
}

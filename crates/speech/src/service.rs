//! Speech for the whole server: which engine is asked, how much at once, how long, and what is kept.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use audio::tone::{self, Note};
use tokio::sync::Semaphore;

use crate::cache::{Cache, key};
use crate::voice::speakable;
use crate::{
    Espeak, Http, HttpOptions, Plan, Segment, SpeechError, Synthesizer, TextError, Utterance, Voice, Words,
};

/// The longest that one prompt may sound.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// The pitch of a bleep, in Hz.
const BLEEP: f64 = 1_000.0;

/// Which engine usually speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EngineName {
    /// The embedded one.
    #[default]
    Espeak,
    /// The one over HTTP.
    Http,
    /// None: nothing is spoken.
    None,
}

/// How speech is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// Who usually speaks.
    pub engine: EngineName,
    /// Where espeak-ng is; none = on the search path.
    pub espeak: Option<PathBuf>,
    /// The engine over HTTP, where there is one: the better one when the best voice is asked for.
    pub http: Option<HttpOptions>,
    /// Prompts that are spoken at once; more wait.
    pub at_once: usize,
    /// How long one prompt may take, waiting included.
    pub within: Duration,
    /// Bytes of speech that are kept in memory.
    pub cache_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            engine: EngineName::default(),
            espeak: None,
            http: None,
            at_once: 4,
            within: Duration::from_secs(20),
            cache_bytes: 64 * 1024 * 1024,
        }
    }
}

/// What is to be spoken.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The parts.
    pub plan: Plan,
    /// Who speaks.
    pub voice: Voice,
    /// The rate of the sound, 8,000 to 48,000 Hz.
    pub rate: u32,
    /// Whether the most natural engine there is speaks, and the usual one only where that fails.
    pub best: bool,
}

/// A prompt that was spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// One channel.
    pub samples: Vec<i16>,
    /// In Hz.
    pub rate: u32,
    /// The author's marks with the milliseconds after which they stand.
    pub marks: Vec<(String, u64)>,
    /// Who spoke.
    pub engine: &'static str,
}

/// Speaks prompts.
pub struct Speech {
    /// In the order in which they are asked.
    usual: Vec<Arc<dyn Synthesizer>>,
    best: Vec<Arc<dyn Synthesizer>>,
    places: Semaphore,
    within: Duration,
    cache: Cache,
}

impl Speech {
    /// With the engines of these options.
    pub fn new(options: Options) -> Self {
        let espeak: Arc<dyn Synthesizer> = Arc::new(Espeak::new(options.espeak.clone()));
        let http = options.http.clone().map(|http| Arc::new(Http::new(http)) as Arc<dyn Synthesizer>);
        let usual = match options.engine {
            EngineName::Espeak => Some(espeak.clone()),
            EngineName::Http => http.clone(),
            EngineName::None => return Self::with_engines(&options, Vec::new(), Vec::new()),
        };
        let best = http.into_iter().chain([espeak]).collect();
        Self::with_engines(&options, usual.into_iter().collect(), best)
    }

    /// With these engines, whatever the options say of engines: the usual ones, and those for the best voice.
    pub fn with_engines(
        options: &Options,
        usual: Vec<Arc<dyn Synthesizer>>,
        best: Vec<Arc<dyn Synthesizer>>,
    ) -> Self {
        Self {
            usual,
            best,
            places: Semaphore::new(options.at_once.max(1)),
            within: options.within,
            cache: Cache::new(options.cache_bytes),
        }
    }

    /// The name of the engine that would be asked; the error says what to do where none can be.
    pub fn engine(&self, best: bool) -> Result<&'static str, SpeechError> {
        let mut first = None;
        for engine in self.engines(best) {
            match engine.ready() {
                Ok(()) => return Ok(engine.name()),
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(first.unwrap_or_else(none))
    }

    fn engines(&self, best: bool) -> &[Arc<dyn Synthesizer>] {
        if best { &self.best } else { &self.usual }
    }

    /// Speaks a prompt, or finds what was spoken before.
    pub async fn say(&self, request: &Request) -> Result<Arc<Spoken>, SpeechError> {
        let engines = self.engines(request.best);
        let mut error = none();
        for (index, engine) in engines.iter().enumerate() {
            match self.say_with(&**engine, request).await {
                Ok(spoken) => return Ok(spoken),
                Err(failed) => {
                    if index + 1 < engines.len() {
                        tracing::warn!(engine = engine.name(), error = %failed, "the next speech engine is asked");
                    }
                    // What the better engine lacks is told only if there is no other.
                    error = failed;
                }
            }
        }
        Err(error)
    }

    async fn say_with(
        &self,
        engine: &dyn Synthesizer,
        request: &Request,
    ) -> Result<Arc<Spoken>, SpeechError> {
        let asked = (engine.name(), request.voice.name, request.rate, &request.plan);
        let key = key(&serde_json::to_vec(&asked).expect("plans are plain data"));
        if let Some(spoken) = self.cache.get(&key) {
            return Ok(spoken);
        }
        engine.ready()?;
        let work = async {
            let _place = self.places.acquire().await.expect("the places are never closed");
            // Whoever was before us may have asked for the same.
            if let Some(spoken) = self.cache.get(&key) {
                return Ok(spoken);
            }
            let spoken = Arc::new(speak(engine, request).await?);
            self.cache.put(key, spoken.clone());
            Ok(spoken)
        };
        let done = tokio::time::timeout(self.within, work).await;
        done.unwrap_or(Err(SpeechError::TimedOut(engine.name())))
    }
}

fn none() -> SpeechError {
    SpeechError::Unavailable(
        "speech is switched off on this server (speech.engine in its configuration)".to_owned(),
    )
}

/// Speaks all parts and joins them.
async fn speak(engine: &dyn Synthesizer, request: &Request) -> Result<Spoken, SpeechError> {
    let rate = request.rate;
    let longest = LONGEST.as_secs() as usize * rate as usize;
    let mut spoken = Spoken { samples: Vec::new(), rate, marks: Vec::new(), engine: engine.name() };
    let count = |ms: u32| ms as usize * rate as usize / 1_000;
    for segment in &request.plan.segments {
        let now = audio::duration_ms(spoken.samples.len(), rate);
        match segment {
            Segment::Mark(name) => spoken.marks.push((name.clone(), now)),
            Segment::Pause(ms) => spoken.samples.resize(spoken.samples.len() + count(*ms), 0),
            Segment::Bleep(ms) => {
                let mut buffer = vec![0.0; count(*ms)];
                let length = f64::from(*ms) / 1_000.0;
                let note = Note { start: 0.0, length, pitch: BLEEP, loudness: 1.0 };
                tone::play(&mut buffer, rate, &tone::Voice::sine(), &[note]);
                spoken.samples.extend(tone::samples(&buffer, 0.2));
            }
            Segment::Words(words) => spoken.samples.extend(words_of(engine, request, words).await?),
        }
        if spoken.samples.len() > longest {
            let reason = format!("the prompt is longer than {} minutes", LONGEST.as_secs() / 60);
            return Err(SpeechError::Failed { engine: engine.name(), reason });
        }
    }
    if spoken.samples.is_empty() {
        // There was text, but none that this voice can read.
        return Err(TextError::Empty.into());
    }
    Ok(spoken)
}

async fn words_of(
    engine: &dyn Synthesizer,
    request: &Request,
    words: &Words,
) -> Result<Vec<i16>, SpeechError> {
    let language = words.style.language.as_deref().unwrap_or(request.voice.language);
    let text = speakable(language, &words.text);
    if !text.chars().any(char::is_alphanumeric) {
        return Ok(Vec::new());
    }
    let utterance = Utterance { text: text.trim(), voice: request.voice, style: &words.style };
    let sound = engine.speak(utterance).await?;
    let samples = audio::resample::resample(&sound.samples, sound.rate, request.rate)
        .map_err(|error| SpeechError::Failed { engine: engine.name(), reason: error.to_string() })?;
    Ok(louder(samples, words.style.prosody.gain))
}

/// The samples by so many decibels louder; what would be louder than possible is as loud as possible.
fn louder(samples: Vec<i16>, decibels: f32) -> Vec<i16> {
    if decibels == 0.0 {
        return samples;
    }
    let factor = 10f32.powf(decibels / 20.0);
    samples.into_iter().map(|sample| (f32::from(sample) * factor) as i16).collect()
}

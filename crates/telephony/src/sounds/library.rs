//! The sounds of the instances of a centre.

use std::sync::{Arc, Weak};
use std::time::Duration;

use audio::wav;
use center::Center;
use engine::Engine;
use flows::Message;
use model::resource::Prompt;
use parking_lot::Mutex;
use speech::{Plan, Request, Voice as Speaker};

use super::cache::Cache;
use super::{Making, Sounds, Wanted};
use crate::sound::{Clip, Playlist, RATE};

/// Bytes of sounds that are kept ready: about half an hour.
const KEPT: usize = 64 * 1024 * 1024;
/// How long the sounds of one command may take to be made.
const WITHIN: Duration = Duration::from_secs(30);

/// Speaks texts and reads prompts and files.
pub struct Library {
    center: Weak<Center>,
    cache: Mutex<Cache>,
}

impl Library {
    /// For the instances of a centre.
    pub fn new(center: &Arc<Center>) -> Self {
        Self { center: Arc::downgrade(center), cache: Mutex::new(Cache::new(KEPT)) }
    }

    async fn all(&self, engine: &Engine, wanted: &Wanted) -> Result<Playlist, String> {
        let mut clips = Vec::new();
        for message in &wanted.sounds {
            let name = name(engine, message, wanted);
            let kept = name.as_ref().and_then(|name| self.cache.lock().get(name));
            let clip = match kept {
                Some(clip) => clip,
                None => {
                    let clip = Arc::new(self.one(engine, message, wanted).await?);
                    if let Some(name) = name {
                        self.cache.lock().keep(name, clip.clone());
                    }
                    clip
                }
            };
            clips.push(clip);
        }
        Ok(clips.into_iter().collect())
    }

    async fn one(&self, engine: &Engine, message: &Message, wanted: &Wanted) -> Result<Clip, String> {
        let center = self.center.upgrade().ok_or("the server is stopping")?;
        match message {
            Message::Text(text) if text.trim().is_empty() => Ok(Clip::default()),
            Message::Text(text) => {
                let plan = Plan::of_text(text).map_err(|error| error.to_string())?;
                spoken(&center, plan, speaker(wanted)?).await
            }
            Message::Ssml(markup) => {
                let speaker = speaker(wanted)?;
                let plan = Plan::of_ssml(markup, speaker.language).map_err(|error| error.to_string())?;
                spoken(&center, plan, speaker).await
            }
            Message::Prompt(name) => {
                let prompt = prompt(engine, name).ok_or("the prompt does not exist any more")?;
                let file = center.prompts().wav(&prompt).await.map_err(|error| error.to_string())?;
                decoded(file.ok_or_else(|| format!("the prompt '{}' has no sound", prompt.name))?).await
            }
            Message::Media(address) => {
                let ready = center.prompts().fetch(address).await.map_err(|error| error.to_string())?;
                decoded(ready.wav).await
            }
            Message::Interactive(_) => Err("interactive messages have no sound".to_owned()),
        }
    }
}

impl Sounds for Library {
    fn ready(&self, engine: &Engine, wanted: &Wanted) -> Option<Playlist> {
        let mut cache = self.cache.lock();
        wanted.sounds.iter().map(|message| cache.get(&name(engine, message, wanted)?)).collect()
    }

    fn make<'a>(&'a self, engine: &'a Arc<Engine>, wanted: Wanted) -> Making<'a> {
        Box::pin(async move {
            let made = tokio::time::timeout(WITHIN, self.all(engine, &wanted)).await;
            made.unwrap_or_else(|_| Err("the sound was not made in time".to_owned()))
        })
    }
}

/// Under which name a sound is kept. Files of others may change at any time, so they are read each time.
fn name(engine: &Engine, message: &Message, wanted: &Wanted) -> Option<String> {
    let voice = &wanted.voice;
    let spoken = |kind: &str, text: &str| {
        let voice = (&voice.id, &voice.engine, &voice.style, &voice.language);
        format!("{kind}/{voice:?}/{text}")
    };
    match message {
        Message::Text(text) => Some(spoken("text", text)),
        Message::Ssml(markup) => Some(spoken("ssml", markup)),
        Message::Prompt(name) => {
            let prompt = prompt(engine, name)?;
            let file = prompt.media.as_ref().map_or("", |media| media.file.as_str());
            Some(format!("prompt/{}/{}/{file}", engine.id(), prompt.prompt_id))
        }
        Message::Media(_) | Message::Interactive(_) => None,
    }
}

fn prompt(engine: &Engine, name: &str) -> Option<Prompt> {
    let id = model::arn::id_part(name).parse().ok()?;
    engine.look(|core| core.directory().prompt(id).cloned())?
}

/// Who speaks: the voice that was chosen, else one of the language, else the usual one.
fn speaker(wanted: &Wanted) -> Result<Speaker, String> {
    let voice = &wanted.voice;
    if let Some(id) = &voice.id {
        return Speaker::find(id).map_err(|error| error.to_string());
    }
    let usual = || Speaker::find(Speaker::DEFAULT).map_err(|error| error.to_string());
    let Some(language) = &voice.language else { return usual() };
    let usual = usual()?;
    if usual.language.eq_ignore_ascii_case(language) {
        return Ok(usual);
    }
    let of_language = Speaker::all().find(|one| one.language.eq_ignore_ascii_case(language));
    Ok(of_language.unwrap_or(usual))
}

async fn spoken(center: &Center, plan: Plan, voice: Speaker) -> Result<Clip, String> {
    let request = Request { plan, voice, rate: RATE.hertz(), best: false };
    let spoken = center.speech().say(&request).await.map_err(|error| error.to_string())?;
    Clip::new(&spoken.samples, spoken.rate).map_err(|error| error.to_string())
}

/// Long files take their time.
async fn decoded(file: Vec<u8>) -> Result<Clip, String> {
    let work = tokio::task::spawn_blocking(move || {
        let wave = wav::read(&file).map_err(|error| error.to_string())?;
        Clip::new(&wave.mono(), wave.info.rate).map_err(|error| error.to_string())
    });
    work.await.unwrap_or_else(|_| Err("the file could not be read".to_owned()))
}

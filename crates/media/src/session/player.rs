//! What is played to one leg: prompts, tones and pauses in a row.

use std::sync::Arc;

use super::command::{CommandError, PlayId, Source};
use crate::codec::{Codec, FRAME_MS, Rate};
use crate::prompt::{Prompt, PromptLibrary};
use crate::tone::CadencePlayer;

/// Sources of one command.
const MOST_SOURCES: usize = 100;

/// A play command that runs.
pub(crate) struct Player {
    pub play: PlayId,
    sources: Vec<Playable>,
    current: usize,
    repeat: bool,
    rate: Rate,
    played: u64,
}

struct Playable {
    kind: Kind,
    /// Frames of it; none without an end.
    frames: Option<usize>,
    at: usize,
}

enum Kind {
    Prompt(Arc<Prompt>),
    Tone(Box<CadencePlayer>),
    Pause,
}

impl Player {
    pub fn new(
        play: PlayId,
        sources: &[Source],
        repeat: bool,
        rate: Rate,
        library: &PromptLibrary,
    ) -> Result<Self, CommandError> {
        if sources.is_empty() || sources.len() > MOST_SOURCES {
            return Err(CommandError::Sources(MOST_SOURCES));
        }
        let sources =
            sources.iter().map(|source| playable(source, rate, library)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { play, sources, current: 0, repeat, rate, played: 0 })
    }

    /// Whether there is another frame. Sources without any are passed over.
    pub fn go_on(&mut self) -> bool {
        // Once round is enough to see that there is nothing.
        for _ in 0..2 * self.sources.len() + 2 {
            let Some(source) = self.sources.get_mut(self.current) else {
                if !self.repeat {
                    return false;
                }
                self.current = 0;
                continue;
            };
            if source.frames.is_none_or(|frames| source.at < frames) {
                return true;
            }
            source.at = 0;
            self.current += 1;
        }
        false
    }

    /// The payload of this frame, where it was encoded for all.
    pub fn payload(&self, codec: Codec) -> Option<&[u8]> {
        let source = &self.sources[self.current];
        match &source.kind {
            Kind::Prompt(prompt) => prompt.payload(codec, source.at),
            Kind::Tone(_) | Kind::Pause => None,
        }
    }

    /// Adds the samples of this frame.
    pub fn add(&mut self, frame: &mut [i16]) {
        let rate = self.rate;
        let source = &mut self.sources[self.current];
        match &mut source.kind {
            Kind::Prompt(prompt) => {
                for (sample, played) in
                    frame.iter_mut().zip(prompt.samples(rate, source.at).unwrap_or_default())
                {
                    *sample = sample.saturating_add(*played);
                }
            }
            Kind::Tone(tone) => {
                let mut sound = vec![0; frame.len()];
                tone.fill(&mut sound);
                for (sample, played) in frame.iter_mut().zip(sound) {
                    *sample = sample.saturating_add(played);
                }
            }
            Kind::Pause => {}
        }
    }

    /// Moves on to the next frame.
    pub fn advance(&mut self) {
        self.sources[self.current].at += 1;
        self.played += 1;
    }

    /// Milliseconds played.
    pub fn played_ms(&self) -> u64 {
        self.played * FRAME_MS
    }
}

fn playable(source: &Source, rate: Rate, library: &PromptLibrary) -> Result<Playable, CommandError> {
    let frames = |millis: u32| (u64::from(millis).div_ceil(FRAME_MS)) as usize;
    let (kind, frames) = match source {
        Source::Prompt(id) => {
            let prompt = library.get(*id).ok_or(CommandError::NoPrompt(*id))?;
            if !prompt.is_for(rate) {
                return Err(CommandError::PromptRate(*id));
            }
            (Kind::Prompt(prompt.clone()), Some(prompt.frames()))
        }
        Source::Tone { cadence, millis } => {
            let player = CadencePlayer::new(cadence.clone(), rate.hertz());
            (Kind::Tone(Box::new(player)), millis.map(frames))
        }
        Source::Pause { millis } => (Kind::Pause, Some(frames(*millis))),
    };
    Ok(Playable { kind, frames, at: 0 })
}

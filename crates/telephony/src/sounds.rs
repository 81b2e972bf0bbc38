//! Where the sounds of flows come from: texts are spoken, prompts and files read; away from the drivers' threads.

mod cache;
mod library;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use contacts::call::Voice;
use engine::Engine;
use flows::Message;

use crate::sound::Playlist;

pub use library::Library;

/// What is to be heard, in this order, and in which voice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Texts, prompts and files.
    pub sounds: Vec<Message>,
    /// The voice that speaks texts.
    pub voice: Voice,
}

/// Sound that is being made; an error says why there is none.
pub type Making<'a> = Pin<Box<dyn Future<Output = Result<Playlist, String>> + Send + 'a>>;

/// Makes sounds.
pub trait Sounds: Send + Sync + 'static {
    /// Sound that is there already. Must not block.
    fn ready(&self, engine: &Engine, wanted: &Wanted) -> Option<Playlist>;

    /// Makes sound, within a time of its own.
    fn make<'a>(&'a self, engine: &'a Arc<Engine>, wanted: Wanted) -> Making<'a>;
}

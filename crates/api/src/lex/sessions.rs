//! Conversations of clients with bots. They are kept in memory only: a session lives minutes, and a client that finds
//! none begins anew.

use std::collections::HashMap;

use bots::{Message, Session};
use model::{InstanceId, Timestamp};
use parking_lot::Mutex;
use serde_json::Value;

/// Sessions at once; beyond that the one that would end first is forgotten.
const MOST: usize = 10_000;

/// The instance, and the bot, alias, locale and session as the client names them.
pub(crate) type Key = (InstanceId, [String; 4]);

/// A conversation as it stands.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    /// What the bot remembers.
    pub session: Session,
    /// What it said last.
    pub messages: Vec<Message>,
    /// What the last text may have meant, in the published shape.
    pub interpretations: Value,
    /// When it is forgotten.
    pub until: Timestamp,
}

/// All conversations of a server.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<Key, Kept>>);

impl Sessions {
    /// The conversation, if it is not over.
    pub fn get(&self, key: &Key, now: Timestamp) -> Option<Kept> {
        self.0.lock().get(key).filter(|kept| kept.until > now).cloned()
    }

    /// Keeps a conversation.
    pub fn put(&self, key: Key, kept: Kept, now: Timestamp) {
        let mut all = self.0.lock();
        if all.len() >= MOST && !all.contains_key(&key) {
            all.retain(|_, kept| kept.until > now);
            if all.len() >= MOST
                && let Some(first) = all.iter().min_by_key(|(_, kept)| kept.until).map(|(key, _)| key.clone())
            {
                all.remove(&first);
            }
        }
        all.insert(key, kept);
    }

    /// Ends a conversation; false when there was none.
    pub fn remove(&self, key: &Key, now: Timestamp) -> bool {
        self.0.lock().remove(key).is_some_and(|kept| kept.until > now)
    }
}

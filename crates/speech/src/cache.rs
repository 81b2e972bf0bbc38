//! What was spoken before, as long as there is room.

use std::collections::HashMap;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use parking_lot::Mutex;

use crate::service::Spoken;

/// What was asked for: a hash of the words, the voice, the rate and the engine.
pub(crate) type Key = [u8; 32];

/// The key of what was asked for.
pub(crate) fn key(asked: &[u8]) -> Key {
    digest(&SHA256, asked).as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// Speech in memory; the longest unused goes first when it is full.
pub(crate) struct Cache {
    limit: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    all: HashMap<Key, (Arc<Spoken>, u64)>,
    bytes: usize,
    uses: u64,
}

impl Cache {
    /// With room for so many bytes of samples.
    pub fn new(limit: usize) -> Self {
        Self { limit, kept: Mutex::default() }
    }

    pub fn get(&self, key: &Key) -> Option<Arc<Spoken>> {
        let mut kept = self.kept.lock();
        kept.uses += 1;
        let now = kept.uses;
        let (spoken, used) = kept.all.get_mut(key)?;
        *used = now;
        Some(spoken.clone())
    }

    pub fn put(&self, key: Key, spoken: Arc<Spoken>) {
        let size = size(&spoken);
        if size > self.limit {
            return;
        }
        let mut kept = self.kept.lock();
        kept.uses += 1;
        let now = kept.uses;
        if let Some((old, _)) = kept.all.insert(key, (spoken, now)) {
            kept.bytes -= self::size(&old);
        }
        kept.bytes += size;
        while kept.bytes > self.limit {
            let oldest = kept.all.iter().min_by_key(|(_, (_, used))| *used).map(|(key, _)| *key);
            let Some((spoken, _)) = oldest.and_then(|key| kept.all.remove(&key)) else { break };
            kept.bytes -= self::size(&spoken);
        }
    }
}

fn size(spoken: &Spoken) -> usize {
    spoken.samples.len() * 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_unused_goes_first() {
        let spoken =
            |count| Arc::new(Spoken { samples: vec![0; count], rate: 8_000, marks: Vec::new(), engine: "x" });
        let cache = Cache::new(100);
        let keys = [key(b"a"), key(b"b"), key(b"c")];
        cache.put(keys[0], spoken(20));
        cache.put(keys[1], spoken(20));
        assert!(cache.get(&keys[0]).is_some());
        cache.put(keys[2], spoken(20));
        assert_eq!(keys.map(|key| cache.get(&key).is_some()), [true, false, true]);
        cache.put(keys[1], spoken(51));
        assert_eq!(keys.map(|key| cache.get(&key).is_some()), [true, false, true]);
        cache.put(keys[0], spoken(30));
        assert_eq!(keys.map(|key| cache.get(&key).is_some()), [true, false, true]);
        cache.put(keys[0], spoken(31));
        assert_eq!(keys.map(|key| cache.get(&key).is_some()), [true, false, false]);
    }
}

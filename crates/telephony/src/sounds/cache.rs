//! Sounds that were made before, up to so many bytes; the ones that were used longest ago go first.

use std::collections::HashMap;
use std::sync::Arc;

use crate::sound::Clip;

/// Clips by name.
#[derive(Debug)]
pub(super) struct Cache {
    most: usize,
    bytes: usize,
    uses: u64,
    clips: HashMap<String, (Arc<Clip>, u64)>,
}

impl Cache {
    pub(super) fn new(most: usize) -> Self {
        Self { most, bytes: 0, uses: 0, clips: HashMap::new() }
    }

    pub(super) fn get(&mut self, name: &str) -> Option<Arc<Clip>> {
        self.uses += 1;
        let (clip, used) = self.clips.get_mut(name)?;
        *used = self.uses;
        Some(clip.clone())
    }

    /// Keeps a clip, unless it alone is too large.
    pub(super) fn keep(&mut self, name: String, clip: Arc<Clip>) {
        let size = clip.bytes() + name.len();
        if size > self.most {
            return;
        }
        self.uses += 1;
        if let Some((old, _)) = self.clips.insert(name.clone(), (clip, self.uses)) {
            self.bytes -= old.bytes() + name.len();
        }
        self.bytes += size;
        while self.bytes > self.most {
            let oldest = self.clips.iter().min_by_key(|(_, (_, used))| *used).map(|(name, _)| name.clone());
            let Some((name, (clip, _))) = oldest.and_then(|name| self.clips.remove_entry(&name)) else {
                return;
            };
            self.bytes -= clip.bytes() + name.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(samples: usize) -> Arc<Clip> {
        Arc::new(Clip::new(&vec![1; samples], 16_000).expect("the rate of calls"))
    }

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let mut cache = Cache::new(1_000);
        for name in ["a", "b", "c"] {
            cache.keep(name.to_owned(), clip(150));
        }
        assert!(cache.get("a").is_some());
        cache.keep("d".to_owned(), clip(150));
        let kept: Vec<bool> = ["a", "b", "c", "d"].iter().map(|name| cache.get(name).is_some()).collect();
        assert_eq!(kept, [true, false, true, true]);
        cache.keep("a".to_owned(), clip(10));
        assert_eq!(cache.bytes, 2 * 301 + 21);
        cache.keep("huge".to_owned(), clip(600));
        assert!(cache.get("huge").is_none() && cache.get("a").is_some());
    }
}

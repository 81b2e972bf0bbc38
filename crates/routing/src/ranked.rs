//! A sorted set that also tells how many members come before one: the order of a queue.

/// Members per chunk before it is split in two.
const CHUNK: usize = 256;

/// A sorted set in chunks: finding is a binary search over chunks and inside one, counting adds chunk lengths.
#[derive(Clone, Debug)]
pub(crate) struct RankedSet<T> {
    /// None is empty.
    chunks: Vec<Vec<T>>,
    len: usize,
}

impl<T> Default for RankedSet<T> {
    fn default() -> Self {
        RankedSet { chunks: Vec::new(), len: 0 }
    }
}

impl<T: Ord + Copy> RankedSet<T> {
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a member; `false` if it was there.
    pub fn insert(&mut self, item: T) -> bool {
        if self.chunks.is_empty() {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        let number = self.chunk_of(&item).min(self.chunks.len() - 1);
        let chunk = &mut self.chunks[number];
        let Err(position) = chunk.binary_search(&item) else { return false };
        chunk.insert(position, item);
        self.len += 1;
        if chunk.len() >= CHUNK {
            // Arrivals come at the end: leave the chunk before them nearly full.
            let at = if position + 1 == chunk.len() { CHUNK - 1 } else { CHUNK / 2 };
            let mut tail = Vec::with_capacity(CHUNK);
            tail.extend(chunk.drain(at..));
            self.chunks.insert(number + 1, tail);
        }
        true
    }

    /// Takes a member out; `false` if it was not there.
    pub fn remove(&mut self, item: &T) -> bool {
        let number = self.chunk_of(item);
        let Some(chunk) = self.chunks.get_mut(number) else { return false };
        let Ok(position) = chunk.binary_search(item) else { return false };
        chunk.remove(position);
        self.len -= 1;
        if chunk.is_empty() {
            self.chunks.remove(number);
        }
        true
    }

    /// How many members are smaller.
    pub fn rank(&self, item: &T) -> usize {
        let number = self.chunk_of(item);
        let before: usize = self.chunks[..number].iter().map(Vec::len).sum();
        before + self.chunks.get(number).map_or(0, |chunk| chunk.partition_point(|member| member < item))
    }

    /// All members in order.
    pub fn iter(&self) -> impl Iterator<Item = T> {
        self.chunks.iter().flatten().copied()
    }

    /// The first chunk whose last member is not smaller.
    fn chunk_of(&self, item: &T) -> usize {
        self.chunks.partition_point(|chunk| chunk.last().is_none_or(|last| last < item))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn agrees_with_a_tree(steps in prop::collection::vec((any::<bool>(), 0u32..3_000), 0..4_000)) {
            let (mut ranked, mut tree) = (RankedSet::default(), BTreeSet::new());
            for (add, item) in steps {
                if add {
                    prop_assert_eq!(ranked.insert(item), tree.insert(item));
                } else {
                    prop_assert_eq!(ranked.remove(&item), tree.remove(&item));
                }
            }
            prop_assert_eq!(ranked.len(), tree.len());
            prop_assert_eq!(ranked.is_empty(), tree.is_empty());
            prop_assert!(ranked.iter().eq(tree.iter().copied()));
            for item in (0..3_000).step_by(97) {
                prop_assert_eq!(ranked.rank(&item), tree.range(..item).count());
            }
        }
    }

    #[test]
    fn long_runs_split_and_vanish() {
        let mut ranked = RankedSet::default();
        (0..10_000).for_each(|item| assert!(ranked.insert(item)));
        assert_eq!((ranked.rank(&9_999), ranked.len()), (9_999, 10_000));
        (0..10_000).for_each(|item| assert!(ranked.remove(&item)));
        assert!(ranked.is_empty() && ranked.chunks.is_empty());
    }
}

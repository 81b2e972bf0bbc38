//! Counts the sockets of each participant.

use std::collections::HashMap;
use std::sync::Arc;

use model::ParticipantId;
use parking_lot::Mutex;

/// How many sockets each participant has in this process.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(Arc<Mutex<HashMap<ParticipantId, usize>>>);

/// One socket's place; free again when dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Places,
    participant: ParticipantId,
}

impl Places {
    /// A place, unless the participant has `limit` already.
    pub(super) fn take(&self, participant: ParticipantId, limit: usize) -> Option<Place> {
        let mut taken = self.0.lock();
        let count = taken.entry(participant).or_default();
        if *count >= limit {
            return None;
        }
        *count += 1;
        Some(Place { places: self.clone(), participant })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.0.lock();
        if let Some(count) = taken.get_mut(&self.participant) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.participant);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_its_socket_is_gone() {
        let places = Places::default();
        let (one, other) = (ParticipantId::from_u128(1), ParticipantId::from_u128(2));
        let held: Vec<_> = (0..2).map(|_| places.take(one, 2).expect("a place")).collect();
        assert!(places.take(one, 2).is_none());
        assert!(places.take(other, 2).is_some());
        drop(held);
        assert!(places.take(one, 2).is_some());
        assert!(places.0.lock().is_empty());
    }
}

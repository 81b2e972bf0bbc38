//! Uploaded files that wait for the prompt they are for. They are short-lived and live in memory: a restart asks for
//! them again.

use std::collections::HashMap;

use model::Timestamp;
use parking_lot::Mutex;
use uuid::Uuid;

use super::{Ready, UPLOAD_MS};

/// Most bytes of all waiting files; the oldest go first.
const ROOM: usize = 48 * 1024 * 1024;

#[derive(Default)]
pub(super) struct Uploads(Mutex<HashMap<Uuid, (Ready, Timestamp)>>);

impl Uploads {
    pub fn hold(&self, upload: Uuid, ready: Ready, now: Timestamp) {
        let mut all = self.0.lock();
        all.retain(|_, (_, since)| now.0 - since.0 < UPLOAD_MS);
        all.insert(upload, (ready, now));
        while all.values().map(|(ready, _)| ready.wav.len()).sum::<usize>() > ROOM {
            let oldest = all.iter().filter(|(id, _)| **id != upload).min_by_key(|(_, (_, since))| *since);
            let Some(oldest) = oldest.map(|(id, _)| *id) else { break };
            all.remove(&oldest);
        }
    }

    pub fn get(&self, upload: Uuid, now: Timestamp) -> Option<Ready> {
        let all = self.0.lock();
        all.get(&upload).filter(|(_, since)| now.0 - since.0 < UPLOAD_MS).map(|(ready, _)| ready.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use audio::wav::{Encoding, Info};

    #[test]
    fn uploads_wait_as_long_and_as_many_as_there_is_room() {
        let was = Info { encoding: Encoding::Pcm(16), rate: 8_000, channels: 1, frames: 1 };
        let ready = Ready { wav: vec![0; ROOM / 2], duration_ms: 1, was };
        let (uploads, id) = (Uploads::default(), Uuid::from_u128);
        for (number, now) in [(1, 0), (2, 10), (3, 20)] {
            uploads.hold(id(number), ready.clone(), Timestamp(now));
        }
        let there = |now| [1, 2, 3].map(|number| uploads.get(id(number), Timestamp(now)).is_some());
        assert_eq!(there(30), [false, true, true]);
        assert_eq!(there(UPLOAD_MS + 10), [false, false, true]);
    }
}

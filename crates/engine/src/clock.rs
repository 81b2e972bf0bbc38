//! Time and randomness from the operating system; the only place where either is read.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use model::Timestamp;

/// A wall clock that never goes backwards, even if the machine's does.
#[derive(Debug, Default)]
pub struct Clock {
    latest: AtomicI64,
}

impl Clock {
    /// The present moment; never earlier than any answer before.
    pub fn now(&self) -> Timestamp {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64);
        let latest = self.latest.fetch_max(wall, Ordering::Relaxed);
        Timestamp(latest.max(wall))
    }
}

/// 128 fresh random bits of cryptographic quality.
pub fn random_128() -> u128 {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system gives random bytes");
    u128::from_be_bytes(bytes)
}

//! The inputs every decision takes from outside: the moment and randomness.

use model::Timestamp;
use uuid::{Builder, Uuid};

/// Time and randomness of one call into the core.
pub struct Cx<'a> {
    /// The moment of the call; never earlier than that of the call before.
    pub now: Timestamp,
    random: &'a mut dyn FnMut() -> u128,
}

impl<'a> Cx<'a> {
    /// A call at `now`, drawing from `random` (128 fresh uniform bits a call).
    pub fn new(now: Timestamp, random: &'a mut dyn FnMut() -> u128) -> Self {
        Self { now, random }
    }

    /// A fresh random (version 4) identifier.
    pub fn id<T: From<Uuid>>(&mut self) -> T {
        Builder::from_random_bytes((self.random)().to_be_bytes()).into_uuid().into()
    }

    /// A uniform number from 1 to 100.
    pub fn percent(&mut self) -> u8 {
        ((self.random)() % 100) as u8 + 1
    }
}

//! What is being asked of others for flows right now, so that an instance that is made anew does not ask twice.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use contacts::{Core, Cx};
use engine::{Engine, EngineError};
use model::{ContactId, InstanceId, Timestamp};
use parking_lot::Mutex;

/// Between the first attempts to tell an instance that recovers, and between the last.
const PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
const ATTEMPTS: u32 = 16;

type Question = (InstanceId, ContactId, Timestamp);

/// The questions that are under way: each by its contact and the moment at which it was asked.
#[derive(Clone, Default)]
pub(crate) struct UnderWay(Arc<Mutex<HashSet<Question>>>);

/// One question; it is over when this is dropped.
pub(crate) struct Asking {
    all: UnderWay,
    question: Question,
}

impl UnderWay {
    /// Begins a question; none = it is under way already, and its answer is told to whatever core there is then.
    pub fn begin(&self, instance: InstanceId, contact: ContactId, asked_at: Timestamp) -> Option<Asking> {
        let question = (instance, contact, asked_at);
        self.0.lock().insert(question).then(|| Asking { all: self.clone(), question })
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.all.0.lock().remove(&self.question);
    }
}

/// Tells an instance, again while it recovers, as what is under way is not asked for a second time by then. In the end it
/// gives up: the command itself may be what the instance fails at.
pub(crate) async fn tell(engine: &Engine, command: impl Fn(&mut Core, &mut Cx)) -> Result<(), EngineError> {
    let mut pause = PAUSE;
    for _ in 1..ATTEMPTS {
        match engine.apply(&command).await {
            Err(EngineError::Recovering | EngineError::Store(_)) => tokio::time::sleep(pause).await,
            told => return told,
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    engine.apply(&command).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_asked_once_at_a_time() {
        let all = UnderWay::default();
        let ask = |contact: u128, at: i64| {
            all.begin(InstanceId::from_u128(1), ContactId::from_u128(contact), Timestamp(at))
        };
        let first = ask(1, 5);
        assert!(first.is_some() && ask(1, 5).is_none());
        assert!(ask(1, 6).is_some() && ask(2, 5).is_some(), "others are others");
        drop(first);
        assert!(ask(1, 5).is_some(), "again once it is over");
    }
}

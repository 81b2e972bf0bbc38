//! How long contacts will wait, estimated from how fast agents have taken contacts from a queue lately (10 §1.7).
//!
//! The public reference names the figure and not its reckoning. Ours: the place of a contact times the usual time from
//! one contact taken to the next. A queue of which too little is known has no figure.

use std::collections::{HashMap, VecDeque};

use model::{Channel, Timestamp};
use routing::QueueRef;

/// How far back what has happened tells something about what will, in milliseconds.
const LOOK_BACK_MS: i64 = 60 * 60 * 1000;
/// Most moments kept of one queue and channel.
const MOST_KEPT: usize = 50;
/// Fewest moments from which something is told.
const FEWEST: usize = 3;

/// When agents took contacts, by queue and channel.
#[derive(Debug, Default)]
pub(crate) struct Handovers {
    recent: HashMap<(QueueRef, Channel), VecDeque<Timestamp>>,
}

impl Handovers {
    /// An agent took a contact. Moments come in their order.
    pub fn note(&mut self, queue: QueueRef, channel: Channel, at: Timestamp) {
        let moments = self.recent.entry((queue, channel)).or_default();
        if moments.len() == MOST_KEPT {
            moments.pop_front();
        }
        moments.push_back(at);
    }

    /// Whole seconds until the contact at this place is with an agent; 1 is served next. `free` agents take theirs at
    /// once.
    pub fn estimate(
        &self,
        queue: QueueRef,
        channel: Option<Channel>,
        place: usize,
        free: usize,
        now: Timestamp,
    ) -> Option<u64> {
        if place <= free {
            return Some(0);
        }
        let channels = Channel::ALL.into_iter().filter(|one| channel.is_none_or(|channel| channel == *one));
        let moments = channels.filter_map(|channel| self.recent.get(&(queue, channel))).flatten();
        let recent = moments.filter(|moment| now.0.saturating_sub(moment.0) <= LOOK_BACK_MS);
        let (count, first) =
            recent.fold((0_i64, now), |(count, first), moment| (count + 1, first.min(*moment)));
        if (count as usize) < FEWEST {
            return None;
        }
        // The time since the last one counts: where nobody is taken any more, the wait grows.
        let interval_ms = now.0.saturating_sub(first.0) / (count - 1);
        Some((place - free) as u64 * interval_ms.max(0) as u64 / 1000)
    }
}

#[cfg(test)]
mod tests {
    use model::QueueId;

    use super::*;

    const QUEUE: QueueRef = QueueRef::Standard(QueueId::from_u128(1));
    const START: i64 = 1_700_000_000_000;

    /// One contact taken each minute, the last one just now.
    fn minutely(count: i64) -> (Handovers, Timestamp) {
        let mut handovers = Handovers::default();
        for minute in 0..count {
            handovers.note(QUEUE, Channel::Chat, Timestamp(START + minute * 60_000));
        }
        (handovers, Timestamp(START + (count - 1) * 60_000))
    }

    #[test]
    fn the_wait_grows_with_the_place() {
        let (handovers, now) = minutely(5);
        let of = |place, free| handovers.estimate(QUEUE, Some(Channel::Chat), place, free, now);
        assert_eq!([of(1, 0), of(3, 0), of(3, 1), of(1, 1)], [Some(60), Some(180), Some(120), Some(0)]);
        assert_eq!(handovers.estimate(QUEUE, None, 1, 0, now), Some(60), "over all channels");
        assert_eq!(handovers.estimate(QUEUE, Some(Channel::Task), 1, 0, now), None, "another channel");
    }

    #[test]
    fn too_little_or_too_long_ago_tells_nothing() {
        let (handovers, now) = minutely(2);
        assert_eq!(handovers.estimate(QUEUE, None, 1, 0, now), None);
        assert_eq!(handovers.estimate(QUEUE, None, 1, 1, now), Some(0), "free agents need no past");
        let (handovers, now) = minutely(3);
        assert_eq!(handovers.estimate(QUEUE, None, 1, 0, now + LOOK_BACK_MS), None);
    }

    #[test]
    fn a_queue_that_stands_still_waits_longer() {
        let (handovers, now) = minutely(5);
        assert_eq!(handovers.estimate(QUEUE, None, 1, 0, now + 4 * 60_000), Some(120));
    }

    #[test]
    fn only_the_last_moments_are_kept() {
        let (handovers, now) = minutely(200);
        assert_eq!(handovers.recent[&(QUEUE, Channel::Chat)].len(), MOST_KEPT);
        assert_eq!(handovers.estimate(QUEUE, None, 1, 0, now), Some(60));
    }
}

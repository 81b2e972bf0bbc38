//! What time alone changes: delays elapse and routing steps expire.

use std::ops::Bound;

use model::Timestamp;

use super::decision::{StepChange, WakeReason};
use super::{Router, Tier};

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// The next contact of a tier has waited long enough.
    Delay(u32),
    /// The routing step of a contact expires.
    Step(u32),
}

impl Router {
    /// Lets time pass, and reports every routing step that has changed since the last call, in order.
    pub fn advance(&mut self, now: Timestamp) -> Vec<StepChange> {
        self.pass(now);
        std::mem::take(&mut self.changes)
    }

    /// The earliest moment at which time alone could change a decision, and why.
    ///
    /// Call [`Router::advance`] and [`Router::next`] then; calling earlier or more often does no harm.
    pub fn wake_at(&self) -> Option<(Timestamp, WakeReason)> {
        let &(at, timer) = self.timers.first()?;
        let reason = match timer {
            Timer::Delay(tier) => {
                let tier = self.tier(tier);
                WakeReason::DelayElapses { queue: self.queues[tier.queue as usize].id, channel: tier.channel }
            }
            Timer::Step(contact) => WakeReason::StepExpires { contact: self.contacts[contact as usize].id },
        };
        Some((at, reason))
    }

    /// Lets time pass up to `now`; it never runs backwards.
    pub(super) fn pass(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
        while let Some(&(at, timer)) = self.timers.first() {
            if at > self.now {
                break;
            }
            self.timers.pop_first();
            match timer {
                Timer::Delay(tier) => {
                    self.tier_mut(tier).timer = None;
                    self.let_in(tier);
                }
                Timer::Step(contact) => {
                    self.contacts[contact as usize].timer = None;
                    let now = self.now;
                    let transitions = self.criteria_mut(contact).map(|criteria| criteria.expire(now));
                    self.report(contact, transitions.into_iter().flatten());
                    self.reopen(contact);
                }
            }
        }
    }

    /// Lets all contacts into a tier that have waited long enough, and sets its timer for the next one.
    pub(super) fn let_in(&mut self, slot: u32) {
        let tier = self.tier(slot);
        let (from, until) = (tier.reached, tier.threshold(self.now));
        let line = &self.queues[tier.queue as usize].lines[tier.channel.index()];
        let due: Vec<u32> = if from < until {
            let from = if from == Timestamp(i64::MIN) { Bound::Unbounded } else { after(from) };
            line.arrivals
                .range((from, Bound::Included((until, u32::MAX))))
                .map(|&(_, contact)| contact)
                .collect()
        } else {
            Vec::new()
        };
        self.tier_mut(slot).reached = from.max(until);
        for contact in due {
            if self.contacts[contact as usize].offered_to.is_none() {
                self.open_in(slot, contact);
            }
        }
        self.set_timer(slot);
    }

    /// A contact came into the line of a tier: sets the timer, if it has to wait and is the first to be let in.
    pub(super) fn expect_arrival(&mut self, slot: u32, enqueued_at: Timestamp) {
        let due = due(self.tier(slot), enqueued_at);
        if due.is_some_and(|due| due > self.now && self.tier(slot).timer.is_none_or(|timer| due < timer)) {
            self.replace_timer(slot, due);
        }
    }

    /// A contact left the line of a tier: if the timer was for it, sets it for the next.
    pub(super) fn forget_arrival(&mut self, slot: u32, enqueued_at: Timestamp) {
        let tier = self.tier(slot);
        if tier.timer.is_some() && tier.timer == due(tier, enqueued_at) {
            self.set_timer(slot);
        }
    }

    fn set_timer(&mut self, slot: u32) {
        let tier = self.tier(slot);
        let line = &self.queues[tier.queue as usize].lines[tier.channel.index()];
        let mut waiting = line.arrivals.range((after(tier.threshold(self.now)), Bound::Unbounded));
        let next = waiting.next().and_then(|&(enqueued_at, _)| due(tier, enqueued_at));
        self.replace_timer(slot, next);
    }

    fn replace_timer(&mut self, slot: u32, timer: Option<Timestamp>) {
        if let Some(at) = std::mem::replace(&mut self.tier_mut(slot).timer, timer) {
            self.timers.remove(&(at, Timer::Delay(slot)));
        }
        if let Some(at) = timer {
            self.timers.insert((at, Timer::Delay(slot)));
        }
    }
}

/// When a contact will have waited the delay of a tier.
fn due(tier: &Tier, enqueued_at: Timestamp) -> Option<Timestamp> {
    tier.delay_ms.map(|delay| enqueued_at + delay)
}

/// A bound that excludes all contacts that came at this moment or before.
fn after(moment: Timestamp) -> Bound<(Timestamp, u32)> {
    Bound::Excluded((moment, u32::MAX))
}

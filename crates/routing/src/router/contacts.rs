//! Contacts come into queues, change their place, are offered and leave.

use model::{ContactId, Timestamp, UserId};

use super::clock::Timer;
use super::{ContactSlot, Router, StepChange};
use crate::criteria::{Criteria, Transition};
use crate::error::RoutingError;
use crate::waiting::{Place, QueueRef, Waiting};

/// A change to a waiting contact.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Another priority; 1 is best.
    Priority(i64),
    /// Milliseconds that make it look older than it is, or younger if negative.
    AgeAdjustment(i64),
    /// Other criteria, which become active now; or none.
    Criteria(Option<Criteria>),
}

impl Router {
    /// Puts a contact into a queue and activates its criteria, if they are not active from before.
    ///
    /// Whether the queue has room is for the caller to check: see [`crate::capacity`]. Contacts of equal age are served
    /// in the order of these calls, also when queues are filled again after a restart.
    pub fn enqueue(&mut self, contact: ContactId, mut waiting: Waiting) -> Result<(), RoutingError> {
        if self.contact_index.contains_key(&contact) {
            return Err(RoutingError::AlreadyWaiting(contact));
        }
        let at = waiting.enqueued_at;
        let transitions = activate(&mut waiting, at);
        let queue = self.queue_slot(waiting.queue);
        self.sequence += 1;
        let slot = self.contacts.vacant_key() as u32;
        let place = Place::of(&waiting, self.sequence, slot);
        let channel = waiting.channel;
        let line = &mut self.queues[queue as usize].lines[channel.index()];
        line.order.insert(place);
        line.arrivals.insert((at, slot));
        self.contacts.insert(ContactSlot {
            id: contact,
            waiting,
            queue,
            place,
            requirement: None,
            offered_to: None,
            timer: None,
        });
        self.contact_index.insert(contact, slot);
        for number in 0..self.tier_count(queue, channel) {
            self.expect_arrival(self.nth_tier(queue, channel, number), at);
        }
        self.report(slot, transitions);
        self.follow_step(slot);
        self.open(slot);
        Ok(())
    }

    /// Takes a contact out of its queue, offered or not, with its criteria as they stand.
    pub fn remove(&mut self, contact: ContactId) -> Option<Waiting> {
        let slot = self.contact_index.remove(&contact)?;
        self.close(slot);
        let removed = self.contacts.remove(slot as usize);
        if let Some(at) = removed.timer {
            self.timers.remove(&(at, Timer::Step(slot)));
        }
        if let Some(requirement) = removed.requirement {
            self.skills.withdraw(requirement);
        }
        let (queue, channel) = (removed.queue, removed.waiting.channel);
        let line = &mut self.queues[queue as usize].lines[channel.index()];
        line.order.remove(&removed.place);
        line.arrivals.remove(&(removed.waiting.enqueued_at, slot));
        for number in 0..self.tier_count(queue, channel) {
            self.forget_arrival(self.nth_tier(queue, channel, number), removed.waiting.enqueued_at);
        }
        self.drop_queue_if_unused(queue);
        Some(removed.waiting)
    }

    /// An agent was connected: takes the contact out of its queue and marks its routing step as joined.
    pub fn accept(&mut self, contact: ContactId, now: Timestamp) -> Option<Waiting> {
        self.pass(now);
        let slot = *self.contact_index.get(&contact)?;
        let at = self.now;
        let joined = self.criteria_mut(slot).and_then(|criteria| criteria.join(at));
        self.report(slot, joined);
        self.remove(contact)
    }

    /// Changes what the service of a waiting contact goes by, at once; any delay before it is the caller's.
    ///
    /// Gives back the criteria that were replaced, with their step in force interrupted. How often criteria may be
    /// replaced is counted by [`crate::criteria::CriteriaLog`].
    pub fn update(
        &mut self,
        contact: ContactId,
        change: Change,
        now: Timestamp,
    ) -> Result<Option<Criteria>, RoutingError> {
        self.pass(now);
        let slot = self.slot_of(contact)?;
        match change {
            Change::Priority(priority) => self.move_to(slot, |waiting| waiting.priority = priority),
            Change::AgeAdjustment(adjustment) => {
                self.move_to(slot, |waiting| waiting.age_adjustment_ms = adjustment);
            }
            Change::Criteria(criteria) => return Ok(self.replace_criteria(slot, criteria)),
        }
        Ok(None)
    }

    /// Marks a contact as offered without a decision: after a restart, or when an agent picked it.
    ///
    /// The load of the agent comes with [`Router::put_agent`].
    pub fn offer(&mut self, contact: ContactId, agent: UserId) -> Result<(), RoutingError> {
        let slot = self.slot_of(contact)?;
        if let Some(other) = self.contacts[slot as usize].offered_to {
            return Err(RoutingError::AlreadyOffered(contact, other));
        }
        self.close(slot);
        self.contacts[slot as usize].offered_to = Some(agent);
        Ok(())
    }

    /// An offer was missed, rejected or taken back: the contact waits again, at the place it had.
    ///
    /// The load of the agent comes with [`Router::put_agent`].
    pub fn withdraw_offer(&mut self, contact: ContactId) -> Result<(), RoutingError> {
        let slot = self.slot_of(contact)?;
        match self.contacts[slot as usize].offered_to.take() {
            Some(_) => {
                self.open(slot);
                Ok(())
            }
            None => Err(RoutingError::NotOffered(contact)),
        }
    }

    /// Brings the tiers in line with the routing step in force.
    pub(super) fn reopen(&mut self, slot: u32) {
        self.close(slot);
        self.follow_step(slot);
        self.open(slot);
    }

    /// Notes status changes for the next [`Router::advance`].
    pub(super) fn report(&mut self, slot: u32, transitions: impl IntoIterator<Item = Transition>) {
        let contact = &self.contacts[slot as usize];
        let Some(criteria) = &contact.waiting.criteria else { return };
        let (contact, criteria) = (contact.id, criteria.index());
        self.changes.extend(transitions.into_iter().map(|Transition { step, from, to, at }| StepChange {
            contact,
            criteria,
            step,
            from,
            to,
            at,
        }));
    }

    pub(super) fn criteria_mut(&mut self, slot: u32) -> Option<&mut Criteria> {
        self.contacts[slot as usize].waiting.criteria.as_mut()
    }

    /// Lets a contact that is offered to nobody into the tiers whose delay it has waited.
    fn open(&mut self, slot: u32) {
        let contact = &self.contacts[slot as usize];
        if contact.offered_to.is_some() {
            return;
        }
        let (queue, channel) = (contact.queue, contact.waiting.channel);
        for number in 0..self.tier_count(queue, channel) {
            let tier = self.nth_tier(queue, channel, number);
            if self.contacts[slot as usize].waiting.enqueued_at <= self.tier(tier).threshold(self.now) {
                self.open_in(tier, slot);
            }
        }
    }

    /// Lets a contact into a tier and calls those who may take it.
    pub(super) fn open_in(&mut self, tier: u32, slot: u32) {
        let contact = &self.contacts[slot as usize];
        let (place, requirement) = (contact.place, contact.requirement);
        if self.tiers[tier as usize].insert(place, requirement, &self.skills) {
            self.call_for(tier, requirement);
        }
    }

    /// Takes a contact out of all tiers.
    pub(super) fn close(&mut self, slot: u32) {
        let contact = &self.contacts[slot as usize];
        if contact.offered_to.is_some() {
            return;
        }
        let (queue, channel) = (contact.queue, contact.waiting.channel);
        let (place, requirement) = (contact.place, contact.requirement);
        for number in 0..self.tier_count(queue, channel) {
            let tier = self.nth_tier(queue, channel, number);
            let loss = self.tiers[tier as usize].remove(place, requirement, &self.skills);
            let Some(loss) = loss.filter(|loss| loss.emptied) else { continue };
            if let Some((rank, requirement)) = loss.called.zip(requirement) {
                self.agenda.remove(&(rank, super::Source::Class { tier, requirement }));
            }
            if self.tier(tier).delay_ms.is_none() {
                self.call_held_back(tier);
            }
        }
    }

    /// Takes over what the routing step in force asks for, and when it expires. The contact is in no tier.
    fn follow_step(&mut self, slot: u32) {
        let contact = &mut self.contacts[slot as usize];
        let in_force = contact.waiting.criteria.as_ref().and_then(|criteria| {
            let step = criteria.active_step()?;
            Some((&criteria.steps()[step].expression, criteria.next_expiry()))
        });
        let expires_at = in_force.and_then(|(_, at)| at);
        let requirement = in_force.map(|(expression, _)| self.skills.ask(expression));
        if let Some(former) = std::mem::replace(&mut contact.requirement, requirement) {
            self.skills.withdraw(former);
        }
        if contact.timer != expires_at {
            if let Some(at) = std::mem::replace(&mut contact.timer, expires_at) {
                self.timers.remove(&(at, Timer::Step(slot)));
            }
            if let Some(at) = expires_at {
                self.timers.insert((at, Timer::Step(slot)));
            }
        }
    }

    /// Gives a contact the place that the change leads to.
    fn move_to(&mut self, slot: u32, change: impl FnOnce(&mut Waiting)) {
        self.close(slot);
        let contact = &mut self.contacts[slot as usize];
        change(&mut contact.waiting);
        let place = Place::of(&contact.waiting, contact.place.sequence, slot);
        let former = std::mem::replace(&mut contact.place, place);
        let line = &mut self.queues[contact.queue as usize].lines[contact.waiting.channel.index()];
        line.order.remove(&former);
        line.order.insert(place);
        self.open(slot);
    }

    fn replace_criteria(&mut self, slot: u32, criteria: Option<Criteria>) -> Option<Criteria> {
        let at = self.now;
        let interrupted = self.criteria_mut(slot).and_then(|criteria| criteria.interrupt(at));
        self.report(slot, interrupted);
        let waiting = &mut self.contacts[slot as usize].waiting;
        let former = std::mem::replace(&mut waiting.criteria, criteria);
        let activated = activate(waiting, at);
        self.report(slot, activated);
        self.reopen(slot);
        former
    }

    fn slot_of(&self, contact: ContactId) -> Result<u32, RoutingError> {
        self.contact_index.get(&contact).copied().ok_or(RoutingError::NotWaiting(contact))
    }
}

/// Activates the criteria of a contact that came into its queue; without effect in an agent's own queue.
fn activate(waiting: &mut Waiting, at: Timestamp) -> Vec<Transition> {
    match (&mut waiting.criteria, waiting.queue) {
        (Some(criteria), QueueRef::Standard(_)) => criteria.activate(at),
        (Some(criteria), QueueRef::Agent(_)) => {
            criteria.activate_without_effect(at);
            Vec::new()
        }
        (None, _) => Vec::new(),
    }
}

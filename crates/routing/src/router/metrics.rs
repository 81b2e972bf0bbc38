//! Figures about queues for flows and screens: size, oldest age, position, staffing (spec 04 §14.8, §14.10).

use std::collections::BTreeMap;
use std::iter::Peekable;

use model::{Channel, ContactId, Timestamp};
use serde::Serialize;

use super::Router;
use super::queue::Line;
use super::skills::RequirementIx;
use crate::agent::Presence;
use crate::criteria::Expression;
use crate::profile::ChannelSet;
use crate::waiting::{Place, QueueRef, Waiting};

/// How many agents serve a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Staffing {
    /// In any status but offline.
    pub online: usize,
    /// In a status that takes contacts, busy or not.
    pub staffed: usize,
    /// With a free slot for a contact of the queue.
    pub available: usize,
    /// Taking contacts and working on none.
    pub idle: usize,
}

impl Router {
    /// Contacts in a queue, offered ones too; of one channel or of all.
    pub fn queue_size(&self, queue: QueueRef, channel: Option<Channel>) -> usize {
        self.lines(queue, channel).map(|line| line.order.len()).sum()
    }

    /// Milliseconds that the contact that came first has been in the queue; 0 if it is empty.
    pub fn oldest_age_ms(&self, queue: QueueRef, channel: Option<Channel>, now: Timestamp) -> i64 {
        let oldest = self.lines(queue, channel).filter_map(|line| line.arrivals.first()).min();
        oldest.map_or(0, |&(enqueued_at, _)| now.0.saturating_sub(enqueued_at.0).max(0))
    }

    /// The place of a contact among those of its queue and channel; the one served next has 1.
    pub fn position(&self, contact: ContactId) -> Option<usize> {
        let contact = self.contact(contact)?;
        let line = &self.queues[contact.queue as usize].lines[contact.waiting.channel.index()];
        Some(line.order.rank(&contact.place) + 1)
    }

    /// The contacts in a queue in the order of service, offered ones too; of one channel or of all.
    pub fn waiting(
        &self,
        queue: QueueRef,
        channel: Option<Channel>,
    ) -> impl Iterator<Item = (ContactId, &Waiting)> {
        let orders = self.lines(queue, channel).map(|line| line.order.iter().peekable()).collect();
        Merge { orders }.map(|place| {
            let contact = &self.contacts[place.slot as usize];
            (contact.id, &contact.waiting)
        })
    }

    /// What the contacts in a queue ask for now, and how many ask for it; offered ones too, and only those with a
    /// routing step in force. Costs time in proportion to the contacts.
    pub fn routing_steps(&self, queue: QueueRef, channel: Option<Channel>) -> Vec<(&Expression, usize)> {
        let mut counts: BTreeMap<RequirementIx, (&Expression, usize)> = BTreeMap::new();
        let places = self.lines(queue, channel).flat_map(|line| line.order.iter());
        for contact in places.map(|place| &self.contacts[place.slot as usize]) {
            let criteria = contact.waiting.criteria.as_ref();
            let step = criteria.and_then(|criteria| criteria.steps().get(criteria.active_step()?));
            if let Some((requirement, step)) = contact.requirement.zip(step) {
                counts.entry(requirement).or_insert((&step.expression, 0)).1 += 1;
            }
        }
        counts.into_values().collect()
    }

    /// All contacts in all queues, in no particular order.
    pub fn contacts(&self) -> impl Iterator<Item = (ContactId, &Waiting)> {
        self.contacts.iter().map(|(_, contact)| (contact.id, &contact.waiting))
    }

    /// How many agents serve a queue: those whose profile lists it, or the one whose own queue it is.
    pub fn staffing(&self, queue: QueueRef, channel: Option<Channel>) -> Staffing {
        let asked: ChannelSet =
            Channel::ALL.into_iter().filter(|&one| channel.is_none_or(|c| c == one)).collect();
        match queue {
            QueueRef::Agent(agent) => self.agent(agent).map_or(Staffing::default(), |agent| Staffing {
                online: usize::from(agent.config.presence != Presence::Offline),
                staffed: usize::from(agent.config.presence == Presence::Routable),
                available: usize::from(agent.open.intersects(asked)),
                idle: usize::from(agent.config.is_idle()),
            }),
            QueueRef::Standard(_) => self.profiles_staffing(queue, asked),
        }
    }

    /// Agents online for a queue: in any status but offline.
    pub fn agents_online(&self, queue: QueueRef, channel: Option<Channel>) -> usize {
        self.staffing(queue, channel).online
    }

    /// Agents staffed for a queue: in a status that takes contacts, busy or not.
    pub fn agents_staffed(&self, queue: QueueRef, channel: Option<Channel>) -> usize {
        self.staffing(queue, channel).staffed
    }

    /// Agents available to a queue: with a free slot for a contact of it.
    pub fn agents_available(&self, queue: QueueRef, channel: Option<Channel>) -> usize {
        self.staffing(queue, channel).available
    }

    fn profiles_staffing(&self, queue: QueueRef, asked: ChannelSet) -> Staffing {
        let Some(queue) = self.queue(queue) else { return Staffing::default() };
        let mut listed: Vec<(u32, Channel)> = Vec::new();
        for channel in asked.iter() {
            for &tier in &queue.lines[channel.index()].tiers {
                listed.extend(self.tier(tier).audience.iter().map(|&profile| (profile, channel)));
            }
        }
        listed.sort_unstable();
        let mut staffing = Staffing::default();
        for rows in listed.chunk_by(|left, right| left.0 == right.0) {
            let profile = self.profile(rows[0].0);
            let channels: ChannelSet = rows.iter().map(|&(_, channel)| channel).collect();
            staffing.online += profile.online;
            staffing.staffed += profile.staffed;
            staffing.idle += profile.idle;
            let able = ChannelSet::all().filter(|open| open.intersects(channels));
            staffing.available += able.map(|open| profile.groups[open.index()].agents.len()).sum::<usize>();
        }
        staffing
    }

    fn lines(&self, queue: QueueRef, channel: Option<Channel>) -> impl Iterator<Item = &Line> {
        let lines = self.queue(queue).map(|queue| &queue.lines);
        let asked = Channel::ALL.into_iter().filter(move |&one| channel.is_none_or(|channel| channel == one));
        lines.into_iter().flat_map(move |lines| asked.clone().map(|channel| &lines[channel.index()]))
    }
}

/// Several sorted sequences as one.
struct Merge<I: Iterator<Item = Place>> {
    orders: Vec<Peekable<I>>,
}

impl<I: Iterator<Item = Place>> Iterator for Merge<I> {
    type Item = Place;

    fn next(&mut self) -> Option<Place> {
        let heads = self.orders.iter_mut().enumerate().filter_map(|(at, order)| Some((*order.peek()?, at)));
        let (_, first) = heads.min()?;
        self.orders[first].next()
    }
}

//! The routing rules written down literally: every agent is compared with every contact, every time.

use std::collections::BTreeMap;

use model::resource::BehaviorType;
use model::{Channel, ContactId, RoutingProfileId, Timestamp, UserId};
use routing::{Agent, Presence, Profile, QueueRef, StepChange, Waiting};

#[derive(Clone, Debug, Default)]
pub struct Reference {
    pub now: Timestamp,
    pub profiles: BTreeMap<RoutingProfileId, Profile>,
    pub agents: BTreeMap<UserId, Agent>,
    pub contacts: BTreeMap<ContactId, ReferenceContact>,
    pub changes: Vec<StepChange>,
    sequence: u64,
}

#[derive(Clone, Debug)]
pub struct ReferenceContact {
    pub waiting: Waiting,
    pub sequence: u64,
    pub offered_to: Option<UserId>,
}

/// How an agent sees a contact: row priority, and 0 for the agent's own queue.
type Level = u32;

impl Reference {
    pub fn enqueue(&mut self, id: ContactId, mut waiting: Waiting) {
        let at = waiting.enqueued_at;
        if let Some(criteria) = &mut waiting.criteria {
            let transitions = match waiting.queue {
                QueueRef::Standard(_) => criteria.activate(at),
                QueueRef::Agent(_) => {
                    criteria.activate_without_effect(at);
                    Vec::new()
                }
            };
            let index = criteria.index();
            self.changes.extend(transitions.into_iter().map(|change| step_change(id, index, change)));
        }
        self.sequence += 1;
        self.contacts.insert(id, ReferenceContact { waiting, sequence: self.sequence, offered_to: None });
    }

    pub fn pass(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
        for (&id, contact) in &mut self.contacts {
            if let Some(criteria) = &mut contact.waiting.criteria {
                let (transitions, index) = (criteria.expire(self.now), criteria.index());
                self.changes.extend(transitions.into_iter().map(|change| step_change(id, index, change)));
            }
        }
    }

    /// Whether the agent can be offered the contact, and at which level; optionally as if no delay existed.
    pub fn offerable(
        &self,
        agent_id: UserId,
        contact: &ReferenceContact,
        ignore_delay: bool,
    ) -> Option<Level> {
        let agent = &self.agents[&agent_id];
        let profile = self.profiles.get(&agent.profile)?;
        let waiting = &contact.waiting;
        if agent.presence != Presence::Routable || agent.in_error || contact.offered_to.is_some() {
            return None;
        }
        if agent.load[waiting.channel.index()] >= profile.max[waiting.channel.index()] {
            return None;
        }
        for other in Channel::ALL {
            let alone = profile.cross_channel[other.index()] == BehaviorType::RouteCurrentChannelOnly;
            if other != waiting.channel && agent.load[other.index()] > 0 && alone {
                return None;
            }
        }
        let waited = self.now.since(waiting.enqueued_at);
        match waiting.queue {
            QueueRef::Agent(owner) => (owner == agent_id && waited >= 0).then_some(0),
            QueueRef::Standard(queue) => {
                if let Some(criteria) = &waiting.criteria
                    && let Some(step) = criteria.active_step()
                    && !criteria.steps()[step].expression.is_met_by(&agent.proficiencies)
                {
                    return None;
                }
                (profile.rows.iter())
                    .filter(|row| row.queue == queue && row.channel == waiting.channel)
                    .filter(|row| ignore_delay || waited >= row.delay_ms)
                    .map(|row| row.priority)
                    .min()
            }
        }
    }

    /// The best contact for an agent.
    pub fn best_contact(&self, agent: UserId) -> Option<ContactId> {
        let strict = self.profiles.get(&self.agents[&agent].profile)?.strict_priority_includes_delayed;
        let top = (self.contacts.values())
            .filter(|contact| matches!(contact.waiting.queue, QueueRef::Standard(_)))
            .filter_map(|contact| self.offerable(agent, contact, true))
            .min();
        (self.contacts.iter())
            .filter_map(|(&id, contact)| {
                let level = self.offerable(agent, contact, false)?;
                let held_back = strict && top.is_some_and(|top| level > top);
                (!held_back).then_some((level, order(contact), id))
            })
            .min()
            .map(|(_, _, id)| id)
    }

    /// The longest available agent who can be offered anything, with the best contact for that agent.
    pub fn next(&mut self, now: Timestamp) -> Option<(ContactId, UserId)> {
        self.pass(now);
        let mut agents: Vec<(Timestamp, UserId)> =
            self.agents.iter().map(|(&id, agent)| (agent.available_since, id)).collect();
        agents.sort();
        let (contact, agent) = agents.into_iter().find_map(|(_, id)| Some((self.best_contact(id)?, id)))?;
        let channel = self.contacts[&contact].waiting.channel;
        self.contacts.get_mut(&contact)?.offered_to = Some(agent);
        self.agents.get_mut(&agent)?.load[channel.index()] += 1;
        Some((contact, agent))
    }

    /// The second question: the longest available agent for whom this contact is offerable.
    pub fn best_agent(&self, contact: ContactId) -> Option<UserId> {
        let contact = &self.contacts[&contact];
        let willing = self.agents.iter().filter(|&(&id, _)| self.offerable(id, contact, false).is_some());
        willing.map(|(&id, agent)| (agent.available_since, id)).min().map(|(_, id)| id)
    }

    /// The contacts of a queue, or of one channel of it, in the order of service.
    pub fn in_order(&self, queue: QueueRef, channel: Option<Channel>) -> Vec<ContactId> {
        let mut found: Vec<_> = (self.contacts.iter())
            .filter(|(_, contact)| contact.waiting.queue == queue)
            .filter(|(_, contact)| channel.is_none_or(|channel| contact.waiting.channel == channel))
            .map(|(&id, contact)| (order(contact), id))
            .collect();
        found.sort();
        found.into_iter().map(|(_, id)| id).collect()
    }
}

/// Priority, then age (older first), then arrival.
fn order(contact: &ReferenceContact) -> (i64, i64, u64) {
    let waiting = &contact.waiting;
    (waiting.priority, waiting.ranked_from.0 - waiting.age_adjustment_ms, contact.sequence)
}

fn step_change(contact: ContactId, criteria: u32, change: routing::criteria::Transition) -> StepChange {
    let routing::criteria::Transition { step, from, to, at } = change;
    StepChange { contact, criteria, step, from, to, at }
}

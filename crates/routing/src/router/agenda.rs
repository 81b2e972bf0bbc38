//! The agenda: what has changed since the last decision, and the decision itself.
//!
//! When the agenda is empty, no free agent can be offered any contact. Each entry names agents for whom that may no
//! longer hold, with a rank that none of them comes before. The entry with the first rank is looked at first, so the
//! first agent found who can be offered something is the longest available one, and gets the best contact of that
//! agent. Seen from the contact it is the same pair: whoever has been available longer cannot be offered it.

use model::{Channel, Timestamp};

use super::decision::{Assignment, Explanation, Rule};
use super::pool::AgentSlot;
use super::skills::RequirementIx;
use super::{Place, Router};
use crate::agent::Rank;
use crate::criteria::Criteria;
use crate::profile::ChannelSet;
use crate::waiting::QueueRef;

/// Whom an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// One agent, who was freed or changed.
    Agent(u32),
    /// The free agents of a profile with these open channels: contacts came that any of them may take.
    Group { profile: u32, open: ChannelSet },
    /// The free agents who meet what contacts of a tier ask for.
    Class { tier: u32, requirement: RequirementIx },
}

/// What an agent can be offered.
enum Verdict {
    Offer(Choice),
    /// Nothing; `shared` if that goes for contacts without criteria and all agents of the group.
    Nothing {
        shared: bool,
    },
}

struct Choice {
    place: Place,
    rule: Rule,
}

impl Router {
    /// The next contact to offer, and to whom; call until `None` after any change.
    ///
    /// The contact is marked as offered and the load of the agent counts it at once. Time may stand still between
    /// calls, and a `now` before an earlier one counts as that earlier one.
    pub fn next(&mut self, now: Timestamp) -> Option<Assignment> {
        self.pass(now);
        while let Some((rank, source)) = self.agenda.pop_first() {
            let Some(candidate) = self.candidate(rank, source) else {
                self.note(source, None);
                continue;
            };
            if candidate > rank {
                self.note(source, Some(candidate));
                continue;
            }
            match self.choose(&self.agents[candidate.slot as usize]) {
                Verdict::Offer(choice) => {
                    self.note(source, Some(candidate));
                    return Some(self.assign(candidate.slot, choice));
                }
                Verdict::Nothing { shared } => {
                    let exhausted = match source {
                        Source::Agent(_) => true,
                        Source::Group { .. } => shared,
                        Source::Class { .. } => false,
                    };
                    self.note(source, (!exhausted).then(|| candidate.after()));
                }
            }
        }
        None
    }

    /// Puts an agent on the agenda.
    pub(super) fn call_agent(&mut self, slot: u32) {
        let agent = &self.agents[slot as usize];
        if !agent.called && !agent.open.is_empty() {
            self.enter(agent.rank(slot), Source::Agent(slot));
        }
    }

    /// The first contact of its kind came into a tier: calls everyone who may take it.
    pub(super) fn call_for(&mut self, tier: u32, requirement: Option<RequirementIx>) {
        let (channel, owner) = (self.tier(tier).channel, self.tier(tier).owner);
        match (owner, requirement) {
            _ if self.tier(tier).delay_ms.is_none() => {}
            (Some(owner), _) => {
                if let Some(&agent) = self.agent_index.get(&owner) {
                    self.call_agent(agent);
                }
            }
            (None, Some(requirement)) => self.call_class(tier, requirement),
            (None, None) => {
                for number in 0..self.tier(tier).audience.len() {
                    self.call_groups(self.tier(tier).audience[number], Some(channel));
                }
            }
        }
    }

    /// Nothing of a kind holds back lower priorities any longer: calls everyone it may have held back.
    pub(super) fn call_held_back(&mut self, undelayed: u32) {
        for number in 0..self.tier(undelayed).audience.len() {
            let profile = self.tier(undelayed).audience[number];
            self.call_groups(profile, None);
            for row in 0..self.profile(profile).rows.len() {
                let tier = self.profile(profile).rows[row].tier;
                let classes: Vec<RequirementIx> = self.tier(tier).classes.sets.keys().copied().collect();
                classes.into_iter().for_each(|requirement| self.call_class(tier, requirement));
            }
        }
    }

    /// Puts the groups of a profile on the agenda: those open to a channel, or all.
    fn call_groups(&mut self, profile: u32, channel: Option<Channel>) {
        for open in ChannelSet::all().filter(|open| channel.is_none_or(|channel| open.contains(channel))) {
            if !self.profile(profile).groups[open.index()].agents.is_empty() {
                self.enter(Rank::FIRST, Source::Group { profile, open });
            }
        }
    }

    fn call_class(&mut self, tier: u32, requirement: RequirementIx) {
        self.enter(Rank::FIRST, Source::Class { tier, requirement });
    }

    /// Puts a source on the agenda, or moves it forward if it stands there with a later rank.
    fn enter(&mut self, rank: Rank, source: Source) {
        match self.called(source) {
            Some(earlier) if earlier <= rank => return,
            Some(later) => {
                self.agenda.remove(&(later, source));
            }
            None => {}
        }
        self.note(source, Some(rank));
    }

    /// The rank under which a source stands on the agenda.
    fn called(&self, source: Source) -> Option<Rank> {
        match source {
            Source::Agent(slot) => {
                let agent = &self.agents[slot as usize];
                agent.called.then(|| agent.rank(slot))
            }
            Source::Group { profile, open } => self.profile(profile).groups[open.index()].called,
            Source::Class { tier, requirement } => {
                self.tier(tier).classes.sets.get(&requirement).and_then(|class| class.called)
            }
        }
    }

    /// Notes in one place that a source stands on the agenda at a rank, or does not.
    fn note(&mut self, source: Source, rank: Option<Rank>) {
        match source {
            Source::Agent(slot) => self.agents[slot as usize].called = rank.is_some(),
            Source::Group { profile, open } => {
                self.profiles[profile as usize].groups[open.index()].called = rank;
            }
            Source::Class { tier, requirement } => {
                if let Some(class) = self.tier_mut(tier).classes.sets.get_mut(&requirement) {
                    class.called = rank;
                }
            }
        }
        if let Some(rank) = rank {
            self.agenda.insert((rank, source));
        }
    }

    /// The first agent of a source from a rank on.
    fn candidate(&self, from: Rank, source: Source) -> Option<Rank> {
        match source {
            Source::Agent(slot) => Some(self.agents[slot as usize].rank(slot)),
            Source::Group { profile, open } => {
                self.profile(profile).groups[open.index()].agents.range(from..).next().copied()
            }
            Source::Class { tier, requirement } => self.first_skilled(tier, requirement, from),
        }
    }

    /// The first free agent from a rank on who sees a tier and meets a requirement.
    fn first_skilled(&self, tier: u32, requirement: RequirementIx, from: Rank) -> Option<Rank> {
        let (tier, requirement) = (self.tier(tier), self.skills.requirement(requirement));
        let passes = |rank: Rank| requirement.is_met_by(&self.agents[rank.slot as usize].held);
        let mut best = None;
        for &profile in &tier.audience {
            for open in ChannelSet::all().filter(|open| open.contains(tier.channel)) {
                let group = &self.profile(profile).groups[open.index()];
                best = group.first_skilled(requirement, from, best, passes).or(best);
            }
        }
        best
    }

    /// The best contact that an agent can be offered (spec 01 §10.3).
    fn choose(&self, agent: &AgentSlot) -> Verdict {
        if let Some(choice) = self.choose_own(agent) {
            return Verdict::Offer(choice);
        }
        let rows = &self.profile(agent.profile).rows;
        for level in rows.chunk_by(|left, right| left.priority == right.priority) {
            let mut best: Option<Choice> = None;
            for row in level.iter().filter(|row| agent.open.contains(row.channel)) {
                let tier = self.tier(row.tier);
                let asking = tier.classes.first_met(&agent.held, &self.skills);
                for place in tier.anyone.first().copied().into_iter().chain(asking) {
                    if best.as_ref().is_none_or(|best| place < best.place) {
                        let rule = Rule::Row { priority: row.priority, delay_ms: row.delay_ms };
                        best = Some(Choice { place, rule });
                    }
                }
            }
            if let Some(best) = best {
                return Verdict::Offer(best);
            }
            let undelayed = || {
                let open = level.iter().filter(|row| agent.open.contains(row.channel));
                open.filter_map(|row| row.undelayed).map(|tier| self.tier(tier))
            };
            if undelayed().any(|tier| !tier.anyone.is_empty()) {
                return Verdict::Nothing { shared: true };
            }
            if undelayed().any(|tier| tier.classes.first_met(&agent.held, &self.skills).is_some()) {
                return Verdict::Nothing { shared: false };
            }
        }
        Verdict::Nothing { shared: true }
    }

    /// The best contact in an agent's own queue.
    fn choose_own(&self, agent: &AgentSlot) -> Option<Choice> {
        let queue = self.queue(QueueRef::Agent(agent.id))?;
        let tiers = agent.open.iter().flat_map(|channel| &queue.lines[channel.index()].tiers);
        let place = tiers.filter_map(|&tier| self.tier(tier).anyone.first()).min()?;
        Some(Choice { place: *place, rule: Rule::OwnQueue })
    }

    /// Carries a decision out.
    fn assign(&mut self, slot: u32, choice: Choice) -> Assignment {
        let contact_slot = choice.place.slot;
        let (agent, contact) = (&self.agents[slot as usize], &self.contacts[contact_slot as usize]);
        let waiting = &contact.waiting;
        let channel = waiting.channel;
        let assignment = Assignment {
            contact: contact.id,
            agent: agent.id,
            queue: waiting.queue,
            channel,
            explanation: Explanation {
                routing_profile: self.profile(agent.profile).id,
                rule: choice.rule,
                contact_priority: waiting.priority,
                waited_ms: waiting.waited_ms(self.now),
                effective_age_ms: waiting.effective_age_ms(self.now),
                routing_step: waiting
                    .criteria
                    .as_ref()
                    .filter(|_| contact.requirement.is_some())
                    .and_then(Criteria::active_step),
                agent_available_ms: self.now.0.saturating_sub(agent.config.available_since.0).max(0),
            },
        };
        self.close(contact_slot);
        self.contacts[contact_slot as usize].offered_to = Some(assignment.agent);
        self.unplace(slot);
        self.agents[slot as usize].config.load[channel.index()] += 1;
        self.place(slot);
        assignment
    }
}

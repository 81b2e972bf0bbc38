//! Profiles and agents come, change and go.

use model::{Channel, RoutingProfileId, UserId};

use super::Router;
use super::agenda::Source;
use super::pool::{AgentSlot, ProfileSlot, TieredRow};
use super::queue::{Queue, Tier};
use crate::agent::Agent;
use crate::profile::{ChannelSet, Profile};
use crate::waiting::QueueRef;

impl Router {
    /// Adds or replaces a routing profile; costs time in proportion to its agents.
    pub fn put_profile(&mut self, id: RoutingProfileId, profile: Profile) {
        let slot = self.profile_slot(id);
        if self.profile(slot).config.as_ref() != Some(&profile) {
            self.configure(slot, Some(profile));
        }
    }

    /// Removes a routing profile; its agents are offered nothing until it is put again.
    pub fn remove_profile(&mut self, id: RoutingProfileId) {
        if let Some(&slot) = self.profile_index.get(&id) {
            self.configure(slot, None);
            self.drop_profile_if_unused(slot);
        }
    }

    /// The profile as it was put.
    pub fn get_profile(&self, id: RoutingProfileId) -> Option<&Profile> {
        self.profile(*self.profile_index.get(&id)?).config.as_ref()
    }

    /// Adds or replaces an agent.
    ///
    /// The load is taken as it is: it includes what [`Router::next`] has assigned meanwhile.
    pub fn put_agent(&mut self, id: UserId, agent: Agent) {
        let Some(&slot) = self.agent_index.get(&id) else {
            self.add_agent(id, agent);
            return;
        };
        let known = &self.agents[slot as usize];
        if known.config == agent {
            return;
        }
        let same_skills = known.config.proficiencies == agent.proficiencies;
        let profile = self.profile(known.profile);
        let same_place = same_skills
            && profile.id == agent.profile
            && known.config.available_since == agent.available_since
            && known.open == profile.open_channels(&agent);
        if same_place {
            let profile = &mut self.profiles[known.profile as usize];
            profile.uncount(&known.config);
            profile.count(&agent);
            self.agents[slot as usize].config = agent;
            return;
        }
        self.unplace(slot);
        let former_profile = self.agents[slot as usize].profile;
        let profile = self.profile_slot(agent.profile);
        let known = &mut self.agents[slot as usize];
        if !same_skills {
            let held = self.skills.hold(&agent.proficiencies);
            self.skills.let_go(&std::mem::replace(&mut known.held, held));
        }
        known.config = agent;
        known.profile = profile;
        if former_profile != profile {
            self.profiles[former_profile as usize].members.remove(&slot);
            self.profiles[profile as usize].members.insert(slot);
        }
        self.place(slot);
        self.drop_profile_if_unused(former_profile);
    }

    /// Removes an agent. Contacts offered to the agent stay offered until the caller withdraws them.
    pub fn remove_agent(&mut self, id: UserId) {
        let Some(slot) = self.agent_index.remove(&id) else { return };
        self.unplace(slot);
        let agent = self.agents.remove(slot as usize);
        self.skills.let_go(&agent.held);
        self.profiles[agent.profile as usize].members.remove(&slot);
        self.drop_profile_if_unused(agent.profile);
    }

    /// The agent as the router knows it, with the load that its own assignments have added.
    pub fn get_agent(&self, id: UserId) -> Option<&Agent> {
        Some(&self.agent(id)?.config)
    }

    fn add_agent(&mut self, id: UserId, agent: Agent) {
        let profile = self.profile_slot(agent.profile);
        let held = self.skills.hold(&agent.proficiencies);
        let agent = AgentSlot { id, config: agent, held, profile, open: ChannelSet::EMPTY, called: false };
        let slot = self.agents.insert(agent) as u32;
        self.agent_index.insert(id, slot);
        self.profiles[profile as usize].members.insert(slot);
        self.place(slot);
    }

    /// Puts an agent into the counts and the group where it belongs, and on the agenda.
    pub(super) fn place(&mut self, slot: u32) {
        let agent = &mut self.agents[slot as usize];
        let profile = &mut self.profiles[agent.profile as usize];
        profile.count(&agent.config);
        agent.open = profile.open_channels(&agent.config);
        if !agent.open.is_empty() {
            let rank = agent.rank(slot);
            profile.groups[agent.open.index()].insert(rank, &agent.held);
            self.call_agent(slot);
        }
    }

    /// Takes an agent out of counts, group and agenda.
    pub(super) fn unplace(&mut self, slot: u32) {
        let agent = &mut self.agents[slot as usize];
        let rank = agent.rank(slot);
        let profile = &mut self.profiles[agent.profile as usize];
        profile.uncount(&agent.config);
        if !agent.open.is_empty() {
            profile.groups[agent.open.index()].remove(rank, &agent.held);
            agent.open = ChannelSet::EMPTY;
        }
        if std::mem::take(&mut agent.called) {
            self.agenda.remove(&(rank, Source::Agent(slot)));
        }
    }

    /// Gives a profile new rows and limits, and every agent of it a new place.
    fn configure(&mut self, slot: u32, config: Option<Profile>) {
        let members: Vec<u32> = self.profile(slot).members.iter().copied().collect();
        members.iter().for_each(|&agent| self.unplace(agent));
        let mut rows = Vec::new();
        for row in config.iter().flat_map(|profile| &profile.rows) {
            let queue = self.queue_slot(QueueRef::Standard(row.queue));
            let strict = config.as_ref().is_some_and(|profile| profile.strict_priority_includes_delayed);
            rows.push(TieredRow {
                priority: row.priority,
                delay_ms: row.delay_ms,
                channel: row.channel,
                tier: self.look_at(queue, row.channel, Some(row.delay_ms), slot),
                undelayed: strict.then(|| self.look_at(queue, row.channel, None, slot)),
            });
        }
        rows.sort_by_key(|row| row.priority);
        let profile = &mut self.profiles[slot as usize];
        profile.config = config;
        let former = std::mem::replace(&mut profile.rows, rows);
        for row in former {
            self.look_away(row.tier, slot);
            if let Some(undelayed) = row.undelayed {
                self.look_away(undelayed, slot);
            }
        }
        members.iter().for_each(|&agent| self.place(agent));
    }

    /// The tier of a line for a delay, with the profile in its audience.
    fn look_at(&mut self, queue: u32, channel: Channel, delay_ms: Option<i64>, profile: u32) -> u32 {
        let tiers = &self.queues[queue as usize].lines[channel.index()].tiers;
        let known = tiers.iter().copied().find(|&tier| self.tier(tier).delay_ms == delay_ms);
        let tier = known.unwrap_or_else(|| self.add_tier(queue, channel, delay_ms));
        self.tier_mut(tier).audience.push(profile);
        tier
    }

    /// A profile no longer looks at a tier; without audience the tier goes, and with the last tier the empty queue.
    fn look_away(&mut self, tier: u32, profile: u32) {
        let audience = &mut self.tier_mut(tier).audience;
        if let Some(position) = audience.iter().position(|&other| other == profile) {
            audience.swap_remove(position);
        }
        if self.tier(tier).audience.is_empty() {
            let queue = self.tier(tier).queue;
            self.drop_tier(tier);
            self.drop_queue_if_unused(queue);
        }
    }

    /// Adds a tier with the contacts that belong into it.
    fn add_tier(&mut self, queue: u32, channel: Channel, delay_ms: Option<i64>) -> u32 {
        let owner = match self.queues[queue as usize].id {
            QueueRef::Agent(agent) => Some(agent),
            QueueRef::Standard(_) => None,
        };
        let tier = self.tiers.insert(Tier::new(queue, channel, delay_ms, owner)) as u32;
        self.queues[queue as usize].lines[channel.index()].tiers.push(tier);
        self.let_in(tier);
        tier
    }

    fn drop_tier(&mut self, slot: u32) {
        let tier = self.tiers.remove(slot as usize);
        self.queues[tier.queue as usize].lines[tier.channel.index()].tiers.retain(|&other| other != slot);
        self.forget_tier(slot, &tier);
    }

    /// The index of a queue, which is added if it is not known.
    pub(super) fn queue_slot(&mut self, id: QueueRef) -> u32 {
        if let Some(&slot) = self.queue_index.get(&id) {
            return slot;
        }
        let slot = self.queues.insert(Queue::new(id)) as u32;
        self.queue_index.insert(id, slot);
        if let QueueRef::Agent(_) = id {
            Channel::ALL.into_iter().for_each(|channel| {
                self.add_tier(slot, channel, Some(0));
            });
        }
        slot
    }

    pub(super) fn drop_queue_if_unused(&mut self, slot: u32) {
        if !self.queues[slot as usize].is_unused() {
            return;
        }
        let queue = self.queues.remove(slot as usize);
        self.queue_index.remove(&queue.id);
        for tier_slot in queue.lines.iter().flat_map(|line| &line.tiers) {
            let tier = self.tiers.remove(*tier_slot as usize);
            self.forget_tier(*tier_slot, &tier);
        }
    }

    /// Removes what timers and agenda hold of a tier.
    fn forget_tier(&mut self, slot: u32, tier: &Tier) {
        if let Some(at) = tier.timer {
            self.timers.remove(&(at, super::Timer::Delay(slot)));
        }
        for (&requirement, class) in &tier.classes.sets {
            if let Some(rank) = class.called {
                self.agenda.remove(&(rank, Source::Class { tier: slot, requirement }));
            }
        }
    }

    fn profile_slot(&mut self, id: RoutingProfileId) -> u32 {
        if let Some(&slot) = self.profile_index.get(&id) {
            return slot;
        }
        let slot = self.profiles.insert(ProfileSlot::new(id)) as u32;
        self.profile_index.insert(id, slot);
        slot
    }

    fn drop_profile_if_unused(&mut self, slot: u32) {
        let profile = self.profile(slot);
        if profile.config.is_some() || !profile.members.is_empty() {
            return;
        }
        let profile = self.profiles.remove(slot as usize);
        self.profile_index.remove(&profile.id);
        for open in ChannelSet::all() {
            if let Some(rank) = profile.groups[open.index()].called {
                self.agenda.remove(&(rank, Source::Group { profile: slot, open }));
            }
        }
    }
}

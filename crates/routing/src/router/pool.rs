//! Free agents, kept in groups whose members are equal to a contact: same profile, same open channels.

use std::collections::{BTreeMap, BTreeSet};

use model::{Channel, RoutingProfileId, UserId};

use super::skills::{BUCKETS, Held, Requirement, SkillIx, bucket};
use crate::agent::{Agent, Presence, Rank};
use crate::profile::{ChannelSet, Profile};

/// A routing profile, its agents and its view of the queues.
#[derive(Clone, Debug)]
pub(crate) struct ProfileSlot {
    pub id: RoutingProfileId,
    /// Absent while agents name a profile that has not been put.
    pub config: Option<Profile>,
    /// The rows in the order in which they are served.
    pub rows: Vec<TieredRow>,
    /// Agents (by index) with this profile.
    pub members: BTreeSet<u32>,
    /// Free agents by the channels open to them, at [`ChannelSet::index`].
    pub groups: [Group; ChannelSet::COUNT],
    pub online: usize,
    pub staffed: usize,
    pub idle: usize,
}

/// A row with the tiers it looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TieredRow {
    pub priority: u32,
    pub delay_ms: i64,
    pub channel: Channel,
    /// Contacts whose delay is over.
    pub tier: u32,
    /// All contacts, in strict profiles only.
    pub undelayed: Option<u32>,
}

/// Free agents of a profile to whom the same channels are open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    pub agents: BTreeSet<Rank>,
    /// The same agents by skill and whole level.
    skilled: BTreeMap<(SkillIx, u8), BTreeSet<Rank>>,
    /// The rank under which the group stands on the agenda.
    pub called: Option<Rank>,
}

/// An agent inside the router.
#[derive(Clone, Debug)]
pub(crate) struct AgentSlot {
    pub id: UserId,
    pub config: Agent,
    pub held: Held,
    pub profile: u32,
    /// The group of the agent; empty = cannot be offered anything.
    pub open: ChannelSet,
    /// Whether the agent stands on the agenda.
    pub called: bool,
}

impl ProfileSlot {
    pub fn new(id: RoutingProfileId) -> ProfileSlot {
        ProfileSlot {
            id,
            config: None,
            rows: Vec::new(),
            members: BTreeSet::new(),
            groups: Default::default(),
            online: 0,
            staffed: 0,
            idle: 0,
        }
    }

    /// The channels in which an agent can be offered a contact.
    pub fn open_channels(&self, agent: &Agent) -> ChannelSet {
        match &self.config {
            Some(profile) if agent.presence == Presence::Routable && !agent.in_error => {
                profile.open_channels(agent.load)
            }
            _ => ChannelSet::EMPTY,
        }
    }

    /// Counts an agent in.
    pub fn count(&mut self, agent: &Agent) {
        self.online += usize::from(agent.presence != Presence::Offline);
        self.staffed += usize::from(agent.presence == Presence::Routable);
        self.idle += usize::from(agent.is_idle());
    }

    /// Counts an agent out.
    pub fn uncount(&mut self, agent: &Agent) {
        self.online -= usize::from(agent.presence != Presence::Offline);
        self.staffed -= usize::from(agent.presence == Presence::Routable);
        self.idle -= usize::from(agent.is_idle());
    }
}

impl Agent {
    /// Available in the sense of the real-time screens: takes contacts and has none.
    pub(crate) fn is_idle(&self) -> bool {
        self.presence == Presence::Routable && !self.in_error && self.load == [0; 3]
    }
}

impl AgentSlot {
    pub fn rank(&self, slot: u32) -> Rank {
        Rank { since: self.config.available_since, id: self.id, slot }
    }
}

impl Group {
    pub fn insert(&mut self, rank: Rank, held: &Held) {
        self.agents.insert(rank);
        for &(skill, level) in held {
            self.skilled.entry((skill, bucket(level))).or_default().insert(rank);
        }
    }

    pub fn remove(&mut self, rank: Rank, held: &Held) {
        self.agents.remove(&rank);
        for &(skill, level) in held {
            let key = (skill, bucket(level));
            if let Some(agents) = self.skilled.get_mut(&key) {
                agents.remove(&rank);
                if agents.is_empty() {
                    self.skilled.remove(&key);
                }
            }
        }
    }

    /// The first agent from `from` on, and before `until`, that passes the test and may meet the requirement.
    ///
    /// For every alternative only the agents with its rarest skill are looked at.
    pub fn first_skilled(
        &self,
        requirement: &Requirement,
        from: Rank,
        mut until: Option<Rank>,
        passes: impl Fn(Rank) -> bool,
    ) -> Option<Rank> {
        if self.agents.is_empty() {
            return None;
        }
        let mut found = None;
        for term in &requirement.terms {
            let rarest = term.iter().min_by_key(|&&(skill, level)| self.count_skilled(skill, level));
            let Some(&(skill, level)) = rarest else { continue };
            for agents in self.with_skill(skill, level) {
                let mut candidates = agents.range(from..);
                let first =
                    candidates.find(|&&rank| until.is_some_and(|limit| rank >= limit) || passes(rank));
                if let Some(&rank) = first.filter(|&&rank| until.is_none_or(|limit| rank < limit)) {
                    found = Some(rank);
                    until = Some(rank);
                }
            }
        }
        found
    }

    fn count_skilled(&self, skill: SkillIx, level: f32) -> usize {
        self.with_skill(skill, level).map(BTreeSet::len).sum()
    }

    fn with_skill(&self, skill: SkillIx, level: f32) -> impl Iterator<Item = &BTreeSet<Rank>> {
        (bucket(level)..=*BUCKETS.end()).filter_map(move |step| self.skilled.get(&(skill, step)))
    }
}

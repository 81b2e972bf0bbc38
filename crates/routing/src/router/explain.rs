//! A dry run for one contact: who could take it, and what stands in the way of the others.

use model::resource::BehaviorType;
use model::{Channel, ContactId, RoutingProfileId, Timestamp, UserId};
use serde::Serialize;

use super::pool::{AgentSlot, TieredRow};
use super::{ContactSlot, Router, Rule};
use crate::agent::{Agent, Presence};
use crate::waiting::QueueRef;

/// How things stand for a waiting contact.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The contact.
    pub contact: ContactId,
    /// Where it waits.
    pub queue: QueueRef,
    /// Its channel.
    pub channel: Channel,
    /// Its place among the contacts of the queue and channel, from 1.
    pub position: usize,
    /// Milliseconds in this queue.
    pub waited_ms: i64,
    /// The agent it is offered to; nobody else can get it then.
    pub offered_to: Option<UserId>,
    /// The routing step in force, from 0.
    pub routing_step: Option<usize>,
    /// The longest available agent without an obstacle.
    pub first_choice: Option<UserId>,
    /// Every agent who serves the queue, longest available first; empty if no profile lists it.
    pub agents: Vec<AgentReport>,
}

/// How things stand between a contact and an agent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AgentReport {
    /// The agent.
    pub agent: UserId,
    /// The profile of the agent.
    pub routing_profile: RoutingProfileId,
    /// What lets the agent see the contact.
    pub rule: Rule,
    /// Milliseconds since the moment that ranks the agent.
    pub available_ms: i64,
    /// What stands in the way; empty = can be offered.
    pub obstacles: Vec<Obstacle>,
}

/// Why an agent cannot be offered a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Obstacle {
    /// The status of the agent takes no contacts.
    NotRoutable,
    /// The agent missed an offer and has not come back.
    InError,
    /// The routing profile does not exist.
    NoProfile,
    /// The channel is switched off in the profile.
    ChannelOff,
    /// As many contacts of the channel as the profile allows.
    AtLimit {
        /// That many.
        max: u32,
    },
    /// The agent works in a channel that allows no other.
    BusyAlone {
        /// That channel.
        channel: Channel,
    },
    /// The contact has not waited long enough.
    Delay {
        /// Milliseconds to go.
        remaining_ms: i64,
    },
    /// The agent does not meet the routing step.
    RoutingStep {
        /// The step, from 0.
        step: usize,
    },
    /// A contact of a higher queue priority is waiting, and the profile is strict.
    HeldBack,
}

impl Router {
    /// What a decision about this contact would go by at `now`; changes nothing. Costs time in proportion to the
    /// agents who serve the queue.
    pub fn explain(&self, contact: ContactId, now: Timestamp) -> Option<Report> {
        let contact = self.contact(contact)?;
        let waiting = &contact.waiting;
        let own = matches!(waiting.queue, QueueRef::Agent(_));
        let criteria = waiting.criteria.as_ref().filter(|_| !own);
        let routing_step = criteria.and_then(|criteria| criteria.active_step_at(now));
        let mut agents: Vec<_> = (self.serving(waiting.queue, waiting.channel).into_iter())
            .map(|slot| {
                let agent = &self.agents[slot as usize];
                (agent.rank(slot), self.report_agent(contact, agent, routing_step, now))
            })
            .collect();
        agents.sort_by_key(|(rank, _)| *rank);
        let agents: Vec<AgentReport> = agents.into_iter().map(|(_, report)| report).collect();
        let first_choice =
            agents.iter().find(|report| report.obstacles.is_empty()).map(|report| report.agent);
        Some(Report {
            contact: contact.id,
            queue: waiting.queue,
            channel: waiting.channel,
            position: self.position(contact.id)?,
            waited_ms: waiting.waited_ms(now),
            offered_to: contact.offered_to,
            routing_step,
            first_choice: first_choice.filter(|_| contact.offered_to.is_none()),
            agents,
        })
    }

    /// The agents (by index) who see a queue.
    fn serving(&self, queue: QueueRef, channel: Channel) -> Vec<u32> {
        if let QueueRef::Agent(agent) = queue {
            return self.agent_index.get(&agent).copied().into_iter().collect();
        }
        let tiers = self.queue(queue).map_or(&[][..], |queue| &queue.lines[channel.index()].tiers);
        let audience = tiers.iter().flat_map(|&tier| &self.tier(tier).audience);
        let mut agents: Vec<u32> =
            audience.flat_map(|&profile| self.profile(profile).members.iter().copied()).collect();
        agents.sort_unstable();
        agents.dedup();
        agents
    }

    fn report_agent(
        &self,
        contact: &ContactSlot,
        agent: &AgentSlot,
        step: Option<usize>,
        now: Timestamp,
    ) -> AgentReport {
        let waiting = &contact.waiting;
        let mut obstacles = self.obstacles_of_agent(agent, waiting.channel);
        let rule = match self.best_row(contact, now, agent) {
            None => {
                let remaining_ms = waiting.enqueued_at.since(now);
                if remaining_ms > 0 {
                    obstacles.push(Obstacle::Delay { remaining_ms });
                }
                Rule::OwnQueue
            }
            Some(row) => {
                let remaining_ms = (waiting.enqueued_at + row.delay_ms).0.saturating_sub(now.0);
                if remaining_ms > 0 {
                    obstacles.push(Obstacle::Delay { remaining_ms });
                }
                if self.is_held_back(agent, row) {
                    obstacles.push(Obstacle::HeldBack);
                }
                Rule::Row { priority: row.priority, delay_ms: row.delay_ms }
            }
        };
        if let Some((step, criteria)) = step.zip(waiting.criteria.as_ref())
            && !criteria.steps()[step].expression.is_met_by(&agent.config.proficiencies)
        {
            obstacles.push(Obstacle::RoutingStep { step });
        }
        AgentReport {
            agent: agent.id,
            routing_profile: agent.config.profile,
            rule,
            available_ms: now.0.saturating_sub(agent.config.available_since.0).max(0),
            obstacles,
        }
    }

    fn obstacles_of_agent(&self, agent: &AgentSlot, channel: Channel) -> Vec<Obstacle> {
        let mut obstacles = Vec::new();
        let Agent { presence, in_error, load, .. } = &agent.config;
        if *presence != Presence::Routable {
            obstacles.push(Obstacle::NotRoutable);
        }
        if *in_error {
            obstacles.push(Obstacle::InError);
        }
        let Some(profile) = &self.profile(agent.profile).config else {
            obstacles.push(Obstacle::NoProfile);
            return obstacles;
        };
        let max = profile.max[channel.index()];
        if max == 0 {
            obstacles.push(Obstacle::ChannelOff);
        } else if load[channel.index()] >= max {
            obstacles.push(Obstacle::AtLimit { max });
        }
        let alone = Channel::ALL.into_iter().filter(|&other| {
            let behavior = profile.cross_channel[other.index()];
            other != channel && load[other.index()] > 0 && behavior == BehaviorType::RouteCurrentChannelOnly
        });
        obstacles.extend(alone.map(|channel| Obstacle::BusyAlone { channel }));
        obstacles
    }

    /// The row that lets an agent see a contact: the first whose delay is over, else the next to be; none in the
    /// agent's own queue.
    fn best_row(&self, contact: &ContactSlot, now: Timestamp, agent: &AgentSlot) -> Option<TieredRow> {
        let waiting = &contact.waiting;
        let rows = self
            .profile(agent.profile)
            .rows
            .iter()
            .copied()
            .filter(|row| row.channel == waiting.channel && self.tier(row.tier).queue == contact.queue);
        rows.min_by_key(|row| {
            let remaining = (waiting.enqueued_at + row.delay_ms).0.saturating_sub(now.0).max(0);
            (remaining, row.priority)
        })
    }

    fn is_held_back(&self, agent: &AgentSlot, row: TieredRow) -> bool {
        let above = self
            .profile(agent.profile)
            .rows
            .iter()
            .filter(|above| above.priority < row.priority && agent.open.contains(above.channel));
        above.filter_map(|above| above.undelayed).map(|tier| self.tier(tier)).any(|tier| {
            !tier.anyone.is_empty() || tier.classes.first_met(&agent.held, &self.skills).is_some()
        })
    }
}

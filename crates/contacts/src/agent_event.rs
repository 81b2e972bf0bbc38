//! The agent event stream (spec 06 §7): what an agent looks like now and looked like before.

use model::{ArnKind, Channel, Timestamp, UserId};
use routing::QueueRef;
use serde_json::{Value, json};

use crate::agent::{Agent, Leg, LegState};
use crate::core::Core;
use crate::cx::Cx;
use crate::event::Event;

impl Core {
    /// Records an agent event; a state change that changes nothing visible is left out.
    pub(crate) fn agent_event(&mut self, cx: &Cx, user: UserId, kind: &str) {
        let Some(agent) = self.agents.get(&user) else { return };
        let current = self.agent_snapshot(agent);
        let previous = self.last_snapshots.insert(user, current.clone()).unwrap_or(Value::Null);
        if kind == "STATE_CHANGE" && previous == current {
            return;
        }
        let agent_arn = self.directory.scope().arn(ArnKind::Agent, user);
        self.event(cx.now, Event::Agent { kind: kind.to_owned(), agent_arn, current, previous });
        if let Some(agent) = self.agents.get_mut(&user) {
            agent.last_event_at = cx.now;
        }
        self.dirty.agents.insert(user);
        self.set_heart_beat(user);
    }

    /// The published snapshot of an agent.
    pub fn agent_snapshot(&self, agent: &Agent) -> Value {
        let scope = self.directory.scope();
        let status = |id| {
            let status = self.directory.agent_status(id);
            json!({
                "ARN": scope.arn(ArnKind::AgentState, id),
                "Name": status.map(|status| status.name.clone()),
                "Type": status.map(|status| status.kind),
            })
        };
        let mut now = status(agent.status);
        now["StartTimestamp"] = json!(agent.status_since.iso_millis());
        let mut snapshot = json!({
            "AgentStatus": now,
            "Configuration": self.agent_configuration(agent),
            "Contacts": agent.legs.iter().map(|leg| self.leg_event(leg)).collect::<Vec<_>>(),
        });
        if let Some(next) = &agent.next_status {
            let name = self.directory.agent_status(next.status).map(|status| status.name.clone());
            snapshot["NextAgentStatus"] = json!({
                "ARN": scope.arn(ArnKind::AgentState, next.status),
                "Name": name,
                "EnqueuedTimestamp": next.enqueued_at.iso_millis(),
            });
        }
        snapshot
    }

    fn agent_configuration(&self, agent: &Agent) -> Value {
        let scope = self.directory.scope();
        let Some(user) = self.directory.user(agent.user) else { return Value::Null };
        let load = agent.load();
        let profile = self.directory.routing_profile(user.routing_profile_id).map(|profile| {
            let concurrency: Vec<Value> = profile
                .media_concurrencies
                .iter()
                .map(|media| {
                    json!({
                        "Channel": media.channel,
                        "AvailableSlots": media.concurrency.saturating_sub(load[media.channel.index()]),
                        "MaximumSlots": media.concurrency,
                    })
                })
                .collect();
            let channels: Vec<Channel> = profile.media_concurrencies.iter().map(|media| media.channel).collect();
            let mut queues = vec![json!({
                "ARN": scope.agent_queue_arn(agent.user),
                "Name": null,
                "Channels": channels,
            })];
            let mut seen = Vec::new();
            for row in &profile.queue_configs {
                if seen.contains(&row.queue_id) {
                    continue;
                }
                seen.push(row.queue_id);
                let channels: Vec<Channel> = profile
                    .queue_configs
                    .iter()
                    .filter(|other| other.queue_id == row.queue_id)
                    .map(|other| other.channel)
                    .collect();
                queues.push(self.queue_event(QueueRef::Standard(row.queue_id), &channels));
            }
            json!({
                "ARN": scope.arn(ArnKind::RoutingProfile, profile.routing_profile_id),
                "Name": profile.name,
                "Concurrency": concurrency,
                "DefaultOutboundQueue":
                    self.queue_event(QueueRef::Standard(profile.default_outbound_queue_id), &[Channel::Voice]),
                "InboundQueues": queues,
            })
        });
        json!({
            "FirstName": user.identity_info.first_name,
            "LastName": user.identity_info.last_name,
            "Username": user.username,
            "AgentHierarchyGroups": crate::record::hierarchy(&self.directory, agent.user, "Name"),
            "Proficiencies": user.proficiencies.iter().map(|proficiency| json!({
                "Name": proficiency.attribute_name,
                "Value": proficiency.attribute_value,
                "ProficiencyLevel": proficiency.level,
            })).collect::<Vec<_>>(),
            "RoutingProfile": profile,
        })
    }

    fn queue_event(&self, queue: QueueRef, channels: &[Channel]) -> Value {
        let (name, arn) = self.queue_name(queue);
        json!({"ARN": arn, "Name": name, "Channels": channels})
    }

    fn leg_event(&self, leg: &Leg) -> Value {
        let at = |moment: Option<Timestamp>| moment.map(Timestamp::iso_millis);
        json!({
            "ContactId": leg.contact,
            "InitialContactId": (leg.chain != leg.contact).then_some(leg.chain),
            "Channel": leg.channel,
            "InitiationMethod": leg.initiation_method,
            "State": leg.state.event_name(),
            "StateStartTimestamp": leg.since.iso_millis(),
            "ConnectedToAgentTimestamp": at(leg.connected_at.filter(|_| leg.state != LegState::Connecting)),
            "QueueTimestamp": at(leg.queued_at),
            "Queue": leg.queue.map(|queue| {
                let (name, arn) = self.queue_name(queue);
                json!({"ARN": arn, "Name": name})
            }),
        })
    }
}

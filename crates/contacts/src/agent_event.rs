//! The agent event stream (spec 06 §7): what an agent looks like now and looked like before.
//!
//! Snapshots are large and made at every change of an agent, so they are printed once, straight from what they show,
//! and the printed text is what is compared, kept for the next event and stored.

use std::fmt;
use std::sync::Arc;

use directory::instance::InstanceAttribute;
use model::resource::{AgentStatusType, RoutingProfile};
use model::{AgentStatusId, ArnKind, Channel, ContactId, InitiationMethod, Scope, Timestamp, UserId};
use routing::QueueRef;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::agent::{Agent, Leg, LegState};
use crate::core::Core;
use crate::cx::Cx;
use crate::event::Event;

/// An agent at a moment, as printed JSON in the published shape.
#[derive(Clone, Debug)]
pub struct Snapshot(Arc<RawValue>);

impl Snapshot {
    fn print(value: &impl Serialize) -> Self {
        Self(serde_json::value::to_raw_value(value).expect("a snapshot is printable").into())
    }

    /// The JSON text.
    pub fn text(&self) -> &str {
        self.0.get()
    }
}

impl PartialEq for Snapshot {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Serialize for Snapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Snapshot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // By way of a value: events are read through a tag, which raw text does not survive.
        Value::deserialize(deserializer).map(|value| Self::print(&value))
    }
}

impl Core {
    /// Records an agent event; a state change that changes nothing visible is left out.
    pub(crate) fn agent_event(&mut self, cx: &Cx, user: UserId, kind: &str) {
        let Some(agent) = self.agents.get(&user) else { return };
        let current = self.agent_snapshot(agent);
        let previous = self.last_snapshots.insert(user, current.clone());
        if kind == "STATE_CHANGE" && previous.as_ref() == Some(&current) {
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
    pub fn agent_snapshot(&self, agent: &Agent) -> Snapshot {
        let scope = self.directory.scope();
        let name = |id| self.directory.agent_status(id).map(|status| status.name.as_str());
        Snapshot::print(&Shown {
            agent_status: Status {
                arn: Arn(scope, ArnKind::AgentState, agent.status),
                name: name(agent.status),
                kind: self.directory.agent_status(agent.status).map(|status| status.kind),
                start_timestamp: Iso(agent.status_since),
            },
            configuration: self.agent_configuration(agent),
            contacts: agent
                .legs
                .iter()
                .map(|leg| self.leg_event(leg))
                .chain(self.monitored_events(agent))
                .collect(),
            next_agent_status: agent.next_status.as_ref().map(|next| NextStatus {
                arn: Arn(scope, ArnKind::AgentState, next.status),
                name: name(next.status),
                enqueued_timestamp: Iso(next.enqueued_at),
            }),
        })
    }

    fn agent_configuration(&self, agent: &Agent) -> Option<Configuration<'_>> {
        let scope = self.directory.scope();
        let user = self.directory.user(agent.user)?;
        let load = agent.load();
        let profile = self.directory.routing_profile(user.routing_profile_id).map(|profile| ProfileShown {
            arn: Arn(scope, ArnKind::RoutingProfile, profile.routing_profile_id),
            name: &profile.name,
            concurrency: profile
                .media_concurrencies
                .iter()
                .map(|media| Slots {
                    channel: media.channel,
                    available_slots: media.concurrency.saturating_sub(load[media.channel.index()]),
                    maximum_slots: media.concurrency,
                })
                .collect(),
            default_outbound_queue: self
                .queue_event(QueueRef::Standard(profile.default_outbound_queue_id), vec![Channel::Voice]),
            inbound_queues: self.inbound_queues(agent.user, profile),
        });
        Some(Configuration {
            first_name: user.identity_info.first_name.as_deref(),
            last_name: user.identity_info.last_name.as_deref(),
            username: &user.username,
            agent_hierarchy_groups: crate::record::hierarchy(&self.directory, agent.user, "Name"),
            proficiencies: user
                .proficiencies
                .iter()
                .map(|proficiency| ProficiencyShown {
                    name: &proficiency.attribute_name,
                    value: &proficiency.attribute_value,
                    proficiency_level: proficiency.level,
                })
                .collect(),
            routing_profile: profile,
        })
    }

    /// The agent's own queue, then those of the profile, each once with all its channels.
    fn inbound_queues<'a>(&'a self, user: UserId, profile: &'a RoutingProfile) -> Vec<QueueShown<'a>> {
        let channels = profile.media_concurrencies.iter().map(|media| media.channel).collect();
        let mut queues = vec![QueueShown {
            arn: QueueArn(self.directory.scope(), QueueRef::Agent(user)),
            name: None,
            channels: Some(channels),
        }];
        let mut ids = Vec::with_capacity(profile.queue_configs.len());
        for row in &profile.queue_configs {
            match ids.iter().position(|id| *id == row.queue_id) {
                Some(place) => queues[place + 1].channels.get_or_insert_default().push(row.channel),
                None => {
                    ids.push(row.queue_id);
                    queues.push(self.queue_event(QueueRef::Standard(row.queue_id), vec![row.channel]));
                }
            }
        }
        queues
    }

    fn queue_event(&self, queue: QueueRef, channels: Vec<Channel>) -> QueueShown<'_> {
        QueueShown { channels: Some(channels), ..self.queue_shown(queue) }
    }

    fn queue_shown(&self, queue: QueueRef) -> QueueShown<'_> {
        let name = match queue {
            QueueRef::Standard(id) => self.directory.queue(id).map_or("", |queue| queue.name.as_str()),
            QueueRef::Agent(_) => "",
        };
        QueueShown { arn: QueueArn(self.directory.scope(), queue), name: Some(name), channels: None }
    }

    /// What a supervisor monitors is published where multi-party monitoring is switched on (spec 06 §6.4).
    fn monitored_events(&self, agent: &Agent) -> impl Iterator<Item = LegShown<'_>> {
        let published = self.directory.attribute(InstanceAttribute::EnhancedContactMonitoring);
        self.monitored_by(agent.user).filter(move |_| published).map(|(contact, monitor)| LegShown {
            contact_id: contact.id,
            initial_contact_id: (contact.chain != contact.id).then_some(contact.chain),
            channel: contact.channel,
            initiation_method: InitiationMethod::Monitor,
            state: LegState::Connected.event_name(),
            state_start_timestamp: Iso(monitor.joined_at),
            connected_to_agent_timestamp: Some(Iso(monitor.joined_at)),
            queue_timestamp: None,
            queue: None,
        })
    }

    fn leg_event(&self, leg: &Leg) -> LegShown<'_> {
        LegShown {
            contact_id: leg.contact,
            initial_contact_id: (leg.chain != leg.contact).then_some(leg.chain),
            channel: leg.channel,
            initiation_method: leg.initiation_method,
            state: leg.state.event_name(),
            state_start_timestamp: Iso(leg.since),
            connected_to_agent_timestamp: leg
                .connected_at
                .filter(|_| leg.state != LegState::Connecting)
                .map(Iso),
            queue_timestamp: leg.queued_at.map(Iso),
            queue: leg.queue.map(|queue| self.queue_shown(queue)),
        }
    }
}

/// A resource name that is printed where it stands.
struct Arn<'a, I>(&'a Scope, ArnKind, I);

impl<I: fmt::Display> fmt::Display for Arn<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Scope { region, account, instance } = self.0;
        write!(f, "arn:aws:connect:{region}:{account}:instance/{instance}/{}/{}", self.1.as_str(), self.2)
    }
}

impl<I: fmt::Display> Serialize for Arn<'_, I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The resource name of a queue of either kind.
struct QueueArn<'a>(&'a Scope, QueueRef);

impl Serialize for QueueArn<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.1 {
            QueueRef::Standard(id) => Arn(self.0, ArnKind::Queue, id).serialize(serializer),
            QueueRef::Agent(user) => serializer.serialize_str(&self.0.agent_queue_arn(user)),
        }
    }
}

/// A moment in the published form.
struct Iso(Timestamp);

impl Serialize for Iso {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.iso_millis())
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Shown<'a> {
    agent_status: Status<'a>,
    configuration: Option<Configuration<'a>>,
    contacts: Vec<LegShown<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_agent_status: Option<NextStatus<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Status<'a> {
    #[serde(rename = "ARN")]
    arn: Arn<'a, AgentStatusId>,
    name: Option<&'a str>,
    #[serde(rename = "Type")]
    kind: Option<AgentStatusType>,
    start_timestamp: Iso,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct NextStatus<'a> {
    #[serde(rename = "ARN")]
    arn: Arn<'a, AgentStatusId>,
    name: Option<&'a str>,
    enqueued_timestamp: Iso,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration<'a> {
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    username: &'a str,
    agent_hierarchy_groups: Option<Value>,
    proficiencies: Vec<ProficiencyShown<'a>>,
    routing_profile: Option<ProfileShown<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ProficiencyShown<'a> {
    name: &'a str,
    value: &'a str,
    proficiency_level: f32,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ProfileShown<'a> {
    #[serde(rename = "ARN")]
    arn: Arn<'a, model::RoutingProfileId>,
    name: &'a str,
    concurrency: Vec<Slots>,
    default_outbound_queue: QueueShown<'a>,
    inbound_queues: Vec<QueueShown<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Slots {
    channel: Channel,
    available_slots: u32,
    maximum_slots: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct QueueShown<'a> {
    #[serde(rename = "ARN")]
    arn: QueueArn<'a>,
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channels: Option<Vec<Channel>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct LegShown<'a> {
    contact_id: ContactId,
    initial_contact_id: Option<ContactId>,
    channel: Channel,
    initiation_method: InitiationMethod,
    state: &'static str,
    state_start_timestamp: Iso,
    connected_to_agent_timestamp: Option<Iso>,
    queue_timestamp: Option<Iso>,
    queue: Option<QueueShown<'a>>,
}

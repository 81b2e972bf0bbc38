//! Routing profiles (spec 02 §11.2, 12 G32): which channels and queues an agent serves, and in which order.

use model::resource::{
    BehaviorType, CrossChannelBehavior, MediaConcurrency, Queue, QueueConfig, RoutingProfile, Tags,
};
use model::{ArnKind, Channel, QueueId, RoutingProfileId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::body::Body;
use crate::directory::{Cx, Directory};
use crate::error::{DirectoryError, Result};
use crate::input::{inputs, parts};
use crate::quotas::Quota;
use crate::rows::{Found, Row, Rows};
use crate::rules;
use crate::search::{FilterMember, SearchCriteria, SearchFilter, Searchable};

inputs! {
    /// `CreateRoutingProfile`.
    CreateRoutingProfile {
        name: String,
        description: String,
        default_outbound_queue_id: String,
        queue_configs: Option<Vec<QueueConfigInput>>,
        media_concurrencies: Vec<MediaConcurrencyInput>,
        agent_availability_timer: Option<AgentAvailabilityTimer>,
        tags: Option<Tags>,
    }
    /// `DescribeRoutingProfile`.
    DescribeRoutingProfile { routing_profile_id: String }
    /// `UpdateRoutingProfileName`.
    UpdateRoutingProfileName { routing_profile_id: String, name: Option<String>, description: Option<String> }
    /// `UpdateRoutingProfileConcurrency`; replaces all channels.
    UpdateRoutingProfileConcurrency {
        routing_profile_id: String,
        media_concurrencies: Vec<MediaConcurrencyInput>,
    }
    /// `UpdateRoutingProfileDefaultOutboundQueue`.
    UpdateRoutingProfileDefaultOutboundQueue { routing_profile_id: String, default_outbound_queue_id: String }
    /// `UpdateRoutingProfileQueues`: new priorities and delays for rows the profile has.
    UpdateRoutingProfileQueues { routing_profile_id: String, queue_configs: Vec<QueueConfigInput> }
    /// `UpdateRoutingProfileAgentAvailabilityTimer`.
    UpdateRoutingProfileAgentAvailabilityTimer {
        routing_profile_id: String,
        agent_availability_timer: AgentAvailabilityTimer,
    }
    /// `AssociateRoutingProfileQueues`: adds rows.
    AssociateRoutingProfileQueues { routing_profile_id: String, queue_configs: Vec<QueueConfigInput> }
    /// `DisassociateRoutingProfileQueues`: removes rows.
    DisassociateRoutingProfileQueues { routing_profile_id: String, queue_references: Vec<QueueReference> }
    /// `DeleteRoutingProfile`.
    DeleteRoutingProfile { routing_profile_id: String }
    /// `ListRoutingProfileQueues`.
    ListRoutingProfileQueues { routing_profile_id: String }
    /// `ListRoutingProfiles`.
    ListRoutingProfiles {}
    /// `SearchRoutingProfiles`.
    SearchRoutingProfiles { search_filter: Option<SearchFilter>, search_criteria: Option<SearchCriteria> }
}

parts! {
    /// One row: a queue on a channel with its priority (1–99, 1 first) and delay (0–9999 s).
    QueueConfigInput { queue_reference: QueueReference, priority: u32, delay: u32 }
    /// A queue on a channel.
    QueueReference { queue_id: String, channel: Channel }
    /// How many contacts of a channel an agent takes: voice 1, chat and task 1–10.
    MediaConcurrencyInput {
        channel: Channel,
        concurrency: u32,
        cross_channel_behavior: Option<CrossChannelInput>,
    }
    /// What else may be offered beside a contact of the channel.
    CrossChannelInput { behavior_type: BehaviorType }
}

/// What puts an agent at the end of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AgentAvailabilityTimer {
    /// Inbound and outbound contacts.
    TimeSinceLastActivity,
    /// Inbound contacts only.
    TimeSinceLastInbound,
}

impl AgentAvailabilityTimer {
    fn as_str(self) -> &'static str {
        match self {
            Self::TimeSinceLastActivity => "TIME_SINCE_LAST_ACTIVITY",
            Self::TimeSinceLastInbound => "TIME_SINCE_LAST_INBOUND",
        }
    }
}

const SEARCH: Searchable<RoutingProfile> = Searchable {
    fields: &[
        ("name", |profile, is| is(&profile.name)),
        ("description", |profile, is| is(&profile.description)),
        ("associatedQueueIds", |profile, is| {
            profile.queue_configs.iter().any(|row| is(&row.queue_id.to_string()))
        }),
        ("resourceID", |profile, is| is(&profile.routing_profile_id.to_string())),
    ],
    leaves: &[],
    filter: FilterMember::Tag,
    tags: Some(|profile| &profile.tags),
    group: None,
};

impl Directory {
    /// `CreateRoutingProfile`.
    pub fn create_routing_profile(
        &mut self,
        cx: &mut Cx<'_>,
        input: CreateRoutingProfile,
    ) -> Result<RoutingProfileId> {
        self.mine(&input)?;
        rules::name("Name", &input.name)?;
        rules::description(Some(&input.description))?;
        rules::tags(input.tags.as_ref())?;
        let mut queue_configs = Vec::new();
        if let Some(rows) = &input.queue_configs {
            self.add_rows(&mut queue_configs, rows)?;
        }
        let timer = input.agent_availability_timer.unwrap_or(AgentAvailabilityTimer::TimeSinceLastActivity);
        let profile = RoutingProfile {
            routing_profile_id: cx.fresh(),
            name: input.name,
            description: input.description,
            media_concurrencies: concurrencies(&input.media_concurrencies)?,
            default_outbound_queue_id: self.find::<Queue>(&input.default_outbound_queue_id)?.queue_id,
            queue_configs,
            agent_availability_timer: timer.as_str().to_owned(),
            strict_priority_includes_delayed: false,
            tags: input.tags.unwrap_or_default(),
            last_modified_time: cx.now,
        };
        self.name_is_free(&profile)?;
        self.room_for(Quota::RoutingProfiles, self.table::<RoutingProfile>().len())?;
        let id = profile.routing_profile_id;
        self.put(profile);
        Ok(id)
    }

    /// `UpdateRoutingProfileName`: name, description or both.
    pub fn update_routing_profile_name(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdateRoutingProfileName,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut profile = self.find::<RoutingProfile>(&input.routing_profile_id)?.clone();
        if input.name.is_none() && input.description.is_none() {
            return Err(DirectoryError::request("Give a Name, a Description or both."));
        }
        rules::description(input.description.as_deref())?;
        if let Some(name) = input.name {
            rules::name("Name", &name)?;
            profile.name = name;
        }
        profile.description = input.description.unwrap_or(profile.description);
        self.name_is_free(&profile)?;
        self.touch_profile(cx, profile)
    }

    /// `UpdateRoutingProfileConcurrency`.
    pub fn update_routing_profile_concurrency(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdateRoutingProfileConcurrency,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut profile = self.find::<RoutingProfile>(&input.routing_profile_id)?.clone();
        profile.media_concurrencies = concurrencies(&input.media_concurrencies)?;
        self.touch_profile(cx, profile)
    }

    /// `UpdateRoutingProfileDefaultOutboundQueue`.
    pub fn update_routing_profile_default_outbound_queue(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdateRoutingProfileDefaultOutboundQueue,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut profile = self.find::<RoutingProfile>(&input.routing_profile_id)?.clone();
        profile.default_outbound_queue_id = self.find::<Queue>(&input.default_outbound_queue_id)?.queue_id;
        self.touch_profile(cx, profile)
    }

    /// `UpdateRoutingProfileAgentAvailabilityTimer`.
    pub fn update_routing_profile_agent_availability_timer(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdateRoutingProfileAgentAvailabilityTimer,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut profile = self.find::<RoutingProfile>(&input.routing_profile_id)?.clone();
        profile.agent_availability_timer = input.agent_availability_timer.as_str().to_owned();
        self.touch_profile(cx, profile)
    }

    /// `UpdateRoutingProfileQueues`: every row must be one the profile has.
    pub fn update_routing_profile_queues(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdateRoutingProfileQueues,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut profile = self.find::<RoutingProfile>(&input.routing_profile_id)?.clone();
        for new in self.rows(&input.queue_configs)? {
            let present = |row: &&mut QueueConfig| same_place(row, &new);
            let Some(row) = profile.queue_configs.iter_mut().find(present) else {
                return Err(not_a_row(&profile.name, new.queue_id, new.channel));
            };
            *row = new;
        }
        self.touch_profile(cx, profile)
    }

    /// `AssociateRoutingProfileQueues`: a queue stands in a profile once per channel.
    pub fn associate_routing_profile_queues(
        &mut self,
        cx: &mut Cx<'_>,
        input: AssociateRoutingProfileQueues,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut profile = self.find::<RoutingProfile>(&input.routing_profile_id)?.clone();
        self.add_rows(&mut profile.queue_configs, &input.queue_configs)?;
        self.touch_profile(cx, profile)
    }

    /// `DisassociateRoutingProfileQueues`: every row must be one the profile has.
    pub fn disassociate_routing_profile_queues(
        &mut self,
        cx: &mut Cx<'_>,
        input: DisassociateRoutingProfileQueues,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut profile = self.find::<RoutingProfile>(&input.routing_profile_id)?.clone();
        rules::count("QueueReferences", &input.queue_references, 1, 50)?;
        for reference in &input.queue_references {
            let queue_id = self.find::<Queue>(&reference.queue_id)?.queue_id;
            let row = |row: &QueueConfig| row.queue_id == queue_id && row.channel == reference.channel;
            match profile.queue_configs.iter().position(row) {
                Some(position) => profile.queue_configs.remove(position),
                None => return Err(not_a_row(&profile.name, queue_id, reference.channel)),
            };
        }
        self.touch_profile(cx, profile)
    }

    /// `DeleteRoutingProfile`: refused while users have it.
    pub fn delete_routing_profile(&mut self, input: DeleteRoutingProfile) -> Result<()> {
        self.mine(&input)?;
        let profile = self.find::<RoutingProfile>(&input.routing_profile_id)?;
        let id = profile.routing_profile_id;
        if let Some(user) = self.users().find(|user| user.routing_profile_id == id) {
            return Err(DirectoryError::in_use(
                format!(
                    "The routing profile {:?} is assigned to users, such as {:?}. Give them another one first.",
                    profile.name, user.username
                ),
                self.scope.arn(ArnKind::RoutingProfile, id),
            ));
        }
        self.remove::<RoutingProfile>(&id);
        Ok(())
    }

    /// `DescribeRoutingProfile`.
    pub fn describe_routing_profile(&self, input: &DescribeRoutingProfile) -> Result<Value> {
        self.mine(input)?;
        let profile = self.find(&input.routing_profile_id)?;
        Ok(Body::new().set("RoutingProfile", self.routing_profile_body(profile)).build())
    }

    /// The output of `CreateRoutingProfile`.
    pub fn created_routing_profile(&self, id: RoutingProfileId) -> Value {
        Body::new()
            .set("RoutingProfileArn", self.scope.arn(ArnKind::RoutingProfile, id))
            .text("RoutingProfileId", id)
            .build()
    }

    /// `ListRoutingProfiles`, by id.
    pub fn list_routing_profiles<'a>(
        &'a self,
        input: &ListRoutingProfiles,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let after = after.and_then(|key| key.parse().ok());
        Ok(Rows::new(self.table::<RoutingProfile>().after(after).map(|profile| {
            Row::new(profile.routing_profile_id, Some(&profile.tags), || {
                Body::new()
                    .text("Id", profile.routing_profile_id)
                    .set("Arn", self.scope.arn(ArnKind::RoutingProfile, profile.routing_profile_id))
                    .set("Name", &*profile.name)
                    .modified(profile.last_modified_time, &self.scope.region)
                    .build()
            })
        })))
    }

    /// `ListRoutingProfileQueues`, by queue and channel.
    pub fn list_routing_profile_queues<'a>(
        &'a self,
        input: &ListRoutingProfileQueues,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let profile = self.find::<RoutingProfile>(&input.routing_profile_id)?;
        let after = after.unwrap_or_default();
        let mut rows: Vec<(String, &QueueConfig)> = profile
            .queue_configs
            .iter()
            .map(|row| (format!("{}/{}", row.queue_id, row.channel.as_str()), row))
            .filter(|(key, _)| key.as_str() > after)
            .collect();
        rows.sort_by(|(one, _), (other, _)| one.cmp(other));
        let rows = rows.into_iter().filter_map(|(key, row)| {
            let queue = self.queue(row.queue_id)?;
            Some(Row::new(key, Some(&queue.tags), || {
                Body::new()
                    .text("QueueId", row.queue_id)
                    .set("QueueArn", self.scope.arn(ArnKind::Queue, row.queue_id))
                    .set("QueueName", &*queue.name)
                    .set("Priority", row.priority)
                    .set("Delay", row.delay)
                    .set("Channel", row.channel.as_str())
                    .build()
            }))
        });
        Ok(Rows::of(rows, profile.last_modified_time))
    }

    /// `SearchRoutingProfiles`.
    pub fn search_routing_profiles(&self, input: &SearchRoutingProfiles) -> Result<Found<'_>> {
        self.mine(input)?;
        let matcher = SEARCH.matcher(self, input.search_filter.as_ref(), input.search_criteria.as_ref())?;
        Ok(matcher.find(self.routing_profiles(), |profile| {
            Row::new(profile.routing_profile_id, Some(&profile.tags), || self.routing_profile_body(profile))
        }))
    }

    fn routing_profile_body(&self, profile: &RoutingProfile) -> Value {
        let id = profile.routing_profile_id;
        let mut queues: Vec<QueueId> = profile.queue_configs.iter().map(|row| row.queue_id).collect();
        queues.sort();
        queues.dedup();
        Body::new()
            .text("InstanceId", self.instance.id)
            .set("Name", &*profile.name)
            .set("RoutingProfileArn", self.scope.arn(ArnKind::RoutingProfile, id))
            .text("RoutingProfileId", id)
            .set("Description", &*profile.description)
            .set("MediaConcurrencies", json!(profile.media_concurrencies))
            .text("DefaultOutboundQueueId", profile.default_outbound_queue_id)
            .set("NumberOfAssociatedQueues", queues.len())
            .set("NumberOfAssociatedUsers", self.users().filter(|user| user.routing_profile_id == id).count())
            .set("AgentAvailabilityTimer", &*profile.agent_availability_timer)
            .set("IsDefault", self.defaults.routing_profile_id == Some(id))
            .set("AssociatedQueueIds", json!(queues))
            .tags(&profile.tags)
            .modified(profile.last_modified_time, &self.scope.region)
            .build()
    }

    fn touch_profile(&mut self, cx: &mut Cx<'_>, mut profile: RoutingProfile) -> Result<()> {
        profile.last_modified_time = cx.now;
        self.put(profile);
        Ok(())
    }

    /// Checks the rows of one call: 1–10 of them, each place once, within the ranges, of queues that exist.
    fn rows(&self, inputs: &[QueueConfigInput]) -> Result<Vec<QueueConfig>> {
        rules::count("QueueConfigs", inputs, 1, 10)?;
        let mut rows: Vec<QueueConfig> = Vec::with_capacity(inputs.len());
        for input in inputs {
            if !(1..=99).contains(&input.priority) {
                return Err(DirectoryError::parameter("Priority must be 1 to 99; 1 is served first."));
            }
            if input.delay > 9_999 {
                return Err(DirectoryError::parameter("Delay must be 0 to 9999 seconds."));
            }
            let row = QueueConfig {
                queue_id: self.find::<Queue>(&input.queue_reference.queue_id)?.queue_id,
                channel: input.queue_reference.channel,
                priority: input.priority,
                delay: input.delay,
            };
            if rows.iter().any(|other| same_place(other, &row)) {
                return Err(DirectoryError::parameter(format!(
                    "QueueConfigs has the queue {} twice for {}; give it once per channel.",
                    row.queue_id,
                    row.channel.as_str()
                )));
            }
            rows.push(row);
        }
        Ok(rows)
    }

    fn add_rows(&self, present: &mut Vec<QueueConfig>, inputs: &[QueueConfigInput]) -> Result<()> {
        for row in self.rows(inputs)? {
            if present.iter().any(|other| same_place(other, &row)) {
                return Err(DirectoryError::request(format!(
                    "The profile has the queue {} for {} already. Change it with UpdateRoutingProfileQueues.",
                    row.queue_id,
                    row.channel.as_str()
                )));
            }
            self.room_for(Quota::QueuesPerRoutingProfile, present.len())?;
            present.push(row);
        }
        Ok(())
    }
}

fn same_place(one: &QueueConfig, other: &QueueConfig) -> bool {
    one.queue_id == other.queue_id && one.channel == other.channel
}

fn not_a_row(profile: &str, queue: QueueId, channel: Channel) -> DirectoryError {
    DirectoryError::not_found(format!(
        "The routing profile {profile:?} does not have the queue {queue} for {}. Associate it first.",
        channel.as_str()
    ))
}

/// Checks the channels of a profile: at least one, each once, voice 1, chat and task 1–10.
fn concurrencies(inputs: &[MediaConcurrencyInput]) -> Result<Vec<MediaConcurrency>> {
    rules::count("MediaConcurrencies", inputs, 1, Channel::ALL.len())?;
    let mut channels: Vec<MediaConcurrency> = Vec::with_capacity(inputs.len());
    for input in inputs {
        let most = if input.channel == Channel::Voice { 1 } else { 10 };
        if !(1..=most).contains(&input.concurrency) {
            let range = if most == 1 { "1".to_owned() } else { format!("1 to {most}") };
            return Err(DirectoryError::parameter(format!(
                "Concurrency of {} must be {range}.",
                input.channel.as_str()
            )));
        }
        if channels.iter().any(|other| other.channel == input.channel) {
            return Err(DirectoryError::parameter(format!(
                "MediaConcurrencies has {} twice.",
                input.channel.as_str()
            )));
        }
        let cross_channel_behavior =
            input.cross_channel_behavior.as_ref().map_or_else(CrossChannelBehavior::default, |cross| {
                CrossChannelBehavior { behavior_type: cross.behavior_type }
            });
        channels.push(MediaConcurrency {
            channel: input.channel,
            concurrency: input.concurrency,
            cross_channel_behavior,
        });
    }
    Ok(channels)
}

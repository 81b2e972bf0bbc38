//! The contact record (spec 06 §8) and the transcript file, made from a finished contact.

use directory::Directory;
use model::resource::Instance;
use model::{ArnKind, Channel, Timestamp};
use routing::QueueRef;
use routing::criteria::{Shape, write};
use serde_json::{Map, Value, json};

use crate::chain::Chain;
use crate::contact::Contact;

/// The published record of a contact. Members that do not apply are left out.
pub fn contact_record(directory: &Directory, contact: &Contact, chain: &Chain, now: Timestamp) -> Value {
    let scope = directory.scope();
    let mut record = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            record.insert(name.to_owned(), value);
        }
    };
    let at = |moment: Option<Timestamp>| moment.map(|moment| json!(moment.iso_seconds()));
    put("AWSAccountId", Some(json!(scope.account)));
    put("AWSContactTraceRecordFormatVersion", Some(json!("2017-03-10")));
    put("Agent", agent_part(directory, contact));
    put("AgentConnectionAttempts", Some(json!(contact.agent_connection_attempts)));
    put("Attributes", Some(json!(chain.attributes)));
    put("Channel", Some(json!(contact.channel)));
    put("ConnectedToSystemTimestamp", at(contact.connected_to_system_at));
    put("ContactId", Some(json!(contact.id)));
    let number = |number: Option<&String>| number.map(|number| endpoint(number));
    put("CustomerEndpoint", number(chain.customer.as_ref().and_then(|customer| customer.number.as_ref())));
    put("SystemEndpoint", number(chain.called.as_ref()));
    put("DisconnectTimestamp", at(contact.disconnected_at));
    put("DisconnectReason", contact.disconnect_reason.as_ref().map(|reason| json!(reason)));
    put("InitialContactId", (contact.chain != contact.id).then(|| json!(contact.chain)));
    put("InitiationMethod", Some(json!(contact.initiation_method)));
    put("InitiationTimestamp", at(Some(contact.initiated_at)));
    put("InstanceARN", Some(json!(scope.instance_arn())));
    put("LastUpdateTimestamp", at(Some(now)));
    put("LastPausedTimestamp", at(contact.pauses.last_paused_at));
    put("LastResumedTimestamp", at(contact.pauses.last_resumed_at));
    put("NextContactId", contact.next.map(|id| json!(id)));
    put("PreviousContactId", contact.previous.map(|id| json!(id)));
    put("RelatedContactId", contact.related.map(|id| json!(id)));
    put("Queue", queue_part(directory, contact));
    put("ScheduledTimestamp", at(contact.scheduled_at));
    put("SegmentAttributes", Some(contact.segment_attribute_values().into()));
    put("Tags", Some(json!(contact.tags)));
    if contact.channel == Channel::Task {
        put("TotalPauseCount", Some(json!(contact.pauses.count)));
        put("TotalPauseDurationInSeconds", Some(json!(contact.pauses.total_ms / 1000)));
        put("ContactDetails", Some(json!({"Name": contact.name, "Description": contact.description})));
    }
    put(
        "References",
        (!contact.references.is_empty()).then(|| {
            contact
                .references
                .iter()
                .map(|(name, reference)| json!({"Name": name, "Type": reference.kind, "Value": reference.value}))
                .collect()
        }),
    );
    put("RoutingCriteria", criteria(contact, Shape::Record));
    if contact.channel == Channel::Voice {
        put("MediaStreams", Some(json!([{"Type": "AUDIO"}])));
    }
    if contact.channel == Channel::Chat {
        let location = transcript_location(directory.instance(), contact);
        put("MediaStreams", Some(json!([{"Type": "CHAT"}])));
        put(
            "Recordings",
            Some(json!([{
                "Location": location,
                "MediaStreamType": "CHAT",
                "ParticipantType": "All",
                "StorageType": "Amazon S3",
                "Status": "AVAILABLE",
                "StartTimestamp": contact.initiated_at.iso_seconds(),
                "StopTimestamp": contact.disconnected_at.map(Timestamp::iso_seconds),
            }])),
        );
    }
    Value::Object(record)
}

/// A telephone number as an endpoint.
fn endpoint(number: &str) -> Value {
    json!({"Address": number, "Type": "TELEPHONE_NUMBER"})
}

/// The hierarchy of a user: `Level1` … with resource name and, as `name_key`, the name; none without a group.
pub(crate) fn hierarchy(directory: &Directory, user: model::UserId, name_key: &str) -> Option<Value> {
    let group = directory.user(user)?.hierarchy_group_id?;
    let levels = directory.hierarchy_path(group).into_iter().enumerate().map(|(level, id)| {
        let name = directory.hierarchy_group(id).map(|group| group.name.clone());
        let arn = directory.scope().arn(ArnKind::AgentGroup, id);
        (format!("Level{}", level + 1), json!({"ARN": arn, name_key: name}))
    });
    Some(Value::Object(levels.collect()))
}

/// The routing criteria of a contact, oldest first; none when none were set.
pub(crate) fn criteria(contact: &Contact, shape: Shape) -> Option<Value> {
    let entries = contact.criteria.entries();
    (!entries.is_empty()).then(|| entries.iter().map(|entry| write(entry, shape)).collect())
}

fn agent_part(directory: &Directory, contact: &Contact) -> Option<Value> {
    let part = contact.agent.as_ref()?;
    let scope = directory.scope();
    let seconds = |ms: i64| ms.max(0) / 1000;
    let until = contact.disconnected_at.unwrap_or(part.connected_at);
    let interaction = until.since(part.connected_at) - part.paused_ms;
    let mut agent = json!({
        "ARN": scope.arn(ArnKind::Agent, part.user),
        "ConnectedToAgentTimestamp": part.connected_at.iso_seconds(),
        "AgentInteractionDuration": seconds(interaction),
        "AgentPauseDuration": seconds(part.paused_ms),
        "CustomerHoldDuration": seconds(contact.call.as_ref().map_or(0, |call| call.hold_ms)),
        "LongestHoldDuration": seconds(contact.call.as_ref().map_or(0, |call| call.longest_hold_ms)),
        "NumberOfHolds": contact.call.as_ref().map_or(0, |call| call.holds),
    });
    if let Some(groups) = hierarchy(directory, part.user, "GroupName") {
        agent["HierarchyGroups"] = groups;
    }
    if let Some(user) = directory.user(part.user) {
        agent["Username"] = json!(user.username);
        if let Some(profile) = directory.routing_profile(user.routing_profile_id) {
            agent["RoutingProfile"] = json!({
                "ARN": scope.arn(ArnKind::RoutingProfile, profile.routing_profile_id),
                "Name": profile.name,
            });
        }
    }
    if let Some(started) = part.acw_started_at {
        let ended = part.acw_ended_at.unwrap_or(started);
        agent["AfterContactWorkStartTimestamp"] = json!(started.iso_seconds());
        agent["AfterContactWorkEndTimestamp"] = json!(ended.iso_seconds());
        agent["AfterContactWorkDuration"] = json!(seconds(ended.since(started)));
    }
    Some(agent)
}

fn queue_part(directory: &Directory, contact: &Contact) -> Option<Value> {
    let stay = contact.queue.as_ref()?;
    let scope = directory.scope();
    let (name, arn) = match stay.queue {
        QueueRef::Standard(id) => {
            (directory.queue(id).map(|queue| queue.name.clone()), scope.arn(ArnKind::Queue, id))
        }
        QueueRef::Agent(user) => (None, scope.agent_queue_arn(user)),
    };
    let left = stay.dequeued_at.or(contact.disconnected_at);
    Some(json!({
        "ARN": arn,
        "Name": name,
        "EnqueueTimestamp": stay.enqueued_at.iso_seconds(),
        "DequeueTimestamp": left.map(Timestamp::iso_seconds),
        "Duration": left.map_or(0, |left| left.since(stay.enqueued_at) / 1000),
    }))
}

/// Where the transcript of a chat contact lies in the blob store.
pub fn transcript_location(instance: &Instance, contact: &Contact) -> String {
    let day = contact.initiated_at.iso_seconds();
    let (date, time) = (&day[..10], &day[11..16]);
    format!(
        "connect/{}/ChatTranscripts/{}/{}_{}T{}_UTC.json",
        instance.alias,
        date.replace('-', "/"),
        contact.id,
        date.replace('-', ""),
        time
    )
}

/// The head of a transcript file; the items follow under `Transcript`.
pub(crate) fn transcript_head(directory: &Directory, contact: &Contact, chain: &Chain) -> Value {
    let mut participants = Vec::new();
    if let Some(customer) = &chain.customer {
        participants.push(json!({"ParticipantId": customer.participant, "ParticipantRole": "CUSTOMER",
            "DisplayName": customer.display_name}));
    }
    if let Some(part) = &contact.agent {
        participants.push(json!({"ParticipantId": part.participant, "ParticipantRole": "AGENT",
            "DisplayName": directory.user(part.user).map(|user| user.username.clone())}));
    }
    json!({
        "Version": "2019-08-26",
        "AWSAccountId": directory.scope().account,
        "InstanceId": directory.instance().id,
        "InitialContactId": chain.id,
        "ContactId": contact.id,
        "Participants": participants,
    })
}

//! One contact as the panel shows it.

use contacts::Core;
use contacts::agent::Leg;
use contacts::chain::Chain;
use contacts::contact::Contact;
use contacts::transcript::content_type;
use model::{Channel, UserId};
use serde_json::{Map, Value, json};

use super::{Sign, connection, seconds};

/// A leg of an agent with what is known of its contact. An offer that passed may outlive its contact; then the leg
/// alone is shown.
pub(super) fn body(core: &Core, user: UserId, leg: &Leg, sign: Sign) -> Value {
    let contact = core.contact(leg.contact);
    let chain = core.chain(leg.chain);
    let mut body = json!({
        "contactId": leg.contact,
        "type": kind_name(leg.channel),
        "state": {"type": leg.state.panel_name(), "timestamp": seconds(leg.since)},
        "initiationMethod": leg.initiation_method.as_str().to_ascii_lowercase(),
        "attributes": attributes(chain),
        "references": references(contact),
        "contactFeatures": features(leg.channel, chain),
        "segmentAttributes": contact.map(Contact::segment_attribute_values).unwrap_or_default(),
        "connections": connection::all(core, user, leg, sign),
    });
    if leg.chain != leg.contact {
        body["initialContactId"] = json!(leg.chain);
    }
    if let Some(queue) = leg.queue {
        let (name, arn) = core.queue_name(queue);
        body["queue"] = json!({"queueARN": arn, "name": name});
    }
    if let Some(at) = leg.queued_at {
        body["queueTimestamp"] = seconds(at);
    }
    if let Some(contact) = contact {
        for (member, value) in [
            ("relatedContactId", contact.related.map(|id| json!(id))),
            ("name", contact.name.as_ref().map(|text| json!(text))),
            ("description", contact.description.as_ref().map(|text| json!(text))),
            ("languageCode", contact.language_code.as_ref().map(|text| json!(text))),
        ] {
            if let Some(value) = value {
                body[member] = value;
            }
        }
        if let Some(at) = contact.scheduled_at {
            // A plain number here, not a timestamp: panels read it as seconds.
            body["channelContext"]["scheduledTime"] = json!(at.0.div_euclid(1000));
        }
        if let Some(template) = &contact.task_template {
            body["channelContext"]["taskTemplateId"] = json!(template.id);
            body["channelContext"]["taskTemplateVersion"] = json!(template.version);
        }
    }
    if matches!(leg.channel, Channel::Chat | Channel::Voice) {
        body["customerEndpoint"] = connection::customer_endpoint(chain);
    }
    body
}

fn kind_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Voice => "voice",
        Channel::Chat => "chat",
        Channel::Task => "task",
    }
}

/// Contact attributes; the name is repeated inside, as panels read it there.
pub(super) fn attributes(chain: Option<&Chain>) -> Map<String, Value> {
    let attributes = chain.iter().flat_map(|chain| &chain.attributes);
    attributes.map(|(name, value)| (name.clone(), json!({"name": name, "value": value}))).collect()
}

pub(super) fn references(contact: Option<&Contact>) -> Map<String, Value> {
    let references = contact.iter().flat_map(|contact| &contact.references);
    references
        .map(|(name, reference)| (name.clone(), json!({"value": reference.value, "type": reference.kind})))
        .collect()
}

pub(super) fn features(channel: Channel, chain: Option<&Chain>) -> Value {
    let customer = chain.and_then(|chain| chain.customer.as_ref());
    let markdown = customer
        .is_some_and(|customer| customer.content_types.iter().any(|kind| kind == content_type::MARKDOWN));
    json!({
        "attachmentsEnabled": channel == Channel::Chat,
        "messagingMarkdownEnabled": markdown,
        "multiPartyConferenceEnabled": false,
        "screenRecordingEnabled": false,
    })
}

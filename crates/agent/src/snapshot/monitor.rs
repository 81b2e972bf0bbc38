//! A contact as its supervisor's panel shows it: their own connection is of the type `monitoring`, and the agent is
//! somebody else in the conversation.

use contacts::Core;
use contacts::contact::Contact;
use contacts::monitoring::{Monitor, MonitorMode};
use model::{Channel, InitiationMethod};
use serde_json::{Value, json};

use super::connection::{self, ChatPart};
use super::{Sign, contact, seconds};

/// A monitored chat. It has no queue here, by which panels know it.
pub(super) fn body(core: &Core, entry: &Contact, monitor: &Monitor, sign: Sign) -> Value {
    let chain = core.chain(entry.chain);
    let mut connections = vec![
        connection::customer(core, entry.id, entry.chain, monitor.joined_at),
        own(core, entry, monitor, sign),
    ];
    if let Some(part) = &entry.agent {
        let endpoint = connection::agent_endpoint(core, part.user);
        let (id, at) = (part.participant, part.connected_at);
        connections.push(connection::connection(id, "outbound", false, "connected", at, endpoint));
    }
    let mut body = json!({
        "contactId": entry.id,
        "type": "chat",
        "state": {"type": "connected", "timestamp": seconds(monitor.joined_at)},
        "initiationMethod": InitiationMethod::Monitor.as_str().to_ascii_lowercase(),
        "attributes": contact::attributes(chain),
        "references": contact::references(Some(entry)),
        "contactFeatures": contact::features(Channel::Chat, chain),
        "segmentAttributes": entry.segment_attribute_values(),
        "customerEndpoint": connection::customer_endpoint(chain),
        "connections": connections,
    });
    if entry.chain != entry.id {
        body["initialContactId"] = json!(entry.chain);
    }
    body
}

fn own(core: &Core, entry: &Contact, monitor: &Monitor, sign: Sign) -> Value {
    let state = match monitor.mode {
        MonitorMode::SilentMonitor => "silent_monitor",
        MonitorMode::Barge => "barge",
    };
    let endpoint = connection::agent_endpoint(core, monitor.user);
    let mut body =
        connection::connection(monitor.participant, "monitoring", false, state, monitor.since, endpoint);
    let allowed = [Some(MonitorMode::SilentMonitor), monitor.may_barge.then_some(MonitorMode::Barge)];
    let allowed: Vec<_> = allowed.into_iter().flatten().map(MonitorMode::as_str).collect();
    let name = entry.agent.as_ref().map(|part| core.agent_display_name(part.user));
    body["monitorCapabilities"] = json!(allowed);
    body["monitorStatus"] = json!(monitor.mode.as_str());
    body["monitoringInfo"] = json!({
        "agent": {"agentName": name},
        "joinTimeStamp": seconds(monitor.joined_at),
    });
    let part = ChatPart::of_monitor(entry, monitor);
    body["chatMediaInfo"] = connection::media_info(core, entry.chain, Some((part, sign)));
    body
}

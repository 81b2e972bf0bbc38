//! Contact events (spec 06 §6): the `detail` of each, in its published shape.

use model::{ArnKind, ContactId, Timestamp};
use routing::QueueRef;
use routing::criteria::Shape;
use serde_json::{Value, json};

use crate::contact::Contact;
use crate::core::Core;
use crate::cx::Cx;
use crate::event::Event;

impl Core {
    /// Records that something happened to a contact.
    pub(crate) fn contact_event(&mut self, cx: &Cx, id: ContactId, kind: &str, updated: &[&str]) {
        let Some(contact) = self.contacts.get(&id) else { return };
        let detail = self.contact_detail(contact, kind, updated);
        self.event(cx.now, Event::Contact { detail });
    }

    fn contact_detail(&self, contact: &Contact, kind: &str, updated: &[&str]) -> Value {
        let scope = self.directory.scope();
        let at = |moment: Option<Timestamp>| moment.map(Timestamp::iso_millis);
        let mut detail = json!({
            "eventType": kind,
            "contactId": contact.id,
            "channel": contact.channel,
            "instanceArn": scope.instance_arn(),
            "initiationMethod": contact.initiation_method,
            "initiationTimestamp": contact.initiated_at.iso_millis(),
            "tags": contact.tags,
            "segmentAttributes": contact.segment_attribute_values(),
        });
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                detail[name] = value;
            }
        };
        put("initialContactId", (contact.chain != contact.id).then(|| json!(contact.chain)));
        put("previousContactId", contact.previous.map(|id| json!(id)));
        put("relatedContactId", contact.related.map(|id| json!(id)));
        put("connectedToSystemTimestamp", at(contact.connected_to_system_at).map(Value::String));
        put("scheduledTimestamp", at(contact.scheduled_at).map(Value::String));
        put("disconnectTimestamp", at(contact.disconnected_at).map(Value::String));
        put("disconnectReason", contact.disconnect_reason.as_ref().map(|reason| json!(reason)));
        put("updatedProperties", (!updated.is_empty()).then(|| json!(updated)));
        put(
            "queueInfo",
            contact.queue.as_ref().map(|stay| {
                let (arn, kind) = match stay.queue {
                    QueueRef::Standard(id) => (scope.arn(ArnKind::Queue, id), "STANDARD"),
                    QueueRef::Agent(user) => (scope.agent_queue_arn(user), "AGENT"),
                };
                json!({"queueArn": arn, "queueType": kind, "enqueueTimestamp": stay.enqueued_at.iso_millis()})
            }),
        );
        put(
            "agentInfo",
            contact.agent.as_ref().map(|part| {
                let mut info = json!({
                    "agentArn": scope.arn(ArnKind::Agent, part.user),
                    "connectedToAgentTimestamp": part.connected_at.iso_millis(),
                });
                if let Some(group) = self.directory.user(part.user).and_then(|user| user.hierarchy_group_id) {
                    let levels = self.directory.hierarchy_path(group).into_iter().enumerate();
                    info["hierarchyGroups"] = levels
                        .map(|(level, id)| {
                            (
                                format!("level{}", level + 1),
                                json!({"arn": scope.arn(ArnKind::AgentGroup, id)}),
                            )
                        })
                        .collect::<serde_json::Map<_, _>>()
                        .into();
                }
                info
            }),
        );
        put("routingCriteria", crate::record::criteria(contact, Shape::Event));
        detail
    }
}

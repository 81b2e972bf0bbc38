//! What one transaction writes.

use model::{Channel, ContactId, InstanceId, Timestamp};

/// Changes that belong together. Later writes to the same document or contact replace earlier ones.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Documents put or deleted.
    pub documents: Vec<DocumentWrite>,
    /// Contacts put.
    pub contacts: Vec<ContactWrite>,
    /// Transcript items appended.
    pub items: Vec<ItemWrite>,
    /// Receipts put.
    pub receipts: Vec<ReceiptWrite>,
    /// Events appended.
    pub events: Vec<EventWrite>,
    /// Lines of flow logs appended.
    pub flow_logs: Vec<FlowLogWrite>,
    /// Entries of the change history appended.
    pub changes: Vec<ChangeWrite>,
}

impl Batch {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
            && self.contacts.is_empty()
            && self.items.is_empty()
            && self.receipts.is_empty()
            && self.events.is_empty()
            && self.flow_logs.is_empty()
            && self.changes.is_empty()
    }
}

/// A document put (with a body) or deleted (without).
#[derive(Clone, Debug)]
pub struct DocumentWrite {
    /// The instance.
    pub instance: InstanceId,
    /// What it is, such as `queue`.
    pub kind: &'static str,
    /// Its key within the kind.
    pub id: String,
    /// JSON text, or none to delete.
    pub body: Option<String>,
}

/// A contact with the columns it is searched by.
#[derive(Clone, Debug)]
pub struct ContactWrite {
    /// The instance.
    pub instance: InstanceId,
    /// The contact.
    pub id: ContactId,
    /// First contact of its chain.
    pub chain: ContactId,
    /// Whether it is over, after-contact work included.
    pub ended: bool,
    /// Channel.
    pub channel: Channel,
    /// Public spelling of the initiation method.
    pub initiation_method: &'static str,
    /// Start.
    pub initiated_at: Timestamp,
    /// When an agent was connected.
    pub connected_at: Option<Timestamp>,
    /// When it was disconnected.
    pub disconnected_at: Option<Timestamp>,
    /// Queue id, for search.
    pub queue: Option<String>,
    /// Agent's user id, for search.
    pub agent: Option<String>,
    /// JSON text.
    pub body: String,
}

/// One transcript item.
#[derive(Clone, Debug)]
pub struct ItemWrite {
    /// The instance.
    pub instance: InstanceId,
    /// First contact of the chain.
    pub chain: ContactId,
    /// Position in the chain, from 1.
    pub seq: i64,
    /// Item id.
    pub id: String,
    /// The contact it belongs to.
    pub contact: ContactId,
    /// When it was accepted.
    pub at: Timestamp,
    /// Sender and client token in one key, for idempotency.
    pub token: Option<String>,
    /// `ALL`, `CUSTOMER` or `AGENT`: who may see it.
    pub visibility: &'static str,
    /// JSON text in the public item shape.
    pub body: String,
}

/// A delivered or read receipt of one recipient for one message.
#[derive(Clone, Debug)]
pub struct ReceiptWrite {
    /// The instance.
    pub instance: InstanceId,
    /// First contact of the chain.
    pub chain: ContactId,
    /// Message (item) id.
    pub message: String,
    /// Participant that received it.
    pub recipient: String,
    /// When it was delivered.
    pub delivered_at: Option<Timestamp>,
    /// When it was read.
    pub read_at: Option<Timestamp>,
}

/// One event; the store gives it its position.
#[derive(Clone, Debug)]
pub struct EventWrite {
    /// The instance.
    pub instance: InstanceId,
    /// When it happened.
    pub at: Timestamp,
    /// JSON text.
    pub body: String,
}

/// One line of the flow log; the store gives it its position.
#[derive(Clone, Debug)]
pub struct FlowLogWrite {
    /// The instance.
    pub instance: InstanceId,
    /// When it was written.
    pub at: Timestamp,
    /// Contact id.
    pub contact: String,
    /// Id of the flow or module; empty where no flow was left.
    pub flow: String,
    /// JSON text in the published shape.
    pub body: String,
}

/// One entry of the change history; the store gives it its position.
#[derive(Clone, Debug)]
pub struct ChangeWrite {
    /// The instance.
    pub instance: InstanceId,
    /// When it was changed.
    pub at: Timestamp,
    /// Kind of the resource, such as `queue`.
    pub kind: &'static str,
    /// Id of the resource.
    pub resource: String,
    /// Name of the resource at that time.
    pub name: String,
    /// User name or access key id of who did it.
    pub author: String,
    /// JSON text: what was done.
    pub body: String,
}

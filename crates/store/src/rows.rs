//! What is read back.

use model::{Channel, ContactId, InstanceId, Timestamp};

/// A stored document.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentRow {
    /// What it is.
    pub kind: String,
    /// Its key.
    pub id: String,
    /// JSON text.
    pub body: String,
}

/// A stored contact.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactRow {
    /// The contact.
    pub id: ContactId,
    /// First contact of its chain.
    pub chain: ContactId,
    /// When it started; the order of search results.
    pub initiated_at: Timestamp,
    /// JSON text.
    pub body: String,
}

/// A stored transcript item.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemRow {
    /// Position in the chain.
    pub seq: i64,
    /// `ALL`, `CUSTOMER` or `AGENT`.
    pub visibility: String,
    /// JSON text in the public item shape.
    pub body: String,
}

/// An item's client token.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenRow {
    /// Chain of the item.
    pub chain: ContactId,
    /// Sender and client token in one key.
    pub token: String,
    /// Item id.
    pub item: String,
    /// When the item was accepted.
    pub at: Timestamp,
}

/// A stored receipt.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceiptRow {
    /// Message id.
    pub message: String,
    /// Recipient participant.
    pub recipient: String,
    /// Delivered.
    pub delivered_at: Option<Timestamp>,
    /// Read.
    pub read_at: Option<Timestamp>,
}

/// A stored event.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRow {
    /// Position, ascending over all instances.
    pub seq: i64,
    /// The instance.
    pub instance: InstanceId,
    /// When it happened.
    pub at: Timestamp,
    /// JSON text.
    pub body: String,
}

/// Which moment of a contact a search range is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeRange {
    /// When it started.
    Initiated,
    /// When it was disconnected.
    Disconnected,
    /// When an agent was connected.
    ConnectedToAgent,
}

/// A search over contacts; empty lists mean any.
#[derive(Clone, Debug)]
pub struct ContactFilter {
    /// Which moment `from` and `to` are about.
    pub range: TimeRange,
    /// First moment.
    pub from: Timestamp,
    /// Last moment.
    pub to: Timestamp,
    /// Channels.
    pub channels: Vec<Channel>,
    /// Queue ids.
    pub queues: Vec<String>,
    /// Agents' user ids.
    pub agents: Vec<String>,
    /// Initiation methods, public spelling.
    pub initiation_methods: Vec<String>,
    /// Oldest first instead of newest first.
    pub ascending: bool,
    /// Continue behind this (moment, id) of a former page.
    pub after: Option<(Timestamp, ContactId)>,
    /// At most this many.
    pub limit: u32,
}

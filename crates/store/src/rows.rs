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

/// A stored line of the flow log.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowLogRow {
    /// Where it stands.
    pub place: Place,
    /// Id of the flow or module; empty where no flow was left.
    pub flow: String,
    /// JSON text.
    pub body: String,
}

/// A stored entry of the change history.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeRow {
    /// Where it stands.
    pub place: Place,
    /// Kind of the resource.
    pub kind: String,
    /// Id of the resource.
    pub resource: String,
    /// Name of the resource at that time.
    pub name: String,
    /// Who did it.
    pub author: String,
    /// JSON text.
    pub body: String,
}

/// Where a line of a log stands: its moment, and its position among the lines of that moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When it was written.
    pub at: Timestamp,
    /// Position, ascending over all instances.
    pub seq: i64,
}

/// A stretch of a log.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// First moment.
    pub from: Timestamp,
    /// Last moment.
    pub to: Timestamp,
    /// Oldest first instead of newest first.
    pub ascending: bool,
    /// Continue behind this line.
    pub after: Option<Place>,
    /// At most this many.
    pub limit: u32,
}

impl Stretch {
    /// The line to continue behind, or one that lies before all.
    pub(crate) fn behind(&self) -> Place {
        let edge = if self.ascending { i64::MIN } else { i64::MAX };
        self.after.unwrap_or(Place { at: Timestamp(edge), seq: edge })
    }

    /// First and last moment of what is left of it: an index finds moments, not lines to continue behind.
    pub(crate) fn moments(&self) -> (Timestamp, Timestamp) {
        match self.after {
            Some(after) if self.ascending => (self.from.max(after.at), self.to),
            Some(after) => (self.from, self.to.min(after.at)),
            None => (self.from, self.to),
        }
    }
}

/// Which lines of the flow log; none = any.
#[derive(Clone, Debug, Default)]
pub struct FlowLogFilter {
    /// Contact id.
    pub contact: Option<String>,
    /// Id of the flow or module.
    pub flow: Option<String>,
}

/// Which entries of the change history; none = any.
#[derive(Clone, Debug, Default)]
pub struct ChangeFilter {
    /// Kind of the resource.
    pub kind: Option<String>,
    /// Id of the resource.
    pub resource: Option<String>,
    /// Who did it.
    pub author: Option<String>,
}

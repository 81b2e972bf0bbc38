//! Durable state: documents, contacts, transcript items, events and logs in SQLite or PostgreSQL; files in a folder.
//!
//! Everything that changes arrives as one [`Batch`] and is written in one transaction, so that what the
//! engine acknowledges is either wholly stored or not at all. Reads are for what memory does not hold:
//! transcripts, ended contacts, the event log that the streams are made from, and the logs that people search.

mod batch;
mod batch_rows;
mod blob;
mod error;
mod logs;
mod postgres;
mod reads;
mod rows;
mod sqlite;

use std::path::Path;

use model::{ContactId, InstanceId};

pub use batch::{
    Batch, ChangeWrite, ContactWrite, DocumentWrite, EventWrite, FlowLogWrite, ItemWrite, ReceiptWrite,
};
pub use blob::Blobs;
pub use error::StoreError;
pub use rows::{
    ChangeFilter, ChangeRow, ContactFilter, ContactRow, DocumentRow, EventRow, FlowLogFilter, FlowLogRow,
    ItemRow, Place, ReceiptRow, Stretch, TimeRange, TokenRow,
};

/// The database, one of two engines with the same behaviour.
#[derive(Clone, Debug)]
pub enum Store {
    /// Embedded, one file.
    Sqlite(sqlite::Sqlite),
    /// A server that speaks the PostgreSQL protocol.
    Postgres(postgres::Postgres),
}

macro_rules! forward {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $type:ty),*) -> $out:ty;)*) => {
        impl Store {$(
            $(#[$doc])*
            pub async fn $name(&self, $($arg: $type),*) -> Result<$out, StoreError> {
                match self {
                    Store::Sqlite(engine) => engine.$name($($arg),*).await,
                    Store::Postgres(engine) => engine.$name($($arg),*).await,
                }
            }
        )*}
    };
}

impl Store {
    /// Opens or creates the SQLite file at `path`.
    pub async fn open_sqlite(path: &Path) -> Result<Self, StoreError> {
        Ok(Store::Sqlite(sqlite::Sqlite::open(path).await?))
    }

    /// Connects to PostgreSQL and creates the tables that are missing.
    pub async fn open_postgres(url: &str) -> Result<Self, StoreError> {
        Ok(Store::Postgres(postgres::Postgres::open(url).await?))
    }
}

forward! {
    /// Writes everything in the batch in one transaction; durable when it returns.
    commit(batch: &Batch) -> ();
    /// All instances that have documents.
    instances() -> Vec<InstanceId>;
    /// All documents of an instance.
    documents(instance: InstanceId) -> Vec<DocumentRow>;
    /// One document.
    document(instance: InstanceId, kind: &str, id: &str) -> Option<String>;
    /// Contacts that are not over, in the order of their start.
    live_contacts(instance: InstanceId) -> Vec<ContactRow>;
    /// One contact, live or over.
    contact(instance: InstanceId, id: ContactId) -> Option<ContactRow>;
    /// Contacts that match, newest first.
    search_contacts(instance: InstanceId, filter: &ContactFilter) -> Vec<ContactRow>;
    /// Items of a chain in ascending order: at most `limit` with `after < seq`, or the last `limit` with `seq < before`.
    items(instance: InstanceId, chain: ContactId, after: Option<i64>, before: Option<i64>, limit: u32) -> Vec<ItemRow>;
    /// The position of an item inside its chain.
    item_seq(instance: InstanceId, chain: ContactId, item: &str) -> Option<i64>;
    /// The position of the first item at or after a moment.
    item_seq_at(instance: InstanceId, chain: ContactId, at: model::Timestamp) -> Option<i64>;
    /// Highest position in each chain that still has a live contact.
    last_seqs(instance: InstanceId) -> Vec<(ContactId, i64)>;
    /// Client tokens of the items in chains that still have a live contact.
    item_tokens(instance: InstanceId) -> Vec<TokenRow>;
    /// Receipts of a chain's messages.
    receipts(instance: InstanceId, chain: ContactId) -> Vec<ReceiptRow>;
    /// Events after a position, oldest first.
    events_after(seq: i64, limit: u32) -> Vec<EventRow>;
    /// Removes events up to a position that all sinks have passed.
    trim_events(seq: i64) -> u64;
    /// A stretch of the flow log.
    flow_logs(instance: InstanceId, filter: &FlowLogFilter, stretch: &Stretch) -> Vec<FlowLogRow>;
    /// A stretch of the change history.
    changes(instance: InstanceId, filter: &ChangeFilter, stretch: &Stretch) -> Vec<ChangeRow>;
    /// Removes at most `limit` lines of the flow log that are older than `before`, the oldest first; says how many.
    trim_flow_logs(instance: InstanceId, before: model::Timestamp, limit: u32) -> u64;
    /// Removes at most `limit` entries of the change history that are older than `before`; says how many.
    trim_changes(instance: InstanceId, before: model::Timestamp, limit: u32) -> u64;
    /// Removes everything of an instance.
    delete_instance(instance: InstanceId) -> ();
}

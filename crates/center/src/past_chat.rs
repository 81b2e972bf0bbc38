//! Earlier chats that a new one continues: read from the store, for the API and for flows (spec 03, persistent chat).

use contacts::chain::{Chain, PastChain};
use contacts::contact::{Contact, Stage};
use contacts::{PAST_CHAIN, PastChat};
use engine::{Engine, EngineError};
use model::ContactId;
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::StoreError;

/// Most earlier chats behind one.
const MOST_PAST_CHATS: usize = 100;

/// Why a chat cannot be continued.
#[derive(Debug, thiserror::Error)]
pub enum PastChatError {
    /// The whole past begins with the initial contact.
    #[error("ENTIRE_PAST_SESSION needs the initial contact id of the chat.")]
    NotInitial,
    /// It still goes on.
    #[error("Only chats that are over can be continued.")]
    NotOver,
    /// The instance cannot be asked.
    #[error("{0}")]
    Engine(#[from] EngineError),
    /// The store cannot be read.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// What is stored is no contact.
    #[error("A stored contact cannot be read.")]
    Unreadable,
}

/// The chat that ended with or before a contact; `rehydration` is `ENTIRE_PAST_SESSION` or `FROM_SEGMENT`. None when there
/// is no such contact.
pub async fn past_chat(
    engine: &Engine,
    rehydration: &str,
    source: ContactId,
) -> Result<Option<PastChat>, PastChatError> {
    let Some(contact) = contact(engine, source).await? else { return Ok(None) };
    let Some(chain) = chain(engine, contact.chain).await? else { return Ok(None) };
    if chain.ended_at.is_none() || !matches!(contact.stage, Stage::Ended | Stage::AfterContactWork) {
        return Err(PastChatError::NotOver);
    }
    let (continued_from, until) = if rehydration == "ENTIRE_PAST_SESSION" {
        if source != chain.id {
            return Err(PastChatError::NotInitial);
        }
        (chain.contacts.last().copied().unwrap_or(source), None)
    } else {
        (source, last_item_of(engine, chain.id, source).await?)
    };
    let attributes = chain.attributes.clone();
    let mut chains = vec![PastChain { chain: chain.id, until }];
    chains.extend(chain.past);
    chains.truncate(MOST_PAST_CHATS);
    Ok(Some(PastChat { continued_from, attributes, chains }))
}

async fn contact(engine: &Engine, id: ContactId) -> Result<Option<Contact>, PastChatError> {
    if let Some(live) = engine.read(|core, _| core.contact(id).cloned()).await? {
        return Ok(Some(live));
    }
    let row = engine.store().contact(engine.id(), id).await?;
    row.map(|row| parse(&row.body)).transpose()
}

/// The chain of a contact, live or over.
pub async fn chain(engine: &Engine, id: ContactId) -> Result<Option<Chain>, PastChatError> {
    if let Some(live) = engine.read(|core, _| core.chain(id).cloned()).await? {
        return Ok(Some(live));
    }
    let past = engine.store().document(engine.id(), PAST_CHAIN, &id.to_string()).await?;
    past.map(|body| parse(&body)).transpose()
}

/// Position of the last item of one segment.
async fn last_item_of(
    engine: &Engine,
    chain: ContactId,
    segment: ContactId,
) -> Result<Option<i64>, PastChatError> {
    let own = segment.to_string();
    let (mut after, mut last) = (None, Some(0));
    loop {
        let page = engine.store().items(engine.id(), chain, after, None, 500).await?;
        let Some(end) = page.last() else { return Ok(last) };
        after = Some(end.seq);
        if let Some(row) = page.iter().rev().find(|row| {
            serde_json::from_str::<Value>(&row.body).is_ok_and(|item| item["ContactId"] == own.as_str())
        }) {
            last = Some(row.seq);
        }
    }
}

fn parse<T: DeserializeOwned>(body: &str) -> Result<T, PastChatError> {
    serde_json::from_str(body).map_err(|_| PastChatError::Unreadable)
}

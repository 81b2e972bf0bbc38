//! What the store knows of contacts that are over: their attributes, and chats that a new one continues.

use std::collections::BTreeMap;

use contacts::chain::{Chain, PastChain};
use contacts::contact::Contact;
use contacts::{PAST_CHAIN, PastChat};
use engine::{Engine, EngineError};
use model::ContactId;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Earlier chats that one chat shows at most.
const MOST_PAST_CHATS: usize = 100;
/// Items read at once.
const PAGE: u32 = 500;

/// Why the store could not tell.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PastError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error("a stored contact cannot be read")]
    Damaged(#[from] serde_json::Error),
}

/// A contact with its chain, live or over.
pub(crate) async fn contact(engine: &Engine, id: ContactId) -> Result<Option<(Contact, Chain)>, PastError> {
    let live = engine
        .read(|core, _| {
            let contact = core.contact(id)?;
            Some((contact.clone(), core.chain(contact.chain)?.clone()))
        })
        .await?;
    if live.is_some() {
        return Ok(live);
    }
    let Some(row) = engine.store().contact(engine.id(), id).await? else { return Ok(None) };
    let contact: Contact = parse(&row.body)?;
    let live = engine.read(|core, _| core.chain(contact.chain).cloned()).await?;
    let chain = match live {
        Some(chain) => Some(chain),
        None => {
            let past = engine.store().document(engine.id(), PAST_CHAIN, &contact.chain.to_string()).await?;
            past.map(|body| parse(&body)).transpose()?
        }
    };
    Ok(chain.map(|chain| (contact, chain)))
}

/// The attributes of a contact, live or over.
pub(crate) async fn attributes(
    engine: &Engine,
    id: ContactId,
) -> Result<Option<BTreeMap<String, String>>, PastError> {
    Ok(contact(engine, id).await?.map(|(_, chain)| chain.attributes))
}

/// The chat that a new one continues (spec 03 D25); none when there is no such chat, or it goes on.
pub(crate) async fn chat(
    engine: &Engine,
    kind: &str,
    source: ContactId,
) -> Result<Option<PastChat>, PastError> {
    let Some((contact, chain)) = contact(engine, source).await? else { return Ok(None) };
    if chain.ended_at.is_none() || !contact.is_disconnected() {
        return Ok(None);
    }
    let entire = kind == "ENTIRE_PAST_SESSION";
    if entire && source != chain.id {
        return Ok(None);
    }
    let (continued_from, until) = match entire {
        true => (chain.contacts.last().copied().unwrap_or(source), None),
        false => (source, Some(last_item(engine, chain.id, source).await?)),
    };
    let mut chains = vec![PastChain { chain: chain.id, until }];
    chains.extend(chain.past);
    chains.truncate(MOST_PAST_CHATS);
    Ok(Some(PastChat { continued_from, attributes: chain.attributes, chains }))
}

/// Position of the last item of a segment; 0 when it has none.
async fn last_item(engine: &Engine, chain: ContactId, segment: ContactId) -> Result<i64, PastError> {
    let own = segment.to_string();
    let mut before = None;
    loop {
        let page = engine.store().items(engine.id(), chain, None, before, PAGE).await?;
        let Some(first) = page.first() else { return Ok(0) };
        for row in page.iter().rev() {
            if parse::<Value>(&row.body)?["ContactId"] == own.as_str() {
                return Ok(row.seq);
            }
        }
        before = Some(first.seq);
    }
}

fn parse<T: DeserializeOwned>(body: &str) -> Result<T, serde_json::Error> {
    serde_json::from_str(body)
}

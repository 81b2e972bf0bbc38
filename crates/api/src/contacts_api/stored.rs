//! Contacts that memory does not hold: read from the store.

use std::collections::BTreeMap;

use center::past_chat::PastChatError;
use contacts::chain::Chain;
use contacts::contact::Contact;
use engine::Engine;
use model::ContactId;
use wire::ApiError;

use crate::errors;

/// A contact with the attributes of its chain, live or over.
pub(crate) async fn contact(
    engine: &Engine,
    id: ContactId,
) -> Result<(Contact, BTreeMap<String, String>), ApiError> {
    let live = engine
        .read(|core, _| {
            let contact = core.contact(id)?.clone();
            let attributes =
                core.chain(contact.chain).map(|chain| chain.attributes.clone()).unwrap_or_default();
            Some((contact, attributes))
        })
        .await
        .map_err(errors::engine)?;
    if let Some(live) = live {
        return Ok(live);
    }
    let row =
        engine.store().contact(engine.id(), id).await.map_err(errors::store)?.ok_or_else(|| missing(id))?;
    let contact: Contact = parse(&row.body)?;
    let attributes = chain(engine, contact.chain).await?.map(|chain| chain.attributes).unwrap_or_default();
    Ok((contact, attributes))
}

/// The chain of a contact, live or over.
pub(crate) async fn chain(engine: &Engine, id: ContactId) -> Result<Option<Chain>, ApiError> {
    center::past_chat::chain(engine, id).await.map_err(unread)
}

/// The answer where a past chat cannot be read or continued.
pub(crate) fn unread(error: PastChatError) -> ApiError {
    match error {
        PastChatError::NotInitial | PastChatError::NotOver => ApiError::invalid_request(error.to_string()),
        PastChatError::Engine(error) => errors::engine(error),
        PastChatError::Store(error) => errors::store(error),
        PastChatError::Unreadable => ApiError::internal_service(error.to_string()),
    }
}

/// The contact id in a member.
pub(crate) fn id(text: &str) -> Result<ContactId, ApiError> {
    model::arn::id_part(text)
        .parse()
        .map_err(|_| ApiError::resource_not_found(format!("There is no contact '{text}' in this instance.")))
}

/// The answer for a contact that does not exist.
pub(crate) fn missing(id: ContactId) -> ApiError {
    ApiError::resource_not_found(format!("There is no contact {id} in this instance."))
}

fn parse<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, ApiError> {
    serde_json::from_str(body).map_err(|_| ApiError::internal_service("A stored contact cannot be read."))
}

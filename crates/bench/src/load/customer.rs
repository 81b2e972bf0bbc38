//! A customer: starts a chat, connects to it, writes.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value, json};

use super::http::Connection;
use super::integrator::Integrator;
use super::{LoadError, Result, text};

/// A chat that a customer has been given.
#[derive(Clone, Debug)]
pub struct Chat {
    /// The contact.
    pub contact: String,
    /// For messages.
    pub bearer: HeaderMap,
    /// Address of the websocket.
    pub socket: String,
}

/// Starts a chat and asks for its credentials; the websocket is left to the caller.
pub async fn start(
    integrator: &mut Integrator,
    connection: &mut Connection,
    instance: &str,
    flow: &str,
) -> Result<Chat> {
    let request = json!({
        "InstanceId": instance,
        "ContactFlowId": flow,
        "ParticipantDetails": {"DisplayName": "Cora Customer"},
    });
    let started = integrator.call(Method::PUT, "/contact/chat", &request).await?;
    let contact = text(&started, "StartChatContact", "/ContactId")?.to_owned();
    let token = text(&started, "StartChatContact", "/ParticipantToken")?;
    let what = "CreateParticipantConnection";
    let types = json!({"Type": ["WEBSOCKET", "CONNECTION_CREDENTIALS"]});
    let answer = participant(connection, "/participant/connection", &bearer(token)?, &types).await?;
    Ok(Chat {
        contact,
        bearer: bearer(text(&answer, what, "/ConnectionCredentials/ConnectionToken")?)?,
        socket: text(&answer, what, "/Websocket/Url")?.to_owned(),
    })
}

/// The headers of a call of the participant service.
pub fn bearer(token: &str) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    let value = HeaderValue::from_str(token)
        .map_err(|_| LoadError::Incomplete { what: "a token".to_owned(), member: "its text".to_owned() })?;
    headers.insert("x-amz-bearer", value);
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(headers)
}

/// A call of the participant service that has to succeed.
pub async fn participant(
    connection: &mut Connection,
    path: &str,
    bearer: &HeaderMap,
    body: &Value,
) -> Result<Value> {
    connection.request(Method::POST, path, bearer, Bytes::from(body.to_string())).await?.json(path)
}

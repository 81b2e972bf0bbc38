//! Chats and calls that anybody may start: the communications widget and the hosted chat page (spec 11 §3.10).

mod authentication;
mod call;
mod pace;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use api::App;
use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Extension, Query, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use center::{Token, TokenKind};
use contacts::StartChat;
use contacts::transcript::content_type;
use engine::Engine;
use model::{ContactId, FlowId, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::problem::Problem;
use crate::{instance, past};
use pace::Pace;

/// The flow of chats that name none.
pub const DEFAULT_FLOW: &str = "Sample inbound flow";

/// Bytes of a start request: 32 KB of attributes and what surrounds them.
const BODY_LIMIT: usize = 64 * 1024;
/// Prefix of the attributes that a page sets without a signature.
const UNSIGNED: &str = "HostedWidget-";
/// Name of customers who give none.
const UNNAMED: &str = "Customer";

pub(crate) fn routes() -> Router<App> {
    let pace = Arc::new(Pace::default());
    Router::new()
        .route("/widget/chat", post(start).layer(DefaultBodyLimit::max(BODY_LIMIT)))
        .route(
            "/widget/authentication",
            post(authentication::answer).layer(DefaultBodyLimit::max(BODY_LIMIT)),
        )
        .route("/widget/config", get(config))
        .merge(call::routes())
        .layer(Extension(pace))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Start {
    #[serde(default)]
    instance_id: Option<String>,
    #[serde(default)]
    contact_flow_id: Option<String>,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    participant_details: Option<ParticipantDetails>,
    /// What the hosted page calls its user; the name where no other is given.
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    attributes: Option<BTreeMap<String, String>>,
    #[serde(default)]
    initial_message: Option<InitialMessage>,
    #[serde(default)]
    supported_messaging_content_types: Option<ContentTypes>,
    #[serde(default)]
    chat_duration_in_minutes: Option<u32>,
    #[serde(default)]
    persistent_chat: Option<PersistentChat>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ParticipantDetails {
    display_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct InitialMessage {
    content_type: String,
    content: String,
}

/// Pages send the list as such, or as one text with commas.
#[derive(Deserialize)]
#[serde(untagged)]
enum ContentTypes {
    List(Vec<String>),
    Text(String),
}

/// Pages use either spelling.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PersistentChat {
    #[serde(alias = "rehydrationType")]
    rehydration_type: String,
    #[serde(alias = "sourceContactId")]
    source_contact_id: String,
    /// The participant token of the earlier chat, also one that has expired: the proof of having been in it.
    #[serde(default, alias = "participantToken")]
    participant_token: Option<String>,
}

async fn start(
    State(app): State<App>,
    Extension(pace): Extension<Arc<Pace>>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    input: Result<Json<serde_json::Value>, JsonRejection>,
) -> Result<Response, Problem> {
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |Extension(ConnectInfo(peer))| peer.ip());
    if let Err(wait) = pace.charge(peer, app.center.now()) {
        return Err(Problem::slow_down("Too many chats were started from this address.", wait));
    }
    let Json(input) = input.map_err(|error| Problem::bad_request(error.body_text()))?;
    let input: Start = wire::strict::read(input).map_err(|error| Problem::bad_request(error.to_string()))?;
    let engine = find_instance(&app, input.instance_id.as_deref()).await?;
    let flow = flow(&engine, input.contact_flow_id).await?;
    let persistent = match input.persistent_chat {
        None => None,
        Some(chat) => {
            let source: ContactId = chat
                .source_contact_id
                .parse()
                .map_err(|_| Problem::bad_request("PersistentChat.SourceContactId is not an id."))?;
            was_in(&app, &engine, source, chat.participant_token.as_deref()).await?;
            Some((chat.rehydration_type, source))
        }
    };
    let past = match &persistent {
        Some((kind, source)) => past::chat(&engine, kind, *source).await.map_err(|error| {
            tracing::error!(%error, "an earlier chat cannot be read");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "The earlier chat cannot be read now.")
        })?,
        None => None,
    };
    let name = input.display_name.or(input.participant_details.map(|details| details.display_name));
    let name = name.or(input.username).filter(|name| !name.trim().is_empty());
    let content_types = match input.supported_messaging_content_types {
        Some(ContentTypes::List(list)) => list,
        Some(ContentTypes::Text(text)) => {
            text.split(',').map(|kind| kind.trim().to_owned()).filter(|kind| !kind.is_empty()).collect()
        }
        None => Vec::new(),
    };
    let markdown = content_types.iter().any(|kind| kind == content_type::MARKDOWN);
    let request = StartChat {
        flow,
        display_name: name.unwrap_or_else(|| UNNAMED.to_owned()),
        // Nobody has signed them: flows can tell them from those they may trust.
        attributes: input
            .attributes
            .unwrap_or_default()
            .into_iter()
            .map(|(name, value)| (format!("{UNSIGNED}{name}"), value))
            .collect(),
        initial_message: input.initial_message.map(|message| (message.content_type, message.content)),
        duration_minutes: input.chat_duration_in_minutes,
        content_types,
        persistent,
        past,
        ..StartChat::default()
    };
    let started = engine.apply(|core, cx| core.start_chat(cx, request)).await??;
    let token = Token {
        kind: TokenKind::Participant,
        instance: engine.id(),
        subject: started.participant.0,
        object: started.contact.0,
        expires_at: started.expires_at,
    };
    let mut result = json!({
        "ContactId": started.contact,
        "ParticipantId": started.participant,
        "ParticipantToken": app.center.tokens().sign(&token),
    });
    if let Some(contact) = started.continued_from {
        result["ContinuedFromContactId"] = json!(contact);
    }
    let body = json!({"data": {"startChatResult": result, "featurePermissions": features(markdown)}});
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

/// Refuses who cannot show that they were the customer of an earlier chat: its contact id is no secret.
async fn was_in(app: &App, engine: &Engine, source: ContactId, token: Option<&str>) -> Result<(), Problem> {
    let refused = || {
        Problem::new(
            StatusCode::FORBIDDEN,
            "To continue a chat, give the ParticipantToken of that chat as PersistentChat.ParticipantToken.",
        )
    };
    let long_ago = Timestamp(i64::MIN);
    let token = app
        .center
        .tokens()
        .check(token.ok_or_else(refused)?, &[TokenKind::Participant], long_ago)
        .map_err(|_| refused())?;
    let row = engine.store().contact(engine.id(), source).await.map_err(|error| {
        tracing::error!(%error, "an earlier chat cannot be read");
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "The earlier chat cannot be read now.")
    })?;
    let chain = row.ok_or_else(refused)?.chain;
    if token.instance == engine.id() && token.object == chain.0 { Ok(()) } else { Err(refused()) }
}

/// What the chat's page may offer. A chat takes markdown when its client has said that it can show it.
fn features(markdown: bool) -> Value {
    json!({"ATTACHMENTS": true, "MESSAGING_MARKDOWN": markdown})
}

async fn find_instance(app: &App, named: Option<&str>) -> Result<Arc<Engine>, Problem> {
    match named.filter(|named| !named.is_empty()) {
        Some(named) => app
            .center
            .find(named)
            .map_err(|_| Problem::new(StatusCode::NOT_FOUND, "There is no such instance here.")),
        None => instance::choose(&app.center, None)
            .await
            .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "This server has no instance yet.")),
    }
}

/// The flow asked for, else the one that chats of pages begin with.
async fn flow(engine: &Engine, asked: Option<String>) -> Result<String, Problem> {
    if let Some(asked) = asked.filter(|asked| !asked.is_empty()) {
        return Ok(asked);
    }
    default_flow(engine).await?.map(|id| id.to_string()).ok_or_else(|| {
        Problem::bad_request(format!(
            "Give a ContactFlowId: this instance has no flow named '{DEFAULT_FLOW}'."
        ))
    })
}

async fn default_flow(engine: &Engine) -> Result<Option<FlowId>, Problem> {
    Ok(engine.read(|core, _| core.directory().flow_named(DEFAULT_FLOW).map(|flow| flow.id)).await?)
}

#[derive(Deserialize)]
struct ConfigQuery {
    /// Id or resource name of the instance; without it the default one.
    #[serde(default)]
    instance: Option<String>,
}

/// What a page needs before it can start a chat.
async fn config(
    State(app): State<App>,
    Query(query): Query<ConfigQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let engine = find_instance(&app, query.instance.as_deref()).await?;
    let flow = default_flow(&engine).await?;
    let alias = engine.read(|core, _| core.directory().instance().alias.clone()).await?;
    let origin = app.origin(&headers);
    let body = json!({
        "instanceId": engine.id(),
        "instanceAlias": alias,
        "region": engine.scope().region,
        "participantEndpoint": origin,
        "startChatEndpoint": format!("{origin}/widget/chat"),
        "contactFlowId": flow,
        "calls": app.center.telephony().is_some(),
        "featurePermissions": features(true),
    });
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

//! The `connectparticipant` service: what customers, agents and custom participants do in a chat (spec 11 §3.2).

use std::sync::Arc;

use axum::http::HeaderMap;
use center::{Token, TokenKind};
use contacts::transcript::content_type;
use contacts::{Refusal, Speaker, invalid_parameter};
use engine::Engine;
use model::{AttachmentId, ParticipantId, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use wire::{ApiError, Call, Kind, Operation};

use crate::errors::{participant_engine, participant_refused};
use crate::{App, transcript_pages};

/// Where the websocket of participants is served.
pub struct SocketPath;

impl SocketPath {
    /// Path of the websocket.
    pub const PARTICIPANT: &'static str = "/socket/participant";
}

const TOKEN_MS: i64 = 24 * 3600 * 1000;
const UPLOAD_MS: i64 = 15 * 60_000;
const DOWNLOAD_SECONDS: i64 = 300;

type Answer = Result<Value, ApiError>;

pub(crate) fn operations() -> Vec<Operation<App>> {
    let bearer =
        |operation: Operation<App>| operation.header("x-amz-bearer", "ConnectionToken", Kind::String);
    vec![
        Operation::post("CreateParticipantConnection", "/participant/connection", connect)
            .header("x-amz-bearer", "ParticipantToken", Kind::String)
            .sensitive("ParticipantToken"),
        bearer(Operation::post("DisconnectParticipant", "/participant/disconnect", disconnect)),
        bearer(Operation::post("SendMessage", "/participant/message", send_message)),
        bearer(Operation::post("SendEvent", "/participant/event", send_event)),
        bearer(Operation::post("GetTranscript", "/participant/transcript", get_transcript)).read_only(),
        bearer(Operation::post(
            "StartAttachmentUpload",
            "/participant/start-attachment-upload",
            start_attachment_upload,
        )),
        bearer(Operation::post(
            "CompleteAttachmentUpload",
            "/participant/complete-attachment-upload",
            complete_attachment_upload,
        )),
        bearer(Operation::post("GetAttachment", "/participant/attachment", get_attachment)).read_only(),
        bearer(Operation::get("DescribeView", "/participant/views/{ViewToken}", describe_view)),
    ]
}

/// Who speaks, by token.
pub(crate) struct Session {
    engine: Arc<Engine>,
    pub(crate) participant: ParticipantId,
    token: Token,
}

async fn session(call: &Call<App>, text: &str, kinds: &[TokenKind]) -> Result<Session, ApiError> {
    let center = &call.state.center;
    let token = center.tokens().check(text, kinds, center.now()).map_err(|error| match error {
        center::token::TokenError::Expired => ApiError::access_denied("The token has expired."),
        // 403 would tell chat clients that the chat is over; a token that never was is a mistake of the caller.
        center::token::TokenError::Invalid if kinds.contains(&TokenKind::Participant) => {
            ApiError::validation("The token is not valid.")
        }
        center::token::TokenError::Invalid => ApiError::access_denied("The token is not valid."),
    })?;
    let engine = center
        .instance(token.instance)
        .ok_or_else(|| ApiError::access_denied("The chat is over: its instance does not exist any more."))?;
    call.charge(&token.instance.to_string())?;
    Ok(Session { engine, participant: ParticipantId(token.subject), token })
}

/// The participant whose connection token this is.
pub(crate) async fn connection(call: &Call<App>, text: &str) -> Result<Session, ApiError> {
    session(call, text, &[TokenKind::Connection, TokenKind::AgentChat]).await
}

impl Session {
    pub(crate) async fn apply<T>(
        &self,
        command: impl FnOnce(&mut contacts::Core, &mut contacts::Cx) -> Result<T, Refusal>,
    ) -> Result<T, ApiError> {
        let token = self.token;
        let allowed = move |core: &mut contacts::Core, cx: &mut contacts::Cx| {
            check_signed_in(core, &token, cx.now)?;
            command(core, cx)
        };
        self.engine.apply(allowed).await.map_err(participant_engine)?.map_err(participant_refused)
    }

    async fn read<T>(
        &self,
        question: impl FnOnce(&contacts::Core) -> Result<T, Refusal>,
    ) -> Result<T, ApiError> {
        self.engine
            .read(|core, now| {
                check_signed_in(core, &self.token, now)?;
                question(core)
            })
            .await
            .map_err(participant_engine)?
            .map_err(participant_refused)
    }
}

/// An agent's chat token is good as long as the sign-in it was given to. The refusal is the one of a chat that is over,
/// at which chat clients stop.
fn check_signed_in(core: &contacts::Core, token: &Token, now: Timestamp) -> Result<(), Refusal> {
    if token.kind == TokenKind::AgentChat && core.session(&token.object.to_string(), now).is_none() {
        return Err(contacts::access_denied("The agent has signed out."));
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Connect {
    participant_token: String,
    #[serde(default, rename = "Type")]
    kinds: Vec<String>,
    #[serde(default)]
    connect_participant: bool,
}

async fn connect(call: Call<App>, input: Connect) -> Answer {
    let session =
        session(&call, &input.participant_token, &[TokenKind::Participant, TokenKind::AgentChat]).await?;
    for kind in &input.kinds {
        match kind.as_str() {
            "WEBSOCKET" | "CONNECTION_CREDENTIALS" => {}
            "WEBRTC_CONNECTION" => {
                return Err(ApiError::validation("The contact is a chat; WEBRTC_CONNECTION is for calls."));
            }
            other => {
                return Err(ApiError::validation(format!(
                    "Type holds '{other}'; possible are WEBSOCKET and CONNECTION_CREDENTIALS."
                )));
            }
        }
    }
    if input.kinds.is_empty() && !input.connect_participant {
        return Err(ApiError::validation("Give a Type, or ConnectParticipant."));
    }
    let participant = session.participant;
    let (speaker, expires_at) = session
        .read(|core| {
            let speaker = core.speaker(participant)?;
            let expires_at = core.chain(speaker.chain).and_then(|chain| chain.expires_at);
            Ok((speaker, expires_at))
        })
        .await?;
    if input.connect_participant && speaker.user.is_none() {
        acknowledge(&session, &speaker).await?;
    }
    let now = session.engine.now();
    let mut answer = json!({});
    if input.kinds.iter().any(|kind| kind == "WEBSOCKET") {
        let expiry = now + call.state.socket_ms;
        let expiry = expires_at.map_or(expiry, |end| end.min(expiry));
        let good_until = call.state.socket_address_expiry(expiry);
        answer["Websocket"] = json!({
            "Url": participant_socket_url(&call.state, &call.headers, &session.token, good_until),
            "ConnectionExpiry": expiry.iso_millis(),
        });
    }
    if input.kinds.iter().any(|kind| kind == "CONNECTION_CREDENTIALS") {
        // Not cut to the chat's end: clients renew a minute before the expiry, over and over where it cannot move. What
        // is over is refused by its state.
        let expiry = now + TOKEN_MS;
        let kind = if session.token.kind == TokenKind::AgentChat {
            TokenKind::AgentChat
        } else {
            TokenKind::Connection
        };
        let token = Token { kind, expires_at: expiry, ..session.token };
        answer["ConnectionCredentials"] = json!({
            "ConnectionToken": call.state.center.tokens().sign(&token),
            "Expiry": expiry.iso_millis(),
        });
    }
    Ok(answer)
}

/// `ConnectParticipant` stands for a websocket where items are streamed instead.
async fn acknowledge(session: &Session, speaker: &Speaker) -> Result<(), ApiError> {
    let chain = speaker.chain;
    let streamed =
        session.read(|core| Ok(core.chain(chain).is_some_and(|chain| !chain.streams.is_empty()))).await?;
    if !streamed && speaker.role == contacts::chain::Role::Customer {
        return Err(ApiError::validation(
            "ConnectParticipant needs a streamed chat. Call StartContactStreaming first, or open the websocket.",
        ));
    }
    let participant = session.participant;
    session.apply(|core, cx| core.participant_connected(cx, participant)).await
}

/// The address of a participant's websocket.
pub fn participant_socket_url(
    app: &App,
    headers: &HeaderMap,
    token: &Token,
    expires_at: Timestamp,
) -> String {
    let kind = match token.kind {
        TokenKind::AgentChat => TokenKind::AgentChat,
        _ => TokenKind::ParticipantSocket,
    };
    let signed = app.center.tokens().sign(&Token { kind, expires_at, ..*token });
    let origin = app.origin(headers);
    // Chat clients accept plain websockets on the loopback address only; everywhere else they insist on TLS.
    let base = match origin.strip_prefix("http://") {
        Some(host) if host.starts_with("127.0.0.1") => format!("ws://{host}"),
        Some(host) => format!("wss://{host}"),
        None => origin.replacen("https://", "wss://", 1),
    };
    format!("{base}{}?token={signed}", SocketPath::PARTICIPANT)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Disconnect {
    connection_token: String,
    #[serde(default)]
    #[allow(dead_code, reason = "leaving twice is refused by itself, so the token is not needed")]
    client_token: Option<String>,
}

async fn disconnect(call: Call<App>, input: Disconnect) -> Answer {
    let session = connection(&call, &input.connection_token).await?;
    let participant = session.participant;
    session.apply(|core, cx| core.disconnect_participant(cx, participant)).await?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct SendMessage {
    connection_token: String,
    content_type: String,
    content: String,
    #[serde(default)]
    client_token: Option<String>,
}

async fn send_message(call: Call<App>, input: SendMessage) -> Answer {
    let session = connection(&call, &input.connection_token).await?;
    check_client_token(input.client_token.as_deref())?;
    let participant = session.participant;
    let (id, at) = session
        .apply(|core, cx| {
            core.send_message(
                cx,
                participant,
                &input.content_type,
                &input.content,
                input.client_token.as_deref(),
            )
        })
        .await?;
    Ok(json!({"Id": id, "AbsoluteTime": at.iso_millis()}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct SendEvent {
    connection_token: String,
    content_type: String,
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    client_token: Option<String>,
}

async fn send_event(call: Call<App>, input: SendEvent) -> Answer {
    let session = connection(&call, &input.connection_token).await?;
    check_client_token(input.client_token.as_deref())?;
    let participant = session.participant;
    if matches!(input.content_type.as_str(), content_type::DELIVERED | content_type::READ) {
        check_message(&session, input.content.as_deref()).await?;
    }
    let (id, at) = session
        .apply(|core, cx| {
            core.send_event(
                cx,
                participant,
                &input.content_type,
                input.content.as_deref(),
                input.client_token.as_deref(),
            )
        })
        .await?;
    Ok(json!({"Id": id, "AbsoluteTime": at.iso_millis()}))
}

/// A receipt is for a message of the same chat.
async fn check_message(session: &Session, content: Option<&str>) -> Result<(), ApiError> {
    let message = content
        .and_then(|text| serde_json::from_str::<Value>(text).ok())
        .and_then(|value| value["messageId"].as_str().map(str::to_owned))
        .ok_or_else(|| ApiError::validation("Content must be a JSON text with the messageId."))?;
    let participant = session.participant;
    let chain = session.read(|core| core.speaker(participant).map(|speaker| speaker.chain)).await?;
    let found = session
        .engine
        .store()
        .item_seq(session.engine.id(), chain, &message)
        .await
        .map_err(|error| ApiError::internal_server(error.to_string()))?;
    match found {
        Some(_) => Ok(()),
        None => Err(ApiError::validation("The messageId is not that of a message of this chat.")),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetTranscript {
    connection_token: String,
    #[serde(default)]
    contact_id: Option<String>,
    #[serde(default)]
    max_results: Option<u32>,
    #[serde(default)]
    next_token: Option<String>,
    #[serde(default)]
    scan_direction: Option<String>,
    #[serde(default)]
    sort_order: Option<String>,
    #[serde(default)]
    start_position: Option<transcript_pages::StartPosition>,
}

async fn get_transcript(call: Call<App>, input: GetTranscript) -> Answer {
    let session = connection(&call, &input.connection_token).await?;
    let participant = session.participant;
    let member = session
        .read(|core| {
            core.may_read(participant)
                .ok_or_else(|| contacts::access_denied("The chat is over for this participant."))
        })
        .await?;
    if input.contact_id.as_ref().is_some_and(|id| id.parse::<model::ContactId>().is_err()) {
        return Err(ApiError::validation("ContactId is not an id."));
    }
    let request = transcript_pages::Request {
        max_results: input.max_results.unwrap_or(15),
        next_token: input.next_token,
        forward: direction(input.scan_direction.as_deref())?,
        ascending: order(input.sort_order.as_deref())?,
        start: input.start_position,
        as_agent: matches!(
            member.role,
            contacts::MemberRole::Agent(..) | contacts::MemberRole::Supervisor(..)
        ),
        contact: input.contact_id,
    };
    transcript_pages::page(&session.engine, member.chain, request).await
}

fn direction(text: Option<&str>) -> Result<bool, ApiError> {
    match text {
        None | Some("BACKWARD") => Ok(false),
        Some("FORWARD") => Ok(true),
        Some(_) => Err(ApiError::validation("ScanDirection must be FORWARD or BACKWARD.")),
    }
}

fn order(text: Option<&str>) -> Result<bool, ApiError> {
    match text {
        None | Some("ASCENDING") => Ok(true),
        Some("DESCENDING") => Ok(false),
        Some(_) => Err(ApiError::validation("SortOrder must be ASCENDING or DESCENDING.")),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct StartAttachmentUpload {
    connection_token: String,
    content_type: String,
    attachment_size_in_bytes: u64,
    attachment_name: String,
    client_token: String,
}

async fn start_attachment_upload(call: Call<App>, input: StartAttachmentUpload) -> Answer {
    let session = connection(&call, &input.connection_token).await?;
    check_client_token(Some(&input.client_token))?;
    let participant = session.participant;
    let attachment = session
        .apply(|core, cx| {
            core.start_attachment(
                cx,
                participant,
                &input.attachment_name,
                &input.content_type,
                input.attachment_size_in_bytes,
                &input.client_token,
            )
        })
        .await?;
    let expiry = session.engine.now() + UPLOAD_MS;
    let token = Token {
        kind: TokenKind::Upload,
        instance: session.engine.id(),
        subject: participant.0,
        object: attachment.id.0,
        expires_at: expiry,
    };
    let url = format!(
        "{}/attachments/{}?token={}",
        call.state.origin(&call.headers),
        attachment.id,
        call.state.center.tokens().sign(&token)
    );
    Ok(json!({
        "AttachmentId": attachment.id,
        "UploadMetadata": {
            "Url": url,
            "UrlExpiry": expiry.iso_millis(),
            "HeadersToInclude": {"content-type": attachment.content_type},
        },
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct CompleteAttachmentUpload {
    connection_token: String,
    attachment_ids: Vec<String>,
    client_token: String,
}

async fn complete_attachment_upload(call: Call<App>, input: CompleteAttachmentUpload) -> Answer {
    let session = connection(&call, &input.connection_token).await?;
    check_client_token(Some(&input.client_token))?;
    let [id] = input.attachment_ids.as_slice() else {
        return Err(ApiError::validation("AttachmentIds must hold exactly one id."));
    };
    let id: AttachmentId =
        id.parse().map_err(|_| ApiError::validation("AttachmentIds holds something that is no id."))?;
    let size = call
        .state
        .center
        .blobs()
        .size(&format!("attachments/{id}"))
        .await
        .map_err(|error| ApiError::internal_server(error.to_string()))?;
    let participant = session.participant;
    session
        .apply(|core, cx| core.complete_attachment(cx, participant, id, size, &input.client_token))
        .await?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetAttachment {
    connection_token: String,
    attachment_id: String,
    #[serde(default)]
    url_expiry_in_seconds: Option<i64>,
    #[serde(default)]
    url_content_disposition: Option<String>,
}

async fn get_attachment(call: Call<App>, input: GetAttachment) -> Answer {
    let session = connection(&call, &input.connection_token).await?;
    let seconds = input.url_expiry_in_seconds.unwrap_or(DOWNLOAD_SECONDS);
    if !(5..=300).contains(&seconds) {
        return Err(ApiError::validation("UrlExpiryInSeconds must lie between 5 and 300."));
    }
    let disposition = match input.url_content_disposition.as_deref() {
        None | Some("INLINE") => "inline",
        Some("ATTACHMENT") => "attachment",
        Some(_) => return Err(ApiError::validation("UrlContentDisposition must be INLINE or ATTACHMENT.")),
    };
    let participant = session.participant;
    let attachment = session
        .read(|core| {
            let id =
                input.attachment_id.parse().map_err(|_| invalid_parameter("AttachmentId is not an id."))?;
            core.readable_attachment(participant, id).cloned()
        })
        .await?;
    let expiry = session.engine.now() + seconds * 1000;
    let token = Token {
        kind: TokenKind::Download,
        instance: session.engine.id(),
        subject: participant.0,
        object: attachment.id.0,
        expires_at: expiry,
    };
    let url = format!(
        "{}/attachments/{}?token={}&disposition={disposition}",
        call.state.origin(&call.headers),
        attachment.id,
        call.state.center.tokens().sign(&token)
    );
    Ok(json!({"Url": url, "UrlExpiry": expiry.iso_millis(), "AttachmentSizeInBytes": attachment.bytes}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DescribeView {
    connection_token: String,
    view_token: String,
}

/// The view that a message of the chat shows.
async fn describe_view(call: Call<App>, input: DescribeView) -> Answer {
    let session = connection(&call, &input.connection_token).await?;
    let participant = session.participant;
    session
        .read(|core| {
            let view = core.shown_view(participant, &input.view_token)?;
            let mut body = json!({
                "Id": view.id,
                "Arn": view.arn,
                "Name": view.name,
                "Content": view.content_body(),
            });
            if let Some(version) = view.version {
                body["Version"] = json!(version);
            }
            Ok(json!({"View": body}))
        })
        .await
}

fn check_client_token(token: Option<&str>) -> Result<(), ApiError> {
    match token {
        Some(token) if token.len() > 500 => {
            Err(ApiError::validation("ClientToken has at most 500 characters."))
        }
        _ => Ok(()),
    }
}

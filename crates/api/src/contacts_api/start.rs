//! Starting chats and tasks.

use std::collections::BTreeMap;

use center::{Token, TokenKind};
use contacts::{PastChat, StartChat, StartTask};
use directory::Permission;
use engine::Engine;
use flows::TaskReference;
use model::{ContactId, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use wire::{ApiError, Call, Operation, Rule};

use super::stored;
use crate::participant::participant_socket_url;
use crate::{App, access, errors};

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        Operation::put("StartChatContact", "/contact/chat", start_chat)
            .constraint("ClientToken", Rule::Length(0, 500))
            .constraint("ParticipantDetails.DisplayName", Rule::Length(1, 256)),
        Operation::put("StartTaskContact", "/contact/task", start_task)
            .constraint("Name", Rule::Length(0, 512))
            .constraint("Description", Rule::Length(0, 4096))
            .constraint("TaskTemplateId", Rule::Length(1, 500))
            .constraint("ClientToken", Rule::Length(0, 500)),
    ]
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

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PersistentChat {
    #[serde(default)]
    rehydration_type: Option<String>,
    #[serde(default)]
    source_contact_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ParticipantConfiguration {
    #[serde(default)]
    response_mode: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct SegmentAttribute {
    #[serde(default)]
    value_string: Option<String>,
    #[serde(default)]
    value_integer: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Streaming {
    pub streaming_endpoint_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct StartChatInput {
    instance_id: String,
    contact_flow_id: String,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    participant_details: ParticipantDetails,
    #[serde(default)]
    participant_configuration: Option<ParticipantConfiguration>,
    #[serde(default)]
    initial_message: Option<InitialMessage>,
    #[serde(default)]
    client_token: Option<String>,
    #[serde(default)]
    chat_duration_in_minutes: Option<u32>,
    #[serde(default)]
    supported_messaging_content_types: Vec<String>,
    #[serde(default)]
    persistent_chat: Option<PersistentChat>,
    #[serde(default)]
    related_contact_id: Option<String>,
    #[serde(default)]
    segment_attributes: BTreeMap<String, SegmentAttribute>,
    #[serde(default)]
    customer_id: Option<String>,
    #[serde(default)]
    connection_types: Vec<String>,
    #[serde(default)]
    chat_streaming_configuration: Option<Streaming>,
}

async fn start_chat(call: Call<App>, input: StartChatInput) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    access::permit(&call, &engine, &[Permission::ChatTestMode]).await?;
    let incremental = match input.participant_configuration.and_then(|one| one.response_mode).as_deref() {
        None | Some("COMPLETE") => false,
        Some("INCREMENTAL") => true,
        Some(_) => return Err(ApiError::invalid_parameter("ResponseMode must be INCREMENTAL or COMPLETE.")),
    };
    if let Some(odd) =
        input.connection_types.iter().find(|kind| *kind != "WEBSOCKET" && *kind != "CONNECTION_CREDENTIALS")
    {
        return Err(ApiError::invalid_parameter(format!(
            "ConnectionTypes holds '{odd}', which chats do not offer."
        )));
    }
    let persistent = match input.persistent_chat {
        None => None,
        Some(PersistentChat { rehydration_type: Some(kind), source_contact_id: Some(source) }) => {
            Some((kind, stored::id(&source)?))
        }
        Some(_) => {
            return Err(ApiError::invalid_parameter(
                "PersistentChat needs RehydrationType and SourceContactId.",
            ));
        }
    };
    let past = match &persistent {
        Some((kind, source)) => past_chat(&engine, kind, *source).await?,
        None => None,
    };
    let related = input.related_contact_id.as_deref().map(stored::id).transpose()?;
    if let Some(related) = related {
        stored::contact(&engine, related).await?;
    }
    let streaming = input.chat_streaming_configuration.map(|one| one.streaming_endpoint_arn);
    if let Some(endpoint) = &streaming {
        check_endpoint(endpoint)?;
    }
    let request = StartChat {
        flow: input.contact_flow_id,
        display_name: input.participant_details.display_name,
        attributes: input.attributes,
        initial_message: input.initial_message.map(|one| (one.content_type, one.content)),
        client_token: input.client_token,
        duration_minutes: input.chat_duration_in_minutes,
        content_types: input.supported_messaging_content_types,
        persistent,
        past,
        related,
        segment_attributes: segment_attributes(input.segment_attributes)?,
        customer_id: input.customer_id,
        incremental,
    };
    let (started, stream) = engine
        .apply(|core, cx| {
            let started = core.start_chat(cx, request)?;
            let stream = match &streaming {
                Some(endpoint) => Some(core.start_streaming(cx, started.contact, endpoint)?),
                None => None,
            };
            Ok((started, stream))
        })
        .await
        .map_err(errors::engine)?
        .map_err(errors::refused)?;
    let token = Token {
        kind: TokenKind::Participant,
        instance: engine.id(),
        subject: started.participant.0,
        object: started.contact.0,
        expires_at: started.expires_at,
    };
    let tokens = call.state.center.tokens();
    let mut answer = json!({
        "ContactId": started.contact,
        "ParticipantId": started.participant,
        "ParticipantToken": tokens.sign(&token),
    });
    if let Some(contact) = started.continued_from {
        answer["ContinuedFromContactId"] = json!(contact);
    }
    if let Some(stream) = stream {
        answer["StreamingId"] = json!(stream);
    }
    if input.connection_types.iter().any(|kind| kind == "WEBSOCKET") {
        answer["Websocket"] = json!({
            "Url": participant_socket_url(&call.state, &call.headers, &token, started.expires_at),
            "ConnectionExpiry": started.expires_at.iso_millis(),
        });
    }
    if input.connection_types.iter().any(|kind| kind == "CONNECTION_CREDENTIALS") {
        answer["ConnectionCredentials"] = json!({
            "ConnectionToken": tokens.sign(&Token { kind: TokenKind::Connection, ..token }),
            "Expiry": started.expires_at.iso_millis(),
        });
    }
    Ok(answer)
}

/// The chat that a new one continues; none when there is no such contact.
pub(super) async fn past_chat(
    engine: &Engine,
    kind: &str,
    source: ContactId,
) -> Result<Option<PastChat>, ApiError> {
    center::past_chat::past_chat(engine, kind, source).await.map_err(stored::unread)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Reference {
    #[serde(default)]
    value: Option<String>,
    #[serde(rename = "Type")]
    kind: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct StartTaskInput {
    instance_id: String,
    #[serde(default)]
    previous_contact_id: Option<String>,
    #[serde(default)]
    related_contact_id: Option<String>,
    #[serde(default)]
    contact_flow_id: Option<String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    name: String,
    #[serde(default)]
    references: BTreeMap<String, Reference>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    client_token: Option<String>,
    #[serde(default)]
    scheduled_time: Option<f64>,
    #[serde(default)]
    task_template_id: Option<String>,
    #[serde(default)]
    quick_connect_id: Option<String>,
}

async fn start_task(call: Call<App>, input: StartTaskInput) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    access::permit(&call, &engine, &[Permission::BasicAgentAccess]).await?;
    let previous = input.previous_contact_id.as_deref().map(stored::id).transpose()?;
    let related = input.related_contact_id.as_deref().map(stored::id).transpose()?;
    let linked_attributes = match previous.or(related) {
        Some(linked) => Some(stored::contact(&engine, linked).await?.1),
        None => None,
    };
    let quick_connect = input
        .quick_connect_id
        .as_deref()
        .map(|text| {
            model::arn::id_part(text).parse().map_err(|_| {
                ApiError::resource_not_found(format!("There is no quick connect '{text}' here."))
            })
        })
        .transpose()?;
    let request = StartTask {
        flow: input.contact_flow_id,
        template: input.task_template_id,
        quick_connect,
        name: input.name,
        description: input.description,
        attributes: input.attributes,
        references: references(input.references)?,
        previous,
        related,
        linked_attributes,
        scheduled_at: input.scheduled_time.map(seconds),
        made_by: None,
        client_token: input.client_token,
    };
    let id = engine
        .apply(|core, cx| core.start_task(cx, request))
        .await
        .map_err(errors::engine)?
        .map_err(errors::refused)?;
    Ok(json!({"ContactId": id}))
}

/// A timestamp member: seconds since 1970, fractions allowed.
pub(super) fn seconds(value: f64) -> Timestamp {
    Timestamp((value * 1000.0) as i64)
}

pub(super) fn references(
    members: BTreeMap<String, Reference>,
) -> Result<BTreeMap<String, TaskReference>, ApiError> {
    Ok(members
        .into_iter()
        .map(|(name, one)| (name, TaskReference { value: one.value.unwrap_or_default(), kind: one.kind }))
        .collect())
}

pub(super) fn segment_attributes(
    members: BTreeMap<String, SegmentAttribute>,
) -> Result<BTreeMap<String, String>, ApiError> {
    members
        .into_iter()
        .map(|(name, one)| match (one.value_string, one.value_integer) {
            (Some(text), _) => Ok((name, text)),
            (None, Some(number)) => Ok((name, number.to_string())),
            (None, None) => {
                Err(ApiError::invalid_parameter(format!("The segment attribute '{name}' has no value.")))
            }
        })
        .collect()
}

/// Streaming endpoints are addresses that take HTTP requests.
pub(super) fn check_endpoint(endpoint: &str) -> Result<(), ApiError> {
    if endpoint.len() <= 350 && (endpoint.starts_with("https://") || endpoint.starts_with("http://")) {
        return Ok(());
    }
    Err(ApiError::invalid_parameter(
        "StreamingEndpointArn must be an http:// or https:// address of at most 350 characters that takes the items.",
    ))
}

//! Custom participants, streaming and persistence of chats.

use center::{Token, TokenKind};
use directory::Permission;
use serde::Deserialize;
use serde_json::{Value, json};
use wire::{ApiError, Call, Operation, Rule};

use super::start::{Streaming, check_endpoint, past_chat};
use super::stored;
use crate::{App, access, errors};

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        Operation::post("CreateParticipant", "/contact/create-participant", create_participant)
            .constraint("ParticipantDetails.DisplayName", Rule::Length(1, 256)),
        Operation::post("StartContactStreaming", "/contact/start-streaming", start_streaming),
        Operation::post("StopContactStreaming", "/contact/stop-streaming", stop_streaming),
        Operation::post(
            "CreatePersistentContactAssociation",
            "/contact/persistent-contact-association/{InstanceId}/{InitialContactId}",
            persist,
        ),
    ]
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ParticipantDetails {
    #[serde(default)]
    participant_role: Option<String>,
    #[serde(default)]
    display_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct CreateParticipant {
    instance_id: String,
    contact_id: String,
    #[serde(default)]
    client_token: Option<String>,
    participant_details: ParticipantDetails,
}

async fn create_participant(call: Call<App>, input: CreateParticipant) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    access::permit(&call, &engine, &[Permission::ChatTestMode]).await?;
    let id = stored::id(&input.contact_id)?;
    match input.participant_details.participant_role.as_deref() {
        Some("CUSTOM_BOT") => {}
        Some(role) => {
            return Err(ApiError::invalid_request(format!(
                "Participants of the role {role} cannot be added to a chat; CUSTOM_BOT can."
            )));
        }
        None => return Err(ApiError::invalid_request("ParticipantDetails.ParticipantRole is missing.")),
    }
    let name = input.participant_details.display_name.unwrap_or_else(|| "Bot".to_owned());
    let (participant, expires_at) = engine
        .apply(|core, cx| core.add_bot(cx, id, &name, input.client_token.as_deref()))
        .await
        .map_err(errors::engine)?
        .map_err(errors::refused)?;
    let chain =
        engine.read(|core, _| core.contact(id).map(|contact| contact.chain)).await.map_err(errors::engine)?;
    let token = Token {
        kind: TokenKind::Participant,
        instance: engine.id(),
        subject: participant.0,
        object: chain.unwrap_or(id).0,
        expires_at,
    };
    Ok(json!({
        "ParticipantId": participant,
        "ParticipantCredentials": {
            "ParticipantToken": call.state.center.tokens().sign(&token),
            "Expiry": expires_at.iso_millis(),
        },
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct StartStreaming {
    instance_id: String,
    contact_id: String,
    chat_streaming_configuration: Streaming,
    #[allow(dead_code, reason = "the same endpoint gets the same stream, so a repetition is harmless")]
    client_token: String,
}

async fn start_streaming(call: Call<App>, input: StartStreaming) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    access::permit(&call, &engine, &[Permission::ChatTestMode]).await?;
    let id = stored::id(&input.contact_id)?;
    let endpoint = input.chat_streaming_configuration.streaming_endpoint_arn;
    check_endpoint(&endpoint)?;
    let stream = engine
        .apply(|core, cx| core.start_streaming(cx, id, &endpoint))
        .await
        .map_err(errors::engine)?
        .map_err(errors::refused)?;
    Ok(json!({"StreamingId": stream}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct StopStreaming {
    instance_id: String,
    contact_id: String,
    streaming_id: String,
}

async fn stop_streaming(call: Call<App>, input: StopStreaming) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    access::permit(&call, &engine, &[Permission::ChatTestMode]).await?;
    let id = stored::id(&input.contact_id)?;
    engine
        .apply(|core, _| core.stop_streaming(id, &input.streaming_id))
        .await
        .map_err(errors::engine)?
        .map_err(errors::refused)?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Persist {
    instance_id: String,
    initial_contact_id: String,
    rehydration_type: String,
    source_contact_id: String,
    #[serde(default)]
    #[allow(dead_code, reason = "a chat is made persistent once; a repetition is refused by itself")]
    client_token: Option<String>,
}

async fn persist(call: Call<App>, input: Persist) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    access::permit(&call, &engine, &[Permission::ChatTestMode]).await?;
    let id = stored::id(&input.initial_contact_id)?;
    let source = stored::id(&input.source_contact_id)?;
    if input.rehydration_type != "ENTIRE_PAST_SESSION" && input.rehydration_type != "FROM_SEGMENT" {
        return Err(ApiError::invalid_parameter(
            "RehydrationType must be ENTIRE_PAST_SESSION or FROM_SEGMENT.",
        ));
    }
    let past =
        past_chat(&engine, &input.rehydration_type, source).await?.ok_or_else(|| stored::missing(source))?;
    let continued_from = past.continued_from;
    engine
        .apply(|core, cx| core.continue_chat(cx, id, past))
        .await
        .map_err(errors::engine)?
        .map_err(errors::refused)?;
    Ok(json!({"ContinuedFromContactId": continued_from}))
}

//! Customers who sign in during a chat: `GetAuthenticationUrl`, `CancelParticipantAuthentication` and
//! `UpdateParticipantAuthentication`.

use center::identity::{IdentityError, is_redirect_uri};
use contacts::Code;
use contacts::authentication::{Confidential, SignInAnswer};
use directory::Permission;
use serde::Deserialize;
use serde_json::{Value, json};
use wire::{ApiError, Call, Kind, Operation, Rule};

use crate::participant::connection;
use crate::{App, access, errors};

/// Characters of a session id.
const SESSION: Rule = Rule::Length(36, 36);
/// Characters that RFC 6749 §4.1.2.1 allows in error texts.
const ERROR_TEXT: &str = r"[\x20-\x21\x23-\x5B\x5D-\x7E]*";

/// What the participant service has of it.
pub(crate) fn participant_operations() -> Vec<Operation<App>> {
    vec![
        Operation::post("GetAuthenticationUrl", "/participant/authentication-url", address)
            .header("x-amz-bearer", "ConnectionToken", Kind::String)
            .constraint("SessionId", SESSION)
            .constraint("RedirectUri", Rule::Length(1, 1024)),
        Operation::post("CancelParticipantAuthentication", "/participant/cancel-authentication", cancel)
            .header("x-amz-bearer", "ConnectionToken", Kind::String)
            .constraint("SessionId", SESSION),
    ]
}

/// What the main service has of it.
pub(crate) fn operations() -> Vec<Operation<App>> {
    vec![
        Operation::post(
            "UpdateParticipantAuthentication",
            "/contact/update-participant-authentication",
            update,
        )
        .constraint("State", Rule::Length(1, 1000))
        .constraint("InstanceId", Rule::Length(1, 100))
        .constraint("Code", Rule::Length(1, 2048))
        .constraint("Error", Rule::Length(1, 2048))
        .constraint("Error", Rule::pattern(ERROR_TEXT))
        .constraint("ErrorDescription", Rule::Length(1, 2048))
        .constraint("ErrorDescription", Rule::pattern(ERROR_TEXT))
        .sensitive("State")
        .sensitive("Code")
        .sensitive("Error")
        .sensitive("ErrorDescription"),
    ]
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetUrl {
    connection_token: String,
    session_id: String,
    redirect_uri: String,
}

async fn address(call: Call<App>, input: GetUrl) -> Result<Value, ApiError> {
    let session = connection(&call, &input.connection_token).await?;
    if !is_redirect_uri(&input.redirect_uri) {
        return Err(ApiError::validation(
            "RedirectUri must be an absolute http:// or https:// address without a fragment.",
        ));
    }
    let participant = session.participant;
    let (provider, request) = session
        .apply(|core, cx| core.request_authorization(cx, participant, &input.session_id, &input.redirect_uri))
        .await?;
    let address = call.state.center.identity_providers().address(&provider, &request).await;
    let address = address.map_err(|error| match error {
        IdentityError::TooLong => ApiError::validation("RedirectUri is too long."),
        error => ApiError::internal_server(format!("{error}. Try again.")).retry_after(1),
    })?;
    Ok(json!({"AuthenticationUrl": address}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Cancel {
    connection_token: String,
    session_id: String,
}

async fn cancel(call: Call<App>, input: Cancel) -> Result<Value, ApiError> {
    let session = connection(&call, &input.connection_token).await?;
    let participant = session.participant;
    session.apply(|core, cx| core.cancel_sign_in(cx, participant, &input.session_id)).await?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Update {
    state: String,
    instance_id: String,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    #[allow(dead_code, reason = "what the provider tells the customer is sensitive and goes nowhere")]
    error_description: Option<String>,
}

/// Answers once the code is accepted; the exchange with the provider comes afterwards.
async fn update(call: Call<App>, input: Update) -> Result<Value, ApiError> {
    // This operation publishes no error for what does not exist.
    let engine = access::instance(&call, &input.instance_id)
        .map_err(|_| ApiError::invalid_request("There is no such instance here."))?;
    access::permit(&call, &engine, &[Permission::ChatTestMode]).await?;
    let answer = answer(input.code, input.error.is_some())
        .ok_or_else(|| ApiError::invalid_request("Give either a Code or an Error."))?;
    let taken = engine.apply(|core, cx| core.sign_in_answered(cx, &input.state, answer)).await;
    taken.map_err(errors::engine)?.map_err(|refusal| match refusal.code {
        Code::Conflict => ApiError::conflict(refusal.message),
        _ => errors::refused(refusal),
    })?;
    Ok(json!({}))
}

/// What a customer came back with: a code or an error, not both and not neither.
pub fn answer(code: Option<String>, error: bool) -> Option<SignInAnswer> {
    match (code, error) {
        (Some(code), false) => Some(SignInAnswer::Code(Confidential(code))),
        (None, true) => Some(SignInAnswer::Error),
        _ => None,
    }
}

//! The customer of a hosted chat page comes back from their identity provider.
//!
//! The public operation for this needs an access key. A page has none: the participant token of the chat is the proof,
//! and only the sign-in of that same chat is answered.

use api::{App, sign_in_answer};
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use center::TokenKind;
use model::ParticipantId;
use serde::Deserialize;
use serde_json::json;

use crate::problem::Problem;

/// Longest code, in characters, as published.
const CODE_CHARACTERS: usize = 2048;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Answer {
    participant_token: String,
    state: String,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    error: Option<String>,
}

pub(super) async fn answer(
    State(app): State<App>,
    input: Result<Json<serde_json::Value>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(input) = input.map_err(|error| Problem::bad_request(error.body_text()))?;
    let input: Answer = wire::strict::read(input).map_err(|error| Problem::bad_request(error.to_string()))?;
    let refused =
        || Problem::new(StatusCode::FORBIDDEN, "ParticipantToken is not that of a chat that goes on.");
    let center = &app.center;
    let token = center.tokens().check(&input.participant_token, &[TokenKind::Participant], center.now());
    let token = token.map_err(|_| refused())?;
    let engine = center.instance(token.instance).ok_or_else(refused)?;
    if input.code.as_ref().is_some_and(|code| code.is_empty() || code.chars().count() > CODE_CHARACTERS) {
        return Err(Problem::bad_request(format!("Code must have 1 to {CODE_CHARACTERS} characters.")));
    }
    let answer = sign_in_answer(input.code, input.error.is_some())
        .ok_or_else(|| Problem::bad_request("Give either a Code or an Error."))?;
    let participant = ParticipantId(token.subject);
    engine.apply(|core, cx| core.own_sign_in_answered(cx, participant, &input.state, answer)).await??;
    Ok(([(CACHE_CONTROL, "no-store")], Json(json!({}))).into_response())
}

//! The sound of prompts on its way in and out, under addresses that carry a token (spec 12 G44).

use std::sync::LazyLock;
use std::time::Duration;

use api::App;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use axum::{Json, Router};
use center::prompts::{FILE_BYTES, PromptError};
use center::token::TokenError;
use center::{Token, TokenKind};
use model::PromptId;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::problem::Problem;

/// The time in which a file must arrive.
const UPLOAD_WITHIN: Duration = Duration::from_secs(5 * 60);
/// Mebibytes of files that are held in memory at once, on their way in; more wait.
static ROOM: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(160));
const MEBIBYTE: usize = 1024 * 1024;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/prompt-uploads", put(upload).layer(DefaultBodyLimit::disable()))
        .route("/prompt-files/{file}", get(download))
}

#[derive(Deserialize)]
struct TokenQuery {
    #[serde(default)]
    token: String,
}

fn checked(app: &App, token: &str, kind: TokenKind) -> Result<Token, Problem> {
    app.center.tokens().check(token, &[kind], app.center.now()).map_err(|error| match error {
        TokenError::Expired => Problem::forbidden("The address has expired. Ask for a new one."),
        TokenError::Invalid => Problem::forbidden("The address is not valid."),
    })
}

/// Takes a file, says what it is, and holds it for the prompt that is made of it.
async fn upload(
    State(app): State<App>,
    Query(query): Query<TokenQuery>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let token = checked(&app, &query.token, TokenKind::PromptUpload)?;
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let announced = length.unwrap_or(FILE_BYTES);
    if announced > FILE_BYTES {
        return Err(refused(PromptError::TooLarge));
    }
    let arrived = tokio::time::timeout(UPLOAD_WITHIN, async {
        let pieces = u32::try_from(announced.div_ceil(MEBIBYTE)).unwrap_or(u32::MAX);
        let room = ROOM.acquire_many(pieces).await.map_err(|_| refused(PromptError::Busy))?;
        let content = axum::body::to_bytes(body, announced).await;
        let content = content.map_err(|_| Problem::bad_request("The file did not arrive whole."))?;
        Ok::<_, Problem>((content, room))
    });
    let late = |_| Problem::new(StatusCode::REQUEST_TIMEOUT, "The file did not arrive in time.");
    let (content, _room) = arrived.await.map_err(late)??;
    let prompts = app.center.prompts();
    let ready = prompts.ready(content.into()).await.map_err(refused)?;
    let answer = json!({
        "DurationMilliseconds": ready.duration_ms,
        "Bytes": ready.wav.len(),
        "Was": {
            "Encoding": ready.was.encoding.to_string(),
            "Rate": ready.was.rate,
            "Channels": ready.was.channels,
        },
    });
    prompts.hold(token.object, ready, app.center.now());
    Ok(Json(answer))
}

fn refused(error: PromptError) -> Problem {
    let status = match error {
        PromptError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        PromptError::Busy => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    };
    Problem::new(status, error.to_string())
}

/// The WAV file of a prompt.
async fn download(
    State(app): State<App>,
    Path(file): Path<String>,
    Query(query): Query<TokenQuery>,
) -> Result<Response, Problem> {
    let token = checked(&app, &query.token, TokenKind::PromptFile)?;
    let missing = || Problem::new(StatusCode::NOT_FOUND, "There is no such prompt.");
    let id: PromptId = file.strip_suffix(".wav").and_then(|id| id.parse().ok()).ok_or_else(missing)?;
    if id.0 != token.object {
        return Err(Problem::forbidden("The address is not valid."));
    }
    let engine = app.center.instance(token.instance).ok_or_else(missing)?;
    let prompt = engine.read(|core, _| core.directory().prompt(id).cloned()).await?.ok_or_else(missing)?;
    let content = app.center.prompts().wav(&prompt).await.map_err(|error| {
        tracing::error!(prompt = %id, %error, "the sound of a prompt cannot be read");
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "The file cannot be read now.")
    })?;
    let content = content.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "The file is not there."))?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("audio/wav")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, content).into_response())
}

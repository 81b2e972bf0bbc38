//! Refusals of the routes that pages call directly: a status and a JSON body with the message.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use contacts::{Code, Refusal};
use engine::EngineError;
use serde_json::json;

/// A refused request.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    message: String,
    retry_after: Option<u64>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), retry_after: None }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Nobody is signed in here, or the sign-in is over.")
    }

    /// Too many attempts; one more may be made after `wait_ms`.
    pub(crate) fn slow_down(message: impl Into<String>, wait_ms: i64) -> Self {
        let seconds = wait_ms.max(0).unsigned_abs().div_ceil(1000).max(1);
        Self { retry_after: Some(seconds), ..Self::new(StatusCode::TOO_MANY_REQUESTS, message) }
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        tracing::warn!(%error, "a request of a page has to be tried again");
        let message = "The server cannot do this now; nothing was changed. Try again in a moment.";
        Self { retry_after: Some(1), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, message) }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.code {
            Code::NotFound => StatusCode::NOT_FOUND,
            Code::InvalidParameter | Code::InvalidRequest => StatusCode::BAD_REQUEST,
            Code::AccessDenied => StatusCode::FORBIDDEN,
            Code::LimitExceeded => StatusCode::TOO_MANY_REQUESTS,
            Code::Conflict | Code::InvalidState => StatusCode::CONFLICT,
        };
        Self::new(status, refusal.message)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(json!({"message": self.message}))).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

//! The operations of calls, which are not built: refused by name, in a way that panels can show.

use api::App;
use axum::http::StatusCode;
use serde_json::Value;
use wire::{ApiError, Call, Operation};

use super::{Agent, Answer};

pub(super) fn operations() -> Vec<Operation<App>> {
    [
        "CreateOutboundContact",
        "HoldConnection",
        "ResumeConnection",
        "ToggleActiveConnections",
        "ConferenceConnections",
        "SendDigits",
        "MuteParticipant",
        "UnmuteParticipant",
    ]
    .into_iter()
    .map(|name| Operation::rpc(name, refuse).read_only())
    .collect()
}

/// 400, because panels repeat what ends with 501 and never hear of 403.
async fn refuse(call: Call<App>, _: Value) -> Answer {
    Agent::of(&call).await?;
    let message = format!("{}: calls are not available in this product yet.", call.operation);
    Err(ApiError::new(StatusCode::BAD_REQUEST, "InvalidContactTypeException", message))
}

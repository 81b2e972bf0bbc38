//! The agent service: the operations by which a panel sees and moves its agent's work (spec 11 §1).
//!
//! Refusals of single operations are 400 with a code, never 403: panels hang on 403. It is kept for users who may not
//! use the panel at all.

mod calls;
mod configuration;
mod contact;
mod endpoints;
mod monitor;
mod poll;
pub(crate) mod task;
mod telemetry;
mod transport;

use std::sync::Arc;

use api::App;
use axum::http::StatusCode;
use contacts::{Code, Core, Cx, Refusal};
use directory::Permission;
use engine::{Engine, EngineError};
use model::{ContactId, UserId};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;
use wire::{ApiError, Auth, Call, JsonVersion, Operation, Principal, Service};

use crate::login::may;

/// Where the agent service is found.
pub const CTI_PATH: &str = "/api";
/// Where panels of the older address form look for it.
pub const LEGACY_CTI_PATH: &str = "/connect/api";

/// The agent service at [`CTI_PATH`].
pub fn cti() -> Service<App> {
    cti_at(CTI_PATH)
}

/// The agent service under a path of its own.
pub fn cti_at(path: &'static str) -> Service<App> {
    Service::json_rpc("AmazonConnectCTIService", JsonVersion::V1_0)
        .mount(path)
        .auth(Auth::Bearer)
        .errors(ApiError::invalid_parameter, ApiError::internal_service)
        .operations(operations())
}

fn operations() -> Vec<Operation<App>> {
    let groups = [
        poll::operations(),
        configuration::operations(),
        endpoints::operations(),
        contact::operations(),
        monitor::operations(),
        task::operations(),
        transport::operations(),
        telemetry::operations(),
        calls::operations(),
    ];
    groups.into_iter().flatten().collect()
}

type Answer = Result<Value, ApiError>;

/// The `authentication` member that most inputs carry. The bearer header decides; the member only has to be there in
/// the known shape.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(dead_code, reason = "read for its shape")]
struct Authentication {
    #[serde(default, rename = "agentARN")]
    agent_arn: Option<String>,
    #[serde(default)]
    auth_token: Option<String>,
}

/// The agent who calls.
struct Agent {
    engine: Arc<Engine>,
    user: UserId,
    session: Uuid,
}

impl Agent {
    async fn of(call: &Call<App>) -> Result<Self, ApiError> {
        let Principal::User(caller) = &call.principal else {
            return Err(ApiError::unauthorized("The bearer token is not one of the agent service."));
        };
        let engine =
            call.state.center.instance(caller.instance).ok_or_else(|| {
                ApiError::unauthorized("The instance of this sign-in does not exist any more.")
            })?;
        let session = caller
            .session
            .parse()
            .map_err(|_| ApiError::unauthorized("The sign-in is not one of a panel."))?;
        let agent = Self { engine, user: caller.user, session };
        let user = agent.user;
        if !agent
            .engine
            .read(|core, _| may(core, user, Permission::BasicAgentAccess))
            .await
            .map_err(unavailable)?
        {
            return Err(ApiError::access_denied(
                "The agent panel needs the permission BasicAgentAccess. Ask an administrator for it.",
            ));
        }
        Ok(agent)
    }

    async fn read<T>(&self, question: impl FnOnce(&Core) -> Result<T, ApiError>) -> Result<T, ApiError> {
        self.engine.read(|core, _| question(core)).await.map_err(unavailable)?
    }

    async fn apply<T>(
        &self,
        command: impl FnOnce(&mut Core, &mut Cx) -> Result<T, Refusal>,
    ) -> Result<T, ApiError> {
        self.engine.apply(command).await.map_err(unavailable)?.map_err(refused)
    }
}

/// A refused command.
fn refused(refusal: Refusal) -> ApiError {
    let message = refusal.message;
    match refusal.code {
        Code::InvalidParameter => ApiError::invalid_parameter(message),
        Code::LimitExceeded => ApiError::quota_exceeded(message),
        Code::NotFound | Code::InvalidRequest | Code::InvalidState | Code::AccessDenied | Code::Conflict => {
            ApiError::invalid_state(message)
        }
    }
}

/// The engine could not do its part; clients try again by themselves.
fn unavailable(error: EngineError) -> ApiError {
    tracing::warn!(%error, "a call of a panel has to be tried again");
    ApiError::service_unavailable(
        "The server cannot do this now; nothing was changed. Try again in a moment.",
    )
    .retry_after(1)
}

/// What the operation needs is not there.
fn invalid_configuration(message: impl Into<String>) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "InvalidConfigurationException", message)
}

fn contact_id(text: &str) -> Result<ContactId, ApiError> {
    text.parse()
        .map_err(|_| ApiError::invalid_state(format!("There is no contact '{text}' in this instance.")))
}

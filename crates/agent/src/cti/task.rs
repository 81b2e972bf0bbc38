//! `CreateTaskContact`: an agent makes a task for an agent or a queue.

use std::collections::BTreeMap;

use api::App;
use contacts::StartTask;
use directory::Permission;
use flows::TaskReference;
use model::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use wire::{ApiError, Call, Operation};

use super::contact::of_endpoint;
use super::{Agent, Answer, Authentication, contact_id, unavailable};
use crate::login::may;
use crate::past;
use crate::snapshot::endpoint::{Endpoint, resolve};

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![Operation::rpc("CreateTaskContact", create_task)]
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CreateTask {
    #[serde(default)]
    #[allow(dead_code, reason = "the bearer header identifies the caller")]
    authentication: Option<Authentication>,
    endpoint: Endpoint,
    #[serde(default)]
    previous_contact_id: Option<String>,
    #[serde(default)]
    related_contact_id: Option<String>,
    name: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    references: BTreeMap<String, Reference>,
    #[serde(default)]
    idempotency_token: Option<String>,
    /// Seconds since 1970.
    #[serde(default)]
    scheduled_time: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Reference {
    #[serde(default)]
    value: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    #[allow(dead_code, reason = "of attachments, which cannot be given here")]
    arn: Option<Value>,
    #[serde(default)]
    #[allow(dead_code, reason = "of attachments, which cannot be given here")]
    status: Option<Value>,
    #[serde(default)]
    #[allow(dead_code, reason = "of attachments, which cannot be given here")]
    status_reason: Option<Value>,
}

async fn create_task(call: Call<App>, input: CreateTask) -> Answer {
    let agent = Agent::of(&call).await?;
    let user = agent.user;
    // Clients send one of the two; where both come, the related contact counts.
    let related = input.related_contact_id.as_deref().map(contact_id).transpose()?;
    let previous =
        input.previous_contact_id.as_deref().map(contact_id).transpose()?.filter(|_| related.is_none());
    let linked_attributes = match previous.or(related) {
        Some(linked) => past::attributes(&agent.engine, linked).await.map_err(|error| {
            tracing::error!(%error, "a linked contact cannot be read");
            ApiError::service_unavailable("The linked contact cannot be read now. Try again in a moment.")
        })?,
        None => None,
    };
    let references = input
        .references
        .into_iter()
        .map(|(name, one)| (name, TaskReference { value: one.value.unwrap_or_default(), kind: one.kind }))
        .collect();
    let endpoint = input.endpoint;
    let request = StartTask {
        name: input.name,
        description: input.description,
        references,
        previous,
        related,
        linked_attributes,
        scheduled_at: input.scheduled_time.map(|seconds| Timestamp(seconds.saturating_mul(1000))),
        client_token: input.idempotency_token.map(|token| format!("agent/{user}/{token}")),
        ..StartTask::default()
    };
    let id = agent
        .engine
        .apply(|core, cx| {
            if may(core, user, Permission::RestrictTaskCreationAccess) {
                return Err(ApiError::invalid_state("Your security profile does not let you create tasks."));
            }
            let quick_connect = resolve(core.directory(), &endpoint)
                .map_err(|error| ApiError::bad_endpoint(error.to_string()))?;
            let request = StartTask { quick_connect: Some(quick_connect), ..request };
            core.start_task(cx, request).map_err(of_endpoint)
        })
        .await
        .map_err(unavailable)??;
    Ok(json!({"contactId": id}))
}

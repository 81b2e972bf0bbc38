//! `CreateTaskContact`: an agent makes a task for an agent or a queue.

use std::collections::BTreeMap;

use api::App;
use contacts::StartTask;
use directory::Permission;
use engine::Engine;
use flows::TaskReference;
use model::{ContactId, Timestamp, UserId};
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
pub(crate) struct CreateTask {
    #[serde(default)]
    #[allow(dead_code, reason = "the bearer header identifies the caller")]
    authentication: Option<Authentication>,
    /// Not needed where a template says who gets the task.
    #[serde(default)]
    endpoint: Option<Endpoint>,
    #[serde(default)]
    pub task_template_id: Option<String>,
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
pub(crate) struct Reference {
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
    let id = create(&agent.engine, agent.user, input).await?;
    Ok(json!({"contactId": id}))
}

/// References as the core takes them.
pub(crate) fn references(references: BTreeMap<String, Reference>) -> BTreeMap<String, TaskReference> {
    references
        .into_iter()
        .map(|(name, one)| (name, TaskReference { value: one.value.unwrap_or_default(), kind: one.kind }))
        .collect()
}

/// Makes the task that an agent asks for.
pub(crate) async fn create(engine: &Engine, user: UserId, input: CreateTask) -> Result<ContactId, ApiError> {
    if input.endpoint.is_none() && input.task_template_id.is_none() {
        return Err(ApiError::invalid_parameter("Give an endpoint, or a taskTemplateId."));
    }
    // Clients send one of the two; where both come, the related contact counts.
    let related = input.related_contact_id.as_deref().map(contact_id).transpose()?;
    let previous =
        input.previous_contact_id.as_deref().map(contact_id).transpose()?.filter(|_| related.is_none());
    let linked_attributes = match previous.or(related) {
        Some(linked) => past::attributes(engine, linked).await.map_err(|error| {
            tracing::error!(%error, "a linked contact cannot be read");
            ApiError::service_unavailable("The linked contact cannot be read now. Try again in a moment.")
        })?,
        None => None,
    };
    let endpoint = input.endpoint;
    let request = StartTask {
        name: input.name,
        description: input.description,
        references: references(input.references),
        template: input.task_template_id,
        previous,
        related,
        linked_attributes,
        scheduled_at: input.scheduled_time.map(|seconds| Timestamp(seconds.saturating_mul(1000))),
        client_token: input.idempotency_token.map(|token| format!("agent/{user}/{token}")),
        ..StartTask::default()
    };
    engine
        .apply(|core, cx| {
            if may(core, user, Permission::RestrictTaskCreationAccess) {
                return Err(ApiError::invalid_state("Your security profile does not let you create tasks."));
            }
            let quick_connect = endpoint
                .map(|endpoint| resolve(core.directory(), &endpoint))
                .transpose()
                .map_err(|error| ApiError::bad_endpoint(error.to_string()))?;
            let request = StartTask { quick_connect, ..request };
            core.start_task(cx, request).map_err(of_endpoint)
        })
        .await
        .map_err(unavailable)?
}

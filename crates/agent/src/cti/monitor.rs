//! How a supervisor takes part in a contact they monitor.

use api::App;
use contacts::monitoring::MonitorMode;
use serde::Deserialize;
use serde_json::json;
use wire::{ApiError, Call, Operation};

use super::{Agent, Answer, Authentication, contact_id};

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![Operation::rpc("UpdateMonitorParticipantState", update_state)]
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UpdateState {
    #[serde(default)]
    #[allow(dead_code, reason = "the bearer header identifies the caller")]
    authentication: Option<Authentication>,
    contact_id: String,
    target_monitor_mode: String,
}

async fn update_state(call: Call<App>, input: UpdateState) -> Answer {
    let (agent, id) = (Agent::of(&call).await?, contact_id(&input.contact_id)?);
    let mode = MonitorMode::parse(&input.target_monitor_mode).ok_or_else(|| {
        ApiError::invalid_parameter(format!(
            "targetMonitorMode '{}' is not known; possible are SILENT_MONITOR and BARGE.",
            input.target_monitor_mode
        ))
    })?;
    agent.apply(|core, cx| core.set_monitor_mode(cx, agent.user, id, mode)).await?;
    Ok(json!({}))
}

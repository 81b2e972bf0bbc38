//! `MonitorContact`: a supervisor listens to a contact, and may barge in.

use contacts::Refusal;
use contacts::monitoring::MonitorMode;
use directory::Permission;
use model::{ArnKind, UserId};
use serde::Deserialize;
use serde_json::{Value, json};
use wire::{ApiError, Call, Operation, Rule};

use super::stored;
use crate::{App, access, errors};

const CAPABILITIES: usize = 2;

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        Operation::post("MonitorContact", "/contact/monitor", monitor)
            .constraint("ClientToken", Rule::Length(0, 500)),
    ]
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Monitor {
    instance_id: String,
    contact_id: String,
    user_id: String,
    #[serde(default)]
    allowed_monitor_capabilities: Vec<String>,
    #[serde(default)]
    client_token: Option<String>,
}

async fn monitor(call: Call<App>, input: Monitor) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    access::permit(&call, &engine, &[Permission::ManagerListenIn]).await?;
    let id = stored::id(&input.contact_id)?;
    let user: UserId = model::arn::id_part(&input.user_id).parse().map_err(|_| {
        ApiError::resource_not_found(format!("There is no user '{}' in this instance.", input.user_id))
    })?;
    if input.allowed_monitor_capabilities.len() > CAPABILITIES {
        return Err(ApiError::invalid_request(format!(
            "AllowedMonitorCapabilities holds at most {CAPABILITIES} capabilities."
        )));
    }
    let capabilities = input
        .allowed_monitor_capabilities
        .iter()
        .map(|text| {
            MonitorMode::parse(text).ok_or_else(|| {
                ApiError::invalid_request(format!(
                    "AllowedMonitorCapabilities holds '{text}'; possible are SILENT_MONITOR and BARGE."
                ))
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let token = input.client_token.as_deref();
    let result: Result<String, Refusal> = engine
        .apply(|core, cx| {
            core.monitor_contact(cx, user, id, &capabilities, token)?;
            Ok(core.directory().scope().arn(ArnKind::Contact, id))
        })
        .await
        .map_err(errors::engine)?;
    match result {
        Ok(arn) => Ok(json!({"ContactId": id, "ContactArn": arn})),
        Err(refusal) if refusal == Refusal::no_contact(id) => {
            stored::contact(&engine, id).await?;
            Err(ApiError::invalid_request("The contact is over, so that it cannot be monitored."))
        }
        Err(refusal) if refusal.code == contacts::Code::LimitExceeded => {
            Err(ApiError::service_quota_exceeded(refusal.message))
        }
        Err(refusal) => Err(errors::refused(refusal)),
    }
}

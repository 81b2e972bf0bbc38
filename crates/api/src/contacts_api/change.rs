//! Changing contacts: data, tags, routing, time, place and end.

use std::collections::BTreeMap;

use contacts::chain::RoleTimer;
use contacts::{Core, Cx, Refusal};
use directory::Permission;
use engine::Engine;
use model::UserId;
use routing::QueueRef;
use routing::criteria::{Source, read_steps};
use serde::Deserialize;
use serde_json::{Value, json};
use wire::{ApiError, Call, Kind, Operation, Rule};

use super::start::{Reference, SegmentAttribute, references, seconds, segment_attributes};
use super::stored;
use crate::{App, access, errors};

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        Operation::post("StopContact", "/contact/stop", stop),
        Operation::post("UpdateContact", "/contacts/{InstanceId}/{ContactId}", update)
            .constraint("Name", Rule::Length(0, 1024))
            .constraint("Description", Rule::Length(0, 4096)),
        Operation::post("UpdateContactAttributes", "/contact/attributes", update_attributes),
        Operation::post("TagContact", "/contact/tags", tag),
        Operation::delete("UntagContact", "/contact/tags/{InstanceId}/{ContactId}", untag).query(
            "TagKeys",
            "TagKeys",
            Kind::StringList,
        ),
        Operation::post(
            "UpdateContactRoutingData",
            "/contacts/{InstanceId}/{ContactId}/routing-data",
            routing_data,
        ),
        Operation::post("UpdateContactSchedule", "/contact/schedule", schedule),
        Operation::post("PauseContact", "/contact/pause", pause),
        Operation::post("ResumeContact", "/contact/resume", resume),
        Operation::post("TransferContact", "/contact/transfer", transfer)
            .constraint("ClientToken", Rule::Length(0, 500)),
        Operation::put(
            "UpdateParticipantRoleConfig",
            "/contact/participant-role-config/{InstanceId}/{ContactId}",
            role_config,
        ),
    ]
}

/// Runs a command on a live contact. One that is over answers `over`, one that never was is not found.
async fn apply<T>(
    engine: &Engine,
    id: model::ContactId,
    command: impl FnOnce(&mut Core, &mut Cx) -> Result<T, Refusal>,
) -> Result<T, ApiError> {
    let result = engine.apply(command).await.map_err(errors::engine)?;
    match result {
        Err(refusal)
            if refusal.code == contacts::Code::NotFound && refusal.message.contains(&id.to_string()) =>
        {
            stored::contact(engine, id).await?;
            Err(ApiError::invalid_request("The contact is over; it cannot be changed any more."))
        }
        other => other.map_err(errors::refused),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DisconnectReason {
    #[serde(default)]
    #[allow(dead_code, reason = "published for calls only")]
    code: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Stop {
    instance_id: String,
    contact_id: String,
    #[serde(default)]
    #[allow(dead_code, reason = "published for calls only")]
    disconnect_reason: Option<DisconnectReason>,
}

async fn stop(call: Call<App>, input: Stop) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    access::permit(&call, &engine, &[Permission::StopContactEnabled]).await?;
    let id = stored::id(&input.contact_id)?;
    let result = engine.apply(|core, cx| core.stop_contact(cx, id)).await.map_err(errors::engine)?;
    match result {
        Ok(()) => Ok(json!({})),
        Err(_) => {
            stored::contact(&engine, id).await?;
            Err(ApiError::contact_not_found("The contact is over already."))
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Update {
    instance_id: String,
    contact_id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    references: Option<BTreeMap<String, Reference>>,
    #[serde(default)]
    segment_attributes: BTreeMap<String, SegmentAttribute>,
}

async fn update(call: Call<App>, input: Update) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    let id = stored::id(&input.contact_id)?;
    access::permit_contact(&call, &engine, id).await?;
    let references = input.references.map(references).transpose()?;
    let segments = segment_attributes(input.segment_attributes)?;
    apply(&engine, id, |core, cx| {
        core.update_contact(cx, id, input.name, input.description, references, segments)
    })
    .await?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct UpdateAttributes {
    instance_id: String,
    initial_contact_id: String,
    attributes: BTreeMap<String, String>,
}

async fn update_attributes(call: Call<App>, input: UpdateAttributes) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    let id = stored::id(&input.initial_contact_id)?;
    access::permit_contact(&call, &engine, id).await?;
    let changes = input.attributes;
    // Whether the contact is live is asked where it is changed: it may end at any moment.
    let live = engine
        .apply(|core, cx| core.contact(id).is_some().then(|| core.update_attributes(cx, id, changes.clone())))
        .await
        .map_err(errors::engine)?;
    if let Some(changed) = live {
        changed.map_err(errors::refused)?;
        return Ok(json!({}));
    }
    // A finished contact still takes attributes; its record is sent again with them. One at a time, so that
    // what is read from the store is what is changed.
    let _changing = call.state.finished.lock().await;
    let (contact, _) = stored::contact(&engine, id).await?;
    let chain = stored::chain(&engine, contact.chain).await?.ok_or_else(|| stored::missing(id))?;
    engine
        .apply(|core, cx| core.update_finished_attributes(cx, contact, chain, changes))
        .await
        .map_err(errors::engine)?
        .map_err(errors::refused)?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Tag {
    instance_id: String,
    contact_id: String,
    tags: BTreeMap<String, String>,
}

async fn tag(call: Call<App>, input: Tag) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    let id = stored::id(&input.contact_id)?;
    access::permit_contact(&call, &engine, id).await?;
    apply(&engine, id, |core, cx| core.tag_contact(cx, id, input.tags)).await?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Untag {
    instance_id: String,
    contact_id: String,
    tag_keys: Vec<String>,
}

async fn untag(call: Call<App>, input: Untag) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    let id = stored::id(&input.contact_id)?;
    access::permit_contact(&call, &engine, id).await?;
    apply(&engine, id, |core, cx| core.untag_contact(cx, id, &input.tag_keys)).await?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RoutingData {
    instance_id: String,
    contact_id: String,
    #[serde(default)]
    queue_time_adjustment_seconds: Option<i64>,
    #[serde(default)]
    queue_priority: Option<i64>,
    #[serde(default)]
    routing_criteria: Option<Value>,
}

async fn routing_data(call: Call<App>, input: RoutingData) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    access::permit(&call, &engine, &[Permission::TransferContactEnabled]).await?;
    let id = stored::id(&input.contact_id)?;
    let steps = input
        .routing_criteria
        .map(|criteria| read_steps(&criteria, Source::Dynamic))
        .transpose()
        .map_err(|error| ApiError::invalid_parameter(format!("RoutingCriteria: {error}.")))?;
    if input.queue_priority.is_none() && input.queue_time_adjustment_seconds.is_none() && steps.is_none() {
        return Err(ApiError::invalid_parameter(
            "Give QueuePriority, QueueTimeAdjustmentSeconds or RoutingCriteria.",
        ));
    }
    apply(&engine, id, |core, cx| {
        core.update_routing_data(cx, id, input.queue_priority, input.queue_time_adjustment_seconds, steps)
    })
    .await?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Schedule {
    instance_id: String,
    contact_id: String,
    scheduled_time: f64,
}

async fn schedule(call: Call<App>, input: Schedule) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    access::permit(&call, &engine, &[Permission::UpdateContactScheduleEnabled]).await?;
    let id = stored::id(&input.contact_id)?;
    apply(&engine, id, |core, cx| core.reschedule(cx, id, seconds(input.scheduled_time))).await?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PauseInput {
    instance_id: String,
    contact_id: String,
    #[serde(default)]
    contact_flow_id: Option<String>,
}

async fn pause(call: Call<App>, input: PauseInput) -> Result<Value, ApiError> {
    pause_or_resume(call, input, true).await
}

async fn resume(call: Call<App>, input: PauseInput) -> Result<Value, ApiError> {
    pause_or_resume(call, input, false).await
}

async fn pause_or_resume(call: Call<App>, input: PauseInput, pause: bool) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    let id = stored::id(&input.contact_id)?;
    access::permit_contact(&call, &engine, id).await?;
    apply(&engine, id, |core, cx| {
        let flow = input.contact_flow_id.as_deref();
        if pause { core.pause_with(cx, id, flow) } else { core.resume_with(cx, id, flow) }
    })
    .await?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Transfer {
    instance_id: String,
    contact_id: String,
    #[serde(default)]
    queue_id: Option<String>,
    #[serde(default)]
    user_id: Option<String>,
    contact_flow_id: String,
    #[serde(default)]
    client_token: Option<String>,
}

async fn transfer(call: Call<App>, input: Transfer) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    access::permit(&call, &engine, &[Permission::TransferContactEnabled]).await?;
    let id = stored::id(&input.contact_id)?;
    let target = match (&input.queue_id, &input.user_id) {
        (Some(_), Some(_)) => return Err(ApiError::invalid_request("Give QueueId or UserId, not both.")),
        (Some(queue), None) => {
            let id = model::arn::id_part(queue).parse().map_err(|_| missing("queue", queue))?;
            let known =
                engine.read(|core, _| core.directory().queue(id).is_some()).await.map_err(errors::engine)?;
            Some(QueueRef::Standard(if known { id } else { return Err(missing("queue", queue)) }))
        }
        (None, Some(user)) => Some(QueueRef::Agent(
            model::arn::id_part(user).parse::<UserId>().map_err(|_| missing("user", user))?,
        )),
        (None, None) => None,
    };
    let token = input.client_token;
    let new = apply(&engine, id, |core, cx| {
        core.transfer_by_api(cx, id, &input.contact_flow_id, target, token.as_deref())
    })
    .await?;
    Ok(json!({"ContactId": new, "ContactArn": engine.scope().arn(model::ArnKind::Contact, new)}))
}

fn missing(kind: &str, text: &str) -> ApiError {
    ApiError::resource_not_found(format!("There is no {kind} '{text}' in this instance."))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RoleConfig {
    instance_id: String,
    contact_id: String,
    channel_configuration: ChannelConfiguration,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ChannelConfiguration {
    chat: Option<ChatConfiguration>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ChatConfiguration {
    participant_timer_config_list: Vec<TimerConfig>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TimerConfig {
    participant_role: String,
    timer_type: String,
    timer_value: TimerValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TimerValue {
    #[serde(default)]
    participant_timer_action: Option<String>,
    #[serde(default)]
    participant_timer_duration_in_minutes: Option<u32>,
}

async fn role_config(call: Call<App>, input: RoleConfig) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    access::permit(&call, &engine, &[Permission::TransferContactEnabled]).await?;
    let id = stored::id(&input.contact_id)?;
    let list = input
        .channel_configuration
        .chat
        .ok_or_else(|| ApiError::invalid_parameter("ChannelConfiguration.Chat is missing."))?
        .participant_timer_config_list;
    let mut changes = Vec::new();
    for one in list {
        let timer = match (one.participant_role.as_str(), one.timer_type.as_str()) {
            ("CUSTOMER", "IDLE") => RoleTimer::CustomerIdle,
            ("CUSTOMER", "DISCONNECT_NONCUSTOMER") => RoleTimer::CustomerDisconnect,
            ("AGENT", "IDLE") => RoleTimer::AgentIdle,
            ("AGENT", "DISCONNECT_NONCUSTOMER") => RoleTimer::AgentDisconnect,
            (role, kind) => {
                return Err(ApiError::invalid_parameter(format!("There is no timer {kind} for {role}.")));
            }
        };
        let value = one.timer_value;
        let minutes =
            match (value.participant_timer_action.as_deref(), value.participant_timer_duration_in_minutes) {
                (Some("Unset"), None) => None,
                (None, Some(minutes)) => Some(minutes),
                _ => {
                    return Err(ApiError::invalid_parameter(
                        "TimerValue needs ParticipantTimerDurationInMinutes or ParticipantTimerAction Unset.",
                    ));
                }
            };
        changes.push((timer, minutes));
    }
    apply(&engine, id, |core, _| core.configure_role_timers(id, &changes)).await?;
    Ok(json!({}))
}

//! What a panel knows about its agent besides the contacts: profile, permissions, states, queues, countries.

use std::collections::BTreeMap;

use api::App;
use contacts::Core;
use directory::Permission;
use directory::permissions::PermissionGroup;
use directory::users::{PhoneConfigInput, PhoneType, UpdateUserPhoneConfig};
use model::resource::RoutingProfile;
use model::{ArnKind, Channel, UserId};
use routing::QueueRef;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use wire::{ApiError, Call, Operation};

use super::{Agent, Answer, Authentication, invalid_configuration, unavailable};
use crate::login::permissions;
use crate::snapshot::state::kind_name;

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        Operation::rpc("GetAgentConfiguration", get_configuration).read_only(),
        Operation::rpc("UpdateAgentConfiguration", update_configuration),
        Operation::rpc("GetAgentPermissions", get_permissions).read_only(),
        Operation::rpc("GetAgentStates", get_states).read_only(),
        Operation::rpc("GetDialableCountryCodes", get_countries).read_only(),
        Operation::rpc("GetRoutingProfileQueues", get_queues).read_only(),
    ]
}

/// An input without members of its own. Lists come in one page whatever size is asked for: panels file further pages
/// of queues wrongly.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(dead_code, reason = "read for its shape")]
struct Plain {
    #[serde(default)]
    authentication: Option<Authentication>,
    #[serde(default)]
    next_token: Option<String>,
    #[serde(default)]
    max_results: Option<i64>,
}

async fn get_configuration(call: Call<App>, _: Plain) -> Answer {
    let agent = Agent::of(&call).await?;
    let user = agent.user;
    let configuration = agent.read(|core| configuration(core, user)).await?;
    Ok(json!({"configuration": configuration}))
}

fn configuration(core: &Core, id: UserId) -> Answer {
    let directory = core.directory();
    let user = directory.user(id).ok_or_else(gone)?;
    let profile = directory.routing_profile(user.routing_profile_id).ok_or_else(gone)?;
    let names = [&user.identity_info.first_name, &user.identity_info.last_name];
    let name = names.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
    let phone = &user.phone_config;
    Ok(json!({
        "name": if name.is_empty() { &user.username } else { &name },
        "username": user.username,
        "softphoneEnabled": phone.phone_type == "SOFT_PHONE",
        "softphoneAutoAccept": phone.auto_accept,
        "extension": phone.desk_phone_number.as_deref().unwrap_or_default(),
        "routingProfile": {
            "name": profile.name,
            "routingProfileARN": directory.scope().arn(ArnKind::RoutingProfile, profile.routing_profile_id),
            "defaultOutboundQueue": queue(core, QueueRef::Standard(profile.default_outbound_queue_id)),
            "channelConcurrencyMap": concurrency(profile),
        },
        "agentPreferences": {},
        "agentARN": directory.scope().arn(ArnKind::Agent, id),
    }))
}

fn gone() -> ApiError {
    ApiError::unauthorized("The user does not exist any more.")
}

fn concurrency(profile: &RoutingProfile) -> Map<String, Value> {
    let of = |channel: Channel| profile.media_concurrencies.iter().find(|media| media.channel == channel);
    Channel::ALL
        .into_iter()
        .map(|channel| (channel.as_str().to_owned(), json!(of(channel).map_or(0, |media| media.concurrency))))
        .collect()
}

fn queue(core: &Core, queue: QueueRef) -> Value {
    let (name, arn) = core.queue_name(queue);
    json!({"queueARN": arn, "name": name})
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UpdateConfiguration {
    #[serde(default)]
    #[allow(dead_code, reason = "the bearer header identifies the caller")]
    authentication: Option<Authentication>,
    configuration: Configuration,
}

/// The panel sends the whole object back with what it changed; what agents cannot change is not looked at.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Configuration {
    #[serde(default)]
    softphone_enabled: Option<bool>,
    #[serde(default)]
    extension: Option<String>,
    #[serde(default)]
    agent_preferences: BTreeMap<String, String>,
}

async fn update_configuration(call: Call<App>, input: UpdateConfiguration) -> Answer {
    let agent = Agent::of(&call).await?;
    let Configuration { softphone_enabled, extension, agent_preferences } = input.configuration;
    if !agent_preferences.is_empty() {
        return Err(invalid_configuration(
            "agentPreferences (such as the locale) are not kept by this product yet; leave them empty.",
        ));
    }
    let user = agent.user;
    agent
        .engine
        .apply(|core, cx| {
            let agent = core.directory().user(user).ok_or_else(gone)?;
            let (phone, author) = (agent.phone_config.clone(), agent.username.clone());
            let soft = softphone_enabled.unwrap_or(phone.phone_type == "SOFT_PHONE");
            let number = match extension {
                Some(text) if text.is_empty() => None,
                Some(text) => Some(text),
                None => phone.desk_phone_number,
            };
            let input = UpdateUserPhoneConfig {
                instance_id: None,
                user_id: user.to_string(),
                phone_config: PhoneConfigInput {
                    phone_type: if soft { PhoneType::SoftPhone } else { PhoneType::DeskPhone },
                    auto_accept: Some(phone.auto_accept),
                    after_contact_work_time_limit: Some(phone.after_contact_work_time_limit),
                    desk_phone_number: number,
                },
            };
            core.configure(cx, &author, |directory, cx| directory.update_user_phone_config(cx, input))
                .map_err(|error| invalid_configuration(error.message))
        })
        .await
        .map_err(unavailable)??;
    Ok(json!({}))
}

async fn get_permissions(call: Call<App>, _: Plain) -> Answer {
    let agent = Agent::of(&call).await?;
    let user = agent.user;
    let names = agent.read(|core| Ok(permissions(core, user))).await?;
    let names: Vec<String> = names.into_iter().map(panel_permission).collect();
    Ok(json!({"permissions": names}))
}

/// The panel's spelling: permissions of the panel itself in camel case without `Access`, as in `outboundCall`; all
/// others under their public name.
fn panel_permission(name: String) -> String {
    let Some(permission) = Permission::parse(&name) else { return name };
    if permission.group() != PermissionGroup::ContactControlPanel
        || permission == Permission::BasicAgentAccess
    {
        return name;
    }
    let bare = name.strip_suffix("Access").unwrap_or(&name).trim_end_matches('.').replace('.', "");
    let mut characters = bare.chars();
    characters.next().map_or(bare.clone(), |first| first.to_lowercase().chain(characters).collect())
}

/// The states an agent can choose, in their order.
async fn get_states(call: Call<App>, _: Plain) -> Answer {
    let agent = Agent::of(&call).await?;
    let states = agent
        .read(|core| {
            let directory = core.directory();
            let mut statuses: Vec<_> = directory.agent_statuses().filter(|status| status.enabled).collect();
            statuses.sort_by_key(|status| (status.display_order, status.agent_status_id));
            let body = statuses.into_iter().map(|status| {
                json!({
                    "agentStateARN": directory.scope().arn(ArnKind::AgentState, status.agent_status_id),
                    "type": kind_name(status.kind),
                    "name": status.name,
                })
            });
            Ok(body.collect::<Vec<_>>())
        })
        .await?;
    Ok(json!({"states": states}))
}

/// No country can be dialled as long as calls are not built.
async fn get_countries(call: Call<App>, _: Plain) -> Answer {
    Agent::of(&call).await?;
    Ok(json!({"countryCodes": []}))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GetQueues {
    #[serde(default)]
    #[allow(dead_code, reason = "the bearer header identifies the caller")]
    authentication: Option<Authentication>,
    #[serde(rename = "routingProfileARN")]
    routing_profile_arn: String,
    #[serde(default)]
    #[allow(dead_code, reason = "everything comes in one page")]
    next_token: Option<String>,
    #[serde(default)]
    #[allow(dead_code, reason = "everything comes in one page")]
    max_results: Option<i64>,
}

/// The queues of a profile, and the agent's own.
async fn get_queues(call: Call<App>, input: GetQueues) -> Answer {
    let agent = Agent::of(&call).await?;
    let user = agent.user;
    let queues = agent
        .read(|core| {
            let id = model::arn::id_part(&input.routing_profile_arn).parse().ok();
            let profile = id.and_then(|id| core.directory().routing_profile(id)).ok_or_else(|| {
                invalid_configuration("routingProfileARN names no routing profile of this instance.")
            })?;
            let mut all = vec![QueueRef::Agent(user)];
            for row in &profile.queue_configs {
                let standard = QueueRef::Standard(row.queue_id);
                if !all.contains(&standard) {
                    all.push(standard);
                }
            }
            Ok(all.into_iter().map(|one| queue(core, one)).collect::<Vec<_>>())
        })
        .await?;
    Ok(json!({"queues": queues}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_spelled_as_panels_know_them() {
        for (name, expected) in [
            ("OutboundCallAccess", "outboundCall"),
            ("VoiceId.Access", "voiceId"),
            ("VideoContact.Access", "videoContact"),
            ("RestrictTaskCreation.Access", "restrictTaskCreation"),
            ("AudioDeviceSettings.Access", "audioDeviceSettings"),
            ("RealtimeContactLens.View", "realtimeContactLensView"),
            ("BasicAgentAccess", "BasicAgentAccess"),
            ("Users.View", "Users.View"),
            ("SomethingNew", "SomethingNew"),
        ] {
            assert_eq!(panel_permission(name.to_owned()), expected);
        }
    }
}

//! Agents at work: status, dismissed contacts, the real-time view, federation.

use center::{Token, TokenKind};
use contacts::agent::{Agent, LegState};
use contacts::{Core, Refusal, not_found};
use directory::Permission;
use model::{ArnKind, UserId};
use routing::QueueRef;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use wire::{ApiError, Call, Operation, PageRequest, Principal, Rule};

use super::stored;
use crate::{App, access, errors};

const SESSION_MS: i64 = 12 * 3600 * 1000;

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        Operation::put("PutUserStatus", "/users/{InstanceId}/{UserId}/status", put_status),
        Operation::post("DismissUserContact", "/users/{InstanceId}/{UserId}/contact", dismiss),
        Operation::post("GetCurrentUserData", "/metrics/userdata/{InstanceId}", current_user_data)
            .constraint("MaxResults", Rule::Range(1, 100))
            .read_only(),
        Operation::get("GetFederationToken", "/user/federate/{InstanceId}", federate),
    ]
}

fn user_id(text: &str) -> Result<UserId, Refusal> {
    model::arn::id_part(text).parse().map_err(|_| not_found(format!("There is no user '{text}' here.")))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PutStatus {
    instance_id: String,
    user_id: String,
    agent_status_id: String,
}

async fn put_status(call: Call<App>, input: PutStatus) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    let user = user_id(&input.user_id).map_err(errors::refused)?;
    if access::acting_user(&call) != Some(user) {
        access::permit(
            &call,
            &engine,
            &[Permission::AccessMetricsRealTimeMetricsAccess, Permission::AccessMetrics],
        )
        .await?;
    }
    let text = input.agent_status_id;
    engine
        .apply(|core, cx| {
            let status = model::arn::id_part(&text)
                .parse()
                .map_err(|_| not_found(format!("There is no agent status '{text}' here.")))?;
            if core.directory().user(user).is_none() {
                return Err(not_found(format!("There is no user {user} here.")));
            }
            core.set_status(cx, user, status, true)
        })
        .await
        .map_err(errors::engine)?
        .map_err(errors::refused)?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Dismiss {
    instance_id: String,
    user_id: String,
    contact_id: String,
}

async fn dismiss(call: Call<App>, input: Dismiss) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    let user = user_id(&input.user_id).map_err(errors::refused)?;
    if access::acting_user(&call) != Some(user) {
        access::permit(
            &call,
            &engine,
            &[Permission::AccessMetricsRealTimeMetricsAccess, Permission::AccessMetrics],
        )
        .await?;
    }
    let id = stored::id(&input.contact_id)?;
    engine
        .apply(|core, cx| core.clear(cx, user, id))
        .await
        .map_err(errors::engine)?
        .map_err(errors::refused)?;
    Ok(json!({}))
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ContactFilter {
    #[serde(default)]
    contact_states: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Filters {
    #[serde(default)]
    queues: Vec<String>,
    #[serde(default)]
    contact_filter: ContactFilter,
    #[serde(default)]
    routing_profiles: Vec<String>,
    #[serde(default)]
    agents: Vec<String>,
    #[serde(default)]
    user_hierarchy_groups: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct CurrentUserData {
    instance_id: String,
    filters: Filters,
    #[serde(default)]
    next_token: Option<String>,
    #[serde(default)]
    max_results: Option<u32>,
}

async fn current_user_data(call: Call<App>, input: CurrentUserData) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    access::permit(
        &call,
        &engine,
        &[Permission::AccessMetricsRealTimeMetricsAccess, Permission::AccessMetrics],
    )
    .await?;
    let filters = &input.filters;
    let groups =
        [&filters.queues, &filters.routing_profiles, &filters.agents, &filters.user_hierarchy_groups];
    if groups.iter().all(|group| group.is_empty()) && filters.contact_filter.contact_states.is_empty() {
        return Err(ApiError::invalid_parameter(
            "Filters needs at least one of Queues, RoutingProfiles, Agents, UserHierarchyGroups and ContactFilter.",
        ));
    }
    let mut rows = engine
        .read(|core, _| {
            let mut rows: Vec<(UserId, Value)> = core
                .agents()
                .filter(|agent| matches(core, agent, filters))
                .filter_map(|agent| Some((agent.user, row(core, agent)?)))
                .collect();
            rows.sort_by_key(|(user, _)| *user);
            rows
        })
        .await
        .map_err(errors::engine)?;
    let total = rows.len();
    let page = call.state.pager.page(
        &format!("GetCurrentUserData/{}", engine.id()),
        PageRequest { max_results: input.max_results, next_token: input.next_token.as_deref() },
        100,
        100,
        rows.drain(..),
        |(user, _)| user.to_string(),
    )?;
    let list: Vec<Value> = page.items.into_iter().map(|(_, row)| row).collect();
    let mut answer = json!({"UserDataList": list, "ApproximateTotalCount": total});
    if let Some(token) = page.next_token {
        answer["NextToken"] = json!(token);
    }
    Ok(answer)
}

fn matches(core: &Core, agent: &Agent, filters: &Filters) -> bool {
    let Some(user) = core.directory().user(agent.user) else { return false };
    let named =
        |list: &[String], id: &str| list.is_empty() || list.iter().any(|one| model::arn::id_part(one) == id);
    let profile = core.directory().routing_profile(user.routing_profile_id);
    let in_queue = filters.queues.is_empty()
        || profile.is_some_and(|profile| {
            profile.queue_configs.iter().any(|row| named(&filters.queues, &row.queue_id.to_string()))
        });
    let in_group = filters.user_hierarchy_groups.is_empty()
        || user
            .hierarchy_group_id
            .is_some_and(|group| named(&filters.user_hierarchy_groups, &group.to_string()));
    let states = &filters.contact_filter.contact_states;
    let in_state = states.is_empty()
        || agent.legs.iter().any(|leg| states.iter().any(|state| state == leg.state.event_name()));
    named(&filters.agents, &agent.user.to_string())
        && named(&filters.routing_profiles, &user.routing_profile_id.to_string())
        && in_queue
        && in_group
        && in_state
}

fn row(core: &Core, agent: &Agent) -> Option<Value> {
    let directory = core.directory();
    let scope = directory.scope();
    let user = directory.user(agent.user)?;
    let status = directory.agent_status(agent.status)?;
    let profile = directory.routing_profile(user.routing_profile_id)?;
    let load = agent.load();
    let slots = |count: &dyn Fn(u32, usize) -> u32| -> Value {
        profile
            .media_concurrencies
            .iter()
            .map(|media| {
                (media.channel.as_str().to_owned(), json!(count(media.concurrency, media.channel.index())))
            })
            .collect::<Map<_, _>>()
            .into()
    };
    let contacts: Vec<Value> = agent
        .legs
        .iter()
        .map(|leg| {
            let mut contact = json!({
                "ContactId": leg.contact,
                "Channel": leg.channel,
                "InitiationMethod": leg.initiation_method,
                "AgentContactState": match leg.state {
                    // The published list has no states for these two.
                    LegState::Paused => "CONNECTED_ONHOLD",
                    LegState::Rejected => "MISSED",
                    state => state.event_name(),
                },
                "StateStartTimestamp": leg.since.as_secs_f64(),
            });
            if let Some(at) = leg.connected_at {
                contact["ConnectedToAgentTimestamp"] = json!(at.as_secs_f64());
            }
            if let Some(QueueRef::Standard(queue)) = leg.queue {
                contact["Queue"] = json!({"Id": queue, "Arn": scope.arn(ArnKind::Queue, queue)});
            }
            contact
        })
        .collect();
    let mut row = json!({
        "User": {"Id": user.id, "Arn": scope.arn(ArnKind::Agent, user.id)},
        "RoutingProfile": {
            "Id": profile.routing_profile_id,
            "Arn": scope.arn(ArnKind::RoutingProfile, profile.routing_profile_id),
        },
        "Status": {
            "StatusArn": scope.arn(ArnKind::AgentState, status.agent_status_id),
            "StatusName": status.name,
            "StatusStartTimestamp": agent.status_since.as_secs_f64(),
        },
        "AvailableSlotsByChannel": slots(&|most, channel| most.saturating_sub(load[channel])),
        "MaxSlotsByChannel": slots(&|most, _| most),
        "ActiveSlotsByChannel": slots(&|_, channel| load[channel]),
        "Contacts": contacts,
    });
    if let Some(next) = &agent.next_status {
        row["NextStatus"] = json!(directory.agent_status(next.status).map(|status| status.name.clone()));
    }
    Some(row)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Federate {
    instance_id: String,
}

/// A sign-in for the user in whose name the caller acts, handed on to a browser.
async fn federate(call: Call<App>, input: Federate) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    let user = access::acting_user(&call).ok_or_else(|| match &call.principal {
        Principal::AccessKey(_) => ApiError::new(
            axum::http::StatusCode::NOT_FOUND,
            "UserNotFoundException",
            "The access key belongs to no user of the instance. Call this with the credentials of a user.",
        ),
        _ => ApiError::access_denied("Sign in first."),
    })?;
    let session = call.state.center.fresh_id();
    let opened = engine
        .apply(|core, cx| {
            if core.directory().user(user).is_none() {
                return Err(not_found(format!("There is no user {user} here.")));
            }
            Ok(core.open_session(cx, session.to_string(), user, SESSION_MS))
        })
        .await
        .map_err(errors::engine)?
        .map_err(errors::refused)?;
    let token = |kind| {
        call.state.center.tokens().sign(&Token {
            kind,
            instance: engine.id(),
            subject: user.0,
            object: session,
            expires_at: opened.expires_at,
        })
    };
    let expiry = opened.expires_at.as_secs_f64();
    Ok(json!({
        "UserId": user,
        "UserArn": engine.scope().arn(ArnKind::Agent, user),
        "Credentials": {
            "AccessToken": token(TokenKind::Access),
            "AccessTokenExpiration": expiry,
            "RefreshToken": token(TokenKind::Session),
            "RefreshTokenExpiration": expiry,
        },
        "SignInUrl": format!("{}/auth/sign-in?token={}", call.state.origin(&call.headers), token(TokenKind::Session)),
    }))
}

//! What an agent does with their state and their contacts.

use api::App;
use contacts::{Core, invalid_state};
use model::{AgentStatusId, Channel, ContactId, ParticipantId, UserId};
use serde::Deserialize;
use serde_json::{Value, json};
use wire::{ApiError, Call, Operation};

use super::{Agent, Answer, Authentication, contact_id, refused, unavailable};
use crate::snapshot::endpoint::{Endpoint, resolve};
use crate::snapshot::state::kind_name;

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        Operation::rpc("PutAgentState", put_state),
        Operation::rpc("AcceptContact", accept),
        Operation::rpc("RejectContact", reject),
        Operation::rpc("CompleteContact", clear),
        Operation::rpc("ClearContact", clear),
        Operation::rpc("NotifyContactIssue", notify_issue),
        Operation::rpc("CreateAdditionalConnection", add_connection),
        Operation::rpc("DestroyConnection", destroy_connection),
        Operation::rpc("PauseContact", pause),
        Operation::rpc("ResumeContact", resume),
    ]
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PutState {
    #[serde(default)]
    #[allow(dead_code, reason = "the bearer header identifies the caller")]
    authentication: Option<Authentication>,
    state: State,
    #[serde(default)]
    enqueue_next_state: bool,
}

/// A state as the panel was given it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct State {
    #[serde(default, rename = "agentStateARN")]
    agent_state_arn: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    #[allow(dead_code, reason = "part of the object, means nothing here")]
    start_timestamp: Option<Value>,
}

async fn put_state(call: Call<App>, input: PutState) -> Answer {
    let agent = Agent::of(&call).await?;
    let user = agent.user;
    agent
        .apply(|core, cx| {
            let status = status_of(core, &input.state)
                .ok_or_else(|| invalid_state("The state is none of those an agent can choose."))?;
            // Whoever chooses a state is at work, also after signing out elsewhere.
            core.sign_in(cx, user)?;
            core.set_status(cx, user, status, input.enqueue_next_state)
        })
        .await?;
    Ok(json!({}))
}

/// The status a state stands for: by its resource name, else by type and name.
fn status_of(core: &Core, state: &State) -> Option<AgentStatusId> {
    let directory = core.directory();
    if let Some(arn) = &state.agent_state_arn {
        let id: AgentStatusId = model::arn::id_part(arn).parse().ok()?;
        return directory.agent_status(id).map(|status| status.agent_status_id);
    }
    let status = directory.agent_status_named(state.name.as_deref()?)?;
    let same_kind = state.kind.as_deref().is_none_or(|kind| kind == kind_name(status.kind));
    same_kind.then_some(status.agent_status_id)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OfContact {
    #[serde(default)]
    #[allow(dead_code, reason = "the bearer header identifies the caller")]
    authentication: Option<Authentication>,
    contact_id: String,
}

async fn accept(call: Call<App>, input: OfContact) -> Answer {
    let (agent, id) = (Agent::of(&call).await?, contact_id(&input.contact_id)?);
    agent.apply(|core, cx| core.accept(cx, agent.user, id)).await?;
    Ok(json!({}))
}

async fn reject(call: Call<App>, input: OfContact) -> Answer {
    let (agent, id) = (Agent::of(&call).await?, contact_id(&input.contact_id)?);
    agent.apply(|core, cx| core.reject(cx, agent.user, id)).await?;
    Ok(json!({}))
}

async fn clear(call: Call<App>, input: OfContact) -> Answer {
    let (agent, id) = (Agent::of(&call).await?, contact_id(&input.contact_id)?);
    agent.apply(|core, cx| core.clear(cx, agent.user, id)).await?;
    Ok(json!({}))
}

async fn pause(call: Call<App>, input: OfContact) -> Answer {
    let (agent, id) = (Agent::of(&call).await?, contact_id(&input.contact_id)?);
    agent
        .apply(|core, cx| {
            held(core, agent.user, id)?;
            core.pause(cx, id)
        })
        .await?;
    Ok(json!({}))
}

async fn resume(call: Call<App>, input: OfContact) -> Answer {
    let (agent, id) = (Agent::of(&call).await?, contact_id(&input.contact_id)?);
    agent
        .apply(|core, cx| {
            held(core, agent.user, id)?;
            core.resume(cx, id)
        })
        .await?;
    Ok(json!({}))
}

/// Refuses contacts that the agent has not accepted.
fn held(core: &Core, user: UserId, id: ContactId) -> Result<(), contacts::Refusal> {
    let part = core.contact(id).and_then(|contact| contact.agent.as_ref());
    match part {
        Some(part) if part.user == user => Ok(()),
        _ => Err(invalid_state("The agent does not hold this contact.")),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NotifyIssue {
    #[serde(default)]
    #[allow(dead_code, reason = "the bearer header identifies the caller")]
    authentication: Option<Authentication>,
    contact_id: String,
    #[serde(default)]
    issue_code: Option<String>,
    #[serde(default)]
    #[allow(dead_code, reason = "free text about a customer; not for logs")]
    description: Option<String>,
    #[serde(default)]
    #[allow(dead_code, reason = "the panel's own log; not for ours")]
    client_logs: Option<Value>,
}

/// An agent reports trouble with a contact. Operators find it in the server's log.
async fn notify_issue(call: Call<App>, input: NotifyIssue) -> Answer {
    let (agent, id) = (Agent::of(&call).await?, contact_id(&input.contact_id)?);
    let user = agent.user;
    agent
        .read(|core| {
            let leg = core.agent(user).and_then(|agent| agent.leg(id));
            leg.map(|_| ()).ok_or_else(|| ApiError::invalid_state("The agent does not hold this contact."))
        })
        .await?;
    let code: String = input.issue_code.unwrap_or_default().chars().take(64).collect();
    tracing::warn!(instance = %agent.engine.id(), contact = %id, %user, %code, "an agent reports an issue with a contact");
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AddConnection {
    #[serde(default)]
    #[allow(dead_code, reason = "the bearer header identifies the caller")]
    authentication: Option<Authentication>,
    contact_id: String,
    endpoint: Endpoint,
}

/// Chats and tasks have no third parties: sending one to somebody else transfers it.
async fn add_connection(call: Call<App>, input: AddConnection) -> Answer {
    let (agent, id) = (Agent::of(&call).await?, contact_id(&input.contact_id)?);
    let user = agent.user;
    agent
        .engine
        .apply(|core, cx| {
            let held = core.agent(user).and_then(|agent| agent.leg(id));
            if held.is_none() {
                return Err(ApiError::invalid_state("The agent does not hold this contact."));
            }
            let connect = resolve(core.directory(), &input.endpoint)
                .map_err(|error| ApiError::bad_endpoint(error.to_string()))?;
            core.transfer(cx, user, id, connect).map_err(of_endpoint)
        })
        .await
        .map_err(unavailable)??;
    Ok(json!({}))
}

/// A refusal where an endpoint was given: what is asked for wrongly is the endpoint.
pub(super) fn of_endpoint(refusal: contacts::Refusal) -> ApiError {
    match refusal.code {
        contacts::Code::NotFound | contacts::Code::InvalidRequest => ApiError::bad_endpoint(refusal.message),
        _ => refused(refusal),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DestroyConnection {
    #[serde(default)]
    #[allow(dead_code, reason = "the bearer header identifies the caller")]
    authentication: Option<Authentication>,
    contact_id: String,
    connection_id: String,
}

/// On the agent's own connection: the agent leaves the contact.
async fn destroy_connection(call: Call<App>, input: DestroyConnection) -> Answer {
    let (agent, id) = (Agent::of(&call).await?, contact_id(&input.contact_id)?);
    let user = agent.user;
    let connection: Option<ParticipantId> = input.connection_id.parse().ok();
    agent
        .apply(|core, cx| {
            let monitored = core.monitored_by(user).find(|(contact, _)| contact.id == id);
            if let Some((_, monitor)) = monitored {
                if Some(monitor.participant) == connection {
                    return core.stop_monitoring(cx, user, id);
                }
                return Err(invalid_state("A supervisor can end only their own connection of a contact."));
            }
            let leg = core
                .agent(user)
                .and_then(|agent| agent.leg(id))
                .ok_or_else(|| invalid_state("The agent does not hold this contact (any more)."))?;
            if Some(leg.participant) == connection {
                return core.agent_leaves(cx, user, id);
            }
            Err(match leg.channel {
                Channel::Chat => {
                    invalid_state("Only the agent's own connection of a chat can be ended by its agent.")
                }
                _ => invalid_state("Only the agent's own connection of the contact can be ended."),
            })
        })
        .await?;
    Ok(json!({}))
}

//! The one state an agent is shown in: the status they chose, or what their contacts make of it (spec 11 §1.7).

use contacts::Core;
use contacts::agent::{Agent, LegState};
use directory::Directory;
use model::resource::AgentStatusType;
use model::{AgentStatusId, ArnKind, Timestamp, UserId};
use serde_json::{Value, json};

use super::seconds;

/// A state as clients compare it: by type and name.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentState {
    /// Resource name of a status that can be chosen; none for what only the system sets.
    pub arn: Option<String>,
    /// `init`, `routable`, `not_routable`, `offline`, `system` or `error`.
    pub kind: &'static str,
    /// Name, also the display name.
    pub name: String,
    /// Since when.
    pub since: Timestamp,
}

impl AgentState {
    /// As the protocol prints it.
    pub fn body(&self) -> Value {
        let mut body = json!({"type": self.kind, "name": self.name, "startTimestamp": seconds(self.since)});
        if let Some(arn) = &self.arn {
            body["agentStateARN"] = json!(arn);
        }
        body
    }
}

/// The type of a status in the panel's spelling.
pub const fn kind_name(kind: AgentStatusType) -> &'static str {
    match kind {
        AgentStatusType::Routable => "routable",
        AgentStatusType::Custom => "not_routable",
        AgentStatusType::Offline => "offline",
    }
}

/// A status that agents choose, chosen at `since`.
pub fn of_status(directory: &Directory, id: AgentStatusId, since: Timestamp) -> AgentState {
    let status = directory.agent_status(id);
    AgentState {
        arn: Some(directory.scope().arn(ArnKind::AgentState, id)),
        kind: status.map_or("offline", |status| kind_name(status.kind)),
        name: status.map_or_else(|| "Offline".to_owned(), |status| status.name.clone()),
        since,
    }
}

/// The state the agent is shown in. What needs the agent's attention most comes first: an error, a contact that rings,
/// contacts at work, contacts to finish, and only then the status they chose.
pub fn visible(core: &Core, user: UserId, now: Timestamp) -> AgentState {
    let Some(agent) = core.agent(user) else {
        return AgentState { arn: None, kind: "init", name: "Init".to_owned(), since: now };
    };
    if let Some(error) = &agent.error {
        return AgentState { arn: None, kind: "error", name: error.name.clone(), since: error.since };
    }
    let system = |name: &str, since| AgentState { arn: None, kind: "system", name: name.to_owned(), since };
    if let Some(since) = since(agent, &[LegState::Connecting]).min() {
        return system("PendingBusy", since);
    }
    let at_work = agent.legs.iter().filter(|leg| matches!(leg.state, LegState::Connected | LegState::Paused));
    let monitored = core.monitored_by(user).map(|(_, monitor)| monitor.joined_at);
    if let Some(since) = at_work.map(|leg| leg.connected_at.unwrap_or(leg.since)).chain(monitored).min() {
        return system("Busy", since);
    }
    // The work begins when the last contact has ended, not when the first has.
    if let Some(since) = since(agent, &[LegState::Ended]).max() {
        return system("AfterCallWork", since);
    }
    of_status(core.directory(), agent.status, agent.status_since)
}

fn since<'a>(agent: &'a Agent, states: &'a [LegState]) -> impl Iterator<Item = Timestamp> + 'a {
    agent.legs.iter().filter(|leg| states.contains(&leg.state)).map(|leg| leg.since)
}

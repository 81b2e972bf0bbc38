//! Agent statuses (spec 02 §15).

use axum::http::Method;
use directory::agent_statuses::{
    CreateAgentStatus, DescribeAgentStatus, ListAgentStatuses, SearchAgentStatuses, UpdateAgentStatus,
};
use directory::{Directory, Permission};
use model::ArnKind;
use wire::{Kind, Operation, Rule};

use super::authority::Subject;
use super::published::{CLEARABLE, DESCRIPTION, NAME, TAGS};
use super::row::{Items, change, describe, list, search};
use crate::App;

const VIEW: Permission = Permission::AgentStatesView;
const ONE: &str = "/agent-status/{InstanceId}/{AgentStatusId}";

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        change::<CreateAgentStatus, _, _>(
            Method::PUT,
            "CreateAgentStatus",
            "/agent-status/{InstanceId}",
            |input| Subject::new(&input.tags),
            |directory, cx, input| {
                let id = directory.create_agent_status(cx, input)?;
                Ok(directory.created_agent_status(id))
            },
        )
        .constraint("Name", NAME)
        .constraint("Description", DESCRIPTION)
        .constraint("DisplayOrder", Rule::Range(1, 50))
        .constraint("Tags", TAGS),
        describe::<DescribeAgentStatus, _>(
            "DescribeAgentStatus",
            ONE,
            |input| status(&input.agent_status_id),
            Directory::describe_agent_status,
        ),
        list::<ListAgentStatuses, _>(
            "ListAgentStatuses",
            "/agent-status/{InstanceId}",
            Items::tagged("AgentStatusSummaryList", VIEW, 1000),
            Directory::list_agent_statuses,
        )
        .query("AgentStatusTypes", "AgentStatusTypes", Kind::StringList)
        .constraint("AgentStatusTypes", Rule::Length(0, 3)),
        search::<SearchAgentStatuses, _>(
            "SearchAgentStatuses",
            "/search-agent-statuses",
            Items::tagged("AgentStatuses", VIEW, 100),
            Directory::search_agent_statuses,
        ),
        change::<UpdateAgentStatus, _, _>(
            Method::POST,
            "UpdateAgentStatus",
            ONE,
            |input| match input.state {
                Some(_) => status(&input.agent_status_id).also(Permission::AgentStatesEnableAndDisable),
                None => status(&input.agent_status_id),
            },
            Directory::update_agent_status,
        )
        .constraint("Name", NAME)
        .constraint("Description", CLEARABLE)
        .constraint("DisplayOrder", Rule::Range(1, 50)),
    ]
}

fn status(id: &str) -> Subject {
    Subject::on(ArnKind::AgentState, id)
}

//! Agent statuses (spec 02 §15): Available and Offline, which stay, and custom ones, which can be hidden but never
//! deleted.

use model::resource::{AgentStatus, AgentStatusType, Tags};
use model::{AgentStatusId, ArnKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::body::Body;
use crate::directory::{Cx, Directory};
use crate::error::{DirectoryError, Result};
use crate::input::inputs;
use crate::quotas::Quota;
use crate::rows::{Found, Row, Rows};
use crate::rules;
use crate::search::{FilterMember, Leaf, SearchCriteria, SearchFilter, Searchable};

inputs! {
    /// `CreateAgentStatus`; the type is always `CUSTOM`.
    CreateAgentStatus {
        name: String,
        description: Option<String>,
        state: AgentStatusState,
        display_order: Option<u32>,
        tags: Option<Tags>,
    }
    /// `DescribeAgentStatus`.
    DescribeAgentStatus { agent_status_id: String }
    /// `UpdateAgentStatus`; what is left out stays. `ResetOrderNumber` moves the status to the end of the order.
    UpdateAgentStatus {
        agent_status_id: String,
        name: Option<String>,
        description: Option<String>,
        state: Option<AgentStatusState>,
        display_order: Option<u32>,
        reset_order_number: Option<bool>,
    }
    /// `ListAgentStatuses`; no types means all.
    ListAgentStatuses { agent_status_types: Option<Vec<AgentStatusType>> }
    /// `SearchAgentStatuses`.
    SearchAgentStatuses { search_filter: Option<SearchFilter>, search_criteria: Option<SearchCriteria> }
}

/// Whether agents see the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs)]
pub enum AgentStatusState {
    Enabled,
    Disabled,
}

const SEARCH: Searchable<AgentStatus> = Searchable {
    fields: &[
        ("name", |status, is| is(&status.name)),
        ("description", |status, is| status.description.as_deref().is_some_and(is)),
        ("state", |status, is| is(state_name(status))),
        ("type", |status, is| is(type_name(status.kind))),
        ("displayOrder", |status, is| is(&status.display_order.to_string())),
        ("resourceID", |status, is| is(&status.agent_status_id.to_string())),
    ],
    leaves: &[(Leaf::State, |status, is| is(state_name(status)))],
    filter: FilterMember::Attribute,
    tags: Some(|status| &status.tags),
    group: None,
};

impl Directory {
    /// The first enabled status of a type: the routable one, or the offline one.
    pub fn agent_status_of_type(&self, kind: AgentStatusType) -> Option<&AgentStatus> {
        self.agent_statuses().find(|status| status.kind == kind && status.enabled)
    }

    /// `CreateAgentStatus`.
    pub fn create_agent_status(
        &mut self,
        cx: &mut Cx<'_>,
        input: CreateAgentStatus,
    ) -> Result<AgentStatusId> {
        self.mine(&input)?;
        rules::name("Name", &input.name)?;
        rules::description(input.description.as_deref())?;
        rules::tags(input.tags.as_ref())?;
        let status = AgentStatus {
            agent_status_id: cx.fresh(),
            name: input.name,
            description: input.description,
            kind: AgentStatusType::Custom,
            display_order: display_order(input.display_order)?.unwrap_or_else(|| self.last_order()),
            enabled: input.state == AgentStatusState::Enabled,
            tags: input.tags.unwrap_or_default(),
            last_modified_time: cx.now,
        };
        self.name_is_free(&status)?;
        self.room_for(Quota::AgentStatuses, self.table::<AgentStatus>().len())?;
        let id = status.agent_status_id;
        self.put(status);
        Ok(id)
    }

    /// `UpdateAgentStatus`: Available and Offline can be renamed but not disabled.
    pub fn update_agent_status(&mut self, cx: &mut Cx<'_>, input: UpdateAgentStatus) -> Result<()> {
        self.mine(&input)?;
        let mut status = self.find::<AgentStatus>(&input.agent_status_id)?.clone();
        rules::clearable_description(input.description.as_deref())?;
        if let Some(name) = input.name {
            rules::name("Name", &name)?;
            status.name = name;
        }
        if let Some(state) = input.state {
            if state == AgentStatusState::Disabled && status.kind != AgentStatusType::Custom {
                return Err(DirectoryError::request(format!(
                    "{:?} is a default status and cannot be disabled; only custom statuses can.",
                    status.name
                )));
            }
            status.enabled = state == AgentStatusState::Enabled;
        }
        if let Some(order) = display_order(input.display_order)? {
            status.display_order = order;
        } else if input.reset_order_number == Some(true) {
            status.display_order = self.last_order();
        }
        rules::set_description(&mut status.description, input.description);
        self.name_is_free(&status)?;
        status.last_modified_time = cx.now;
        self.put(status);
        Ok(())
    }

    /// `DescribeAgentStatus`.
    pub fn describe_agent_status(&self, input: &DescribeAgentStatus) -> Result<Value> {
        self.mine(input)?;
        let status = self.find(&input.agent_status_id)?;
        Ok(Body::new().set("AgentStatus", self.agent_status_body(status)).build())
    }

    /// The output of `CreateAgentStatus`.
    pub fn created_agent_status(&self, id: AgentStatusId) -> Value {
        Body::new()
            .set("AgentStatusARN", self.scope.arn(ArnKind::AgentState, id))
            .text("AgentStatusId", id)
            .build()
    }

    /// `ListAgentStatuses`, by id.
    pub fn list_agent_statuses<'a>(
        &'a self,
        input: &ListAgentStatuses,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let after = after.and_then(|key| key.parse().ok());
        let types = input.agent_status_types.clone().unwrap_or_default();
        let wanted = move |status: &&AgentStatus| types.is_empty() || types.contains(&status.kind);
        Ok(Rows::new(self.table::<AgentStatus>().after(after).filter(wanted).map(|status| {
            Row::new(status.agent_status_id, Some(&status.tags), || {
                Body::new()
                    .text("Id", status.agent_status_id)
                    .set("Arn", self.scope.arn(ArnKind::AgentState, status.agent_status_id))
                    .set("Name", &*status.name)
                    .set("Type", type_name(status.kind))
                    .modified(status.last_modified_time, &self.scope.region)
                    .build()
            })
        })))
    }

    /// `SearchAgentStatuses`.
    pub fn search_agent_statuses(&self, input: &SearchAgentStatuses) -> Result<Found<'_>> {
        self.mine(input)?;
        let matcher = SEARCH.matcher(self, input.search_filter.as_ref(), input.search_criteria.as_ref())?;
        Ok(matcher.find(self.agent_statuses(), |status| {
            Row::new(status.agent_status_id, Some(&status.tags), || self.agent_status_body(status))
        }))
    }

    fn agent_status_body(&self, status: &AgentStatus) -> Value {
        Body::new()
            .set("AgentStatusARN", self.scope.arn(ArnKind::AgentState, status.agent_status_id))
            .text("AgentStatusId", status.agent_status_id)
            .set("Name", &*status.name)
            .opt("Description", status.description.as_deref())
            .set("Type", json!(status.kind))
            .set("DisplayOrder", status.display_order)
            .set("State", state_name(status))
            .tags(&status.tags)
            .modified(status.last_modified_time, &self.scope.region)
            .build()
    }

    /// The place after the last one, as far as the numbers go.
    fn last_order(&self) -> u32 {
        let last = self.agent_statuses().map(|status| status.display_order).max().unwrap_or(0);
        (last + 1).min(50)
    }
}

fn display_order(order: Option<u32>) -> Result<Option<u32>> {
    match order {
        Some(order) if !(1..=50).contains(&order) => {
            Err(DirectoryError::parameter("DisplayOrder must be 1 to 50."))
        }
        order => Ok(order),
    }
}

fn state_name(status: &AgentStatus) -> &'static str {
    if status.enabled { "ENABLED" } else { "DISABLED" }
}

fn type_name(kind: AgentStatusType) -> &'static str {
    match kind {
        AgentStatusType::Routable => "ROUTABLE",
        AgentStatusType::Custom => "CUSTOM",
        AgentStatusType::Offline => "OFFLINE",
    }
}

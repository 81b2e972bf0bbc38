//! Who published what and when, over all flows of an instance (spec 04 §6.2): newest first.

use model::ArnKind;
use serde_json::json;

use crate::body::Body;
use crate::directory::Directory;
use crate::error::Result;
use crate::input::inputs;
use crate::rows::{Row, Rows};

inputs! {
    /// `ListContactFlowChanges`, an operation of our own. Times are seconds since 1970; what is left out does not narrow.
    ListContactFlowChanges {
        contact_flow_id: Option<String>,
        created_by: Option<String>,
        created_after: Option<f64>,
        created_before: Option<f64>,
    }
}

impl Directory {
    /// `ListContactFlowChanges`: the versions of all flows, newest first.
    pub fn list_contact_flow_changes<'a>(
        &'a self,
        input: &ListContactFlowChanges,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let only = input.contact_flow_id.as_deref().map(|id| self.find(id)).transpose()?;
        let only: Option<&model::resource::FlowResource> = only;
        let flows = self.flows().filter(|flow| only.is_none_or(|only| only.id == flow.id));
        let mut changes: Vec<_> = flows
            .flat_map(|flow| flow.versions.iter().map(move |version| (flow, version)))
            .filter(|(_, version)| {
                let at = version.created_time.as_secs_f64();
                input.created_by.as_ref().is_none_or(|user| version.created_by.as_ref() == Some(user))
                    && input.created_after.is_none_or(|from| at >= from)
                    && input.created_before.is_none_or(|to| at < to)
            })
            .map(|(flow, version)| {
                // Of one length, so that keys sort as what they stand for.
                (format!("{:020}:{}:{:010}", version.created_time.0, flow.id, version.number), flow, version)
            })
            .filter(|(key, ..)| after.is_none_or(|after| key.as_str() < after))
            .collect();
        changes.sort_unstable_by(|one, other| other.0.cmp(&one.0));
        Ok(Rows::new(changes.into_iter().map(move |(key, flow, version)| {
            Row::new(key, Some(&flow.tags), move || {
                Body::new()
                    .text("ContactFlowId", flow.id)
                    .set("ContactFlowArn", self.scope.arn(ArnKind::ContactFlow, flow.id))
                    .set("ContactFlowName", &*flow.name)
                    .set("ContactFlowType", json!(flow.kind))
                    .set("Version", version.number)
                    .set("CreatedTime", version.created_time.as_secs_f64())
                    .opt("CreatedBy", version.created_by.as_deref())
                    .opt("Description", version.description.as_deref())
                    .build()
            })
        })))
    }
}

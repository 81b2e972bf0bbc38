//! Flows as resources (spec 04 §6, 12 G59): created, saved, published, archived and deleted.

use axum::http::Method;
use directory::flow_changes::ListContactFlowChanges;
use directory::flow_versions::{
    CreateContactFlowVersion, DeleteContactFlowVersion, DescribeContactFlowHistory, ListContactFlowVersions,
};
use directory::flows::{
    CreateContactFlow, DeleteContactFlow, DescribeContactFlow, FlowStatus, ListContactFlows,
    SearchContactFlows, UpdateContactFlowContent, UpdateContactFlowMetadata, UpdateContactFlowName,
};
use directory::{Directory, Permission};
use model::ArnKind;
use serde_json::Value;
use wire::{Kind, Operation, Rule};

use super::authority::Subject;
use super::flow_check::Language;
use super::published::{FLOW_ID, TAGS};
use super::row::{Items, change, change_by, describe, describe_edition, list, list_of, search};
use crate::App;

/// The length of a digest.
pub(super) const SHA256: Rule = Rule::Length(1, 64);
const VIEW: Permission = Permission::ContactFlowsView;
const ONE: &str = "/contact-flows/{InstanceId}/{ContactFlowId}";
/// Room for the longest content, every character of it escaped.
pub(super) const CONTENT_BYTES: usize = 4 * 1024 * 1024;

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        change_by::<CreateContactFlow, _, _>(
            Method::PUT,
            "CreateContactFlow",
            "/contact-flows/{InstanceId}",
            |input| match input.status {
                Some(FlowStatus::Saved) => Subject::new(&input.tags),
                _ => Subject::new(&input.tags).also(Permission::ContactFlowsPublish),
            },
            |directory, cx, input, author| {
                let id = directory.create_contact_flow(cx, input, author, &Language)?;
                Ok(directory.created_contact_flow(id))
            },
        )
        .body_limit(CONTENT_BYTES)
        .constraint("Name", Rule::Length(1, 256))
        .constraint("Tags", TAGS),
        describe_edition::<DescribeContactFlow, _, _>(
            "DescribeContactFlow",
            ONE,
            |input| flow(&input.contact_flow_id),
            |directory, input| directory.replaced_flow_version(&input.contact_flow_id),
            Directory::describe_contact_flow,
        )
        .constraint("ContactFlowId", FLOW_ID),
        list::<ListContactFlows, _>(
            "ListContactFlows",
            "/contact-flows-summary/{InstanceId}",
            Items::tagged("ContactFlowSummaryList", VIEW, 1000),
            Directory::list_contact_flows,
        )
        .query("contactFlowTypes", "ContactFlowTypes", Kind::StringList)
        .constraint("ContactFlowTypes", Rule::Length(0, 10)),
        search::<SearchContactFlows, _>(
            "SearchContactFlows",
            "/search-contact-flows",
            Items::tagged("ContactFlows", VIEW, 100),
            Directory::search_contact_flows,
        ),
        change_by::<UpdateContactFlowContent, _, _>(
            Method::POST,
            "UpdateContactFlowContent",
            "/contact-flows/{InstanceId}/{ContactFlowId}/content",
            |input| match input.contact_flow_id.ends_with(":$SAVED") {
                true => flow(&input.contact_flow_id),
                false => flow(&input.contact_flow_id).also(Permission::ContactFlowsPublish),
            },
            |directory, cx, input, author| {
                directory.update_contact_flow_content(cx, input, author, &Language)
            },
        )
        .body_limit(CONTENT_BYTES)
        .constraint("ContactFlowId", FLOW_ID),
        change::<UpdateContactFlowName, _, _>(
            Method::POST,
            "UpdateContactFlowName",
            "/contact-flows/{InstanceId}/{ContactFlowId}/name",
            |input| flow(&input.contact_flow_id),
            Directory::update_contact_flow_name,
        )
        .constraint("ContactFlowId", FLOW_ID)
        .constraint("Name", Rule::Length(1, 256)),
        change::<UpdateContactFlowMetadata, _, _>(
            Method::POST,
            "UpdateContactFlowMetadata",
            "/contact-flows/{InstanceId}/{ContactFlowId}/metadata",
            |input| flow(&input.contact_flow_id),
            Directory::update_contact_flow_metadata,
        )
        .constraint("ContactFlowId", FLOW_ID)
        .constraint("Name", Rule::Length(1, 256)),
        change::<DeleteContactFlow, _, _>(
            Method::DELETE,
            "DeleteContactFlow",
            ONE,
            |input| flow(&input.contact_flow_id),
            |directory, _, input| directory.delete_contact_flow(input),
        )
        .constraint("ContactFlowId", FLOW_ID),
        change_by::<CreateContactFlowVersion, _, _>(
            Method::PUT,
            "CreateContactFlowVersion",
            "/contact-flows/{InstanceId}/{ContactFlowId}/version",
            |input| flow(&input.contact_flow_id),
            Directory::create_contact_flow_version,
        )
        .constraint("ContactFlowId", FLOW_ID)
        .constraint("FlowContentSha256", SHA256)
        .constraint("ContactFlowVersion", Rule::Range(1, i64::MAX)),
        list_of::<ListContactFlowVersions, _, _>(
            "ListContactFlowVersions",
            "/contact-flows/{InstanceId}/{ContactFlowId}/versions",
            Items::plain("ContactFlowVersionSummaryList", 1000),
            |input| flow(&input.contact_flow_id),
            |_, _| Ok(Value::Null),
            Directory::list_contact_flow_versions,
        )
        .constraint("ContactFlowId", FLOW_ID),
        change::<DeleteContactFlowVersion, _, _>(
            Method::DELETE,
            "DeleteContactFlowVersion",
            "/contact-flows/{InstanceId}/{ContactFlowId}/version/{ContactFlowVersion}",
            |input| flow(&input.contact_flow_id),
            |directory, _, input| directory.delete_contact_flow_version(input),
        )
        .label("ContactFlowVersion", Kind::Integer)
        .constraint("ContactFlowId", FLOW_ID)
        .constraint("ContactFlowVersion", Rule::Range(1, i64::MAX)),
        list::<ListContactFlowChanges, _>(
            "ListContactFlowChanges",
            "/switchroom/flow-changes/{InstanceId}",
            Items::tagged("Changes", VIEW, 1000),
            Directory::list_contact_flow_changes,
        )
        .query("contactFlowId", "ContactFlowId", Kind::String)
        .query("createdBy", "CreatedBy", Kind::String)
        .query("createdAfter", "CreatedAfter", Kind::Timestamp)
        .query("createdBefore", "CreatedBefore", Kind::Timestamp)
        .constraint("ContactFlowId", FLOW_ID)
        .constraint("CreatedBy", Rule::Length(1, 256)),
        describe::<DescribeContactFlowHistory, _>(
            "DescribeContactFlowHistory",
            "/switchroom/flow-history/{InstanceId}/{ContactFlowId}",
            |input| flow(&input.contact_flow_id),
            Directory::describe_contact_flow_history,
        )
        .constraint("ContactFlowId", FLOW_ID),
    ]
}

fn flow(id: &str) -> Subject {
    Subject::on(ArnKind::ContactFlow, id)
}

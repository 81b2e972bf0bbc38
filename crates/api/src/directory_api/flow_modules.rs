//! Flow modules and their versions (spec 04 §11, 10 §1.9, 12 G59).

use axum::http::Method;
use directory::flow_modules::{
    CreateContactFlowModule, CreateContactFlowModuleDraft, CreateContactFlowModuleVersion,
    DeleteContactFlowModule, DeleteContactFlowModuleVersion, DescribeContactFlowModule,
    ListContactFlowModuleUses, ListContactFlowModuleVersions, ListContactFlowModules,
    SearchContactFlowModules, UpdateContactFlowModuleContent, UpdateContactFlowModuleMetadata,
};
use directory::flow_versions::DescribeContactFlowModuleHistory;
use directory::{Directory, Permission};
use model::ArnKind;
use serde_json::Value;
use wire::{Kind, Operation, Rule};

use super::authority::Subject;
use super::flow_check::Language;
use super::flows::{CONTENT_BYTES, SHA256};
use super::published::{CLIENT_TOKEN, NAME, TAGS};
use super::row::{Items, change, change_by, describe, describe_edition, list, list_of, search};
use crate::App;

const VIEW: Permission = Permission::ContactFlowModulesView;
const ONE: &str = "/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}";

pub(super) fn operations() -> Vec<Operation<App>> {
    let id = || Rule::Length(1, 256);
    let content = || Rule::Length(1, 256_000);
    let description = || Rule::Length(0, 500);
    let number = || Rule::Range(1, i64::MAX);
    vec![
        change_by::<CreateContactFlowModule, _, _>(
            Method::PUT,
            "CreateContactFlowModule",
            "/contact-flow-modules/{InstanceId}",
            |input| Subject::new(&input.tags).also(Permission::ContactFlowModulesPublish),
            |directory, cx, input, author| {
                let id = directory.create_contact_flow_module(cx, input, author, &Language)?;
                Ok(directory.created_contact_flow_module(id))
            },
        )
        .body_limit(CONTENT_BYTES)
        .constraint("Name", NAME)
        .constraint("Description", description())
        .constraint("Content", content())
        .constraint("ClientToken", CLIENT_TOKEN)
        .constraint("Tags", TAGS),
        change::<CreateContactFlowModuleDraft, _, _>(
            Method::PUT,
            "CreateContactFlowModuleDraft",
            "/switchroom/flow-module-drafts/{InstanceId}",
            |input| Subject::new(&input.tags),
            |directory, cx, input| {
                let id = directory.create_contact_flow_module_draft(cx, input)?;
                Ok(directory.created_contact_flow_module(id))
            },
        )
        .body_limit(CONTENT_BYTES)
        .constraint("Name", NAME)
        .constraint("Description", description())
        .constraint("Content", content())
        .constraint("Tags", TAGS),
        list_of::<ListContactFlowModuleUses, _, _>(
            "ListContactFlowModuleUses",
            "/switchroom/flow-module-uses/{InstanceId}/{ContactFlowModuleId}",
            Items::tagged("Uses", Permission::ContactFlowsView, 1000),
            |input| module(&input.contact_flow_module_id).also(Permission::ContactFlowsView),
            |_, _| Ok(Value::Null),
            Directory::list_contact_flow_module_uses,
        )
        .constraint("ContactFlowModuleId", id()),
        describe_edition::<DescribeContactFlowModule, _, _>(
            "DescribeContactFlowModule",
            ONE,
            |input| module(&input.contact_flow_module_id),
            |directory, input| directory.replaced_module_version(&input.contact_flow_module_id),
            Directory::describe_contact_flow_module,
        )
        .constraint("ContactFlowModuleId", id()),
        list::<ListContactFlowModules, _>(
            "ListContactFlowModules",
            "/contact-flow-modules-summary/{InstanceId}",
            Items::tagged("ContactFlowModulesSummaryList", VIEW, 1000),
            Directory::list_contact_flow_modules,
        )
        .query("state", "ContactFlowModuleState", Kind::String)
        .constraint("ContactFlowModuleState", Rule::OneOf(&["ACTIVE", "ARCHIVED"])),
        search::<SearchContactFlowModules, _>(
            "SearchContactFlowModules",
            "/search-contact-flow-modules",
            Items::tagged("ContactFlowModules", VIEW, 100),
            Directory::search_contact_flow_modules,
        ),
        change_by::<UpdateContactFlowModuleContent, _, _>(
            Method::POST,
            "UpdateContactFlowModuleContent",
            "/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/content",
            |input| match input.contact_flow_module_id.ends_with(":$SAVED") {
                true => module(&input.contact_flow_module_id),
                false => module(&input.contact_flow_module_id).also(Permission::ContactFlowModulesPublish),
            },
            |directory, cx, input, author| {
                directory.update_contact_flow_module_content(cx, input, author, &Language)
            },
        )
        .body_limit(CONTENT_BYTES)
        .constraint("ContactFlowModuleId", id())
        .constraint("Content", content()),
        change::<UpdateContactFlowModuleMetadata, _, _>(
            Method::POST,
            "UpdateContactFlowModuleMetadata",
            "/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/metadata",
            |input| module(&input.contact_flow_module_id),
            Directory::update_contact_flow_module_metadata,
        )
        .constraint("ContactFlowModuleId", id())
        .constraint("Name", NAME)
        .constraint("Description", description()),
        change::<DeleteContactFlowModule, _, _>(
            Method::DELETE,
            "DeleteContactFlowModule",
            ONE,
            |input| module(&input.contact_flow_module_id),
            |directory, _, input| directory.delete_contact_flow_module(input),
        )
        .constraint("ContactFlowModuleId", id()),
        change_by::<CreateContactFlowModuleVersion, _, _>(
            Method::PUT,
            "CreateContactFlowModuleVersion",
            "/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/version",
            |input| module(&input.contact_flow_module_id),
            Directory::create_contact_flow_module_version,
        )
        .constraint("Description", description())
        .constraint("FlowModuleContentSha256", SHA256),
        list_of::<ListContactFlowModuleVersions, _, _>(
            "ListContactFlowModuleVersions",
            "/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/versions",
            Items::plain("ContactFlowModuleVersionSummaryList", 1000),
            |input| module(&input.contact_flow_module_id),
            |_, _| Ok(Value::Null),
            Directory::list_contact_flow_module_versions,
        ),
        change::<DeleteContactFlowModuleVersion, _, _>(
            Method::DELETE,
            "DeleteContactFlowModuleVersion",
            "/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/version/{ContactFlowModuleVersion}",
            |input| module(&input.contact_flow_module_id),
            |directory, _, input| directory.delete_contact_flow_module_version(input),
        )
        .label("ContactFlowModuleVersion", Kind::Integer)
        .constraint("ContactFlowModuleVersion", number()),
        describe::<DescribeContactFlowModuleHistory, _>(
            "DescribeContactFlowModuleHistory",
            "/switchroom/flow-module-history/{InstanceId}/{ContactFlowModuleId}",
            |input| module(&input.contact_flow_module_id),
            Directory::describe_contact_flow_module_history,
        )
        .constraint("ContactFlowModuleId", id()),
    ]
}

fn module(id: &str) -> Subject {
    Subject::on(ArnKind::FlowModule, id)
}

//! Task templates: the forms by which tasks are made (spec 12 G35).

use axum::http::Method;
use directory::task_templates::{
    CreateTaskTemplate, DeleteTaskTemplate, GetTaskTemplate, ListTaskTemplates, UpdateTaskTemplate,
};
use directory::{Directory, Permission};
use model::ArnKind;
use wire::{Kind, Operation, Rule};

use super::authority::Subject;
use super::published::{CLIENT_TOKEN, FLOW_ID};
use super::row::{Items, change, describe, list};
use crate::App;

const VIEW: Permission = Permission::TaskTemplatesView;
const ALL: &str = "/instance/{InstanceId}/task/template";
const ONE: &str = "/instance/{InstanceId}/task/template/{TaskTemplateId}";
const NAME: Rule = Rule::Length(1, 100);
const DESCRIPTION: Rule = Rule::Length(1, 255);

pub(super) fn operations() -> Vec<Operation<App>> {
    let id = || Rule::Length(1, 500);
    vec![
        change::<CreateTaskTemplate, _, _>(
            Method::PUT,
            "CreateTaskTemplate",
            ALL,
            |input| Subject::none().using(ArnKind::ContactFlow, &input.contact_flow_id),
            |directory, cx, input| {
                let id = directory.create_task_template(cx, input)?;
                Ok(directory.created_task_template(id))
            },
        )
        .constraint("Name", NAME)
        .constraint("Description", DESCRIPTION)
        .constraint("ContactFlowId", FLOW_ID)
        .constraint("ClientToken", CLIENT_TOKEN),
        describe::<GetTaskTemplate, _>(
            "GetTaskTemplate",
            ONE,
            |_| Subject::none(),
            Directory::get_task_template,
        )
        .query("snapshotVersion", "SnapshotVersion", Kind::String)
        .constraint("TaskTemplateId", id()),
        list::<ListTaskTemplates, _>(
            "ListTaskTemplates",
            ALL,
            Items::tagged("TaskTemplates", VIEW, 100),
            Directory::list_task_templates,
        )
        .query("status", "Status", Kind::String)
        .query("name", "Name", Kind::String)
        .constraint("Name", NAME),
        change::<UpdateTaskTemplate, _, _>(
            Method::POST,
            "UpdateTaskTemplate",
            ONE,
            |input| Subject::none().using(ArnKind::ContactFlow, &input.contact_flow_id),
            |directory, cx, input| {
                let id = directory.update_task_template(cx, input)?;
                Ok(directory.updated_task_template(id))
            },
        )
        .constraint("TaskTemplateId", id())
        .constraint("Name", NAME)
        .constraint("Description", DESCRIPTION)
        .constraint("ContactFlowId", FLOW_ID),
        change::<DeleteTaskTemplate, _, _>(
            Method::DELETE,
            "DeleteTaskTemplate",
            ONE,
            |_| Subject::none(),
            |directory, _, input| directory.delete_task_template(input),
        )
        .constraint("TaskTemplateId", id()),
    ]
}

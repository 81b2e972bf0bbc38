//! Quick connects: the destinations that agents transfer to.

use axum::http::Method;
use directory::quick_connects::{
    CreateQuickConnect, DeleteQuickConnect, DescribeQuickConnect, ListQuickConnects, QuickConnectTarget,
    SearchQuickConnects, UpdateQuickConnectConfig, UpdateQuickConnectName,
};
use directory::{Directory, Permission};
use model::ArnKind;
use wire::{Kind, Operation, Rule};

use super::authority::Subject;
use super::published::{CLEARABLE, DESCRIPTION, FLOW_ID, NAME, TAGS};
use super::row::{Items, change, describe, list, search};
use crate::App;

const VIEW: Permission = Permission::TransferDestinationsView;
const ONE: &str = "/quick-connects/{InstanceId}/{QuickConnectId}";

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        target(change::<CreateQuickConnect, _, _>(
            Method::PUT,
            "CreateQuickConnect",
            "/quick-connects/{InstanceId}",
            |input| leading(Subject::new(&input.tags), &input.quick_connect_config),
            |directory, cx, input| {
                let id = directory.create_quick_connect(cx, input)?;
                Ok(directory.created_quick_connect(id))
            },
        ))
        .constraint("Name", NAME)
        .constraint("Description", DESCRIPTION)
        .constraint("Tags", TAGS),
        describe::<DescribeQuickConnect, _>(
            "DescribeQuickConnect",
            ONE,
            |input| quick_connect(&input.quick_connect_id),
            Directory::describe_quick_connect,
        ),
        list::<ListQuickConnects, _>(
            "ListQuickConnects",
            "/quick-connects/{InstanceId}",
            Items::tagged("QuickConnectSummaryList", VIEW, 1000),
            Directory::list_quick_connects,
        )
        .query("QuickConnectTypes", "QuickConnectTypes", Kind::StringList)
        .constraint("QuickConnectTypes", Rule::Length(0, 4)),
        search::<SearchQuickConnects, _>(
            "SearchQuickConnects",
            "/search-quick-connects",
            Items::tagged("QuickConnects", VIEW, 100),
            Directory::search_quick_connects,
        ),
        change::<UpdateQuickConnectName, _, _>(
            Method::POST,
            "UpdateQuickConnectName",
            "/quick-connects/{InstanceId}/{QuickConnectId}/name",
            |input| quick_connect(&input.quick_connect_id),
            Directory::update_quick_connect_name,
        )
        .constraint("Name", NAME)
        .constraint("Description", CLEARABLE),
        target(change::<UpdateQuickConnectConfig, _, _>(
            Method::POST,
            "UpdateQuickConnectConfig",
            "/quick-connects/{InstanceId}/{QuickConnectId}/config",
            |input| leading(quick_connect(&input.quick_connect_id), &input.quick_connect_config),
            Directory::update_quick_connect_config,
        )),
        change::<DeleteQuickConnect, _, _>(
            Method::DELETE,
            "DeleteQuickConnect",
            ONE,
            |input| quick_connect(&input.quick_connect_id),
            Directory::delete_quick_connect,
        ),
    ]
}

fn quick_connect(id: &str) -> Subject {
    Subject::on(ArnKind::TransferDestination, id)
}

/// Adds what a destination refers to.
fn leading(subject: Subject, target: &QuickConnectTarget) -> Subject {
    let (user, queue) = (target.user_config.iter(), target.queue_config.iter());
    let flows = user.clone().map(|user| &user.contact_flow_id);
    let flows = flows.chain(queue.clone().map(|queue| &queue.contact_flow_id));
    subject
        .using(ArnKind::ContactFlow, flows)
        .using(ArnKind::Agent, user.map(|user| &user.user_id))
        .using(ArnKind::Queue, queue.map(|queue| &queue.queue_id))
}

/// An operation that takes a destination.
fn target(operation: Operation<App>) -> Operation<App> {
    operation
        .sensitive("QuickConnectConfig.PhoneConfig")
        .constraint("QuickConnectConfig.UserConfig.ContactFlowId", FLOW_ID)
        .constraint("QuickConnectConfig.QueueConfig.ContactFlowId", FLOW_ID)
        .constraint("QuickConnectConfig.PhoneConfig.PhoneNumber", Rule::pattern(r"\+[1-9]\d{1,14}"))
}

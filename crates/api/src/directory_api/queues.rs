//! Standard queues (spec 02 §9) and the quick connects they offer.

use axum::http::Method;
use contacts::Core;
use directory::queues::{
    AssociateQueueQuickConnects, CreateQueue, DeleteQueue, DescribeQueue, DisassociateQueueQuickConnects,
    ListQueueQuickConnects, ListQueues, SearchQueues, UpdateQueueHoursOfOperation, UpdateQueueMaxContacts,
    UpdateQueueName, UpdateQueueOutboundCallerConfig, UpdateQueueStatus,
};
use directory::{Directory, DirectoryError, Permission};
use model::{ArnKind, QueueId, arn};
use routing::QueueRef;
use serde_json::json;
use wire::{ApiError, Call, Kind, Operation, Rule};

use super::authority::Subject;
use super::published::{CLEARABLE, DESCRIPTION, FLOW_ID, NAME, TAGS, UP_TO_50};
use super::row::{self, Answer, INSTANCE_ID, Items, change, describe, list, list_of, search};
use crate::App;

const VIEW: Permission = Permission::QueuesView;
const ONE: &str = "/queues/{InstanceId}/{QueueId}";

pub(super) fn operations() -> Vec<Operation<App>> {
    let mut operations = vec![
        caller(change::<CreateQueue, _, _>(
            Method::PUT,
            "CreateQueue",
            "/queues/{InstanceId}",
            |input| {
                let flow = input.outbound_caller_config.iter().flat_map(|config| &config.outbound_flow_id);
                Subject::new(&input.tags)
                    .using(ArnKind::OperatingHours, [&input.hours_of_operation_id])
                    .using(ArnKind::TransferDestination, input.quick_connect_ids.iter().flatten())
                    .using(ArnKind::ContactFlow, flow)
            },
            |directory, cx, input| {
                let id = directory.create_queue(cx, input)?;
                Ok(directory.created_queue(id))
            },
        ))
        .constraint("Name", NAME)
        .constraint("Description", DESCRIPTION)
        .constraint("MaxContacts", Rule::Range(0, i64::from(u32::MAX)))
        .constraint("QuickConnectIds", UP_TO_50)
        .constraint("Tags", TAGS),
        describe::<DescribeQueue, _>(
            "DescribeQueue",
            ONE,
            |input| queue(&input.queue_id),
            Directory::describe_queue,
        ),
        list::<ListQueues, _>(
            "ListQueues",
            "/queues-summary/{InstanceId}",
            Items::tagged("QueueSummaryList", VIEW, 1000),
            Directory::list_queues,
        )
        .query("queueTypes", "QueueTypes", Kind::StringList)
        .constraint("QueueTypes", Rule::Length(0, 2)),
        search::<SearchQueues, _>(
            "SearchQueues",
            "/search-queues",
            Items::tagged("Queues", VIEW, 500),
            Directory::search_queues,
        ),
        Operation::delete("DeleteQueue", ONE, delete).constraint("InstanceId", INSTANCE_ID),
    ];
    operations.extend(updates());
    operations.extend(quick_connects());
    operations
}

fn updates() -> Vec<Operation<App>> {
    vec![
        change::<UpdateQueueName, _, _>(
            Method::POST,
            "UpdateQueueName",
            "/queues/{InstanceId}/{QueueId}/name",
            |input| queue(&input.queue_id),
            Directory::update_queue_name,
        )
        .constraint("Name", NAME)
        .constraint("Description", CLEARABLE),
        change::<UpdateQueueHoursOfOperation, _, _>(
            Method::POST,
            "UpdateQueueHoursOfOperation",
            "/queues/{InstanceId}/{QueueId}/hours-of-operation",
            |input| queue(&input.queue_id).using(ArnKind::OperatingHours, [&input.hours_of_operation_id]),
            Directory::update_queue_hours_of_operation,
        ),
        change::<UpdateQueueMaxContacts, _, _>(
            Method::POST,
            "UpdateQueueMaxContacts",
            "/queues/{InstanceId}/{QueueId}/max-contacts",
            |input| queue(&input.queue_id),
            Directory::update_queue_max_contacts,
        )
        .constraint("MaxContacts", Rule::Range(0, i64::from(u32::MAX))),
        change::<UpdateQueueStatus, _, _>(
            Method::POST,
            "UpdateQueueStatus",
            "/queues/{InstanceId}/{QueueId}/status",
            |input| queue(&input.queue_id),
            Directory::update_queue_status,
        ),
        caller(change::<UpdateQueueOutboundCallerConfig, _, _>(
            Method::POST,
            "UpdateQueueOutboundCallerConfig",
            "/queues/{InstanceId}/{QueueId}/outbound-caller-config",
            |input| {
                queue(&input.queue_id)
                    .using(ArnKind::ContactFlow, input.outbound_caller_config.outbound_flow_id.iter())
            },
            Directory::update_queue_outbound_caller_config,
        )),
    ]
}

fn quick_connects() -> Vec<Operation<App>> {
    vec![
        change::<AssociateQueueQuickConnects, _, _>(
            Method::POST,
            "AssociateQueueQuickConnects",
            "/queues/{InstanceId}/{QueueId}/associate-quick-connects",
            |input| queue(&input.queue_id).using(ArnKind::TransferDestination, &input.quick_connect_ids),
            Directory::associate_queue_quick_connects,
        )
        .constraint("QuickConnectIds", UP_TO_50),
        change::<DisassociateQueueQuickConnects, _, _>(
            Method::POST,
            "DisassociateQueueQuickConnects",
            "/queues/{InstanceId}/{QueueId}/disassociate-quick-connects",
            |input| queue(&input.queue_id).using(ArnKind::TransferDestination, &input.quick_connect_ids),
            Directory::disassociate_queue_quick_connects,
        )
        .constraint("QuickConnectIds", UP_TO_50),
        list_of::<ListQueueQuickConnects, _, _>(
            "ListQueueQuickConnects",
            "/queues/{InstanceId}/{QueueId}/quick-connects",
            Items::tagged("QuickConnectSummaryList", Permission::TransferDestinationsView, 100),
            |input| queue(&input.queue_id),
            |directory, input| {
                let (instance_id, queue_id) = (input.instance_id.clone(), input.queue_id.clone());
                directory.describe_queue(&DescribeQueue { instance_id, queue_id })
            },
            Directory::list_queue_quick_connects,
        ),
    ]
}

fn queue(id: &str) -> Subject {
    Subject::on(ArnKind::Queue, id)
}

/// An operation that takes how outbound calls appear.
fn caller(operation: Operation<App>) -> Operation<App> {
    operation
        .constraint("OutboundCallerConfig.OutboundCallerIdName", Rule::Length(1, 255))
        .constraint("OutboundCallerConfig.OutboundFlowId", FLOW_ID)
}

async fn delete(call: Call<App>, input: DeleteQueue) -> Answer {
    let subject = queue(&input.queue_id);
    row::configure(&call, &subject, input, nobody_waits, |directory, _, input| directory.delete_queue(input))
        .await?;
    Ok(json!({}))
}

/// A queue in which contacts wait cannot be deleted.
fn nobody_waits(core: &Core, input: &DeleteQueue) -> Result<(), ApiError> {
    let Ok(id) = arn::id_part(&input.queue_id).parse::<QueueId>() else { return Ok(()) };
    match core.router().queue_size(QueueRef::Standard(id), None) {
        0 => Ok(()),
        waiting => Err(row::refused(DirectoryError::in_use(
            format!("{waiting} contacts wait in the queue. Disable it and delete it when they have left."),
            core.directory().scope().arn(ArnKind::Queue, id),
        ))),
    }
}

//! Routing profiles and the queues in them (spec 02 §11, 12 G32).

use axum::http::Method;
use directory::routing_profiles::{
    AssociateRoutingProfileQueues, CreateRoutingProfile, DeleteRoutingProfile, DescribeRoutingProfile,
    DisassociateRoutingProfileQueues, ListRoutingProfileQueues, ListRoutingProfiles, QueueConfigInput,
    SearchRoutingProfiles, UpdateRoutingProfileAgentAvailabilityTimer, UpdateRoutingProfileConcurrency,
    UpdateRoutingProfileDefaultOutboundQueue, UpdateRoutingProfileName, UpdateRoutingProfileQueues,
};
use directory::{Directory, Permission};
use model::ArnKind;
use wire::{Operation, Rule};

use super::authority::Subject;
use super::published::{DESCRIPTION, NAME, TAGS};
use super::row::{Items, change, describe, list, list_of, search};
use crate::App;

const VIEW: Permission = Permission::RoutingPoliciesView;
const ONE: &str = "/routing-profiles/{InstanceId}/{RoutingProfileId}";

pub(super) fn operations() -> Vec<Operation<App>> {
    let mut operations = vec![
        rows(channels(change::<CreateRoutingProfile, _, _>(
            Method::PUT,
            "CreateRoutingProfile",
            "/routing-profiles/{InstanceId}",
            |input| {
                Subject::new(&input.tags)
                    .using(ArnKind::Queue, [&input.default_outbound_queue_id])
                    .using(ArnKind::Queue, queues_of(input.queue_configs.as_deref().unwrap_or_default()))
            },
            |directory, cx, input| {
                let id = directory.create_routing_profile(cx, input)?;
                Ok(directory.created_routing_profile(id))
            },
        )))
        .constraint("Name", NAME)
        .constraint("Description", DESCRIPTION)
        .constraint("Tags", TAGS),
        describe::<DescribeRoutingProfile, _>(
            "DescribeRoutingProfile",
            ONE,
            |input| profile(&input.routing_profile_id),
            Directory::describe_routing_profile,
        ),
        list::<ListRoutingProfiles, _>(
            "ListRoutingProfiles",
            "/routing-profiles-summary/{InstanceId}",
            Items::tagged("RoutingProfileSummaryList", VIEW, 1000),
            Directory::list_routing_profiles,
        ),
        search::<SearchRoutingProfiles, _>(
            "SearchRoutingProfiles",
            "/search-routing-profiles",
            Items::tagged("RoutingProfiles", VIEW, 500),
            Directory::search_routing_profiles,
        ),
        change::<UpdateRoutingProfileName, _, _>(
            Method::POST,
            "UpdateRoutingProfileName",
            "/routing-profiles/{InstanceId}/{RoutingProfileId}/name",
            |input| profile(&input.routing_profile_id),
            Directory::update_routing_profile_name,
        )
        .constraint("Name", NAME)
        .constraint("Description", DESCRIPTION),
        channels(change::<UpdateRoutingProfileConcurrency, _, _>(
            Method::POST,
            "UpdateRoutingProfileConcurrency",
            "/routing-profiles/{InstanceId}/{RoutingProfileId}/concurrency",
            |input| profile(&input.routing_profile_id),
            Directory::update_routing_profile_concurrency,
        )),
        change::<UpdateRoutingProfileDefaultOutboundQueue, _, _>(
            Method::POST,
            "UpdateRoutingProfileDefaultOutboundQueue",
            "/routing-profiles/{InstanceId}/{RoutingProfileId}/default-outbound-queue",
            |input| {
                profile(&input.routing_profile_id).using(ArnKind::Queue, [&input.default_outbound_queue_id])
            },
            Directory::update_routing_profile_default_outbound_queue,
        ),
        change::<UpdateRoutingProfileAgentAvailabilityTimer, _, _>(
            Method::POST,
            "UpdateRoutingProfileAgentAvailabilityTimer",
            "/routing-profiles/{InstanceId}/{RoutingProfileId}/agent-availability-timer",
            |input| profile(&input.routing_profile_id),
            Directory::update_routing_profile_agent_availability_timer,
        ),
        change::<DeleteRoutingProfile, _, _>(
            Method::DELETE,
            "DeleteRoutingProfile",
            ONE,
            |input| profile(&input.routing_profile_id),
            |directory, _, input| directory.delete_routing_profile(input),
        ),
    ];
    operations.extend(queues());
    operations
}

fn queues() -> Vec<Operation<App>> {
    vec![
        rows(change::<AssociateRoutingProfileQueues, _, _>(
            Method::POST,
            "AssociateRoutingProfileQueues",
            "/routing-profiles/{InstanceId}/{RoutingProfileId}/associate-queues",
            |input| profile(&input.routing_profile_id).using(ArnKind::Queue, queues_of(&input.queue_configs)),
            Directory::associate_routing_profile_queues,
        )),
        rows(change::<UpdateRoutingProfileQueues, _, _>(
            Method::POST,
            "UpdateRoutingProfileQueues",
            "/routing-profiles/{InstanceId}/{RoutingProfileId}/queues",
            |input| profile(&input.routing_profile_id).using(ArnKind::Queue, queues_of(&input.queue_configs)),
            Directory::update_routing_profile_queues,
        )),
        change::<DisassociateRoutingProfileQueues, _, _>(
            Method::POST,
            "DisassociateRoutingProfileQueues",
            "/routing-profiles/{InstanceId}/{RoutingProfileId}/disassociate-queues",
            |input| {
                let queues = input.queue_references.iter().map(|reference| &reference.queue_id);
                profile(&input.routing_profile_id).using(ArnKind::Queue, queues)
            },
            Directory::disassociate_routing_profile_queues,
        ),
        list_of::<ListRoutingProfileQueues, _, _>(
            "ListRoutingProfileQueues",
            "/routing-profiles/{InstanceId}/{RoutingProfileId}/queues",
            Items::tagged("RoutingProfileQueueConfigSummaryList", Permission::QueuesView, 100),
            |input| profile(&input.routing_profile_id),
            |directory, input| {
                directory.describe_routing_profile(&DescribeRoutingProfile {
                    instance_id: input.instance_id.clone(),
                    routing_profile_id: input.routing_profile_id.clone(),
                })
            },
            Directory::list_routing_profile_queues,
        ),
    ]
}

fn profile(id: &str) -> Subject {
    Subject::on(ArnKind::RoutingProfile, id)
}

fn queues_of(rows: &[QueueConfigInput]) -> impl Iterator<Item = &String> {
    rows.iter().map(|row| &row.queue_reference.queue_id)
}

/// An operation that takes rows.
fn rows(operation: Operation<App>) -> Operation<App> {
    operation
        .constraint("QueueConfigs", Rule::Length(1, 10))
        .constraint("QueueConfigs[].Priority", Rule::Range(1, 99))
        .constraint("QueueConfigs[].Delay", Rule::Range(0, 9999))
}

/// An operation that takes channels.
fn channels(operation: Operation<App>) -> Operation<App> {
    operation.constraint("MediaConcurrencies[].Concurrency", Rule::Range(1, 10))
}

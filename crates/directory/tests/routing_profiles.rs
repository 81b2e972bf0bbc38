//! Routing profiles.

mod common;

use common::*;
use directory::Quota;
use serde_json::{Value, json};

fn row(queue: &str, channel: &str, priority: i64, delay: i64) -> Value {
    json!({ "QueueReference": { "QueueId": queue, "Channel": channel }, "Priority": priority, "Delay": delay })
}

fn channel(channel: &str, concurrency: i64) -> Value {
    json!({ "Channel": channel, "Concurrency": concurrency })
}

fn base(world: &World) -> Value {
    json!({
        "Name": "P",
        "Description": "d",
        "DefaultOutboundQueueId": world.id("queue", "BasicQueue"),
        "MediaConcurrencies": [channel("VOICE", 1)],
    })
}

#[test]
fn a_new_profile_is_described_as_it_was_made() {
    let mut world = World::new();
    let queue = world.id("queue", "BasicQueue");
    let concurrencies = json!([
        { "Channel": "VOICE", "Concurrency": 1, "CrossChannelBehavior": { "BehaviorType": "ROUTE_CURRENT_CHANNEL_ONLY" } },
        { "Channel": "CHAT", "Concurrency": 10, "CrossChannelBehavior": { "BehaviorType": "ROUTE_ANY_CHANNEL" } },
    ]);
    let created = world.ok(
        "CreateRoutingProfile",
        with(
            &base(&world),
            json!({
                "MediaConcurrencies": concurrencies,
                "QueueConfigs": [row(&queue, "VOICE", 1, 0), row(&queue, "CHAT", 99, 9999)],
                "AgentAvailabilityTimer": "TIME_SINCE_LAST_INBOUND",
            }),
        ),
    );
    let id = created["RoutingProfileId"].as_str().expect("an id").to_owned();
    assert_eq!(created["RoutingProfileArn"], arn(&format!("routing-profile/{id}")));
    let described = world.ok("DescribeRoutingProfile", json!({ "RoutingProfileId": id }));
    assert_eq!(
        described["RoutingProfile"],
        json!({
            "InstanceId": INSTANCE,
            "Name": "P",
            "RoutingProfileArn": arn(&format!("routing-profile/{id}")),
            "RoutingProfileId": id,
            "Description": "d",
            "MediaConcurrencies": concurrencies,
            "DefaultOutboundQueueId": queue,
            "NumberOfAssociatedQueues": 1,
            "NumberOfAssociatedUsers": 0,
            "AgentAvailabilityTimer": "TIME_SINCE_LAST_INBOUND",
            "IsDefault": false,
            "AssociatedQueueIds": [queue],
            "Tags": {},
            "LastModifiedTime": 1_700_000_001.0,
            "LastModifiedRegion": "us-east-1",
        })
    );
    let listed = world.ok("ListRoutingProfileQueues", json!({ "RoutingProfileId": id }));
    let entry = |channel: &str, priority: u32, delay: u32| {
        json!({
            "QueueId": queue, "QueueArn": arn(&format!("queue/{queue}")), "QueueName": "BasicQueue",
            "Priority": priority, "Delay": delay, "Channel": channel,
        })
    };
    assert_eq!(
        listed["RoutingProfileQueueConfigSummaryList"],
        json!([entry("CHAT", 99, 9999), entry("VOICE", 1, 0)])
    );
}

#[test]
fn what_is_refused_at_creation() {
    let mut world = World::new();
    let queue = world.id("queue", "BasicQueue");
    let base = base(&world);
    let rows = |rows: Value| with(&base, json!({ "QueueConfigs": rows }));
    let channels = |channels: Value| with(&base, json!({ "MediaConcurrencies": channels }));
    world.all_refused(
        "CreateRoutingProfile",
        &[
            (with(&base, json!({ "Name": "Basic Routing Profile" })), DUPLICATE, "another name"),
            (with(&base, json!({ "Description": null })), INVALID, "Description"),
            (with(&base, json!({ "Description": "" })), INVALID, "1 to 250"),
            (with(&base, json!({ "DefaultOutboundQueueId": NOBODY })), MISSING, "queue"),
            (with(&base, json!({ "AgentAvailabilityTimer": "NEVER" })), INVALID, "NEVER"),
            (channels(json!([])), INVALID, "1 to 3"),
            (channels(json!([channel("VOICE", 2)])), INVALID, "VOICE must be 1"),
            (channels(json!([channel("VOICE", 0)])), INVALID, "VOICE must be 1"),
            (channels(json!([channel("CHAT", 0)])), INVALID, "1 to 10"),
            (channels(json!([channel("TASK", 11)])), INVALID, "TASK must be 1 to 10"),
            (channels(json!([channel("TASK", 1), channel("TASK", 2)])), INVALID, "TASK twice"),
            (channels(json!([channel("EMAIL", 1)])), INVALID, "EMAIL"),
            (channels(json!([{ "Channel": "CHAT" }])), INVALID, "Concurrency"),
            (rows(json!([])), INVALID, "1 to 10"),
            (rows(json!(vec![row(&queue, "VOICE", 1, 0); 11])), INVALID, "1 to 10"),
            (rows(json!([row(NOBODY, "VOICE", 1, 0)])), MISSING, "queue"),
            (rows(json!([row(&queue, "VOICE", 0, 0)])), INVALID, "1 to 99"),
            (rows(json!([row(&queue, "VOICE", 100, 0)])), INVALID, "1 to 99"),
            (rows(json!([row(&queue, "VOICE", 1, 10_000)])), INVALID, "9999"),
            (rows(json!([row(&queue, "VOICE", 1, -1)])), INVALID, "-1"),
            (rows(json!([row(&queue, "VOICE", 1, 0), row(&queue, "VOICE", 2, 0)])), INVALID, "twice"),
        ],
    );
    world.ok("CreateRoutingProfile", rows(json!([row(&queue, "VOICE", 1, 0), row(&queue, "CHAT", 2, 0)])));
    world.quota(Quota::RoutingProfiles, Some(2));
    world.refused("CreateRoutingProfile", with(&base, json!({ "Name": "R" })), LIMIT, "Routing profiles");
}

#[test]
fn rows_are_added_changed_and_removed() {
    let mut world = World::new();
    let queue = world.id("queue", "BasicQueue");
    let id = world.ok("CreateRoutingProfile", base(&world))["RoutingProfileId"].clone();
    let rows = |rows: Value| json!({ "RoutingProfileId": id, "QueueConfigs": rows });
    let list = |world: &mut World| {
        world.ok("ListRoutingProfileQueues", json!({ "RoutingProfileId": id }))["RoutingProfileQueueConfigSummaryList"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|row| format!("{} {} {}", row["Channel"].as_str().unwrap_or("-"), row["Priority"], row["Delay"]))
            .collect::<Vec<_>>()
    };
    assert!(list(&mut world).is_empty());
    world.ok(
        "AssociateRoutingProfileQueues",
        rows(json!([row(&queue, "CHAT", 1, 0), row(&queue, "TASK", 2, 5)])),
    );
    world.refused(
        "AssociateRoutingProfileQueues",
        rows(json!([row(&queue, "CHAT", 3, 0)])),
        REQUEST,
        "UpdateRoutingProfileQueues",
    );
    world.ok("UpdateRoutingProfileQueues", rows(json!([row(&queue, "CHAT", 7, 30)])));
    world.refused(
        "UpdateRoutingProfileQueues",
        rows(json!([row(&queue, "VOICE", 1, 0)])),
        MISSING,
        "Associate it first",
    );
    assert_eq!(list(&mut world), ["CHAT 7 30", "TASK 2 5"]);
    world.quota(Quota::QueuesPerRoutingProfile, Some(2));
    world.refused(
        "AssociateRoutingProfileQueues",
        rows(json!([row(&queue, "VOICE", 1, 0)])),
        LIMIT,
        "Queues per routing profile",
    );
    let references = |channel: &str| json!({ "RoutingProfileId": id, "QueueReferences": [{ "QueueId": queue, "Channel": channel }] });
    world.ok("DisassociateRoutingProfileQueues", references("CHAT"));
    world.refused("DisassociateRoutingProfileQueues", references("CHAT"), MISSING, "CHAT");
    assert_eq!(list(&mut world), ["TASK 2 5"]);
}

#[test]
fn changes_one_thing_at_a_time() {
    let mut world = World::new();
    let other = json!({ "Name": "Other", "HoursOfOperationId": world.id("hours", "Basic Hours") });
    let other = world.ok("CreateQueue", other)["QueueId"].clone();
    let id = world.ok("CreateRoutingProfile", base(&world))["RoutingProfileId"].clone();
    let chat = json!([{ "Channel": "CHAT", "Concurrency": 3, "CrossChannelBehavior": { "BehaviorType": "ROUTE_ANY_CHANNEL" } }]);
    for (operation, change, member, expected) in [
        ("UpdateRoutingProfileName", json!({ "Name": "N" }), "Name", json!("N")),
        ("UpdateRoutingProfileName", json!({ "Description": "new" }), "Description", json!("new")),
        (
            "UpdateRoutingProfileConcurrency",
            json!({ "MediaConcurrencies": chat }),
            "MediaConcurrencies",
            chat.clone(),
        ),
        (
            "UpdateRoutingProfileDefaultOutboundQueue",
            json!({ "DefaultOutboundQueueId": other }),
            "DefaultOutboundQueueId",
            other.clone(),
        ),
        (
            "UpdateRoutingProfileAgentAvailabilityTimer",
            json!({ "AgentAvailabilityTimer": "TIME_SINCE_LAST_INBOUND" }),
            "AgentAvailabilityTimer",
            json!("TIME_SINCE_LAST_INBOUND"),
        ),
    ] {
        world.ok(operation, with(&json!({ "RoutingProfileId": id }), change));
        let described = world.ok("DescribeRoutingProfile", json!({ "RoutingProfileId": id }));
        assert_eq!(described["RoutingProfile"][member], expected, "{operation}");
    }
    world.refused("UpdateRoutingProfileName", json!({ "RoutingProfileId": id }), REQUEST, "Name");
    world.refused(
        "UpdateRoutingProfileName",
        json!({ "RoutingProfileId": id, "Description": "" }),
        INVALID,
        "1 to 250",
    );
    world.refused(
        "UpdateRoutingProfileConcurrency",
        json!({ "RoutingProfileId": id, "MediaConcurrencies": [channel("VOICE", 5)] }),
        INVALID,
        "VOICE",
    );
}

#[test]
fn a_profile_in_use_stays() {
    let mut world = World::new();
    let basic = world.id("routing-profile", "Basic Routing Profile");
    let described = world.ok("DescribeRoutingProfile", json!({ "RoutingProfileId": basic }));
    assert_eq!(described["RoutingProfile"]["NumberOfAssociatedUsers"], 2);
    assert_eq!(described["RoutingProfile"]["IsDefault"], true);
    world.refused("DeleteRoutingProfile", json!({ "RoutingProfileId": basic }), IN_USE, "assigned to users");
    let id = world.ok("CreateRoutingProfile", base(&world))["RoutingProfileId"].clone();
    for user in ["admin", "ann"] {
        world.ok(
            "UpdateUserRoutingProfile",
            json!({ "UserId": world.id("user", user), "RoutingProfileId": id }),
        );
    }
    world.ok("DeleteRoutingProfile", json!({ "RoutingProfileId": basic }));
    assert!(world.directory.default_routing_profile().is_none());
    let listed = world.ok("ListRoutingProfiles", json!({}));
    assert_eq!(texts(&listed["RoutingProfileSummaryList"], "Name"), ["P"]);
}

//! Whatever is asked in whatever order: the store makes up the same directory, refusals change nothing (both checked by
//! the world itself after every call), names stay unique and references lead somewhere.

mod common;

use std::collections::BTreeSet;

use common::*;
use model::resource::QuickConnectConfig;
use proptest::prelude::*;
use serde_json::{Value, json};

/// One request: what, and which of a few names, resources and numbers.
type Step = (u8, u8, u8, u8);

fn pick(world: &World, kind: &str, n: u8) -> Value {
    let directory = &world.directory;
    let ids: Vec<String> = match kind {
        "queue" => directory.queues().map(|it| it.queue_id.to_string()).collect(),
        "hours" => directory.hours_of_operations().map(|it| it.hours_of_operation_id.to_string()).collect(),
        "profile" => directory.routing_profiles().map(|it| it.routing_profile_id.to_string()).collect(),
        "security" => directory.security_profiles().map(|it| it.id.to_string()).collect(),
        "connect" => directory.quick_connects().map(|it| it.quick_connect_id.to_string()).collect(),
        "user" => directory.users().map(|it| it.id.to_string()).collect(),
        "flow" => directory.flows().map(|it| it.id.to_string()).collect(),
        "group" => directory.hierarchy_groups().map(|it| it.id.to_string()).collect(),
        other => panic!("no kind {other}"),
    };
    match ids.get(usize::from(n) % (ids.len() + 1)) {
        Some(id) => json!(id),
        None => json!(NOBODY),
    }
}

fn request(world: &World, (what, name, a, b): Step) -> (&'static str, Value) {
    let name = format!("N{}", name % 5);
    let channel = ["VOICE", "CHAT", "TASK"][usize::from(b) % 3];
    let place = json!({ "QueueId": pick(world, "queue", a), "Channel": channel });
    let row = json!({ "QueueReference": place, "Priority": b % 110, "Delay": a });
    match what % 26 {
        0 => ("CreateQueue", json!({ "Name": name, "HoursOfOperationId": pick(world, "hours", a) })),
        1 => ("UpdateQueueName", json!({ "QueueId": pick(world, "queue", a), "Name": name })),
        2 => ("DeleteQueue", json!({ "QueueId": pick(world, "queue", a) })),
        3 => ("CreateHoursOfOperation", json!({ "Name": name, "TimeZone": "UTC", "Config": [] })),
        4 => ("DeleteHoursOfOperation", json!({ "HoursOfOperationId": pick(world, "hours", a) })),
        5 => (
            "CreateRoutingProfile",
            json!({
                "Name": name, "Description": "d", "DefaultOutboundQueueId": pick(world, "queue", a),
                "MediaConcurrencies": [{ "Channel": channel, "Concurrency": b % 12 }],
            }),
        ),
        6 => (
            "AssociateRoutingProfileQueues",
            json!({ "RoutingProfileId": pick(world, "profile", b), "QueueConfigs": [row] }),
        ),
        7 => (
            "DisassociateRoutingProfileQueues",
            json!({ "RoutingProfileId": pick(world, "profile", b), "QueueReferences": [place] }),
        ),
        8 => (
            "UpdateRoutingProfileQueues",
            json!({ "RoutingProfileId": pick(world, "profile", b), "QueueConfigs": [row] }),
        ),
        9 => ("DeleteRoutingProfile", json!({ "RoutingProfileId": pick(world, "profile", a) })),
        10 => (
            "CreateQuickConnect",
            json!({ "Name": name, "QuickConnectConfig": { "QuickConnectType": "QUEUE", "QueueConfig": {
                "QueueId": pick(world, "queue", a), "ContactFlowId": pick(world, "flow", b),
            }}}),
        ),
        11 => ("DeleteQuickConnect", json!({ "QuickConnectId": pick(world, "connect", a) })),
        12 => (
            "AssociateQueueQuickConnects",
            json!({ "QueueId": pick(world, "queue", a), "QuickConnectIds": [pick(world, "connect", b)] }),
        ),
        13 => (
            "CreateUser",
            json!({
                "Username": name, "Password": "Passw0rd", "IdentityInfo": { "FirstName": "A", "LastName": "B" },
                "SecurityProfileIds": [pick(world, "security", a)], "RoutingProfileId": pick(world, "profile", b),
            }),
        ),
        14 => ("DeleteUser", json!({ "UserId": pick(world, "user", a) })),
        15 => (
            "UpdateUserRoutingProfile",
            json!({ "UserId": pick(world, "user", a), "RoutingProfileId": pick(world, "profile", b) }),
        ),
        16 => {
            ("CreateSecurityProfile", json!({ "SecurityProfileName": name, "Permissions": ["Users.View"] }))
        }
        17 => ("DeleteSecurityProfile", json!({ "SecurityProfileId": pick(world, "security", a) })),
        18 => ("CreateContactFlow", json!({ "Name": name, "Type": "QUEUE_TRANSFER", "Content": "{}" })),
        19 => ("DeleteContactFlow", json!({ "ContactFlowId": pick(world, "flow", a) })),
        20 => (
            "UpdateContactFlowMetadata",
            json!({ "ContactFlowId": pick(world, "flow", a), "ContactFlowState": if b % 2 == 0 { "ACTIVE" } else { "ARCHIVED" } }),
        ),
        21 => (
            "CreateUserHierarchyGroup",
            json!({ "Name": name, "ParentGroupId": (b % 3 != 0).then(|| pick(world, "group", a)) }),
        ),
        22 => ("DeleteUserHierarchyGroup", json!({ "HierarchyGroupId": pick(world, "group", a) })),
        23 => (
            "UpdateUserHierarchy",
            json!({ "UserId": pick(world, "user", a), "HierarchyGroupId": pick(world, "group", b) }),
        ),
        24 => {
            let names = ["LevelOne", "LevelTwo", "LevelThree"].into_iter().take(usize::from(a) % 4);
            let levels: serde_json::Map<String, Value> =
                names.map(|level| (level.to_owned(), json!({ "Name": name }))).collect();
            ("UpdateUserHierarchyStructure", json!({ "HierarchyStructure": levels }))
        }
        _ => {
            let queue = pick(world, "queue", a);
            let name = arn(&format!("queue/{}", queue.as_str().unwrap_or_default()));
            ("TagResource", json!({ "resourceArn": name, "tags": { format!("k{}", b % 60): "v" } }))
        }
    }
}

fn check(world: &World) {
    let directory = &world.directory;
    let unique = |names: Vec<&str>| names.iter().collect::<BTreeSet<_>>().len() == names.len();
    assert!(unique(directory.queues().map(|queue| queue.name.as_str()).collect()));
    assert!(unique(directory.users().map(|user| user.username.as_str()).collect()));
    for queue in directory.queues() {
        assert!(directory.hours_of_operation(queue.hours_of_operation_id).is_some());
        assert!(queue.quick_connect_ids.iter().all(|&id| directory.quick_connect(id).is_some()));
    }
    for profile in directory.routing_profiles() {
        assert!(directory.queue(profile.default_outbound_queue_id).is_some());
        let mut places = BTreeSet::new();
        for row in &profile.queue_configs {
            assert!(directory.queue(row.queue_id).is_some() && (1..=99).contains(&row.priority));
            assert!(places.insert((row.queue_id, row.channel)));
        }
    }
    for user in directory.users() {
        assert!(directory.routing_profile(user.routing_profile_id).is_some());
        assert!(user.security_profile_ids.iter().all(|&id| directory.security_profile(id).is_some()));
        assert!(user.hierarchy_group_id.is_none_or(|id| directory.hierarchy_group(id).is_some()));
    }
    for connect in directory.quick_connects() {
        if let QuickConnectConfig::Queue { queue_config } = &connect.quick_connect_config {
            assert!(directory.queue(queue_config.queue_id).is_some());
            let flow = directory.flow(queue_config.contact_flow_id).expect("the flow is guarded");
            assert_eq!(flow.state, "ACTIVE");
        }
    }
    for group in directory.hierarchy_groups() {
        let path = directory.hierarchy_path(group.id);
        assert_eq!(directory.hierarchy_structure().levels[path.len() - 1].id, group.level_id);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_requests_keeps_the_directory_whole(steps in prop::collection::vec(any::<Step>(), 1..60)) {
        let mut world = World::new();
        world.ok("UpdateUserHierarchyStructure", json!({ "HierarchyStructure": { "LevelOne": { "Name": "a" }, "LevelTwo": { "Name": "b" } } }));
        for step in steps {
            let (operation, members) = request(&world, step);
            // Refused or not: the world checks either outcome.
            let _ = world.call(operation, members);
            check(&world);
        }
    }
}

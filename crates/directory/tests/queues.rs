//! Queues: creating, changing, listing, deleting.

mod common;

use common::*;
use directory::Quota;
use serde_json::json;

#[test]
fn a_new_queue_is_described_as_it_was_made() {
    let mut world = World::new();
    let (hours, whisper) = (world.id("hours", "Basic Hours"), world.id("flow", "Default outbound"));
    let created = world.ok(
        "CreateQueue",
        json!({
            "InstanceId": INSTANCE,
            "Name": "Sales",
            "Description": "New customers",
            "HoursOfOperationId": arn(&format!("operating-hours/{hours}")),
            "OutboundCallerConfig": { "OutboundCallerIdName": "Acme", "OutboundFlowId": whisper },
            "MaxContacts": 25,
            "Tags": { "Team": "A" },
        }),
    );
    let id = created["QueueId"].as_str().expect("an id").to_owned();
    assert_eq!(created["QueueArn"], arn(&format!("queue/{id}")));
    let described = world.ok("DescribeQueue", json!({ "QueueId": id }));
    assert_eq!(
        described,
        json!({ "Queue": {
            "Name": "Sales",
            "QueueArn": arn(&format!("queue/{id}")),
            "QueueId": id,
            "Description": "New customers",
            "OutboundCallerConfig": { "OutboundCallerIdName": "Acme", "OutboundFlowId": whisper },
            "HoursOfOperationId": hours,
            "MaxContacts": 25,
            "Status": "ENABLED",
            "Tags": { "Team": "A" },
            "LastModifiedTime": 1_700_000_001.0,
            "LastModifiedRegion": "us-east-1",
        }})
    );
}

#[test]
fn what_is_refused_at_creation() {
    let mut world = World::new();
    let base = json!({ "Name": "Q", "HoursOfOperationId": world.id("hours", "Basic Hours") });
    let inbound = world.id("flow", "Sample inbound flow");
    let many_tags: serde_json::Map<String, _> = (0..51).map(|n| (n.to_string(), json!(""))).collect();
    world.all_refused(
        "CreateQueue",
        &[
            (with(&base, json!({ "Name": null })), INVALID, "Name"),
            (with(&base, json!({ "Name": "" })), INVALID, "1 to 127"),
            (with(&base, json!({ "Name": "  " })), INVALID, "blank"),
            (with(&base, json!({ "Name": "x".repeat(128) })), INVALID, "it has 128"),
            (with(&base, json!({ "Name": "BasicQueue" })), DUPLICATE, "another name"),
            (with(&base, json!({ "Description": "" })), INVALID, "Description"),
            (with(&base, json!({ "Description": "x".repeat(251) })), INVALID, "1 to 250"),
            (with(&base, json!({ "HoursOfOperationId": NOBODY })), MISSING, "hours of operation"),
            (with(&base, json!({ "HoursOfOperationId": "soon" })), MISSING, "\"soon\""),
            (with(&base, json!({ "InstanceId": NOBODY })), MISSING, "instance"),
            (with(&base, json!({ "MaxContacts": -1 })), INVALID, "-1"),
            (with(&base, json!({ "MaxContacts": 2610 })), INVALID, "at most 2609"),
            (with(&base, json!({ "QuickConnectIds": [] })), INVALID, "1 to 50"),
            (with(&base, json!({ "QuickConnectIds": [NOBODY] })), MISSING, "quick connect"),
            (
                with(&base, json!({ "OutboundCallerConfig": { "OutboundFlowId": inbound } })),
                INVALID,
                "OUTBOUND_WHISPER",
            ),
            (with(&base, json!({ "OutboundCallerConfig": { "OutboundFlowId": NOBODY } })), MISSING, "flow"),
            (
                with(&base, json!({ "OutboundCallerConfig": { "OutboundCallerIdName": "" } })),
                INVALID,
                "1 to 255",
            ),
            (with(&base, json!({ "OutboundEmailConfig": {} })), INVALID, "OutboundEmailConfig"),
            (with(&base, json!({ "Tags": { "aws:x": "1" } })), INVALID, "aws:"),
            (with(&base, json!({ "Tags": { "k": "v".repeat(257) } })), INVALID, "256"),
            (with(&base, json!({ "Tags": many_tags })), INVALID, "50 tags; 51"),
        ],
    );
    world.ok("CreateQueue", with(&base, json!({ "MaxContacts": 2609, "Name": "x".repeat(127) })));
}

#[test]
fn the_quota_counts_and_can_be_raised() {
    let mut world = World::new();
    let hours = world.id("hours", "Basic Hours");
    world.quota(Quota::Queues, Some(2));
    world.ok("CreateQueue", json!({ "Name": "2", "HoursOfOperationId": hours }));
    world.refused(
        "CreateQueue",
        json!({ "Name": "3", "HoursOfOperationId": hours }),
        LIMIT,
        "Queues per instance",
    );
    world.quota(Quota::Queues, None);
    world.ok("CreateQueue", json!({ "Name": "3", "HoursOfOperationId": hours }));
}

#[test]
fn the_greatest_limit_follows_the_quotas() {
    let mut world = World::new();
    let queue = world.id("queue", "BasicQueue");
    // 10 calls, 500 chats and 2,500 tasks make 3,010; the most that can be entered is 3,009.
    world.quota(Quota::ConcurrentChats, Some(500));
    world.refused(
        "UpdateQueueMaxContacts",
        json!({ "QueueId": queue, "MaxContacts": 100_000 }),
        INVALID,
        "3009",
    );
    world.ok("UpdateQueueMaxContacts", json!({ "QueueId": queue, "MaxContacts": 3009 }));
    world.ok("UpdateQueueMaxContacts", json!({ "QueueId": queue, "MaxContacts": 0 }));
    assert_eq!(world.ok("DescribeQueue", json!({ "QueueId": queue }))["Queue"]["MaxContacts"], 0);
    world.ok("UpdateQueueMaxContacts", json!({ "QueueId": queue }));
    assert!(world.ok("DescribeQueue", json!({ "QueueId": queue }))["Queue"].get("MaxContacts").is_none());
}

#[test]
fn changes_one_thing_at_a_time() {
    let mut world = World::new();
    let queue = world.id("queue", "BasicQueue");
    let hours =
        world.ok("CreateHoursOfOperation", json!({ "Name": "Never", "TimeZone": "UTC", "Config": [] }));
    let hours = &hours["HoursOfOperationId"];
    for (operation, change, member, expected) in [
        ("UpdateQueueName", json!({ "Name": "Main" }), "Name", json!("Main")),
        ("UpdateQueueName", json!({ "Description": "All" }), "Description", json!("All")),
        ("UpdateQueueStatus", json!({ "Status": "DISABLED" }), "Status", json!("DISABLED")),
        (
            "UpdateQueueHoursOfOperation",
            json!({ "HoursOfOperationId": hours }),
            "HoursOfOperationId",
            json!(hours),
        ),
        (
            "UpdateQueueOutboundCallerConfig",
            json!({ "OutboundCallerConfig": { "OutboundCallerIdName": "A" } }),
            "OutboundCallerConfig",
            json!({ "OutboundCallerIdName": "A" }),
        ),
    ] {
        world.ok(operation, with(&json!({ "QueueId": queue }), change));
        let described = world.ok("DescribeQueue", json!({ "QueueId": queue }));
        assert_eq!(described["Queue"][member], expected, "{operation}");
    }
    world.all_refused(
        "UpdateQueueName",
        &[
            (json!({ "QueueId": queue }), REQUEST, "Name"),
            (json!({ "QueueId": NOBODY, "Name": "x" }), MISSING, "queue"),
            (json!({ "QueueId": queue, "Name": "" }), INVALID, "1 to 127"),
        ],
    );
    world.refused("UpdateQueueStatus", json!({ "QueueId": queue, "Status": "PAUSED" }), INVALID, "PAUSED");
    world.ok("UpdateQueueName", json!({ "QueueId": queue, "Name": "Main" }));
}

#[test]
fn quick_connects_come_and_go() {
    let mut world = World::new();
    let queue = world.id("queue", "BasicQueue");
    let number =
        json!({ "QuickConnectType": "PHONE_NUMBER", "PhoneConfig": { "PhoneNumber": "+12065550100" } });
    let mut ids = Vec::new();
    for name in ["one", "two"] {
        let created = world.ok("CreateQuickConnect", json!({ "Name": name, "QuickConnectConfig": number }));
        ids.push(created["QuickConnectId"].clone());
    }
    world.ok("AssociateQueueQuickConnects", json!({ "QueueId": queue, "QuickConnectIds": ids }));
    world.ok("AssociateQueueQuickConnects", json!({ "QueueId": queue, "QuickConnectIds": [ids[0]] }));
    let listed = world.ok("ListQueueQuickConnects", json!({ "QueueId": queue }));
    assert_eq!(texts(&listed["QuickConnectSummaryList"], "Name"), ["one", "two"]);
    world.ok("DisassociateQueueQuickConnects", json!({ "QueueId": queue, "QuickConnectIds": [ids[0]] }));
    world.refused(
        "DisassociateQueueQuickConnects",
        json!({ "QueueId": queue, "QuickConnectIds": [NOBODY] }),
        MISSING,
        "quick connect",
    );
    world.quota(Quota::QuickConnectsPerQueue, Some(1));
    world.refused(
        "AssociateQueueQuickConnects",
        json!({ "QueueId": queue, "QuickConnectIds": [ids[0]] }),
        LIMIT,
        "per queue",
    );
    // Deleting a quick connect takes it out of the queue.
    world.ok("DeleteQuickConnect", json!({ "QuickConnectId": ids[1] }));
    let listed = world.ok("ListQueueQuickConnects", json!({ "QueueId": queue }));
    assert_eq!(listed["QuickConnectSummaryList"], json!([]));
}

#[test]
fn agents_own_queues_stand_beside_the_standard_ones() {
    let mut world = World::new();
    let ann = world.id("user", "ann");
    for (types, expected) in [
        (json!(null), vec!["-", "-", "BasicQueue"]),
        (json!([]), vec!["-", "-", "BasicQueue"]),
        (json!(["STANDARD"]), vec!["BasicQueue"]),
        (json!(["AGENT"]), vec!["-", "-"]),
    ] {
        let listed = world.ok("ListQueues", json!({ "QueueTypes": types }));
        assert_eq!(texts(&listed["QueueSummaryList"], "Name"), expected, "{types}");
    }
    let agents = world.ok("ListQueues", json!({ "QueueTypes": ["AGENT"] }));
    assert!(texts(&agents["QueueSummaryList"], "Arn").contains(&arn(&format!("queue/agent/{ann}"))));
    world.refused("ListQueues", json!({ "QueueTypes": ["EMAIL"] }), INVALID, "EMAIL");
}

#[test]
fn a_queue_in_use_stays() {
    let mut world = World::new();
    let hours = world.id("hours", "Basic Hours");
    let transfer = world.id("flow", "Default queue transfer");
    world.refused(
        "DeleteQueue",
        json!({ "QueueId": world.id("queue", "BasicQueue") }),
        IN_USE,
        "Basic Routing Profile",
    );
    let queue =
        world.ok("CreateQueue", json!({ "Name": "Q", "HoursOfOperationId": hours }))["QueueId"].clone();
    let profile = world.id("routing-profile", "Basic Routing Profile");
    let place = json!({ "QueueId": queue, "Channel": "CHAT" });
    world.ok(
        "AssociateRoutingProfileQueues",
        json!({ "RoutingProfileId": profile, "QueueConfigs": [{ "QueueReference": place, "Priority": 1, "Delay": 0 }] }),
    );
    world.refused("DeleteQueue", json!({ "QueueId": queue }), IN_USE, "routing profile");
    world.ok(
        "DisassociateRoutingProfileQueues",
        json!({ "RoutingProfileId": profile, "QueueReferences": [place] }),
    );
    let target = json!({ "QuickConnectType": "QUEUE", "QueueConfig": { "QueueId": queue, "ContactFlowId": transfer } });
    let connect = world.ok("CreateQuickConnect", json!({ "Name": "To Q", "QuickConnectConfig": target }));
    world.refused("DeleteQueue", json!({ "QueueId": queue }), IN_USE, "To Q");
    world.ok("DeleteQuickConnect", json!({ "QuickConnectId": connect["QuickConnectId"] }));
    let content = format!(r#"{{"Queue":{queue}}}"#);
    let flow = json!({ "Name": "F", "Type": "CONTACT_FLOW", "Content": content });
    let flow = world.ok("CreateContactFlow", flow)["ContactFlowId"].clone();
    world.refused("DeleteQueue", json!({ "QueueId": queue }), IN_USE, "published flow");
    world.ok("DeleteContactFlow", json!({ "ContactFlowId": flow }));
    world.ok("DeleteQueue", json!({ "QueueId": queue }));
    world.refused("DescribeQueue", json!({ "QueueId": queue }), MISSING, "queue");
}

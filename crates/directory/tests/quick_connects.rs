//! Quick connects.

mod common;

use common::*;
use directory::Quota;
use serde_json::{Value, json};

fn to_number(number: &str) -> Value {
    json!({ "QuickConnectType": "PHONE_NUMBER", "PhoneConfig": { "PhoneNumber": number } })
}

#[test]
fn each_kind_of_destination() {
    let mut world = World::new();
    let (ann, queue) = (world.id("user", "ann"), world.id("queue", "BasicQueue"));
    let (to_agent, to_queue) =
        (world.id("flow", "Default agent transfer"), world.id("flow", "Default queue transfer"));
    for (name, config) in [
        (
            "Ann",
            json!({ "QuickConnectType": "USER", "UserConfig": { "UserId": ann, "ContactFlowId": to_agent } }),
        ),
        (
            "Line",
            json!({ "QuickConnectType": "QUEUE", "QueueConfig": { "QueueId": queue, "ContactFlowId": to_queue } }),
        ),
        ("Out", to_number("+12065550100")),
    ] {
        let created = world.ok("CreateQuickConnect", json!({ "Name": name, "QuickConnectConfig": config }));
        let id = created["QuickConnectId"].as_str().expect("an id").to_owned();
        assert_eq!(created["QuickConnectARN"], arn(&format!("transfer-destination/{id}")));
        let described = world.ok("DescribeQuickConnect", json!({ "QuickConnectId": id }));
        assert_eq!(described["QuickConnect"]["QuickConnectConfig"], config, "{name}");
        assert_eq!(described["QuickConnect"]["QuickConnectARN"], created["QuickConnectARN"]);
    }
    for (types, expected) in [
        (json!(null), vec!["Ann", "Line", "Out"]),
        (json!(["USER", "QUEUE"]), vec!["Ann", "Line"]),
        (json!(["PHONE_NUMBER"]), vec!["Out"]),
    ] {
        let listed = world.ok("ListQuickConnects", json!({ "QuickConnectTypes": types }));
        assert_eq!(texts(&listed["QuickConnectSummaryList"], "Name"), expected);
    }
    // A deleted user leaves the quick connect behind; it can still be deleted.
    world.ok("DeleteUser", json!({ "UserId": ann }));
    let left = world.id("quick-connect", "Ann");
    world.ok("DeleteQuickConnect", json!({ "QuickConnectId": left }));
}

#[test]
fn what_is_refused() {
    let mut world = World::new();
    let (ann, queue) = (world.id("user", "ann"), world.id("queue", "BasicQueue"));
    let (to_agent, to_queue) =
        (world.id("flow", "Default agent transfer"), world.id("flow", "Default queue transfer"));
    let draft = json!({ "Name": "Draft", "Type": "AGENT_TRANSFER", "Status": "SAVED", "Content": "{}" });
    let draft = world.ok("CreateContactFlow", draft)["ContactFlowId"].clone();
    let user = |user: &str, flow: Value| json!({ "QuickConnectType": "USER", "UserConfig": { "UserId": user, "ContactFlowId": flow } });
    let queue_target = |flow: &str| json!({ "QuickConnectType": "QUEUE", "QueueConfig": { "QueueId": queue, "ContactFlowId": flow } });
    let base = json!({ "Name": "C", "QuickConnectConfig": to_number("+12065550100") });
    let target = |config: Value| with(&base, json!({ "QuickConnectConfig": config }));
    world.ok("CreateQuickConnect", base.clone());
    world.all_refused(
        "CreateQuickConnect",
        &[
            (base.clone(), DUPLICATE, "another name"),
            (target(to_number("12065550100")), INVALID, "E.164"),
            (target(user(NOBODY, json!(to_agent))), MISSING, "user"),
            (target(user(&ann, json!(to_queue))), INVALID, "AGENT_TRANSFER"),
            (target(user(&ann, json!(NOBODY))), MISSING, "flow"),
            (target(user(&ann, draft)), REQUEST, "not published"),
            (target(queue_target(&to_agent)), INVALID, "QUEUE_TRANSFER"),
            (target(json!({ "QuickConnectType": "USER" })), INVALID, "UserConfig"),
            (
                target(with(&to_number("+12065550100"), json!({ "QuickConnectType": "QUEUE" }))),
                INVALID,
                "one member",
            ),
            (target(with(&queue_target(&to_queue), to_number("+12065550100"))), INVALID, "one member"),
            (target(json!({ "QuickConnectType": "FLOW" })), INVALID, "FLOW"),
        ],
    );
    world.quota(Quota::QuickConnects, Some(1));
    world.refused(
        "CreateQuickConnect",
        with(&base, json!({ "Name": "D" })),
        LIMIT,
        "Quick connects per instance",
    );
}

#[test]
fn names_and_destinations_change() {
    let mut world = World::new();
    let base = json!({ "Name": "C", "Description": "d", "QuickConnectConfig": to_number("+12065550100") });
    let id = world.ok("CreateQuickConnect", base)["QuickConnectId"].clone();
    world.ok("CreateQuickConnect", json!({ "Name": "D", "QuickConnectConfig": to_number("+12065550101") }));
    world.ok("UpdateQuickConnectName", json!({ "QuickConnectId": id, "Description": "" }));
    world.ok(
        "UpdateQuickConnectConfig",
        json!({ "QuickConnectId": id, "QuickConnectConfig": to_number("+12065550102") }),
    );
    let described = world.ok("DescribeQuickConnect", json!({ "QuickConnectId": id }));
    assert!(described["QuickConnect"].get("Description").is_none());
    assert_eq!(described["QuickConnect"]["QuickConnectConfig"], to_number("+12065550102"));
    world.all_refused(
        "UpdateQuickConnectName",
        &[
            (json!({ "QuickConnectId": id }), REQUEST, "Name"),
            (json!({ "QuickConnectId": id, "Name": "D" }), DUPLICATE, "another name"),
            (json!({ "QuickConnectId": NOBODY, "Name": "E" }), MISSING, "quick connect"),
        ],
    );
    world.refused(
        "UpdateQuickConnectConfig",
        json!({ "QuickConnectId": id, "QuickConnectConfig": to_number("1") }),
        INVALID,
        "E.164",
    );
}

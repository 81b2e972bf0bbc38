//! Versions of flows: what makes one, what is kept, what goes.

mod common;

use common::*;
use directory::flow_versions::MAX_VERSIONS;
use serde_json::{Value, json};

/// A published flow and its id.
fn flow(world: &mut World, content: &str) -> String {
    let request = json!({ "Name": "F", "Type": "CONTACT_FLOW", "Content": content });
    world.ok("CreateContactFlow", request)["ContactFlowId"].as_str().expect("an id").to_owned()
}

fn publish(world: &mut World, id: &str, content: &str) {
    world.ok("UpdateContactFlowContent", json!({ "ContactFlowId": id, "Content": content }));
}

fn numbers(world: &mut World, id: &str) -> Vec<Value> {
    let list = world.ok("ListContactFlowVersions", json!({ "ContactFlowId": id }));
    let list = list["ContactFlowVersionSummaryList"].as_array().expect("a list").clone();
    list.into_iter().map(|row| row["Version"].clone()).collect()
}

fn content(world: &mut World, reference: String) -> Value {
    world.ok("DescribeContactFlow", json!({ "ContactFlowId": reference }))["ContactFlow"]["Content"].clone()
}

#[test]
fn every_publish_of_other_content_makes_a_version() {
    let mut world = World::new();
    let id = flow(&mut world, "{\"a\":1}");
    world.ok(
        "UpdateContactFlowContent",
        json!({ "ContactFlowId": format!("{id}:$SAVED"), "Content": "{\"draft\":1}" }),
    );
    publish(&mut world, &id, "{\"a\":1}");
    assert_eq!(numbers(&mut world, &id), [1], "neither a draft nor the same content is a version");
    publish(&mut world, &id, "{\"a\":2}");
    publish(&mut world, &id, "{\"a\":1}");
    assert_eq!(numbers(&mut world, &id), [3, 2, 1], "going back is a new version");
    for (qualifier, expected) in
        [("1", "{\"a\":1}"), ("2", "{\"a\":2}"), ("3", "{\"a\":1}"), ("$LATEST", "{\"a\":1}")]
    {
        assert_eq!(content(&mut world, format!("{id}:{qualifier}")), expected, "{qualifier}");
    }
    let second = world.ok("DescribeContactFlow", json!({ "ContactFlowId": format!("{id}:2") }));
    let second = &second["ContactFlow"];
    assert_eq!((&second["Version"], &second["Status"]), (&json!(2), &json!("PUBLISHED")));
    let history = world.ok("DescribeContactFlowHistory", json!({ "ContactFlowId": id }));
    assert_eq!(history["Versions"][1]["Version"], 2);
    assert_eq!(history["Versions"][1]["CreatedBy"], AUTHOR);
    assert_eq!(history["Versions"][1]["CreatedTime"], second["LastModifiedTime"]);
    let reloaded = world.reload().expect("loads");
    assert!(reloaded == world.directory, "versions are kept over a restart");
}

#[test]
fn a_version_is_made_on_request_with_a_description() {
    let mut world = World::new();
    let id = flow(&mut world, "{}");
    let digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let made = world.ok(
        "CreateContactFlowVersion",
        json!({ "ContactFlowId": id, "Description": "before the move", "FlowContentSha256": digest }),
    );
    assert_eq!(made, json!({ "ContactFlowArn": arn(&format!("contact-flow/{id}")), "Version": 2 }));
    let described = world.ok("DescribeContactFlow", json!({ "ContactFlowId": format!("{id}:2") }));
    assert_eq!(described["ContactFlow"]["VersionDescription"], "before the move");
    assert_eq!(described["ContactFlow"]["FlowContentSha256"], digest);
    world.all_refused(
        "CreateContactFlowVersion",
        &[
            (json!({ "ContactFlowId": id, "FlowContentSha256": "0".repeat(64) }), REQUEST, "digest"),
            (json!({ "ContactFlowId": id, "ContactFlowVersion": 9 }), INVALID, "regions"),
            (json!({ "ContactFlowId": id, "Description": "x".repeat(501) }), INVALID, "500"),
            (json!({ "ContactFlowId": NOBODY }), MISSING, "flow"),
        ],
    );
    let saved = json!({ "Name": "S", "Type": "CONTACT_FLOW", "Status": "SAVED", "Content": "{}" });
    let saved = world.ok("CreateContactFlow", saved)["ContactFlowId"].clone();
    world.refused(
        "CreateContactFlowVersion",
        json!({ "ContactFlowId": saved }),
        REQUEST,
        "never been published",
    );
}

#[test]
fn the_oldest_versions_go_and_the_published_one_stays() {
    let mut world = World::new();
    let id = flow(&mut world, "{\"n\":1}");
    for n in 2..=MAX_VERSIONS + 2 {
        publish(&mut world, &id, &format!("{{\"n\":{n}}}"));
    }
    let kept = numbers(&mut world, &id);
    assert_eq!((kept.len(), &kept[0], &kept[MAX_VERSIONS - 1]), (MAX_VERSIONS, &json!(102), &json!(3)));
    for number in [1, 2] {
        let reference = json!({ "ContactFlowId": format!("{id}:{number}") });
        world.refused("DescribeContactFlow", reference, MISSING, "version");
        assert!(world.stored_version(&format!("{id}:{number}")).is_none(), "the content is gone too");
    }
    assert_eq!(content(&mut world, format!("{id}:3")), "{\"n\":3}");
    let version = |number: u64| json!({ "ContactFlowId": id, "ContactFlowVersion": number });
    world.refused("DeleteContactFlowVersion", version(102), REQUEST, "published one");
    world.refused("DeleteContactFlowVersion", version(2), MISSING, "version 2");
    world.ok("DeleteContactFlowVersion", version(3));
    assert!(world.stored_version(&format!("{id}:3")).is_none());
    publish(&mut world, &id, "{}");
    assert_eq!(numbers(&mut world, &id)[0], 103, "numbers are not given twice");
}

#[test]
fn default_flows_begin_with_their_first_version() {
    let mut world = World::new();
    let id = world.id("flow", "Default customer queue");
    let history = world.ok("DescribeContactFlowHistory", json!({ "ContactFlowId": id }));
    assert_eq!(history["Versions"].as_array().map(Vec::len), Some(1));
    assert_eq!(history["Versions"][0]["CreatedBy"], Value::Null, "nobody but the instance made it");
}

#[test]
fn changes_of_all_flows_are_listed_newest_first() {
    let mut world = World::new();
    let flow = |world: &mut World, name: &str, content: &str| {
        let request = json!({ "Name": name, "Type": "CONTACT_FLOW", "Content": content });
        world.ok("CreateContactFlow", request)["ContactFlowId"].as_str().expect("an id").to_owned()
    };
    let first = flow(&mut world, "First", "{\"n\":1}");
    let second = flow(&mut world, "Second", "{\"n\":2}");
    world.ok("UpdateContactFlowContent", json!({ "ContactFlowId": first, "Content": "{\"n\":3}" }));
    let draft = json!({ "ContactFlowId": format!("{second}:$SAVED"), "Content": "{\"n\":4}" });
    world.ok("UpdateContactFlowContent", draft);
    let changes = |world: &mut World, narrow: Value| -> Vec<(String, u64)> {
        let list = world.ok("ListContactFlowChanges", narrow);
        let rows = list["Changes"].as_array().expect("a list").iter();
        let row = |row: &Value| {
            (row["ContactFlowName"].as_str().expect("a name").to_owned(), row["Version"].as_u64())
        };
        rows.map(row).map(|(name, version)| (name, version.expect("a number"))).collect()
    };
    let told = |list: &[(&str, u64)]| -> Vec<(String, u64)> {
        list.iter().map(|(name, version)| ((*name).to_owned(), *version)).collect()
    };
    let own = json!({ "CreatedBy": AUTHOR });
    assert_eq!(changes(&mut world, own), told(&[("First", 2), ("Second", 1), ("First", 1)]));
    assert_eq!(changes(&mut world, json!({ "ContactFlowId": first })), told(&[("First", 2), ("First", 1)]));
    assert_eq!(changes(&mut world, json!({ "CreatedBy": "nobody" })), []);
    let all = world.ok("ListContactFlowChanges", json!({}));
    let all = all["Changes"].as_array().expect("a list");
    assert_eq!(all.len(), 8, "five flows came with the instance");
    assert!(all[3].get("CreatedBy").is_none(), "nobody published those");
    let moment = all[1]["CreatedTime"].as_f64().expect("a time");
    assert_eq!(changes(&mut world, json!({ "CreatedAfter": moment })).len(), 2);
    assert_eq!(
        changes(&mut world, json!({ "CreatedBefore": moment, "CreatedBy": AUTHOR })),
        told(&[("First", 1)])
    );
    world.refused(
        "ListContactFlowChanges",
        json!({ "ContactFlowId": "00000000-0000-0000-0000-000000000000" }),
        MISSING,
        "flow",
    );
}

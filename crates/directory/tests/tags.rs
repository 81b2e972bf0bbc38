//! Tags by resource name.

mod common;

use common::*;
use serde_json::{Value, json};

/// One resource of every kind that can be tagged.
fn taggable(world: &mut World) -> Vec<String> {
    world.ok(
        "UpdateUserHierarchyStructure",
        json!({ "HierarchyStructure": { "LevelOne": { "Name": "Site" } } }),
    );
    let group = world.ok("CreateUserHierarchyGroup", json!({ "Name": "Berlin" }));
    let number =
        json!({ "QuickConnectType": "PHONE_NUMBER", "PhoneConfig": { "PhoneNumber": "+12065550100" } });
    let connect = world.ok("CreateQuickConnect", json!({ "Name": "C", "QuickConnectConfig": number }));
    let mut names = vec![
        arn("").trim_end_matches('/').to_owned(),
        group["HierarchyGroupArn"].as_str().expect("a name").to_owned(),
        connect["QuickConnectARN"].as_str().expect("a name").to_owned(),
    ];
    for (segment, kind, name) in [
        ("agent", "user", "ann"),
        ("agent-state", "status", "Available"),
        ("contact-flow", "flow", "Sample inbound flow"),
        ("operating-hours", "hours", "Basic Hours"),
        ("prompt", "prompt", "Beep.wav"),
        ("queue", "queue", "BasicQueue"),
        ("routing-profile", "routing-profile", "Basic Routing Profile"),
        ("security-profile", "security-profile", "Agent"),
    ] {
        names.push(arn(&format!("{segment}/{}", world.id(kind, name))));
    }
    names
}

#[test]
fn every_kind_can_be_tagged() {
    let mut world = World::new();
    for name in taggable(&mut world) {
        world.ok("TagResource", json!({ "resourceArn": name, "tags": { "Team": "A", "Empty": "" } }));
        world.ok("TagResource", json!({ "resourceArn": name, "tags": { "Team": "B" } }));
        let tags = world.ok("ListTagsForResource", json!({ "resourceArn": name }));
        assert_eq!(tags, json!({ "tags": { "Empty": "", "Team": "B" } }), "{name}");
        world.ok("UntagResource", json!({ "resourceArn": name, "tagKeys": ["Team", "Other"] }));
        let tags = world.ok("ListTagsForResource", json!({ "resourceArn": name }));
        assert_eq!(tags, json!({ "tags": { "Empty": "" } }), "{name}");
    }
}

#[test]
fn what_is_refused() {
    let mut world = World::new();
    let queue = arn(&format!("queue/{}", world.id("queue", "BasicQueue")));
    let request = |name: &str, tags: Value| json!({ "resourceArn": name, "tags": tags });
    let tags =
        |range: std::ops::Range<u32>| Value::Object(range.map(|n| (format!("k{n}"), json!(""))).collect());
    let foreign = queue.replace(INSTANCE, NOBODY);
    let agent_queue = arn(&format!("queue/agent/{}", world.id("user", "ann")));
    let one = json!({ "a": "b" });
    world.all_refused(
        "TagResource",
        &[
            (request(&queue, json!({})), INVALID, "at least one"),
            (request(&queue, json!({ "aws:a": "b" })), INVALID, "aws:"),
            (request(&queue, json!({ "": "b" })), INVALID, "1 to 128"),
            (request(&queue, tags(0..51)), INVALID, "50 tags"),
            (request("BasicQueue", one.clone()), INVALID, "arn:aws:connect"),
            (request("arn:aws:s3:::bucket", one.clone()), INVALID, "arn:aws:connect"),
            (request(&foreign, one.clone()), MISSING, "instance"),
            (request(&arn(&format!("queue/{NOBODY}")), one.clone()), MISSING, "queue"),
            (request(&arn("contact/x"), one.clone()), REQUEST, "\"contact\""),
            (request(&arn("queue"), one.clone()), INVALID, "name a resource"),
            (request(&agent_queue, one), REQUEST, "Tag the user"),
        ],
    );
    world.ok("TagResource", request(&queue, tags(0..50)));
    world.ok("TagResource", request(&queue, tags(0..50)));
    world.refused("TagResource", request(&queue, tags(50..51)), REQUEST, "would make 51");
    world.all_refused(
        "UntagResource",
        &[
            (json!({ "resourceArn": queue, "tagKeys": [] }), INVALID, "1 to 50"),
            (json!({ "resourceArn": queue, "tagKeys": ["aws:a"] }), INVALID, "aws:"),
        ],
    );
}

#[test]
fn tags_in_use_are_found() {
    let mut world = World::new();
    let (queue, ann) = (world.id("queue", "BasicQueue"), world.id("user", "ann"));
    for (name, tags) in [
        (format!("queue/{queue}"), json!({ "Department": "Sales", "Country": "US" })),
        (format!("agent/{ann}"), json!({ "Department": "Sales", "Desk": "4" })),
    ] {
        world.ok("TagResource", json!({ "resourceArn": arn(&name), "tags": tags }));
    }
    let search = |world: &mut World, types: Value, condition: Value| {
        let members =
            json!({ "ResourceTypes": types, "SearchCriteria": { "TagSearchCondition": condition } });
        world.ok("SearchResourceTags", members)["Tags"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|tag| {
                format!("{}={}", tag["key"].as_str().unwrap_or("-"), tag["value"].as_str().unwrap_or("-"))
            })
            .collect::<Vec<_>>()
    };
    for (types, condition, expected) in [
        (json!(null), json!({}), vec!["Country=US", "Department=Sales", "Desk=4"]),
        (json!(["standard-queue"]), json!({}), vec!["Country=US", "Department=Sales"]),
        (json!(["prompt"]), json!({}), vec![]),
        (
            json!(null),
            json!({ "tagKey": "de", "tagKeyComparisonType": "STARTS_WITH" }),
            vec!["Department=Sales", "Desk=4"],
        ),
        (json!(null), json!({ "tagKey": "Department" }), vec!["Department=Sales"]),
        (
            json!(null),
            json!({ "tagValue": "ale", "tagValueComparisonType": "CONTAINS" }),
            vec!["Department=Sales"],
        ),
    ] {
        assert_eq!(search(&mut world, types.clone(), condition.clone()), expected, "{types} {condition}");
    }
    world.refused("SearchResourceTags", json!({ "ResourceTypes": ["moon"] }), INVALID, "moon");
}

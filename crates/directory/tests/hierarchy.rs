//! The agent hierarchy.

mod common;

use common::*;
use directory::Quota;
use serde_json::{Value, json};

fn levels(names: &[&str]) -> Value {
    let members = directory::hierarchy::LEVEL_NAMES.iter().zip(names);
    let levels: serde_json::Map<String, Value> =
        members.map(|(member, name)| ((*member).to_owned(), json!({ "Name": name }))).collect();
    json!({ "HierarchyStructure": levels })
}

fn group(world: &mut World, name: &str, parent: Option<&Value>) -> Value {
    world.ok("CreateUserHierarchyGroup", json!({ "Name": name, "ParentGroupId": parent }))["HierarchyGroupId"]
        .clone()
}

#[test]
fn levels_are_added_renamed_and_removed() {
    let mut world = World::new();
    assert_eq!(world.ok("DescribeUserHierarchyStructure", json!({})), json!({ "HierarchyStructure": {} }));
    world.ok("UpdateUserHierarchyStructure", levels(&["Site", "Team"]));
    let before = world.ok("DescribeUserHierarchyStructure", json!({}))["HierarchyStructure"].clone();
    let id = before["LevelOne"]["Id"].as_str().expect("an id").to_owned();
    assert_eq!(before["LevelOne"]["Arn"], arn(&format!("agent-group-level/{id}")));
    world.ok("UpdateUserHierarchyStructure", levels(&["Country", "Team", "Shift", "Row", "Seat"]));
    let after = world.ok("DescribeUserHierarchyStructure", json!({}))["HierarchyStructure"].clone();
    assert_eq!((&after["LevelOne"]["Id"], &after["LevelOne"]["Name"]), (&json!(id), &json!("Country")));
    assert_eq!(after["LevelTwo"], before["LevelTwo"], "an unchanged level keeps its time");
    assert_eq!(after["LevelFive"]["Name"], "Seat");
    world.ok("UpdateUserHierarchyStructure", levels(&[]));
    assert_eq!(world.ok("DescribeUserHierarchyStructure", json!({})), json!({ "HierarchyStructure": {} }));
    let name = |name: &str| json!({ "Name": name });
    world.all_refused(
        "UpdateUserHierarchyStructure",
        &[
            (
                json!({ "HierarchyStructure": { "LevelTwo": name("x") } }),
                INVALID,
                "LevelTwo cannot exist without LevelOne",
            ),
            (
                json!({ "HierarchyStructure": { "LevelOne": name("x"), "LevelFour": name("x") } }),
                INVALID,
                "LevelFour",
            ),
            (json!({ "HierarchyStructure": { "LevelOne": name("") } }), INVALID, "1 to 50"),
            (json!({ "HierarchyStructure": { "LevelOne": name(&"x".repeat(51)) } }), INVALID, "1 to 50"),
            (json!({ "HierarchyStructure": { "LevelSix": name("x") } }), INVALID, "LevelSix"),
        ],
    );
}

#[test]
fn groups_hang_below_each_other() {
    let mut world = World::new();
    world.refused("CreateUserHierarchyGroup", json!({ "Name": "A" }), REQUEST, "no levels yet");
    world.ok("UpdateUserHierarchyStructure", levels(&["Site", "Team"]));
    let site = group(&mut world, "Berlin", None);
    let team = group(&mut world, "Red", Some(&site));
    let other = group(&mut world, "Paris", None);
    // The same name is free under another parent.
    group(&mut world, "Red", Some(&other));
    world.all_refused(
        "CreateUserHierarchyGroup",
        &[
            (json!({ "Name": "Red", "ParentGroupId": site }), DUPLICATE, "another name"),
            (json!({ "Name": "Berlin" }), DUPLICATE, "another name"),
            (json!({ "Name": "Deep", "ParentGroupId": team }), REQUEST, "no level below"),
            (json!({ "Name": "X", "ParentGroupId": NOBODY }), MISSING, "hierarchy group"),
            (json!({ "Name": "x".repeat(101) }), INVALID, "1 to 100"),
            (json!({ "Name": "X", "Tags": { "aws:a": "b" } }), INVALID, "aws:"),
        ],
    );
    let described = world.ok("DescribeUserHierarchyGroup", json!({ "HierarchyGroupId": team }));
    let described = &described["HierarchyGroup"];
    let structure = world.ok("DescribeUserHierarchyStructure", json!({}));
    assert_eq!(described["LevelId"], structure["HierarchyStructure"]["LevelTwo"]["Id"]);
    assert_eq!(described["HierarchyPath"]["LevelOne"]["Name"], "Berlin");
    assert_eq!(described["HierarchyPath"]["LevelTwo"]["Id"], team);
    assert_eq!(described["HierarchyPath"].as_object().map(|path| path.len()), Some(2));
    assert_eq!(described["Arn"], arn(&format!("agent-group/{}", team.as_str().expect("an id"))));
    world.ok("UpdateUserHierarchyGroupName", json!({ "HierarchyGroupId": team, "Name": "Blue" }));
    world.refused(
        "UpdateUserHierarchyGroupName",
        json!({ "HierarchyGroupId": site, "Name": "Paris" }),
        DUPLICATE,
        "another name",
    );
    let listed = world.ok("ListUserHierarchyGroups", json!({}));
    assert_eq!(texts(&listed["UserHierarchyGroupSummaryList"], "Name"), ["Berlin", "Blue", "Paris", "Red"]);
    world.quota(Quota::HierarchyGroups, Some(4));
    world.refused("CreateUserHierarchyGroup", json!({ "Name": "Rome" }), LIMIT, "hierarchy groups");
}

#[test]
fn groups_and_levels_in_use_stay() {
    let mut world = World::new();
    world.ok("UpdateUserHierarchyStructure", levels(&["Site", "Team"]));
    let site = group(&mut world, "Berlin", None);
    let team = group(&mut world, "Red", Some(&site));
    let ann = world.id("user", "ann");
    world.ok("UpdateUserHierarchy", json!({ "UserId": ann, "HierarchyGroupId": team }));
    assert_eq!(world.ok("DescribeUser", json!({ "UserId": ann }))["User"]["HierarchyGroupId"], team);
    world.refused("DeleteUserHierarchyGroup", json!({ "HierarchyGroupId": site }), IN_USE, "child group");
    world.refused("DeleteUserHierarchyGroup", json!({ "HierarchyGroupId": team }), IN_USE, "\"ann\"");
    world.refused("UpdateUserHierarchyStructure", levels(&["Site"]), IN_USE, "\"Team\"");
    world.refused(
        "UpdateUserHierarchy",
        json!({ "UserId": ann, "HierarchyGroupId": NOBODY }),
        MISSING,
        "hierarchy group",
    );
    world.ok("UpdateUserHierarchy", json!({ "UserId": ann }));
    assert!(world.ok("DescribeUser", json!({ "UserId": ann }))["User"].get("HierarchyGroupId").is_none());
    world.ok("DeleteUserHierarchyGroup", json!({ "HierarchyGroupId": team }));
    world.ok("UpdateUserHierarchyStructure", levels(&["Site"]));
    world.ok("DeleteUserHierarchyGroup", json!({ "HierarchyGroupId": site }));
}

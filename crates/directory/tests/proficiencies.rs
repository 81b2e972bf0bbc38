//! Predefined attributes and proficiencies.

mod common;

use common::*;
use directory::Quota;
use serde_json::{Value, json};

fn attribute(name: &str, values: Value) -> Value {
    json!({ "Name": name, "Values": { "StringList": values } })
}

fn skill(name: &str, value: &str, level: f64) -> Value {
    json!({ "AttributeName": name, "AttributeValue": value, "Level": level })
}

#[test]
fn attributes_are_named_without_regard_to_case() {
    let mut world = World::new();
    world
        .ok("CreatePredefinedAttribute", attribute("Technology", json!(["AWS DynamoDB", "C++", "Müller's"])));
    let described = world.ok("DescribePredefinedAttribute", json!({ "Name": "Technology" }));
    assert_eq!(
        described["PredefinedAttribute"],
        json!({
            "Name": "Technology",
            "Values": { "StringList": ["AWS DynamoDB", "C++", "Müller's"] },
            "LastModifiedTime": 1_700_000_001.0,
            "LastModifiedRegion": "us-east-1",
        })
    );
    let many: Vec<String> = (0..129).map(|n| format!("v{n}")).collect();
    world.all_refused(
        "CreatePredefinedAttribute",
        &[
            (attribute("technology", json!(["a"])), DUPLICATE, "\"Technology\""),
            (attribute("", json!(["a"])), INVALID, "1 to 64"),
            (attribute(&"x".repeat(65), json!(["a"])), INVALID, "1 to 64"),
            (attribute("aws:x", json!(["a"])), INVALID, "aws:"),
            (attribute("connect:Mine", json!(["a"])), INVALID, "connect:"),
            (attribute("semi;colon", json!(["a"])), INVALID, "';'"),
            (attribute("N", json!([])), INVALID, "1 to 128"),
            (attribute("N", json!(many)), INVALID, "129"),
            (attribute("N", json!(["a", "A"])), INVALID, "twice"),
            (attribute("N", json!(["connect:a"])), INVALID, "connect:"),
            (attribute("N", json!(["x".repeat(65)])), INVALID, "1 to 64"),
            (json!({ "Name": "N" }), INVALID, "Values"),
            (with(&attribute("N", json!(["a"])), json!({ "Purposes": ["x"] })), INVALID, "Purposes"),
        ],
    );
    world.ok("CreatePredefinedAttribute", attribute("N", json!(many[..128])));
    world.quota(Quota::PredefinedAttributes, Some(2));
    world.refused("CreatePredefinedAttribute", attribute("M", json!(["a"])), LIMIT, "Predefined attributes");
    let listed = world.ok("ListPredefinedAttributes", json!({}));
    assert_eq!(
        texts(&listed["PredefinedAttributeSummaryList"], "Name"),
        ["N", "Technology", "connect:Language", "connect:Subtype"]
    );
}

#[test]
fn system_attributes_are_guarded() {
    let mut world = World::new();
    let language = world.ok("DescribePredefinedAttribute", json!({ "Name": "connect:Language" }));
    let mut values =
        language["PredefinedAttribute"]["Values"]["StringList"].as_array().expect("values").clone();
    assert!(values.contains(&json!("connect:French")));
    values.push(json!("Klingon"));
    world.ok("UpdatePredefinedAttribute", attribute("connect:Language", json!(values)));
    world.refused(
        "UpdatePredefinedAttribute",
        attribute("connect:Language", json!(["Klingon"])),
        REQUEST,
        "must stay",
    );
    values.push(json!("connect:Own"));
    world.refused(
        "UpdatePredefinedAttribute",
        attribute("connect:Language", json!(values)),
        INVALID,
        "connect:",
    );
    world.refused(
        "UpdatePredefinedAttribute",
        attribute("connect:Subtype", json!(["a"])),
        REQUEST,
        "cannot be changed",
    );
    for name in ["connect:Language", "connect:Subtype"] {
        world.refused("DeletePredefinedAttribute", json!({ "Name": name }), REQUEST, "cannot be deleted");
    }
}

#[test]
fn an_agent_learns_and_forgets() {
    let mut world = World::new();
    let ann = world.id("user", "ann");
    world.ok("CreatePredefinedAttribute", attribute("Technology", json!(["Kinesis", "EC2"])));
    let skills = |skills: Value| json!({ "UserId": ann, "UserProficiencies": skills });
    world.ok(
        "AssociateUserProficiencies",
        skills(json!([skill("Technology", "EC2", 4.0), skill("connect:Language", "connect:French", 3.0)])),
    );
    world.all_refused(
        "AssociateUserProficiencies",
        &[
            (skills(json!([skill("Technology", "EC2", 1.0)])), INVALID, "already"),
            (
                skills(json!([skill("Technology", "Kinesis", 1.0), skill("Technology", "Kinesis", 2.0)])),
                INVALID,
                "twice",
            ),
            (skills(json!([skill("technology", "Kinesis", 1.0)])), MISSING, "technology"),
            (skills(json!([skill("Technology", "COBOL", 1.0)])), MISSING, "COBOL"),
            (skills(json!([skill("Technology", "Kinesis", 0.0)])), INVALID, "Level"),
            (skills(json!([skill("Technology", "Kinesis", 6.0)])), INVALID, "Level"),
            (skills(json!([skill("Technology", "Kinesis", 2.5)])), INVALID, "Level"),
            (json!({ "UserId": NOBODY, "UserProficiencies": [] }), MISSING, "user"),
        ],
    );
    world.ok("UpdateUserProficiencies", skills(json!([skill("Technology", "EC2", 5.0)])));
    world.refused(
        "UpdateUserProficiencies",
        skills(json!([skill("Technology", "Kinesis", 5.0)])),
        MISSING,
        "Kinesis",
    );
    let listed = world.ok("ListUserProficiencies", json!({ "UserId": ann }));
    assert_eq!(
        listed["UserProficiencyList"],
        json!([skill("Technology", "EC2", 5.0), skill("connect:Language", "connect:French", 3.0)])
    );
    // While an agent has it, neither the value nor the attribute can go.
    world.refused("UpdatePredefinedAttribute", attribute("Technology", json!(["Kinesis"])), REQUEST, "EC2");
    world.refused("DeletePredefinedAttribute", json!({ "Name": "Technology" }), IN_USE, "\"ann\"");
    let pair = json!([{ "AttributeName": "Technology", "AttributeValue": "EC2" }]);
    world.ok("DisassociateUserProficiencies", skills(pair.clone()));
    world.refused("DisassociateUserProficiencies", skills(pair), MISSING, "EC2");
    world.ok("UpdatePredefinedAttribute", attribute("Technology", json!(["Kinesis"])));
    world.ok("DeletePredefinedAttribute", json!({ "Name": "Technology" }));
    world.refused("DescribePredefinedAttribute", json!({ "Name": "Technology" }), MISSING, "Technology");
}

#[test]
fn ten_proficiencies_are_enough() {
    let mut world = World::new();
    let ann = world.id("user", "ann");
    let values: Vec<String> = (0..11).map(|n| format!("v{n}")).collect();
    world.ok("CreatePredefinedAttribute", attribute("A", json!(values)));
    let skills: Vec<Value> = values.iter().map(|value| skill("A", value, 1.0)).collect();
    let request = |skills: &[Value]| json!({ "UserId": ann, "UserProficiencies": skills });
    world.refused("AssociateUserProficiencies", request(&skills), REQUEST, "10 proficiencies");
    world.ok("AssociateUserProficiencies", request(&skills[..10]));
    world.refused("AssociateUserProficiencies", request(&skills[10..]), REQUEST, "would make 11");
}

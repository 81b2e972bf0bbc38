//! Flow modules: contract, draft, versions, archive, tags.

mod common;

use common::*;
use directory::Quota;
use serde_json::{Value, json};

fn module(world: &mut World, members: Value) -> String {
    let request = with(&json!({ "Name": "M", "Content": "{\"m\":1}" }), members);
    world.ok("CreateContactFlowModule", request)["Id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_module_is_published_described_and_listed() {
    let mut world = World::new();
    let settings = "{\"input\":{\"schema\":{\"type\":\"object\"}}}";
    let id = module(&mut world, json!({ "Description": "d", "Settings": settings, "Tags": { "a": "b" } }));
    let module_arn = arn(&format!("flow-module/{id}"));
    let described = world.ok("DescribeContactFlowModule", json!({ "ContactFlowModuleId": id }));
    let described = &described["ContactFlowModule"];
    for (member, value) in [
        ("Arn", json!(module_arn)),
        ("Name", json!("M")),
        ("Content", json!("{\"m\":1}")),
        ("Description", json!("d")),
        ("State", json!("ACTIVE")),
        ("Status", json!("PUBLISHED")),
        ("Settings", json!(settings)),
        ("Version", json!(1)),
        ("Tags", json!({ "a": "b" })),
        ("ExternalInvocationConfiguration", json!({ "Enabled": false })),
    ] {
        assert_eq!(described[member], value, "{member}");
    }
    let update = json!({ "ContactFlowModuleId": format!("{id}:$SAVED"), "Content": "{\"broken\":1}" });
    world.ok("UpdateContactFlowModuleContent", update);
    let draft = json!({ "ContactFlowModuleId": format!("{module_arn}:$SAVED") });
    let draft = world.ok("DescribeContactFlowModule", draft);
    assert_eq!(draft["ContactFlowModule"]["Status"], "SAVED");
    assert_eq!(draft["ContactFlowModule"]["Settings"], settings, "what is not given stays");
    world.ok(
        "UpdateContactFlowModuleContent",
        json!({ "ContactFlowModuleId": id, "Content": "{\"m\":2}", "Settings": "{}" }),
    );
    let first = world.ok("DescribeContactFlowModule", json!({ "ContactFlowModuleId": format!("{id}:1") }));
    assert_eq!(first["ContactFlowModule"]["Content"], "{\"m\":1}");
    assert_eq!(first["ContactFlowModule"]["Settings"], settings, "a version keeps its contract");
    let made = world.ok("CreateContactFlowModuleVersion", json!({ "ContactFlowModuleId": id }));
    assert_eq!(made["Version"], 3);
    world.ok(
        "DeleteContactFlowModuleVersion",
        json!({ "ContactFlowModuleId": id, "ContactFlowModuleVersion": 1 }),
    );
    let list = world.ok("ListContactFlowModuleVersions", json!({ "ContactFlowModuleId": id }));
    assert_eq!(
        list["ContactFlowModuleVersionSummaryList"],
        json!([{ "Arn": format!("{module_arn}:3"), "Version": 3 }, { "Arn": format!("{module_arn}:2"), "Version": 2 }])
    );
    let history = world.ok("DescribeContactFlowModuleHistory", json!({ "ContactFlowModuleId": id }));
    assert_eq!(history["Versions"][0]["CreatedBy"], AUTHOR);
    world.ok("TagResource", json!({ "resourceArn": module_arn, "tags": { "c": "d" } }));
    let search = json!({ "SearchCriteria":
        { "StringCondition": { "FieldName": "Name", "Value": "m", "ComparisonType": "STARTS_WITH" } } });
    let found = world.ok("SearchContactFlowModules", search);
    assert_eq!(found["ContactFlowModules"][0]["Tags"], json!({ "a": "b", "c": "d" }));
    assert!(world.reload().expect("loads") == world.directory);
}

#[test]
fn modules_are_archived_restored_and_deleted() {
    let mut world = World::new();
    let id = module(&mut world, json!({}));
    let state = |state: &str| json!({ "ContactFlowModuleId": id, "State": state });
    assert!(world.directory.callable_module(&id).is_some());
    world.ok("UpdateContactFlowModuleMetadata", state("ARCHIVED"));
    assert!(world.directory.callable_module(&id).is_none(), "flows cannot call it");
    let publish = json!({ "ContactFlowModuleId": id, "Content": "{}" });
    world.refused("UpdateContactFlowModuleContent", publish, REQUEST, "archived");
    for (wanted, expected) in [(json!({ "ContactFlowModuleState": "ACTIVE" }), 0), (json!({}), 1)] {
        let list = world.ok("ListContactFlowModules", wanted);
        assert_eq!(list["ContactFlowModulesSummaryList"].as_array().map(Vec::len), Some(expected));
    }
    world.ok("UpdateContactFlowModuleMetadata", state("ACTIVE"));
    for (reference, callable) in [
        (format!("{id}:$LATEST"), true),
        (arn(&format!("flow-module/{id}:$LATEST")), true),
        (format!("{id}:$SAVED"), false),
        (format!("{id}:1"), false),
        (arn(&format!("flow-module/{id}")).replace(":instance/", ":instance/x"), false),
    ] {
        assert_eq!(world.directory.callable_module(&reference).is_some(), callable, "{reference}");
    }
    world.ok("DeleteContactFlowModule", json!({ "ContactFlowModuleId": id }));
    world.refused("DescribeContactFlowModule", json!({ "ContactFlowModuleId": id }), MISSING, "flow module");
}

#[test]
fn the_same_request_with_the_same_token_makes_one_module() {
    let mut world = World::new();
    let request = json!({ "Name": "M", "Content": "{\"m\":1}", "ClientToken": "t1", "Tags": { "a": "b" } });
    let first = world.ok("CreateContactFlowModule", request.clone());
    assert_eq!(world.ok("CreateContactFlowModule", request.clone()), first, "a repetition");
    let other = with(&request, json!({ "Name": "N" }));
    world.refused("CreateContactFlowModule", other, "IdempotencyException", "ClientToken was used before");
    let fresh = with(&request, json!({ "ClientToken": "t2" }));
    world.refused("CreateContactFlowModule", fresh, DUPLICATE, "another name");
    world.ok("DeleteContactFlowModule", json!({ "ContactFlowModuleId": first["Id"] }));
    assert_ne!(world.ok("CreateContactFlowModule", request), first, "what is deleted is made anew");
}

#[test]
fn a_draft_is_kept_before_anything_is_published() {
    let mut world = World::new();
    let draft = json!({ "Name": "D", "Content": "{\"broken\":1}", "Tags": { "a": "b" } });
    let made = world.ok("CreateContactFlowModuleDraft", draft.clone());
    let id = made["Id"].as_str().expect("an id").to_owned();
    assert!(world.directory.callable_module(&id).is_none(), "flows cannot call it");
    world.refused(
        "DescribeContactFlowModule",
        json!({ "ContactFlowModuleId": id }),
        REQUEST,
        "never been published",
    );
    let saved =
        world.ok("DescribeContactFlowModule", json!({ "ContactFlowModuleId": format!("{id}:$SAVED") }));
    assert_eq!(saved["ContactFlowModule"]["Status"], "SAVED");
    assert_eq!(saved["ContactFlowModule"]["Content"], "{\"broken\":1}");
    let publish = |content: &str| json!({ "ContactFlowModuleId": id, "Content": content });
    world.refused("UpdateContactFlowModuleContent", publish("{\"broken\":1}"), BAD_MODULE, "next action");
    world.ok("UpdateContactFlowModuleContent", publish("{\"m\":1}"));
    assert!(world.directory.callable_module(&id).is_some());
    let described = world.ok("DescribeContactFlowModule", json!({ "ContactFlowModuleId": id }));
    assert_eq!(described["ContactFlowModule"]["Version"], 1);
    world.refused("CreateContactFlowModuleDraft", draft, DUPLICATE, "another name");
    let text = json!({ "Name": "E", "Content": "[]" });
    world.refused("CreateContactFlowModuleDraft", text, BAD_MODULE, "object");
    world.quota(Quota::FlowModules, Some(1));
    let one_more = json!({ "Name": "E", "Content": "{}" });
    world.refused("CreateContactFlowModuleDraft", one_more, LIMIT, "Flow modules per instance");
}

#[test]
fn who_calls_a_module_is_told() {
    let mut world = World::new();
    let id = module(&mut world, json!({}));
    let other = module(&mut world, json!({ "Name": "Other", "Content": format!("{{\"m\":\"{id}\"}}") }));
    let flow = |name: &str, status: &str, content: &str| json!({ "Name": name, "Type": "CONTACT_FLOW", "Status": status, "Content": content });
    let calls = format!("{{\"FlowModuleId\":\"{}\"}}", arn(&format!("flow-module/{id}")));
    world.ok("CreateContactFlow", flow("Calls", "PUBLISHED", &calls));
    world.ok("CreateContactFlow", flow("Will call", "SAVED", &calls));
    world.ok("CreateContactFlow", flow("Does not", "PUBLISHED", "{}"));
    let uses = world.ok("ListContactFlowModuleUses", json!({ "ContactFlowModuleId": id }));
    let mut rows: Vec<_> = uses["Uses"].as_array().expect("a list").iter().collect();
    rows.sort_by_key(|row| row["Name"].as_str());
    let told: Vec<_> = rows.iter().map(|row| (row["Name"].as_str(), row["Published"].as_bool())).collect();
    assert_eq!(
        told,
        [(Some("Calls"), Some(true)), (Some("Other"), Some(true)), (Some("Will call"), Some(false))]
    );
    assert_eq!((&rows[1]["ResourceType"], &rows[1]["Id"]), (&json!("CONTACT_FLOW_MODULE"), &json!(other)));
    let none = world.ok("ListContactFlowModuleUses", json!({ "ContactFlowModuleId": other }));
    assert_eq!(none["Uses"], json!([]));
}

#[test]
fn what_is_refused() {
    let mut world = World::new();
    let id = module(&mut world, json!({}));
    let base = json!({ "Name": "N", "Content": "{}" });
    let nine: Vec<Value> = (0..9).map(|n| json!({ "name": format!("b{n}") })).collect();
    let nine = json!({ "transitions": { "results": nine } }).to_string();
    world.all_refused(
        "CreateContactFlowModule",
        &[
            (with(&base, json!({ "Name": "M" })), DUPLICATE, "another name"),
            (with(&base, json!({ "Name": "x".repeat(128) })), INVALID, "1 to 127"),
            (with(&base, json!({ "Content": "{\"broken\":1}" })), BAD_MODULE, "next action"),
            (with(&base, json!({ "Content": "[]" })), BAD_MODULE, "object"),
            (with(&base, json!({ "Settings": "[]" })), INVALID, "JSON object"),
            (with(&base, json!({ "Settings": "{\"input\":{\"schema\":{}}}" })), INVALID, "input.schema"),
            (with(&base, json!({ "Settings": nine })), INVALID, "at most 8"),
        ],
    );
    let nothing = json!({ "ContactFlowModuleId": id });
    world.refused("UpdateContactFlowModuleContent", nothing, REQUEST, "Give a Content");
    world.quota(Quota::FlowModules, Some(1));
    world.refused("CreateContactFlowModule", base, LIMIT, "Flow modules per instance");
}

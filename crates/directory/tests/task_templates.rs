//! Task templates.

mod common;

use common::*;
use directory::{Directory, Quota};
use serde_json::{Value, json};

fn inbound(directory: &Directory) -> String {
    directory.flow_named("Sample inbound flow").expect("seeded").id.to_string()
}

fn field(name: &str, kind: &str) -> Value {
    json!({ "Id": { "Name": name }, "Type": kind })
}

fn ids(names: &[&str]) -> Value {
    names.iter().map(|name| json!({ "Id": { "Name": name } })).collect()
}

fn default(name: &str, value: &str) -> Value {
    json!({ "Id": { "Name": name }, "DefaultValue": value })
}

/// A template with a title, an order number and a colour.
fn refund(world: &World) -> Value {
    json!({
        "Name": "Refund",
        "Description": "Money back",
        "ContactFlowId": inbound(&world.directory),
        "Fields": [
            field("Title", "NAME"),
            field("Order", "NUMBER"),
            with(&field("Colour", "SINGLE_SELECT"), json!({ "SingleSelectOptions": ["red", "blue"] })),
        ],
        "Constraints": { "RequiredFields": ids(&["Title", "Order"]) },
        "Defaults": { "DefaultFieldValues": [default("Colour", "red")] },
    })
}

#[test]
fn a_template_lives_and_dies() {
    let mut world = World::new();
    let base = refund(&world);
    let created = world.ok("CreateTaskTemplate", base.clone());
    let id = created["Id"].as_str().expect("an id").to_owned();
    assert_eq!(created["Arn"], arn(&format!("task-template/{id}")));
    let shown = world.ok("GetTaskTemplate", json!({ "TaskTemplateId": id, "SnapshotVersion": "1" }));
    for member in ["Name", "Description", "ContactFlowId", "Fields", "Defaults"] {
        assert_eq!(shown[member], base[member], "{member}");
    }
    assert_eq!(shown["Constraints"]["RequiredFields"], ids(&["Title", "Order"]));
    assert_eq!((&shown["Status"], &shown["InstanceId"]), (&json!("ACTIVE"), &json!(INSTANCE)));
    let updated =
        world.ok("UpdateTaskTemplate", json!({ "TaskTemplateId": created["Arn"], "Status": "INACTIVE" }));
    assert_eq!((&updated["Status"], &updated["Fields"]), (&json!("INACTIVE"), &base["Fields"]));
    world.refused(
        "GetTaskTemplate",
        json!({ "TaskTemplateId": id, "SnapshotVersion": "1" }),
        MISSING,
        "the present one is 2",
    );
    for (filter, count) in [
        (json!({}), 1),
        (json!({ "Status": "INACTIVE", "Name": "Refund" }), 1),
        (json!({ "Status": "ACTIVE" }), 0),
        (json!({ "Name": "Ref" }), 0),
    ] {
        let listed = world.ok("ListTaskTemplates", filter.clone());
        assert_eq!(listed["TaskTemplates"].as_array().map(Vec::len), Some(count), "{filter}");
    }
    world.ok("DeleteTaskTemplate", json!({ "TaskTemplateId": id }));
    world.refused("GetTaskTemplate", json!({ "TaskTemplateId": id }), MISSING, "task template");
}

#[test]
fn what_is_wrong_is_told_by_member() {
    let mut world = World::new();
    let base = refund(&world);
    world.ok("CreateTaskTemplate", base.clone());
    let base = with(&base, json!({ "Name": "Other" }));
    let fields = |extra: Value| {
        let mut fields = base["Fields"].as_array().expect("a list").clone();
        fields.push(extra);
        json!({ "Fields": fields })
    };
    let defaults = |name, value| json!({ "Defaults": { "DefaultFieldValues": [default(name, value)] } });
    let table = [
        (json!({ "Name": "Refund" }), "Name", "RESOURCE_NAME_ALREADY_EXISTS"),
        (json!({ "ContactFlowId": null }), "ContactFlowId", "REQUIRED_PROPERTY_MISSING"),
        (json!({ "ContactFlowId": NOBODY }), "ContactFlowId", "REFERENCED_RESOURCE_NOT_FOUND"),
        (json!({ "SelfAssignFlowId": NOBODY }), "SelfAssignFlowId", "NOT_SUPPORTED"),
        (json!({ "ContactHooks": {} }), "ContactHooks", "NOT_SUPPORTED"),
        (json!({ "Constraints": {} }), "Constraints.RequiredFields", "REQUIRED_PROPERTY_MISSING"),
        (fields(field("Second", "NAME")), "Fields", "REQUIRED_PROPERTY_MISSING"),
        (fields(field("Order", "TEXT")), "Fields[3].Id.Name", "UNIQUE_CONSTRAINT_VIOLATED"),
        (fields(field("Life", "EXPIRY_DURATION")), "Fields[3].Type", "NOT_SUPPORTED"),
        (
            fields(field("Size", "SINGLE_SELECT")),
            "Fields[3].SingleSelectOptions",
            "REQUIRED_PROPERTY_MISSING",
        ),
        (defaults("Order", "many"), "Defaults.DefaultFieldValues[0]", "INVALID_FORMAT"),
        (defaults("Colour", "green"), "Defaults.DefaultFieldValues[0]", "INVALID_FORMAT"),
        (defaults("Size", "1"), "Defaults.DefaultFieldValues[0]", "REFERENCED_RESOURCE_NOT_FOUND"),
        (
            json!({ "Constraints": { "RequiredFields": ids(&["Title", "Size"]) } }),
            "Constraints.RequiredFields[1]",
            "REFERENCED_RESOURCE_NOT_FOUND",
        ),
        (
            json!({ "Constraints": { "RequiredFields": ids(&["Title"]), "ReadOnlyFields": ids(&["Order"]) } }),
            "Constraints.ReadOnlyFields[0]",
            "REQUIRED_PROPERTY_MISSING",
        ),
        (
            json!({ "Constraints": {
                "RequiredFields": ids(&["Title", "Order"]), "InvisibleFields": ids(&["Order"]) } }),
            "Constraints.InvisibleFields[0]",
            "REQUIRED_PROPERTY_MISSING",
        ),
    ];
    for (change, path, reason) in table {
        let error = world.call("CreateTaskTemplate", with(&base, change.clone())).expect_err("it is wrong");
        assert_eq!(error.code.name(), PROPERTY, "{change}: {error}");
        let told: Vec<_> = error.properties.iter().map(|one| (one.path.as_str(), one.reason)).collect();
        assert_eq!(told, [(path, reason)], "{change}");
    }
    world.all_refused(
        "CreateTaskTemplate",
        &[
            (with(&base, json!({ "Name": "n".repeat(101) })), INVALID, "Name"),
            (with(&base, json!({ "Description": "" })), INVALID, "Description"),
            (with(&base, fields(field("", "TEXT"))), INVALID, "field's name"),
            (with(&base, fields(field("Size", "SIZE"))), INVALID, "SIZE"),
        ],
    );
}

#[test]
fn the_quotas_of_templates_and_of_their_fields() {
    let mut world = World::new();
    let base = refund(&world);
    world.quota(Quota::TaskTemplateFields, Some(3));
    let first = world.ok("CreateTaskTemplate", base.clone());
    let other = with(&base, json!({ "Name": "Other" }));
    world.refused(
        "CreateTaskTemplate",
        other.clone(),
        "ServiceQuotaExceededException",
        "fields per instance",
    );
    // What a template has already does not count twice.
    world.ok("UpdateTaskTemplate", json!({ "TaskTemplateId": first["Id"], "Name": "Renamed" }));
    world.quota(Quota::TaskTemplateFields, None);
    world.quota(Quota::TaskTemplates, Some(1));
    world.refused(
        "CreateTaskTemplate",
        other,
        "ServiceQuotaExceededException",
        "Task templates per instance",
    );
}

//! Agent statuses.

mod common;

use common::*;
use directory::Quota;
use serde_json::json;

#[test]
fn a_new_status_is_custom_and_last() {
    let mut world = World::new();
    let created = world
        .ok("CreateAgentStatus", json!({ "Name": "Lunch", "State": "ENABLED", "Description": "Eating" }));
    let id = created["AgentStatusId"].as_str().expect("an id").to_owned();
    assert_eq!(created["AgentStatusARN"], arn(&format!("agent-state/{id}")));
    let described = world.ok("DescribeAgentStatus", json!({ "AgentStatusId": id }));
    assert_eq!(
        described["AgentStatus"],
        json!({
            "AgentStatusARN": arn(&format!("agent-state/{id}")),
            "AgentStatusId": id,
            "Name": "Lunch",
            "Description": "Eating",
            "Type": "CUSTOM",
            "DisplayOrder": 3,
            "State": "ENABLED",
            "Tags": {},
            "LastModifiedTime": 1_700_000_001.0,
            "LastModifiedRegion": "us-east-1",
        })
    );
    world.ok("CreateAgentStatus", json!({ "Name": "Call back", "State": "DISABLED", "DisplayOrder": 50 }));
    world.all_refused(
        "CreateAgentStatus",
        &[
            (json!({ "Name": "Lunch", "State": "ENABLED" }), DUPLICATE, "another name"),
            (json!({ "Name": "X" }), INVALID, "State"),
            (json!({ "Name": "X", "State": "ON" }), INVALID, "ON"),
            (json!({ "Name": "X", "State": "ENABLED", "DisplayOrder": 0 }), INVALID, "1 to 50"),
            (json!({ "Name": "X", "State": "ENABLED", "DisplayOrder": 51 }), INVALID, "1 to 50"),
        ],
    );
    for (types, expected) in [
        (json!(null), vec!["Available", "Call back", "Lunch", "Offline"]),
        (json!(["CUSTOM"]), vec!["Call back", "Lunch"]),
        (json!(["ROUTABLE", "OFFLINE"]), vec!["Available", "Offline"]),
    ] {
        let listed = world.ok("ListAgentStatuses", json!({ "AgentStatusTypes": types }));
        assert_eq!(texts(&listed["AgentStatusSummaryList"], "Name"), expected);
    }
    world.quota(Quota::AgentStatuses, Some(4));
    world.refused("CreateAgentStatus", json!({ "Name": "X", "State": "ENABLED" }), LIMIT, "Agent statuses");
}

#[test]
fn default_statuses_can_be_renamed_but_not_disabled() {
    let mut world = World::new();
    let (available, offline) = (world.id("status", "Available"), world.id("status", "Offline"));
    for id in [&available, &offline] {
        world.refused(
            "UpdateAgentStatus",
            json!({ "AgentStatusId": id, "State": "DISABLED" }),
            REQUEST,
            "default status",
        );
        world.ok("UpdateAgentStatus", json!({ "AgentStatusId": id, "State": "ENABLED" }));
    }
    world.ok("UpdateAgentStatus", json!({ "AgentStatusId": available, "Name": "Ready" }));
    world.refused(
        "UpdateAgentStatus",
        json!({ "AgentStatusId": offline, "Name": "Ready" }),
        DUPLICATE,
        "another name",
    );
    assert_eq!(
        world.ok("DescribeAgentStatus", json!({ "AgentStatusId": available }))["AgentStatus"]["Type"],
        "ROUTABLE"
    );
    let kind = model::resource::AgentStatusType::Routable;
    assert_eq!(world.directory.agent_status_of_type(kind).map(|status| status.name.as_str()), Some("Ready"));
}

#[test]
fn custom_statuses_can_be_hidden_and_moved() {
    let mut world = World::new();
    let id = world.ok("CreateAgentStatus", json!({ "Name": "Lunch", "State": "ENABLED", "DisplayOrder": 1 }))
        ["AgentStatusId"]
        .clone();
    world.ok("CreateAgentStatus", json!({ "Name": "Study", "State": "ENABLED", "DisplayOrder": 7 }));
    world.ok(
        "UpdateAgentStatus",
        json!({ "AgentStatusId": id, "State": "DISABLED", "ResetOrderNumber": true }),
    );
    let described = world.ok("DescribeAgentStatus", json!({ "AgentStatusId": id }));
    assert_eq!(described["AgentStatus"]["State"], "DISABLED");
    assert_eq!(described["AgentStatus"]["DisplayOrder"], 8);
    world.all_refused(
        "UpdateAgentStatus",
        &[
            (json!({ "AgentStatusId": id, "DisplayOrder": 99 }), INVALID, "1 to 50"),
            (json!({ "AgentStatusId": NOBODY }), MISSING, "agent status"),
        ],
    );
}

//! Flows: saving, publishing, archiving, deleting.

mod common;

use common::*;
use directory::{Cx, Quota, flows::CreateContactFlow, input};
use serde_json::json;

#[test]
fn a_flow_is_published_unless_it_is_saved() {
    let mut world = World::new();
    let base = json!({ "Name": "F", "Type": "CONTACT_FLOW", "Description": "d", "Content": "{\"a\":1}" });
    let created = world.ok("CreateContactFlow", base.clone());
    let id = created["ContactFlowId"].as_str().expect("an id").to_owned();
    let flow_arn = arn(&format!("contact-flow/{id}"));
    assert_eq!(created["ContactFlowArn"], flow_arn);
    let described = world.ok("DescribeContactFlow", json!({ "ContactFlowId": id }));
    assert_eq!(
        described["ContactFlow"],
        json!({
            "Arn": flow_arn,
            "Id": id,
            "Name": "F",
            "Type": "CONTACT_FLOW",
            "State": "ACTIVE",
            "Status": "PUBLISHED",
            "Description": "d",
            "Tags": {},
            "Content": "{\"a\":1}",
            "FlowContentSha256": "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862",
            "Version": 1,
            "LastModifiedTime": 1_700_000_001.0,
            "LastModifiedRegion": "us-east-1",
        })
    );
    // A draft beside the published content, by id and by resource name.
    world.ok(
        "UpdateContactFlowContent",
        json!({ "ContactFlowId": format!("{id}:$SAVED"), "Content": "{\"broken\":2}" }),
    );
    for (reference, status, content) in [
        (id.clone(), "PUBLISHED", "{\"a\":1}"),
        (flow_arn.clone(), "PUBLISHED", "{\"a\":1}"),
        (format!("{id}:$SAVED"), "SAVED", "{\"broken\":2}"),
        (format!("{flow_arn}:$SAVED"), "SAVED", "{\"broken\":2}"),
    ] {
        let described = world.ok("DescribeContactFlow", json!({ "ContactFlowId": reference }));
        assert_eq!(described["ContactFlow"]["Status"], status, "{reference}");
        assert_eq!(described["ContactFlow"]["Content"], content, "{reference}");
    }
    // Publishing replaces both.
    world.ok("UpdateContactFlowContent", json!({ "ContactFlowId": id, "Content": "{\"a\":3}" }));
    let described = world.ok("DescribeContactFlow", json!({ "ContactFlowId": format!("{id}:$SAVED") }));
    assert_eq!(described["ContactFlow"]["Status"], "PUBLISHED");
    assert_eq!(described["ContactFlow"]["Content"], "{\"a\":3}");
}

#[test]
fn a_saved_flow_has_nothing_published() {
    let mut world = World::new();
    let flow = json!({ "Name": "F", "Type": "CONTACT_FLOW", "Status": "SAVED", "Content": "{\"broken\":1}" });
    let id = world.ok("CreateContactFlow", flow)["ContactFlowId"].as_str().expect("an id").to_owned();
    world.refused(
        "DescribeContactFlow",
        json!({ "ContactFlowId": id }),
        "ContactFlowNotPublishedException",
        "$SAVED",
    );
    let described = world.ok("DescribeContactFlow", json!({ "ContactFlowId": format!("{id}:$SAVED") }));
    assert_eq!(described["ContactFlow"]["Status"], "SAVED");
    world.refused(
        "UpdateContactFlowContent",
        json!({ "ContactFlowId": id, "Content": "{\"broken\":1}" }),
        BAD_FLOW,
        "next action",
    );
    world.ok("UpdateContactFlowContent", json!({ "ContactFlowId": id, "Content": "{}" }));
    assert_eq!(
        world.ok("DescribeContactFlow", json!({ "ContactFlowId": id }))["ContactFlow"]["Content"],
        "{}"
    );
}

#[test]
fn what_is_refused() {
    let mut world = World::new();
    let base = json!({ "Name": "F", "Type": "CONTACT_FLOW", "Content": "{}" });
    world.all_refused(
        "CreateContactFlow",
        &[
            (with(&base, json!({ "Name": "Default outbound" })), DUPLICATE, "another name"),
            (with(&base, json!({ "Name": "" })), INVALID, "1 to 256"),
            (with(&base, json!({ "Type": "CAMPAIGN" })), INVALID, "CAMPAIGN"),
            (with(&base, json!({ "Type": null })), INVALID, "Type"),
            (with(&base, json!({ "Status": "DRAFT" })), INVALID, "DRAFT"),
            (with(&base, json!({ "Content": "" })), INVALID, "1 to 256000"),
            (with(&base, json!({ "Content": format!("\"{}\"", "x".repeat(256_000)) })), INVALID, "256000"),
            (with(&base, json!({ "Content": "{\"broken\":1}" })), BAD_FLOW, "next action"),
            (with(&base, json!({ "Content": "not json" })), BAD_FLOW, "not JSON"),
            (with(&base, json!({ "Content": "[]", "Status": "SAVED" })), BAD_FLOW, "object"),
        ],
    );
    let sample = world.id("flow", "Sample inbound flow");
    for (qualifier, code, words) in
        [("3", MISSING, "version 3"), ("0", INVALID, "not known"), ("$NEWEST", INVALID, "not known")]
    {
        let reference = format!("{sample}:{qualifier}");
        world.refused("DescribeContactFlow", json!({ "ContactFlowId": reference }), code, words);
    }
    let content = json!({ "ContactFlowId": format!("{sample}:1"), "Content": "{}" });
    world.refused("UpdateContactFlowContent", content, INVALID, "cannot be changed");
    world.refused("DescribeContactFlow", json!({ "ContactFlowId": NOBODY }), MISSING, "flow");
    world.quota(Quota::Flows, Some(5));
    world.refused("CreateContactFlow", base, LIMIT, "Flows per instance");
}

#[test]
fn all_problems_of_a_flow_are_told_up_to_fifty() {
    let mut world = World::new();
    let request = json!({ "Name": "F", "Type": "CONTACT_FLOW", "Content": "{}" });
    let picky =
        |_, _: &str, _: &directory::Directory| (0..60).map(|n| format!("Problem {n}.")).collect::<Vec<_>>();
    let mut new_uuid = || uuid::Uuid::from_u128(9);
    let mut cx = Cx { now: world.now, new_uuid: &mut new_uuid };
    let input = input::read::<CreateContactFlow>(request).expect("a valid input");
    let error = world.directory.create_contact_flow(&mut cx, input, AUTHOR, &picky).expect_err("problems");
    assert_eq!(error.problems.len(), 50);
    assert_eq!((error.problems[0].as_str(), error.message.as_str()), ("Problem 0.", "Problem 0."));
}

#[test]
fn archived_flows_can_be_restored_and_deleted() {
    let mut world = World::new();
    let id = world.id("flow", "Sample inbound flow");
    let state = |state: &str| json!({ "ContactFlowId": id, "ContactFlowState": state });
    world.ok("UpdateContactFlowMetadata", state("ARCHIVED"));
    world.refused(
        "UpdateContactFlowContent",
        json!({ "ContactFlowId": id, "Content": "{}" }),
        REQUEST,
        "archived",
    );
    world.ok("UpdateContactFlowContent", json!({ "ContactFlowId": format!("{id}:$SAVED"), "Content": "{}" }));
    let listed = world.ok("ListContactFlows", json!({ "ContactFlowTypes": ["CONTACT_FLOW"] }));
    assert_eq!(
        listed["ContactFlowSummaryList"],
        json!([{
            "Id": id,
            "Arn": arn(&format!("contact-flow/{id}")),
            "Name": "Sample inbound flow",
            "ContactFlowType": "CONTACT_FLOW",
            "ContactFlowState": "ARCHIVED",
            "ContactFlowStatus": "PUBLISHED",
        }])
    );
    world.ok("UpdateContactFlowMetadata", state("ACTIVE"));
    world.ok("UpdateContactFlowContent", json!({ "ContactFlowId": id, "Content": "{}" }));
    world.ok("UpdateContactFlowMetadata", state("ARCHIVED"));
    world.ok("DeleteContactFlow", json!({ "ContactFlowId": id }));
    world.refused("UpdateContactFlowMetadata", state("ACTIVE"), MISSING, "flow");
}

#[test]
fn default_flows_stay_under_any_name() {
    let mut world = World::new();
    let id = world.id("flow", "Default customer queue");
    world.ok(
        "UpdateContactFlowName",
        json!({ "ContactFlowId": id, "Name": "Our music", "Description": "Jazz" }),
    );
    world.refused("DeleteContactFlow", json!({ "ContactFlowId": id }), REQUEST, "default flow");
    world.refused(
        "UpdateContactFlowMetadata",
        json!({ "ContactFlowId": id, "ContactFlowState": "ARCHIVED" }),
        REQUEST,
        "default flow",
    );
    let default = world.directory.default_flow(model::resource::FlowType::CustomerQueue);
    assert_eq!(default.map(|flow| flow.name.as_str()), Some("Our music"));
    assert!(world.directory.default_flow(model::resource::FlowType::AgentHold).is_none());
    world.refused("UpdateContactFlowName", json!({ "ContactFlowId": id }), REQUEST, "Name");
    world.refused(
        "UpdateContactFlowName",
        json!({ "ContactFlowId": id, "Name": "Default outbound" }),
        DUPLICATE,
        "another name",
    );
}

#[test]
fn flows_in_use_stay() {
    let mut world = World::new();
    let flow = |name: &str, kind: &str| json!({ "Name": name, "Type": kind, "Content": "{}" });
    let whisper = world.ok("CreateContactFlow", flow("W", "OUTBOUND_WHISPER"))["ContactFlowId"].clone();
    let transfer = world.ok("CreateContactFlow", flow("T", "AGENT_TRANSFER"))["ContactFlowId"].clone();
    let queue = world.id("queue", "BasicQueue");
    world.ok(
        "UpdateQueueOutboundCallerConfig",
        json!({ "QueueId": queue, "OutboundCallerConfig": { "OutboundFlowId": whisper } }),
    );
    let target = json!({ "QuickConnectType": "USER", "UserConfig": { "UserId": world.id("user", "ann"), "ContactFlowId": transfer } });
    let connect = world.ok("CreateQuickConnect", json!({ "Name": "Ann", "QuickConnectConfig": target }));
    for (flow, user) in [(&whisper, "BasicQueue"), (&transfer, "\"Ann\"")] {
        world.refused("DeleteContactFlow", json!({ "ContactFlowId": flow }), IN_USE, user);
        world.refused(
            "UpdateContactFlowMetadata",
            json!({ "ContactFlowId": flow, "ContactFlowState": "ARCHIVED" }),
            IN_USE,
            user,
        );
    }
    world.ok("UpdateQueueOutboundCallerConfig", json!({ "QueueId": queue, "OutboundCallerConfig": {} }));
    world.ok("DeleteQuickConnect", json!({ "QuickConnectId": connect["QuickConnectId"] }));
    for flow in [&whisper, &transfer] {
        world.ok("DeleteContactFlow", json!({ "ContactFlowId": flow }));
    }
}

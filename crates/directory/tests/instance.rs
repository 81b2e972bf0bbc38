//! The instance: description, switches, origins, storage configs.

mod common;

use common::*;
use serde_json::{Value, json};

#[test]
fn the_instance_describes_itself() {
    let mut world = World::new();
    let described = world.ok("DescribeInstance", json!({ "InstanceId": arn("").trim_end_matches('/') }));
    assert_eq!(
        described["Instance"],
        json!({
            "Id": INSTANCE,
            "Arn": arn("").trim_end_matches('/'),
            "IdentityManagementType": "CONNECT_MANAGED",
            "InstanceAlias": "acme",
            "CreatedTime": 1_700_000_000.0,
            "InstanceStatus": "ACTIVE",
            "InboundCallsEnabled": true,
            "OutboundCallsEnabled": true,
            "Tags": {},
        })
    );
    world.refused("DescribeInstance", json!({ "InstanceId": NOBODY }), MISSING, "instance");
}

#[test]
fn switches_are_switched() {
    let mut world = World::new();
    let value = |world: &mut World, attribute: &str| {
        world.ok("DescribeInstanceAttribute", json!({ "AttributeType": attribute }))["Attribute"]["Value"]
            .clone()
    };
    for (attribute, at_first) in [
        ("INBOUND_CALLS", "true"),
        ("OUTBOUND_CALLS", "true"),
        ("EARLY_MEDIA", "true"),
        ("CONTACT_LENS", "false"),
        ("ENHANCED_CONTACT_MONITORING", "false"),
    ] {
        assert_eq!(value(&mut world, attribute), at_first, "{attribute}");
        for new in ["false", "true"] {
            world.ok("UpdateInstanceAttribute", json!({ "AttributeType": attribute, "Value": new }));
            assert_eq!(value(&mut world, attribute), new, "{attribute}");
        }
    }
    world.ok("UpdateInstanceAttribute", json!({ "AttributeType": "INBOUND_CALLS", "Value": "false" }));
    assert_eq!(world.ok("DescribeInstance", json!({}))["Instance"]["InboundCallsEnabled"], false);
    world.all_refused(
        "UpdateInstanceAttribute",
        &[
            (json!({ "AttributeType": "EARLY_MEDIA", "Value": "yes" }), INVALID, "true"),
            (json!({ "AttributeType": "TELEPATHY", "Value": "true" }), INVALID, "TELEPATHY"),
        ],
    );
    let all = world.ok("ListInstanceAttributes", json!({}))["Attributes"].clone();
    assert_eq!(all.as_array().map(Vec::len), Some(14));
}

#[test]
fn origins_are_approved_once() {
    let mut world = World::new();
    for (origin, kept) in [
        ("https://Desk.example.com", "https://desk.example.com"),
        ("https://crm.example.com:8443/", "https://crm.example.com:8443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("https://[::1]:8443", "https://[::1]:8443"),
    ] {
        world.ok("AssociateApprovedOrigin", json!({ "Origin": origin }));
        let origins = world.ok("ListApprovedOrigins", json!({}))["Origins"].clone();
        assert!(
            origins.as_array().is_some_and(|origins| origins.contains(&json!(kept))),
            "{origin}: {origins}"
        );
    }
    world.all_refused(
        "AssociateApprovedOrigin",
        &[
            (json!({ "Origin": "https://desk.example.com/" }), CONFLICT, "already"),
            (json!({ "Origin": "desk.example.com" }), INVALID, "scheme"),
            (json!({ "Origin": "https://desk.example.com/path" }), INVALID, "scheme"),
            (json!({ "Origin": "https://desk.example.com:0" }), INVALID, "scheme"),
            (json!({ "Origin": "javascript://x" }), INVALID, "scheme"),
            (json!({ "Origin": "https://*.example.com" }), INVALID, "scheme"),
            (json!({ "Origin": format!("https://{}", "x".repeat(267)) }), INVALID, "267"),
        ],
    );
    world.ok("DisassociateApprovedOrigin", json!({ "Origin": "https://desk.example.com" }));
    world.refused(
        "DisassociateApprovedOrigin",
        json!({ "Origin": "https://desk.example.com" }),
        MISSING,
        "not approved",
    );
    let origins = world.ok("ListApprovedOrigins", json!({}))["Origins"].clone();
    assert_eq!(
        origins,
        json!(["http://localhost:3000", "https://[::1]:8443", "https://crm.example.com:8443"])
    );
}

fn bucket(name: &str) -> Value {
    json!({ "StorageType": "S3", "S3Config": { "BucketName": name, "BucketPrefix": "connect/acme" } })
}

#[test]
fn one_storage_config_per_type() {
    let mut world = World::new();
    let config = |kind: &str, config: Value| json!({ "ResourceType": kind, "StorageConfig": config });
    let id =
        world.ok("AssociateInstanceStorageConfig", config("CALL_RECORDINGS", bucket("b")))["AssociationId"]
            .clone();
    let place = json!({ "AssociationId": id, "ResourceType": "CALL_RECORDINGS" });
    let expected = with(&bucket("b"), json!({ "AssociationId": id }));
    assert_eq!(
        world.ok("DescribeInstanceStorageConfig", place.clone()),
        json!({ "StorageConfig": expected })
    );
    assert_eq!(
        world.ok("ListInstanceStorageConfigs", json!({ "ResourceType": "CALL_RECORDINGS" })),
        json!({ "StorageConfigs": [expected] })
    );
    assert_eq!(
        world.ok("ListInstanceStorageConfigs", json!({ "ResourceType": "CHAT_TRANSCRIPTS" })),
        json!({ "StorageConfigs": [] })
    );
    let key = json!({ "EncryptionType": "KMS", "KeyId": "k" });
    let video = json!({ "Prefix": "p", "RetentionPeriodHours": 87_600, "EncryptionConfig": key });
    let video = json!({ "StorageType": "KINESIS_VIDEO_STREAM", "KinesisVideoStreamConfig": video });
    let stream = json!({ "StorageType": "KINESIS_STREAM", "KinesisStreamConfig": { "StreamArn": "arn:aws:kinesis:r:1:stream/s" } });
    world.ok("AssociateInstanceStorageConfig", config("MEDIA_STREAMS", video.clone()));
    world.ok("AssociateInstanceStorageConfig", config("AGENT_EVENTS", stream.clone()));
    let mut long = video.clone();
    long["KinesisVideoStreamConfig"]["RetentionPeriodHours"] = json!(87_601);
    world.all_refused(
        "AssociateInstanceStorageConfig",
        &[
            (config("CALL_RECORDINGS", bucket("c")), CONFLICT, "already"),
            (config("CHAT_TRANSCRIPTS", stream.clone()), INVALID, "S3"),
            (config("CONTACT_TRACE_RECORDS", bucket("c")), INVALID, "KINESIS_FIREHOSE"),
            (config("CHAT_TRANSCRIPTS", json!({ "StorageType": "S3" })), INVALID, "one member"),
            (
                config("CHAT_TRANSCRIPTS", with(&bucket("c"), with(&stream, json!({ "StorageType": "S3" })))),
                INVALID,
                "one member",
            ),
            (config("CHAT_TRANSCRIPTS", bucket("")), INVALID, "BucketName"),
            (config("DREAMS", bucket("c")), INVALID, "DREAMS"),
        ],
    );
    world.ok("UpdateInstanceStorageConfig", with(&place, json!({ "StorageConfig": bucket("c") })));
    world.refused(
        "UpdateInstanceStorageConfig",
        with(&place, json!({ "StorageConfig": stream })),
        INVALID,
        "S3",
    );
    let described = world.ok("DescribeInstanceStorageConfig", place.clone());
    assert_eq!(described["StorageConfig"]["S3Config"]["BucketName"], "c");
    world.refused(
        "DescribeInstanceStorageConfig",
        with(&place, json!({ "ResourceType": "AGENT_EVENTS" })),
        MISSING,
        "CALL_RECORDINGS",
    );
    world.ok("DisassociateInstanceStorageConfig", place.clone());
    world.refused("DisassociateInstanceStorageConfig", place, MISSING, "storage config");
    world.ok("AssociateInstanceStorageConfig", config("CALL_RECORDINGS", bucket("d")));
    world.refused("AssociateInstanceStorageConfig", config("MEDIA_STREAMS", long), INVALID, "87600");
}

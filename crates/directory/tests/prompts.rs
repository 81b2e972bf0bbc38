//! Prompts.

mod common;

use common::*;
use directory::Quota;
use serde_json::json;

#[test]
fn a_prompt_lives_and_dies() {
    let mut world = World::new();
    let base = json!({ "Name": "Welcome", "Description": "Hello", "S3Uri": "s3://sounds/welcome.wav" });
    let created = world.ok("CreatePrompt", base.clone());
    let id = created["PromptId"].as_str().expect("an id").to_owned();
    assert_eq!(created["PromptARN"], arn(&format!("prompt/{id}")));
    let updated = world.ok(
        "UpdatePrompt",
        json!({ "PromptId": id, "Name": "Hello", "S3Uri": "https://files.example.com/sounds/hello.wav" }),
    );
    assert_eq!(updated, created);
    let described = world.ok("DescribePrompt", json!({ "PromptId": id }));
    assert_eq!(
        described["Prompt"],
        json!({
            "PromptARN": arn(&format!("prompt/{id}")),
            "PromptId": id,
            "Name": "Hello",
            "Description": "Hello",
            "Tags": {},
            "LastModifiedTime": 1_700_000_002.0,
            "LastModifiedRegion": "us-east-1",
        })
    );
    world.all_refused(
        "CreatePrompt",
        &[
            (with(&base, json!({ "Name": "Hello" })), DUPLICATE, "another name"),
            (with(&base, json!({ "S3Uri": "s3://sounds" })), INVALID, "s3://bucket/key"),
            (with(&base, json!({ "S3Uri": "ftp://sounds/a.wav" })), INVALID, "s3://bucket/key"),
            (with(&base, json!({ "S3Uri": "s3:///a.wav" })), INVALID, "s3://bucket/key"),
            (with(&base, json!({ "S3Uri": format!("s3://b/{}", "x".repeat(2_000)) })), INVALID, "2000"),
            (with(&base, json!({ "S3Uri": null })), INVALID, "S3Uri"),
            (with(&base, json!({ "S3Uri": "upload://" })), INVALID, "s3://bucket/key"),
            // Where the sound lies is not for callers to say.
            (
                with(&base, json!({ "Media": { "File": "keys", "DurationMs": 1, "Bytes": 1 } })),
                INVALID,
                "Media",
            ),
        ],
    );
    world.all_refused(
        "UpdatePrompt",
        &[
            (json!({ "PromptId": id, "Name": "Beep.wav" }), DUPLICATE, "another name"),
            (json!({ "PromptId": id, "S3Uri": "nowhere" }), INVALID, "s3://bucket/key"),
            (json!({ "PromptId": NOBODY }), MISSING, "prompt"),
        ],
    );
    world.quota(Quota::Prompts, Some(4));
    world.refused("CreatePrompt", base, LIMIT, "Prompts per instance");
    let listed = world.ok("ListPrompts", json!({}));
    assert_eq!(
        texts(&listed["PromptSummaryList"], "Name"),
        ["Beep.wav", "CustomerHold.wav", "CustomerQueue.wav", "Hello"]
    );
    world.ok("DeletePrompt", json!({ "PromptId": id }));
    world.refused("DeletePrompt", json!({ "PromptId": id }), MISSING, "prompt");
}

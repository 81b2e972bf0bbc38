//! Hours of operation.

mod common;

use common::*;
use directory::Quota;
use serde_json::{Value, json};

fn span(day: &str, start: (u8, u8), end: (u8, u8)) -> Value {
    let time = |(hours, minutes)| json!({ "Hours": hours, "Minutes": minutes });
    json!({ "Day": day, "StartTime": time(start), "EndTime": time(end) })
}

#[test]
fn new_hours_are_described_as_they_were_made() {
    let mut world = World::new();
    let config = json!([span("MONDAY", (9, 0), (12, 0)), span("MONDAY", (13, 0), (0, 0))]);
    let created = world.ok(
        "CreateHoursOfOperation",
        json!({ "Name": "Office", "Description": "With lunch", "TimeZone": "europe/berlin", "Config": config, "Tags": { "a": "b" } }),
    );
    let id = created["HoursOfOperationId"].as_str().expect("an id").to_owned();
    assert_eq!(created["HoursOfOperationArn"], arn(&format!("operating-hours/{id}")));
    let described = world.ok("DescribeHoursOfOperation", json!({ "HoursOfOperationId": id }));
    assert_eq!(
        described["HoursOfOperation"],
        json!({
            "HoursOfOperationId": id,
            "HoursOfOperationArn": arn(&format!("operating-hours/{id}")),
            "Name": "Office",
            "Description": "With lunch",
            "TimeZone": "Europe/Berlin",
            "Config": config,
            "Tags": { "a": "b" },
            "LastModifiedTime": 1_700_000_001.0,
            "LastModifiedRegion": "us-east-1",
        })
    );
}

#[test]
fn what_is_refused_at_creation() {
    let mut world = World::new();
    let base = json!({ "Name": "H", "TimeZone": "UTC", "Config": [] });
    let config = |span: Value| with(&base, json!({ "Config": [span] }));
    world.all_refused(
        "CreateHoursOfOperation",
        &[
            (with(&base, json!({ "TimeZone": "Mars/Olympus" })), INVALID, "IANA"),
            (with(&base, json!({ "TimeZone": null })), INVALID, "TimeZone"),
            (with(&base, json!({ "Config": null })), INVALID, "Config"),
            (with(&base, json!({ "Name": "Basic Hours" })), DUPLICATE, "another name"),
            (
                with(&base, json!({ "Config": vec![span("MONDAY", (0, 0), (1, 0)); 101] })),
                INVALID,
                "0 to 100",
            ),
            (config(span("FUNDAY", (0, 0), (1, 0))), INVALID, "FUNDAY"),
            (config(span("MONDAY", (24, 0), (1, 0))), INVALID, "0 to 23"),
            (config(span("MONDAY", (0, 60), (1, 0))), INVALID, "0 to 59"),
            (
                config(json!({ "Day": "MONDAY", "StartTime": { "Hours": 1, "Minutes": 0 } })),
                INVALID,
                "EndTime",
            ),
            (
                with(&base, json!({ "ParentHoursOfOperationConfigs": [] })),
                INVALID,
                "ParentHoursOfOperationConfigs",
            ),
        ],
    );
    // A zone may be a fixed one; spans may end at midnight or on the next day.
    let config =
        [span("SUNDAY", (9, 0), (9, 0)), span("MONDAY", (22, 0), (6, 0)), span("FRIDAY", (23, 59), (0, 0))];
    let fixed = json!({ "TimeZone": "EST5EDT", "Config": config });
    world.ok("CreateHoursOfOperation", with(&base, fixed));
    world.quota(Quota::HoursOfOperation, Some(2));
    world.refused("CreateHoursOfOperation", with(&base, json!({ "Name": "I" })), LIMIT, "Hours of operation");
}

#[test]
fn an_update_changes_what_is_given() {
    let mut world = World::new();
    let id = world.id("hours", "Basic Hours");
    world.ok("UpdateHoursOfOperation", json!({ "HoursOfOperationId": id, "TimeZone": "Asia/Tokyo" }));
    let described = world.ok("DescribeHoursOfOperation", json!({ "HoursOfOperationId": id }));
    assert_eq!(described["HoursOfOperation"]["TimeZone"], "Asia/Tokyo");
    assert_eq!(described["HoursOfOperation"]["Config"].as_array().map(Vec::len), Some(7));
    world.ok(
        "UpdateHoursOfOperation",
        json!({ "HoursOfOperationId": id, "Name": "Closed", "Description": "", "Config": [] }),
    );
    let described = world.ok("DescribeHoursOfOperation", json!({ "HoursOfOperationId": id }));
    assert_eq!(described["HoursOfOperation"]["Config"], json!([]));
    assert!(described["HoursOfOperation"].get("Description").is_none());
    world.all_refused(
        "UpdateHoursOfOperation",
        &[
            (json!({ "HoursOfOperationId": NOBODY }), MISSING, "hours"),
            (json!({ "HoursOfOperationId": id, "TimeZone": "" }), INVALID, "IANA"),
            (json!({ "HoursOfOperationId": id, "Description": "x".repeat(251) }), INVALID, "250"),
        ],
    );
}

#[test]
fn hours_in_use_stay() {
    let mut world = World::new();
    let id = world.id("hours", "Basic Hours");
    world.refused("DeleteHoursOfOperation", json!({ "HoursOfOperationId": id }), IN_USE, "BasicQueue");
    let spare = json!({ "Name": "Spare", "TimeZone": "UTC", "Config": [] });
    let spare = world.ok("CreateHoursOfOperation", spare)["HoursOfOperationId"].clone();
    let listed = world.ok("ListHoursOfOperations", json!({}));
    assert_eq!(texts(&listed["HoursOfOperationSummaryList"], "Name"), ["Basic Hours", "Spare"]);
    world.ok("DeleteHoursOfOperation", json!({ "HoursOfOperationId": spare }));
    world.refused("DescribeHoursOfOperation", json!({ "HoursOfOperationId": spare }), MISSING, "hours");
}

//! Security profiles.

mod common;

use common::*;
use directory::{Permission, Quota, permissions};
use serde_json::json;

#[test]
fn a_new_profile_is_described_as_it_was_made() {
    let mut world = World::new();
    let created = world.ok(
        "CreateSecurityProfile",
        json!({
            "SecurityProfileName": "Team lead_1",
            "Description": "Leads",
            "Permissions": ["Users.View", "Queues.View", "Users.View"],
            "AllowedAccessControlTags": { "Country": "USA" },
            "TagRestrictedResources": ["Queue", "User"],
            "Tags": { "Team": "A" },
        }),
    );
    let id = created["SecurityProfileId"].as_str().expect("an id").to_owned();
    assert_eq!(created["SecurityProfileArn"], arn(&format!("security-profile/{id}")));
    let described = world.ok("DescribeSecurityProfile", json!({ "SecurityProfileId": id }));
    assert_eq!(
        described["SecurityProfile"],
        json!({
            "Id": id,
            "OrganizationResourceId": INSTANCE,
            "Arn": arn(&format!("security-profile/{id}")),
            "SecurityProfileName": "Team lead_1",
            "Description": "Leads",
            "Tags": { "Team": "A" },
            "AllowedAccessControlTags": { "Country": "USA" },
            "TagRestrictedResources": ["Queue", "User"],
            "LastModifiedTime": 1_700_000_001.0,
            "LastModifiedRegion": "us-east-1",
        })
    );
    let listed = world.ok("ListSecurityProfilePermissions", json!({ "SecurityProfileId": id }));
    assert_eq!(listed["Permissions"], json!(["Queues.View", "Users.View"]));
}

#[test]
fn what_is_refused_at_creation() {
    let mut world = World::new();
    let base = json!({ "SecurityProfileName": "P" });
    let five = json!({ "1": "", "2": "", "3": "", "4": "", "5": "" });
    world.all_refused(
        "CreateSecurityProfile",
        &[
            (with(&base, json!({ "SecurityProfileName": "Admin" })), DUPLICATE, "another name"),
            (with(&base, json!({ "SecurityProfileName": "a.b" })), INVALID, "SecurityProfileName"),
            (with(&base, json!({ "SecurityProfileName": "" })), INVALID, "1 to 127"),
            (with(&base, json!({ "Description": "x".repeat(251) })), INVALID, "250"),
            (with(&base, json!({ "Permissions": ["Users.Fly"] })), INVALID, "Users.Fly"),
            (with(&base, json!({ "AllowedAccessControlTags": { "a": "b" } })), INVALID, "together"),
            (with(&base, json!({ "TagRestrictedResources": ["Queue"] })), INVALID, "together"),
            (
                with(
                    &base,
                    json!({ "AllowedAccessControlTags": { "a": "b" }, "TagRestrictedResources": ["Moon"] }),
                ),
                INVALID,
                "Moon",
            ),
            (
                with(&base, json!({ "AllowedAccessControlTags": five, "TagRestrictedResources": ["Queue"] })),
                INVALID,
                "4 entries; 5",
            ),
            (with(&base, json!({ "Applications": [] })), INVALID, "Applications"),
        ],
    );
    world.ok("CreateSecurityProfile", base.clone());
    world.quota(Quota::SecurityProfiles, Some(5));
    world.refused(
        "CreateSecurityProfile",
        with(&base, json!({ "SecurityProfileName": "Q" })),
        LIMIT,
        "Security profiles",
    );
}

#[test]
fn an_update_changes_what_is_given_and_takes_effect() {
    let mut world = World::new();
    let agent = world.id("security-profile", "Agent");
    let may = |world: &World| {
        let user = world.directory.user_named("ann").expect("ann");
        permissions::allows(&world.directory.profiles_of(user), Permission::UsersView, None)
    };
    assert!(!may(&world));
    world.ok("UpdateSecurityProfile", json!({ "SecurityProfileId": agent, "Permissions": ["Users.View"] }));
    assert!(may(&world));
    world.ok("UpdateSecurityProfile", json!({ "SecurityProfileId": agent, "Description": "" }));
    assert!(may(&world), "what is left out stays");
    let described = world.ok("DescribeSecurityProfile", json!({ "SecurityProfileId": agent }));
    assert!(described["SecurityProfile"].get("Description").is_none());
    world.all_refused(
        "UpdateSecurityProfile",
        &[
            (json!({ "SecurityProfileId": NOBODY }), MISSING, "security profile"),
            (json!({ "SecurityProfileId": agent, "Permissions": ["x"] }), INVALID, "\"x\""),
            (
                json!({ "SecurityProfileId": agent, "SecurityProfileName": "B" }),
                INVALID,
                "SecurityProfileName",
            ),
        ],
    );
}

#[test]
fn a_profile_in_use_stays() {
    let mut world = World::new();
    let (admin, analyst) =
        (world.id("security-profile", "Admin"), world.id("security-profile", "QualityAnalyst"));
    world.refused("DeleteSecurityProfile", json!({ "SecurityProfileId": admin }), IN_USE, "\"admin\"");
    world.ok("DeleteSecurityProfile", json!({ "SecurityProfileId": analyst }));
    let listed = world.ok("ListSecurityProfiles", json!({}));
    assert_eq!(texts(&listed["SecurityProfileSummaryList"], "Name"), ["Admin", "Agent", "CallCenterManager"]);
}

//! Users.

mod common;

use common::*;
use directory::input::read;
use directory::users::CreateUser;
use directory::{Code, Cx, Quota};
use serde_json::{Value, json};

fn base(world: &World) -> Value {
    json!({
        "Username": "bob",
        "Password": "Passw0rd",
        "IdentityInfo": { "FirstName": "Bob", "LastName": "Builder", "Email": "bob@example.com" },
        "SecurityProfileIds": [world.id("security-profile", "Agent")],
        "RoutingProfileId": world.id("routing-profile", "Basic Routing Profile"),
    })
}

#[test]
fn a_new_user_is_described_without_the_password() {
    let mut world = World::new();
    let identity = json!({
        "FirstName": "Bob", "LastName": "Builder", "Email": "bob@example.com",
        "SecondaryEmail": "b@example.org", "Mobile": "+12065550100",
    });
    let phone = json!({
        "PhoneType": "DESK_PHONE", "AutoAccept": true, "AfterContactWorkTimeLimit": 30, "DeskPhoneNumber": "+12065550101",
    });
    let created = world.ok(
        "CreateUser",
        with(
            &base(&world),
            json!({ "IdentityInfo": identity, "PhoneConfig": phone, "Tags": { "Team": "A" } }),
        ),
    );
    let id = created["UserId"].as_str().expect("an id").to_owned();
    assert_eq!(created["UserArn"], arn(&format!("agent/{id}")));
    let described = world.ok("DescribeUser", json!({ "UserId": id }));
    assert_eq!(
        described["User"],
        json!({
            "Id": id,
            "Arn": arn(&format!("agent/{id}")),
            "Username": "bob",
            "IdentityInfo": identity,
            "PhoneConfig": phone,
            "SecurityProfileIds": [world.id("security-profile", "Agent")],
            "RoutingProfileId": world.id("routing-profile", "Basic Routing Profile"),
            "Tags": { "Team": "A" },
            "LastModifiedTime": 1_700_000_001.0,
            "LastModifiedRegion": "us-east-1",
        })
    );
    let user = world.directory.user_by_login("bob").expect("bob");
    assert_eq!(user.password_hash.as_deref(), Some("$argon2id$y"));
    let error = world.directory.user_by_login("Bob").expect_err("names are case-sensitive");
    assert_eq!(error.code, Code::UserNotFound);
}

#[test]
fn what_is_refused_at_creation() {
    let mut world = World::new();
    let base = base(&world);
    let identity =
        |change: Value| with(&base, json!({ "IdentityInfo": with(&base["IdentityInfo"], change) }));
    let phone = |phone: Value| with(&base, json!({ "PhoneConfig": phone }));
    world.all_refused(
        "CreateUser",
        &[
            (with(&base, json!({ "Username": "ann" })), DUPLICATE, "another name"),
            (with(&base, json!({ "Username": "" })), INVALID, "1 to 100"),
            (with(&base, json!({ "Username": "a b" })), INVALID, "Username"),
            (with(&base, json!({ "Username": "bøb" })), INVALID, "Username"),
            (with(&base, json!({ "Username": "bob@example" })), INVALID, "mail address"),
            (with(&base, json!({ "Username": "Administrator" })), INVALID, "reserved"),
            (with(&base, json!({ "Password": null })), INVALID, "Password is required"),
            (with(&base, json!({ "Password": "short" })), INVALID, "8 to 64"),
            (with(&base, json!({ "Password": 12345678 })), INVALID, "a password must be a text"),
            (with(&base, json!({ "IdentityInfo": null })), INVALID, "FirstName and LastName"),
            (identity(json!({ "LastName": null })), INVALID, "FirstName and LastName"),
            (identity(json!({ "FirstName": "x".repeat(256) })), INVALID, "255"),
            (identity(json!({ "LastName": "x".repeat(301) })), INVALID, "300"),
            (identity(json!({ "Email": "bob" })), INVALID, "mail address"),
            (identity(json!({ "SecondaryEmail": "bob" })), INVALID, "SecondaryEmail"),
            (identity(json!({ "Mobile": "555" })), INVALID, "E.164"),
            (phone(json!({ "AutoAccept": true })), INVALID, "PhoneType"),
            (phone(json!({ "PhoneType": "DESK_PHONE" })), INVALID, "DeskPhoneNumber"),
            (phone(json!({ "PhoneType": "DESK_PHONE", "DeskPhoneNumber": "5" })), INVALID, "E.164"),
            (
                phone(json!({ "PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 2_000_001 })),
                INVALID,
                "2000000",
            ),
            (
                phone(json!({ "PhoneType": "SOFT_PHONE", "PersistentConnection": true })),
                INVALID,
                "PersistentConnection",
            ),
            (with(&base, json!({ "SecurityProfileIds": [] })), INVALID, "1 to 10"),
            (with(&base, json!({ "SecurityProfileIds": [NOBODY] })), MISSING, "security profile"),
            (with(&base, json!({ "SecurityProfileIds": vec![NOBODY; 11] })), INVALID, "1 to 10"),
            (with(&base, json!({ "RoutingProfileId": NOBODY })), MISSING, "routing profile"),
            (with(&base, json!({ "RoutingProfileId": null })), INVALID, "RoutingProfileId"),
            (with(&base, json!({ "HierarchyGroupId": NOBODY })), MISSING, "hierarchy group"),
        ],
    );
    world.ok("CreateUser", with(&base, json!({ "Username": "bob@example.com" })));
    world.ok("CreateUser", with(&base, json!({ "Username": "ANN" })));
    world.quota(Quota::Users, Some(4));
    world.refused("CreateUser", base, LIMIT, "Users per instance");
}

#[test]
fn a_password_never_shows() {
    let world = World::new();
    let input: CreateUser =
        read(with(&base(&world), json!({ "Password": "Sup3rSecret" }))).expect("a valid input");
    assert!(!format!("{input:?}").contains("Sup3rSecret"));
    let error =
        read::<CreateUser>(with(&base(&world), json!({ "Password": ["Sup3rSecret"] }))).expect_err("no text");
    assert!(!error.to_string().contains("Sup3rSecret"));
}

#[test]
fn a_password_without_its_hash_is_a_fault_of_the_caller() {
    let mut world = World::new();
    let input = read::<CreateUser>(base(&world)).expect("a valid input");
    let mut new_uuid = || uuid::Uuid::from_u128(7);
    let mut cx = Cx { now: world.now, new_uuid: &mut new_uuid };
    let error = world.directory.create_user(&mut cx, input, None).expect_err("no hash");
    assert_eq!(error.code, Code::InternalService);
}

#[test]
fn other_directories_keep_the_passwords() {
    for (kind, members, expected) in [
        ("SAML", json!({}), Err("Password cannot be given")),
        ("SAML", json!({ "Password": null }), Err("Email cannot be given")),
        ("SAML", json!({ "Password": null, "IdentityInfo": { "FirstName": "B", "LastName": "B" } }), Ok(())),
        ("SAML", json!({ "Password": null, "IdentityInfo": null }), Err("FirstName and LastName")),
        (
            "SAML",
            json!({ "Password": null, "IdentityInfo": { "FirstName": "B", "LastName": "B" }, "DirectoryUserId": "x" }),
            Err("DirectoryUserId"),
        ),
        (
            "EXISTING_DIRECTORY",
            json!({ "Password": null, "IdentityInfo": null, "DirectoryUserId": "x" }),
            Ok(()),
        ),
        ("EXISTING_DIRECTORY", json!({}), Err("Password cannot be given")),
    ] {
        let mut world = World::new();
        let key = (directory::Kind::Instance, INSTANCE.to_owned());
        world.store.get_mut(&key).expect("the instance")["IdentityManagementType"] = json!(kind);
        world.directory = world.reload().expect("loads");
        let request = with(&base(&world), members);
        match expected {
            Ok(()) => drop(world.ok("CreateUser", request)),
            Err(text) => world.refused("CreateUser", request, INVALID, text),
        }
    }
}

#[test]
fn changes_one_thing_at_a_time() {
    let mut world = World::new();
    let id = world.ok("CreateUser", base(&world))["UserId"].clone();
    let manager = world.id("security-profile", "CallCenterManager");
    let info = json!({ "FirstName": "B", "LastName": "C" });
    let phone =
        json!({ "PhoneType": "SOFT_PHONE", "AutoAccept": true, "AfterContactWorkTimeLimit": 2_000_000 });
    for (operation, member, value) in [
        ("UpdateUserIdentityInfo", "IdentityInfo", info),
        ("UpdateUserPhoneConfig", "PhoneConfig", phone),
        ("UpdateUserSecurityProfiles", "SecurityProfileIds", json!([manager])),
    ] {
        world.ok(operation, json!({ "UserId": id, member: value }));
        let described = world.ok("DescribeUser", json!({ "UserId": id }));
        assert_eq!(described["User"][member], value, "{operation}");
        world.refused(operation, json!({ "UserId": NOBODY, member: value }), MISSING, "user");
    }
    world.refused(
        "UpdateUserIdentityInfo",
        json!({ "UserId": id, "IdentityInfo": {} }),
        INVALID,
        "FirstName",
    );
    world.refused(
        "UpdateUserRoutingProfile",
        json!({ "UserId": id, "RoutingProfileId": NOBODY }),
        MISSING,
        "routing profile",
    );
}

#[test]
fn a_user_has_at_most_two_profiles_with_access_tags() {
    let mut world = World::new();
    let mut profiles = vec![json!(world.id("security-profile", "Agent"))];
    for n in 0..3 {
        let profile = json!({
            "SecurityProfileName": format!("Restricted {n}"),
            "AllowedAccessControlTags": { "Country": n.to_string() },
            "TagRestrictedResources": ["Queue"],
        });
        profiles.push(world.ok("CreateSecurityProfile", profile)["SecurityProfileId"].clone());
    }
    let id = world.id("user", "ann");
    let assign = |ids: &[Value]| json!({ "UserId": id, "SecurityProfileIds": ids });
    world.refused("UpdateUserSecurityProfiles", assign(&profiles), REQUEST, "access-control tags");
    world.ok("UpdateUserSecurityProfiles", assign(&profiles[..3]));
    // Nor can a profile that the user has become the third.
    let agent = json!({
        "SecurityProfileId": profiles[0],
        "AllowedAccessControlTags": { "Country": "9" },
        "TagRestrictedResources": ["Queue"],
    });
    world.refused("UpdateSecurityProfile", agent.clone(), REQUEST, "\"ann\"");
    world.ok("UpdateUserSecurityProfiles", assign(&profiles[..2]));
    world.ok("UpdateSecurityProfile", agent);
}

#[test]
fn deleting_takes_the_agents_queue_along() {
    let mut world = World::new();
    let id = world.id("user", "ann");
    world.ok("DeleteUser", json!({ "UserId": id }));
    world.refused("DeleteUser", json!({ "UserId": id }), MISSING, "user");
    let queues = world.ok("ListQueues", json!({ "QueueTypes": ["AGENT"] }));
    assert_eq!(queues["QueueSummaryList"].as_array().map(Vec::len), Some(1));
    assert_eq!(texts(&world.ok("ListUsers", json!({}))["UserSummaryList"], "Username"), ["admin"]);
}

#[test]
fn a_password_can_be_replaced() {
    let mut world = World::new();
    let id = world.directory.user_by_login("ann").expect("ann").id;
    let mut new_uuid = || uuid::Uuid::nil();
    let mut cx = Cx { now: world.now, new_uuid: &mut new_uuid };
    world.directory.set_password(&mut cx, id, "$argon2id$z".to_owned()).expect("a user of this instance");
    assert_eq!(
        world.directory.user(id).and_then(|user| user.password_hash.clone()).as_deref(),
        Some("$argon2id$z")
    );
    assert_eq!(world.directory.take_changes().len(), 1);
}

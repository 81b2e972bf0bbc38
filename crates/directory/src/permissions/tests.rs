//! Tests of the permission list and of tag-based access.

use model::{SecurityProfileId, Timestamp};

use super::*;

fn profile(permissions: &[&str], tags: &[(&str, &str)], restricted: &[&str]) -> SecurityProfile {
    let texts = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
    SecurityProfile {
        id: SecurityProfileId::from_u128(1),
        security_profile_name: "P".to_owned(),
        description: None,
        permissions: texts(permissions),
        allowed_access_control_tags: labels(tags),
        tag_restricted_resources: texts(restricted),
        tags: Tags::new(),
        last_modified_time: Timestamp(0),
    }
}

fn labels(tags: &[(&str, &str)]) -> Tags {
    tags.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

#[test]
fn the_names_are_unique_and_grouped() {
    for &permission in Permission::ALL {
        assert_eq!(Permission::parse(permission.name()), Some(permission));
    }
    assert_eq!(Permission::parse("Users.Fly"), None);
    for (permission, name, group) in [
        (Permission::QueuesView, "Queues.View", "Routing"),
        (Permission::ChatTestMode, "ChatTestMode", "Channels and flows"),
        (Permission::BasicAgentAccess, "BasicAgentAccess", "Contact Control Panel"),
        (Permission::AgentGroupingView, "AgentGrouping.View", "Users and permissions"),
        (Permission::CampaignsManage, "Campaigns.Manage", "Campaigns"),
    ] {
        assert_eq!((permission.name(), permission.group().title()), (name, group));
    }
}

#[test]
fn prerequisites_are_the_view_of_the_same_family() {
    for (permission, expected) in [
        (Permission::UsersEdit, Some(Permission::UsersView)),
        (Permission::QueuesEnableAndDisable, Some(Permission::QueuesView)),
        (Permission::UsersView, None),
        (Permission::BasicAgentAccess, None),
        (Permission::RestrictTaskCreationAccess, None),
        (
            Permission::CustomerProfilesCalculatedAttributesEdit,
            Some(Permission::CustomerProfilesCalculatedAttributesView),
        ),
    ] {
        assert_eq!(permission.prerequisite(), expected, "{permission:?}");
    }
}

#[test]
fn tags_of_one_profile_are_anded_profiles_are_ored() {
    let usa = profile(&["Queues.View"], &[("Country", "USA")], &["Queue"]);
    let argentina = profile(&["Queues.View"], &[("Country", "Argentina"), ("Team", "B")], &["Queue"]);
    let free = profile(&["Queues.View"], &[], &[]);
    let users_only = profile(&["Queues.View", "Users.View"], &[("Country", "USA")], &["User"]);
    let none = profile(&["Users.View"], &[], &[]);
    for (profiles, tags, expected) in [
        (vec![&usa], vec![("Country", "USA")], true),
        (vec![&usa], vec![("Country", "Peru")], false),
        (vec![&usa], vec![], false),
        (vec![&argentina], vec![("Country", "Argentina")], false),
        (vec![&argentina], vec![("Country", "Argentina"), ("Team", "B"), ("x", "y")], true),
        (vec![&usa, &argentina], vec![("Country", "Argentina"), ("Team", "B")], true),
        (vec![&usa, &argentina], vec![("Country", "Peru")], false),
        // An unrestricted profile that grants the same overrides the restricted one.
        (vec![&usa, &argentina, &free], vec![("Country", "Peru")], true),
        // Each resource type is restricted by itself.
        (vec![&users_only], vec![], true),
        (vec![&none], vec![("Country", "USA")], false),
        (vec![], vec![], false),
    ] {
        let tags = labels(&tags);
        assert_eq!(allows(&profiles, Permission::QueuesView, Some(&tags)), expected, "{profiles:?} {tags:?}");
    }
    assert!(allows(&[&usa], Permission::QueuesView, None), "listing is decided row by row");
    assert!(!allows(&[&users_only], Permission::UsersView, Some(&labels(&[]))));
}

#[test]
fn lists_in_forms_are_implied() {
    let supervisor = profile(&["Users.Edit"], &[], &[]);
    let restricted = profile(&["Users.Edit"], &[("Team", "A")], &["RoutingProfile"]);
    assert!(!allows(&[&supervisor], Permission::RoutingPoliciesView, None));
    assert!(allows_list(&[&supervisor], Permission::RoutingPoliciesView, Some(&labels(&[]))));
    assert!(!allows_list(&[&supervisor], Permission::QueuesView, None));
    assert!(!allows_list(&[&restricted], Permission::RoutingPoliciesView, Some(&labels(&[]))));
    assert!(allows_list(&[&restricted], Permission::RoutingPoliciesView, Some(&labels(&[("Team", "A")]))));
    assert!(allows_list(&[&restricted], Permission::SecurityProfilesView, Some(&labels(&[]))));
}

#[test]
fn restricting_permissions_are_held_by_any_profile() {
    let agent = profile(&["BasicAgentAccess"], &[], &[]);
    let no_tasks = profile(&["RestrictTaskCreation.Access"], &[], &[]);
    assert!(!holds(&[&agent], Permission::RestrictTaskCreationAccess));
    assert!(holds(&[&agent, &no_tasks], Permission::RestrictTaskCreationAccess));
}

//! Security profiles (spec 02 §8).

use axum::http::Method;
use directory::security_profiles::{
    CreateSecurityProfile, DeleteSecurityProfile, DescribeSecurityProfile, ListSecurityProfilePermissions,
    ListSecurityProfiles, SearchSecurityProfiles, UpdateSecurityProfile,
};
use directory::{Directory, Permission};
use model::ArnKind;
use wire::{Operation, Rule};

use super::authority::Subject;
use super::published::{CLEARABLE, NAME, TAGS};
use super::row::{Items, change, describe, list, list_of, search};
use crate::App;

const VIEW: Permission = Permission::SecurityProfilesView;
const ONE: &str = "/security-profiles/{InstanceId}/{SecurityProfileId}";

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        grants(change::<CreateSecurityProfile, _, _>(
            Method::PUT,
            "CreateSecurityProfile",
            "/security-profiles/{InstanceId}",
            |input| Subject::new(&input.tags),
            |directory, cx, input| {
                let id = directory.create_security_profile(cx, input)?;
                Ok(directory.created_security_profile(id))
            },
        ))
        .constraint("SecurityProfileName", NAME)
        .constraint("SecurityProfileName", Rule::pattern("[ a-zA-Z0-9_@-]+"))
        .constraint("Tags", TAGS),
        describe::<DescribeSecurityProfile, _>(
            "DescribeSecurityProfile",
            ONE,
            |input| profile(&input.security_profile_id),
            Directory::describe_security_profile,
        ),
        list::<ListSecurityProfiles, _>(
            "ListSecurityProfiles",
            "/security-profiles-summary/{InstanceId}",
            Items::tagged("SecurityProfileSummaryList", VIEW, 1000),
            Directory::list_security_profiles,
        ),
        search::<SearchSecurityProfiles, _>(
            "SearchSecurityProfiles",
            "/search-security-profiles",
            Items::tagged("SecurityProfiles", VIEW, 100),
            Directory::search_security_profiles,
        ),
        list_of::<ListSecurityProfilePermissions, _, _>(
            "ListSecurityProfilePermissions",
            "/security-profiles-permissions/{InstanceId}/{SecurityProfileId}",
            Items::plain("Permissions", 1000),
            |input| profile(&input.security_profile_id),
            |directory, input| {
                directory.describe_security_profile(&DescribeSecurityProfile {
                    instance_id: input.instance_id.clone(),
                    security_profile_id: input.security_profile_id.clone(),
                })
            },
            Directory::list_security_profile_permissions,
        ),
        grants(change::<UpdateSecurityProfile, _, _>(
            Method::POST,
            "UpdateSecurityProfile",
            ONE,
            |input| profile(&input.security_profile_id),
            Directory::update_security_profile,
        )),
        change::<DeleteSecurityProfile, _, _>(
            Method::DELETE,
            "DeleteSecurityProfile",
            ONE,
            |input| profile(&input.security_profile_id),
            |directory, _, input| directory.delete_security_profile(input),
        ),
    ]
}

fn profile(id: &str) -> Subject {
    Subject::on(ArnKind::SecurityProfile, id)
}

/// An operation that takes what a profile grants.
fn grants(operation: Operation<App>) -> Operation<App> {
    operation
        .constraint("Description", CLEARABLE)
        .constraint("Permissions", Rule::Length(0, 500))
        .constraint("Permissions[]", Rule::Length(1, 128))
        .constraint("AllowedAccessControlTags", Rule::Length(0, 4))
        .constraint("TagRestrictedResources", Rule::Length(0, 10))
        .constraint("TagRestrictedResources[]", Rule::Length(1, 128))
}
